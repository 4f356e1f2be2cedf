package stats

import "strings"

// field is one column of "show stat" and the metric made of it. The table statFields is the one place that knows
// columns: CSV, typed, JSON, schema, Prometheus and the help texts derive from it.
type field struct {
	name string
	// rows says which row types have the column, by HAProxy's letters L, F, B and S.
	rows string
	tags string // origin, nature, scope
	// backTags replaces tags on backend rows where HAProxy differs.
	backTags string
	kind     kind
	doc      string
	// httpOnly columns are empty in TCP proxies; the letters say on which row types.
	httpOnly string
	get      func(r *Row, v *view) value

	// metric is the Prometheus name behind haproxy_<row type>_, empty = none; metricRows as rows.
	metric, metricRows string
	seconds            bool   // the metric is in seconds, the column in ms
	label              string // a further label, with value labelValue
	labelValue         string
	states             []string // a metric of one series per state: 1 for the state that the column names
	stateOf            func(string) string
	help               string // empty = doc
	extra              bool   // the metric is for those who ask for more
}

// rowLetter is the letter of a row type in field.rows and in the typed format.
var rowLetter = [...]byte{RowFrontend: 'F', RowBackend: 'B', RowServer: 'S', RowListener: 'L'}

// rowWord is the word of a row type in the JSON format.
var rowWord = [...]string{RowFrontend: "Frontend", RowBackend: "Backend", RowServer: "Server", RowListener: "Listener"}

// has says whether rows of type t have the column, proxies of mode being what they are.
func (f *field) has(t RowType, mode string) bool {
	l := rowLetter[t]
	if strings.IndexByte(f.rows, l) < 0 {
		return false
	}
	return mode == "http" || strings.IndexByte(f.httpOnly, l) < 0
}

// value reads the column from a row.
func (f *field) value(r *Row, v *view) value {
	if f.get == nil || !f.has(r.Type, r.Mode) {
		return none
	}
	return f.get(r, v)
}

// tagsOf returns the three tag characters for a row type.
func (f *field) tagsOf(t RowType) string {
	if t == RowBackend && f.backTags != "" {
		return f.backTags
	}
	return f.tags
}

// counter says whether the metric is a counter.
func (f *field) counter() bool { return f.tags[1] == 'C' }

// cellState makes "UP 1/3" and "DOWN (agent)" the bare state.
func cellState(status string) string {
	if status == "no check" {
		return "UP"
	}
	word, _, _ := strings.Cut(status, " ")
	word, _, _ = strings.Cut(word, "(")
	return word
}
