package stats

import "strconv"

// appendTyped appends "show stat typed": one line per cell, led by its address
// "<letter>.<iid>.<sid>.<position>.<name>.1" (HAProxy management guide, 9.2).
func appendTyped(b []byte, rows []Row, v *view) []byte {
	for i := range rows {
		r := &rows[i]
		for pos := range statFields {
			f := &statFields[pos]
			c := f.value(r, v)
			if c.kind == kindNone {
				continue
			}
			b = append(b, rowLetter[r.Type], '.')
			b = append(strconv.AppendInt(b, int64(r.IID), 10), '.')
			b = append(strconv.AppendInt(b, int64(r.SID), 10), '.')
			b = appendTypedCell(b, number(pos), f.name, f.tagsOf(r.Type), c)
			b = append(appendDesc(b, f.doc, v), '\n')
		}
	}
	return b
}

// number is a column's in the typed and the JSON format, where "-" is none.
func number(pos int) int {
	if pos >= len(fixedFields) {
		return pos - 1
	}
	return pos
}

// appendInfoTyped appends "show info typed".
func appendInfoTyped(b []byte, info *Info, v *view) []byte {
	for pos := range infoFields {
		f := &infoFields[pos]
		if !f.shown() {
			continue
		}
		c := f.get(info, v)
		if c.kind == kindNone {
			continue
		}
		b = appendTypedCell(b, pos, f.name, f.tags, c)
		b = append(appendDesc(b, f.doc, v), '\n')
	}
	return b
}

func appendTypedCell(b []byte, pos int, name, tags string, c value) []byte {
	b = append(strconv.AppendInt(b, int64(pos), 10), '.')
	b = append(append(b, name...), ".1:"...)
	b = append(append(b, tags...), ':')
	b = append(append(b, c.kind.String()...), ':')
	return c.appendTo(b)
}
