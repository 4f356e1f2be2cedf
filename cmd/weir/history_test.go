package main

import (
	"testing"

	"weir/stats"
)

// What generations before have counted is added to the rows of the same thing, and forgotten with it.
func TestHistory(t *testing.T) {
	row := func(kind stats.RowType, proxy, name string, requests uint64) stats.Row {
		return stats.Row{Type: kind, Proxy: proxy, Name: name, Traffic: stats.Traffic{Requests: requests}}
	}
	h := &history{rows: map[rowKey]*stats.Traffic{}}
	for _, r := range []stats.Row{row(stats.RowFrontend, "a", "FRONTEND", 3), row(stats.RowBackend, "a", "BACKEND", 4), row(stats.RowServer, "a", "s", 5)} {
		h.rows[keyOf(&r)] = &stats.Traffic{Requests: r.Requests}
	}
	f := func(want ...uint64) {
		t.Helper()
		rows := []stats.Row{row(stats.RowFrontend, "a", "FRONTEND", 1), row(stats.RowBackend, "a", "BACKEND", 1), row(stats.RowServer, "a", "s", 1), row(stats.RowServer, "b", "s", 1)}
		h.addTo(nil, rows)
		for i, n := range want {
			if rows[i].Requests != n {
				t.Errorf("%s/%s has %d requests; want %d", rows[i].Proxy, rows[i].Name, rows[i].Requests, n)
			}
		}
	}
	f(4, 5, 6, 1)
	h.prune([]stats.Row{row(stats.RowBackend, "a", "BACKEND", 0), row(stats.RowServer, "b", "s", 0)})
	f(1, 5, 1, 1)
	info := stats.Info{CumReq: 1, CurrConns: 2, Faults: map[string]uint64{"x": 1}}
	addInfo(&info, &stats.Info{CumReq: 3, CurrConns: 7, Faults: map[string]uint64{"x": 2, "y": 1}})
	if info.CumReq != 4 || info.CurrConns != 2 || info.Faults["x"] != 3 || info.Faults["y"] != 1 {
		t.Errorf("got %+v", info)
	}
}
