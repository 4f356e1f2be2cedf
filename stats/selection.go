package stats

// selection is what "show stat" was asked for.
type selection struct {
	iid     int // -1 = every proxy
	types   int // 1 frontends, 2 backends, 4 servers, 8 listeners, added up; -1 = all
	sid     int // -1 = every server or listener
	up      bool
	noMaint bool
}

// everything selects all rows.
var everything = selection{iid: -1, types: -1, sid: -1}

// typeBit is the bit of a row type in selection.types.
var typeBit = [...]int{RowFrontend: 1, RowBackend: 2, RowServer: 4, RowListener: 8}

// pick returns the rows that the selection keeps, in order.
func (s selection) pick(rows []Row) []Row {
	if s == everything {
		return rows
	}
	var out []Row
	for i := range rows {
		if s.keeps(&rows[i]) {
			out = append(out, rows[i])
		}
	}
	return out
}

func (s selection) keeps(r *Row) bool {
	if s.iid != -1 && r.IID != s.iid || s.types != -1 && s.types&typeBit[r.Type] == 0 {
		return false
	}
	numbered := r.Type == RowServer || r.Type == RowListener
	if numbered && s.sid != -1 && r.SID != s.sid {
		return false
	}
	if r.Type != RowServer {
		return true
	}
	state := cellState(r.Status)
	return !(s.noMaint && state == "MAINT") && !(s.up && state != "UP" && state != "NOLB")
}
