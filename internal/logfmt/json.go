package logfmt

import "time"

// jsonItem is one member of a JSON line: a log variable under a name that says what it is. Times are in milliseconds, null where the
// stream did not come so far.
type jsonItem struct {
	name  string
	alias *Alias
}

// jsonItems are the members after "time", in the order of httplog.
var jsonItems = jsonTable(
	"client", "ci", "client_port", "cp", "frontend", "f", "backend", "b", "server", "s",
	"idle_ms", "Ti", "request_ms", "TR", "queue_ms", "Tw", "connect_ms", "Tc", "response_ms", "Tr", "active_ms", "Ta", "total_ms", "Tt",
	"status", "ST", "bytes_out", "B", "bytes_in", "U", "termination", "tsc",
	"connections", "ac", "frontend_connections", "fc", "backend_streams", "bc", "server_streams", "sc", "retries", "rc",
	"server_queue", "sq", "backend_queue", "bq", "method", "HM", "target", "HU", "version", "HV",
)

// JSONNeed is what a Record must hold for AppendJSON.
const JSONNeed = NeedRecord | NeedRequest | NeedCounts | NeedID

func jsonTable(pairs ...string) (items []jsonItem) {
	for i := 0; i < len(pairs); i += 2 {
		items = append(items, jsonItem{pairs[i], findAlias(pairs[i+1])})
	}
	return items
}

func findAlias(name string) *Alias {
	for _, a := range aliases {
		if a.Name == name {
			return a
		}
	}
	panic("BUG: no log variable " + name)
}

// AppendJSON appends the fields of httplog as one JSON object (RFC 8259): "option httplog json". It is Weir's own: a line that no
// program has to take apart.
func (f *Formatter) AppendJSON(dst []byte, r *Record) []byte {
	dst = append(dst, `{"time": "`...)
	dst = time.UnixMilli(r.Date).UTC().AppendFormat(dst, "2006-01-02T15:04:05.000Z")
	dst = append(dst, '"')
	for i := range jsonItems {
		it := &jsonItems[i]
		dst = AppendName(dst, it.name, false, JSON)
		dst = it.append(f, dst, r)
	}
	dst = appendJSONCaptures(dst, "request_captures", r.ReqHeaders)
	dst = appendJSONCaptures(dst, "response_captures", r.RespHeaders)
	if len(r.UniqueID) > 0 {
		dst = appendJSONText(AppendName(dst, "id", false, JSON), r.UniqueID)
	}
	if r.Reason != "" {
		dst = AppendName(dst, "reason", false, JSON)
		start := len(dst)
		dst = encodeTail(append(dst, r.Reason...), start, JSON)
	}
	return append(dst, '}')
}

// append writes the value. A number that was not reached, -1, is null.
func (it *jsonItem) append(f *Formatter, dst []byte, r *Record) []byte {
	a := it.alias
	switch {
	case a.number != nil && a.number(r) < 0:
		return append(dst, "null"...)
	case len(r.Request) == 0 && a.Need&NeedRequest != 0:
		return append(dst, "null"...)
	}
	return a.encode(f, dst, r, JSON)
}

func appendJSONCaptures(dst []byte, name string, values [][]byte) []byte {
	if len(values) == 0 {
		return dst
	}
	dst = append(AppendName(dst, name, false, JSON), '[')
	for i, v := range values {
		if i > 0 {
			dst = append(dst, ", "...)
		}
		if v == nil {
			dst = append(dst, "null"...)
		} else {
			dst = appendJSONText(dst, v)
		}
	}
	return append(dst, ']')
}
