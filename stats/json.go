package stats

import (
	"encoding/json"
	"time"
)

// jsonCell is one value of the JSON formats, the same for "show stat json" and "show info json".
type jsonCell struct {
	ObjType string    `json:"objType,omitempty"`
	ProxyID *int      `json:"proxyId,omitempty"`
	ID      *int      `json:"id,omitempty"`
	Field   jsonField `json:"field"`
	Process int       `json:"processNum"`
	Tags    jsonTags  `json:"tags"`
	Value   jsonValue `json:"value"`
	Desc    string    `json:"desc,omitempty"`
}

type jsonField struct {
	Pos  int    `json:"pos"`
	Name string `json:"name"`
}

type jsonTags struct {
	Origin string `json:"origin"`
	Nature string `json:"nature"`
	Scope  string `json:"scope"`
}

type jsonValue struct {
	Type  string `json:"type"`
	Value any    `json:"value"`
}

// AppendJSON appends the rows as "show stat json": an array of rows, each an array of cells.
func AppendJSON(b []byte, rows []Row, legends bool) []byte {
	return appendJSON(b, rows, &view{now: time.Now(), legends: legends})
}

func appendJSON(b []byte, rows []Row, v *view) []byte {
	all := make([][]jsonCell, 0, len(rows))
	for i := range rows {
		all = append(all, jsonRow(&rows[i], v))
	}
	return appendMarshalled(b, all)
}

func jsonRow(r *Row, v *view) []jsonCell {
	var cells []jsonCell
	for pos := range statFields {
		f := &statFields[pos]
		c := f.value(r, v)
		if c.kind == kindNone {
			continue
		}
		cell := makeJSONCell(number(pos), f.name, f.tagsOf(r.Type), c)
		cell.ObjType, cell.ProxyID, cell.ID = rowWord[r.Type], &r.IID, &r.SID
		if v.desc {
			cell.Desc = f.doc
		}
		cells = append(cells, cell)
	}
	return cells
}

// appendInfoJSON appends "show info json".
func appendInfoJSON(b []byte, info *Info, v *view) []byte {
	var cells []jsonCell
	for pos := range infoFields {
		f := &infoFields[pos]
		if !f.shown() {
			continue
		}
		c := f.get(info, v)
		if c.kind == kindNone {
			continue
		}
		cell := makeJSONCell(pos, f.name, f.tags, c)
		if v.desc {
			cell.Desc = f.doc
		}
		cells = append(cells, cell)
	}
	return appendMarshalled(b, cells)
}

func makeJSONCell(pos int, name, tags string, c value) jsonCell {
	return jsonCell{
		Field: jsonField{pos, name}, Process: 1,
		Tags:  jsonTags{originWords[tags[0]], natureWords[tags[1]], scopeWords[tags[2]]},
		Value: jsonValue{c.kind.String(), c.any()},
	}
}

// maxJSONInt is the largest integer that JavaScript's numbers, and so many JSON readers, hold exactly.
const maxJSONInt = 1<<53 - 1

// any returns the value as JSON shows it. HAProxy's schema bounds u64 by maxJSONInt.
func (v value) any() any {
	switch v.kind {
	case kindStr:
		return v.s
	case kindU64:
		return min(uint64(v.n), maxJSONInt)
	}
	return v.n
}

// appendMarshalled cannot fail: the types above hold only text and integers.
func appendMarshalled(b []byte, v any) []byte {
	out, err := json.Marshal(v)
	if err != nil {
		panic("BUG: stats: " + err.Error())
	}
	return append(append(b, out...), '\n')
}
