package stats

import (
	"strings"
	"time"
)

// AppendCSV appends the rows as "show stat" prints them: the header line, a line per row, every line ending in a comma.
func AppendCSV(b []byte, rows []Row, legends bool) []byte {
	return appendCSV(b, rows, &view{now: time.Now(), legends: legends})
}

func appendCSV(b []byte, rows []Row, v *view) []byte {
	b = append(b, "# "...)
	for i := range statFields {
		b = append(append(b, statFields[i].name...), ',')
	}
	b = append(b, '\n')
	for i := range rows {
		b = appendCSVRow(b, &rows[i], v)
	}
	return b
}

func appendCSVRow(b []byte, r *Row, v *view) []byte {
	for i := range statFields {
		f := &statFields[i]
		if f.name == "-" {
			b = append(b, '-')
		} else {
			b = appendCSVCell(b, f.value(r, v))
		}
		b = append(b, ',')
	}
	return append(b, '\n')
}

// appendCSVCell quotes text only where it would be ambiguous, doubling its quotes.
func appendCSVCell(b []byte, v value) []byte {
	if v.kind != kindStr || !strings.ContainsAny(v.s, `,"`) {
		return v.appendTo(b)
	}
	b = append(b, '"')
	b = append(b, strings.ReplaceAll(v.s, `"`, `""`)...)
	return append(b, '"')
}

// appendInfo appends "show info": name, colon, value.
func appendInfo(b []byte, info *Info, v *view) []byte {
	for i := range infoFields {
		f := &infoFields[i]
		if !f.shown() {
			continue
		}
		b = append(append(b, f.name...), ": "...)
		b = f.get(info, v).appendTo(b)
		b = appendDesc(b, f.doc, v)
		b = append(b, '\n')
	}
	return b
}

func appendDesc(b []byte, doc string, v *view) []byte {
	if !v.desc {
		return b
	}
	b = append(b, `:"`...)
	b = append(b, doc...)
	return append(b, '"')
}
