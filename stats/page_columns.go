package stats

import (
	"fmt"
	"strconv"
	"strings"
)

// pageColumn is one column of the page's tables.
type pageColumn struct {
	group, Title, Doc string
	rows              string // as field.rows
	cell              func(r *Row, v *view) pageCell
	First             bool // of its group
}

var pageColumns = markFirst([]pageColumn{
	{group: "state", Title: "status", Doc: "state, and how long it has lasted", rows: "LFBS", cell: statusCell},
	{group: "state", Title: "last check", Doc: "result and time of the last health check", rows: "S", cell: checkCell},
	{group: "state", Title: "weight", Doc: "effective weight", rows: "BS", cell: count(func(r *Row) int64 { return r.Weight })},
	{group: "state", Title: "act", Doc: "active servers that are up", rows: "BS", cell: count(func(r *Row) int64 { return r.Active })},
	{group: "state", Title: "bck", Doc: "backup servers that are up", rows: "BS", cell: count(func(r *Row) int64 { return r.Backup })},
	{group: "sessions", Title: "now", Doc: "sessions open now", rows: "LFBS", cell: count(func(r *Row) int64 { return r.Current })},
	{group: "sessions", Title: "max", Doc: "most sessions ever open at once", rows: "LFBS", cell: count(func(r *Row) int64 { return r.Max })},
	{group: "sessions", Title: "limit", Doc: "session limit", rows: "LFBS", cell: limit(func(r *Row) int64 { return r.Limit })},
	{group: "sessions", Title: "total", Doc: "sessions since the start", rows: "LFBS", cell: total(func(r *Row) uint64 { return r.Sessions })},
	{group: "rate/s", Title: "now", Doc: "sessions in the last second", rows: "FBS", cell: count(func(r *Row) int64 { return r.Rate })},
	{group: "rate/s", Title: "max", Doc: "most sessions in any second", rows: "FBS", cell: count(func(r *Row) int64 { return r.RateMax })},
	{group: "queue", Title: "now", Doc: "streams waiting", rows: "BS", cell: count(func(r *Row) int64 { return r.QueueCurrent })},
	{group: "queue", Title: "max", Doc: "most streams that ever waited", rows: "BS", cell: count(func(r *Row) int64 { return r.QueueMax })},
	{group: "bytes", Title: "in", Doc: "bytes from clients", rows: "LFBS", cell: size(func(r *Row) uint64 { return r.BytesIn })},
	{group: "bytes", Title: "out", Doc: "bytes to clients", rows: "LFBS", cell: size(func(r *Row) uint64 { return r.BytesOut })},
	{group: "responses", Title: "2xx", Doc: "responses 200 to 299", rows: "FBS", cell: class(2, "")},
	{group: "responses", Title: "3xx", Doc: "responses 300 to 399", rows: "FBS", cell: class(3, "")},
	{group: "responses", Title: "4xx", Doc: "responses 400 to 499", rows: "FBS", cell: class(4, "")},
	{group: "responses", Title: "5xx", Doc: "responses 500 to 599", rows: "FBS", cell: class(5, "down")},
	{group: "mean ms", Title: "queue", Doc: "ms in the queue", rows: "BS", cell: mean(queueTime)},
	{group: "mean ms", Title: "connect", Doc: "ms until the server connection stood", rows: "BS", cell: mean(connectTime)},
	{group: "mean ms", Title: "response", Doc: "ms until the response headers came", rows: "BS", cell: mean(responseTime)},
	{group: "mean ms", Title: "total", Doc: "ms that a stream took", rows: "BS", cell: mean(totalTime)},
	{group: "denied", Title: "req", Doc: "requests that a rule denied", rows: "LFB", cell: alarm("warn", func(r *Row) uint64 { return r.DeniedReq })},
	{group: "denied", Title: "resp", Doc: "responses that a rule denied", rows: "LFBS", cell: alarm("warn", func(r *Row) uint64 { return r.DeniedResp })},
	{group: "errors", Title: "req", Doc: "malformed, slow or broken requests", rows: "LF", cell: alarm("warn", func(r *Row) uint64 { return r.ReqErrors })},
	{group: "errors", Title: "conn", Doc: "failed connections to servers", rows: "BS", cell: alarm("down", func(r *Row) uint64 { return r.ConnErrors })},
	{group: "errors", Title: "resp", Doc: "malformed or broken responses", rows: "BS", cell: alarm("down", func(r *Row) uint64 { return r.RespErrors })},
	{group: "warnings", Title: "retries", Doc: "connections tried again", rows: "BS", cell: alarm("warn", func(r *Row) uint64 { return r.Retries })},
	{group: "warnings", Title: "moved", Doc: "streams moved to another server", rows: "BS", cell: alarm("warn", func(r *Row) uint64 { return r.Redispatch })},
	{group: "TLS", Title: "new", Doc: "handshakes that resumed nothing", rows: "LFBS", cell: total(func(r *Row) uint64 { return r.TLS.Sessions })},
	{group: "TLS", Title: "again", Doc: "handshakes that resumed a session", rows: "LFBS", cell: total(func(r *Row) uint64 { return r.TLS.Resumed })},
	{group: "TLS", Title: "failed", Doc: "handshakes that failed", rows: "LFBS", cell: alarm("warn", func(r *Row) uint64 { return r.TLS.Failed })},
	{group: "HTTP/2", Title: "conns", Doc: "connections of HTTP/2 open now", rows: "FB", cell: count(func(r *Row) int64 { return r.HTTP2.OpenConns })},
	{group: "HTTP/2", Title: "streams", Doc: "streams of HTTP/2 since the start", rows: "FB", cell: total(func(r *Row) uint64 { return r.HTTP2.Streams })},
	{group: "HTTP/2", Title: "errors", Doc: "errors of peers in HTTP/2, of streams and of connections", rows: "FB", cell: alarm("warn", func(r *Row) uint64 { return r.HTTP2.ConnErrors + r.HTTP2.StreamErrors })},
	{group: "downs", Title: "times", Doc: "transitions from up to down", rows: "BS", cell: total(func(r *Row) uint64 { return r.DownTransitions })},
	{group: "downs", Title: "time", Doc: "time spent down", rows: "BS", cell: func(r *Row, _ *view) pageCell { return pageCell{Text: shortAge(int64(r.Downtime.Seconds()))} }},
})

func markFirst(c []pageColumn) []pageColumn {
	for i := range c {
		c[i].First = i == 0 || c[i].group != c[i-1].group
	}
	return c
}

func pageGroups() []pageGroup {
	var g []pageGroup
	for i := range pageColumns {
		if pageColumns[i].First {
			g = append(g, pageGroup{Name: pageColumns[i].group})
		}
		g[len(g)-1].Span++
	}
	return g
}

// statusClass colours a state: the word stays readable without colours.
func statusClass(status string) string {
	switch s := cellState(status); {
	case status == "no check":
		return "s none"
	case s == "UP" && strings.Contains(status, "/"), s == "NOLB", s == "FULL", s == "WAITING":
		return "s warn"
	case s == "UP" || s == "OPEN":
		return "s up"
	case s == "MAINT" || s == "DRAIN" || s == "STOP":
		return "s off"
	}
	return "s down"
}

func statusCell(r *Row, v *view) pageCell {
	text := r.Status
	if !r.LastChange.IsZero() {
		text = shortAge(v.ago(r.LastChange)) + " " + text
	}
	return pageCell{Text: text, Class: statusClass(r.Status)}
}

func checkCell(r *Row, _ *view) pageCell {
	if !r.Checked {
		return pageCell{}
	}
	text := r.CheckStatus
	if r.CheckCode > 0 {
		text += "/" + strconv.Itoa(r.CheckCode)
	}
	hint := checkDesc(r)
	if r.LastCheck != "" {
		hint += ": " + r.LastCheck
	}
	return pageCell{Text: fmt.Sprintf("%s in %dms", text, r.CheckDuration.Milliseconds()), Hint: hint}
}

func count(get func(*Row) int64) func(*Row, *view) pageCell {
	return func(r *Row, _ *view) pageCell { return pageCell{Text: strconv.FormatInt(get(r), 10)} }
}

// limit shows a dash for no limit.
func limit(get func(*Row) int64) func(*Row, *view) pageCell {
	return func(r *Row, _ *view) pageCell {
		if get(r) == 0 {
			return pageCell{Text: "–", Class: "none"}
		}
		return pageCell{Text: strconv.FormatInt(get(r), 10)}
	}
}

func total(get func(*Row) uint64) func(*Row, *view) pageCell {
	return func(r *Row, _ *view) pageCell { return pageCell{Text: strconv.FormatUint(get(r), 10)} }
}

// alarm colours a count that is not 0.
func alarm(class string, get func(*Row) uint64) func(*Row, *view) pageCell {
	return func(r *Row, _ *view) pageCell {
		n := get(r)
		if n == 0 {
			return pageCell{Text: "0", Class: "none"}
		}
		return pageCell{Text: strconv.FormatUint(n, 10), Class: class}
	}
}

func class(n int, colour string) func(*Row, *view) pageCell {
	counted := alarm(colour, func(r *Row) uint64 { return r.Responses[n] })
	return func(r *Row, v *view) pageCell {
		if r.Mode != "http" {
			return pageCell{}
		}
		return counted(r, v)
	}
}

func mean(of func(*Row) *Average) func(*Row, *view) pageCell {
	return func(r *Row, _ *view) pageCell {
		return pageCell{Text: strconv.FormatInt(of(r).Value(), 10), Hint: fmt.Sprintf("most: %d ms", of(r).Max())}
	}
}

func size(get func(*Row) uint64) func(*Row, *view) pageCell {
	return func(r *Row, _ *view) pageCell {
		return pageCell{Text: bytesText(get(r)), Hint: strconv.FormatUint(get(r), 10)}
	}
}

// bytesText shortens a number of bytes to three or four digits.
func bytesText(n uint64) string {
	const units = "KMGTPE"
	if n < 1024 {
		return strconv.FormatUint(n, 10)
	}
	f, u := float64(n)/1024, 0
	for f >= 1024 && u < len(units)-1 {
		f, u = f/1024, u+1
	}
	return fmt.Sprintf("%.1f %ciB", f, units[u])
}

// shortAge shortens seconds to their two largest units.
func shortAge(s int64) string {
	const minute, hour, day = 60, 3600, 86400
	switch {
	case s < minute:
		return fmt.Sprintf("%ds", s)
	case s < hour:
		return fmt.Sprintf("%dm%ds", s/minute, s%minute)
	case s < day:
		return fmt.Sprintf("%dh%dm", s/hour, s%hour/minute)
	}
	return fmt.Sprintf("%dd%dh", s/day, s%day/hour)
}
