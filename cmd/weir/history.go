package main

import (
	"context"
	"maps"
	"slices"
	"sync"

	"weir/stats"
)

// history keeps what the generations before have counted: a counter goes on over a reload, as what it counts does. Of those that
// still drain their present counts are taken, of those that have ended the last ones.
type history struct {
	mu    sync.Mutex
	live  []*source // generations that drain
	rows  map[rowKey]*stats.Traffic
	total stats.Info // of the process
}

// rowKey is what makes two rows the same thing's.
type rowKey struct {
	kind        stats.RowType
	proxy, name string
}

func keyOf(r *stats.Row) rowKey { return rowKey{r.Type, r.Proxy, r.Name} }

// retire makes a generation one that drains.
func (h *history) retire(s *source) {
	h.mu.Lock()
	defer h.mu.Unlock()
	h.live = append(h.live, s)
}

// recall undoes retire.
func (h *history) recall(s *source) {
	h.mu.Lock()
	defer h.mu.Unlock()
	h.drop(s)
}

// drop takes a generation out of those that drain. With mu held.
func (h *history) drop(s *source) {
	h.live = slices.DeleteFunc(h.live, func(o *source) bool { return o == s })
}

// prune forgets what is gone from the configuration: names may be new at each reload.
func (h *history) prune(now []stats.Row) {
	keep := map[rowKey]bool{}
	for i := range now {
		keep[keyOf(&now[i])] = true
	}
	h.mu.Lock()
	defer h.mu.Unlock()
	maps.DeleteFunc(h.rows, func(k rowKey, _ *stats.Traffic) bool { return !keep[k] })
}

// remember keeps the last counts of a generation that ends.
func (s *source) remember() {
	if s.past == nil {
		return
	}
	h := s.past
	rows, info := s.ownRows(), s.ownInfo()
	h.mu.Lock()
	defer h.mu.Unlock()
	h.drop(s)
	if h.rows == nil {
		h.rows = map[rowKey]*stats.Traffic{}
	}
	for i := range rows {
		t := h.rows[keyOf(&rows[i])]
		if t == nil {
			t = new(stats.Traffic)
			h.rows[keyOf(&rows[i])] = t
		}
		t.Add(&rows[i].Traffic)
		t.Closed()
	}
	addInfo(&h.total, &info)
}

// addTo adds what was counted before to the rows of s. What is gone from the configuration is told no more. The lock is held throughout: a
// generation that ends meanwhile must not be counted twice.
func (h *history) addTo(s *source, rows []stats.Row) {
	index := map[rowKey]*stats.Row{}
	for i := range rows {
		index[keyOf(&rows[i])] = &rows[i]
	}
	add := func(k rowKey, t *stats.Traffic) {
		if now := index[k]; now != nil {
			now.Traffic.Add(t)
		}
	}
	h.mu.Lock()
	defer h.mu.Unlock()
	for _, o := range h.live {
		if o == s {
			continue
		}
		for _, r := range o.ownRows() {
			add(keyOf(&r), &r.Traffic)
		}
	}
	for k, t := range h.rows {
		add(k, t)
	}
}

// addInfoTo is addTo for the process's counts.
func (h *history) addInfoTo(s *source, info *stats.Info) {
	h.mu.Lock()
	defer h.mu.Unlock()
	for _, o := range h.live {
		if o != s {
			one := o.ownInfo()
			addInfo(info, &one)
		}
	}
	addInfo(info, &h.total)
}

// addInfo adds the counters of o, not what it has now or at most.
func addInfo(info, o *stats.Info) {
	info.CumConns += o.CumConns
	info.CumReq += o.CumReq
	info.CumSSLConns += o.CumSSLConns
	info.DroppedLogs += o.DroppedLogs
	info.TotalBytesOut += o.TotalBytesOut
	info.TotalSplicedBytesOut += o.TotalSplicedBytesOut
	info.FailedResolutions += o.FailedResolutions
	info.Panics += o.Panics
	info.Stalls += o.Stalls
	info.AcceptErrors += o.AcceptErrors
	info.AddFaults(o.Faults)
}

// forget drops what was counted before: "clear counters all".
func (h *history) forget(ctx context.Context) {
	h.mu.Lock()
	h.rows, h.total = nil, stats.Info{}
	live := append([]*source(nil), h.live...)
	h.mu.Unlock()
	for _, o := range live {
		(&admin{px: o.px}).ClearCounters(ctx, true)
	}
}
