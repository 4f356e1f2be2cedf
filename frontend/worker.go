package frontend

import (
	"weir/internal/h2mux"
	"weir/internal/http1"
	"weir/internal/logfmt"
	"weir/internal/logsink"
	"weir/internal/loop"
	"weir/stats"
)

// worker is one loop's share of the proxy: what sessions and streams on that loop use in common.
type worker struct {
	px *Proxy
	l  *loop.Loop
	id int

	format   logfmt.Formatter
	line     logfmt.Record
	asked    logfmt.Record // for timers that rules ask for
	busy     busy
	ended    ended
	access   *logsink.Producer // nil = no access log
	scratch  []byte            // heads and chunks are put together here; never held across a suspension
	free     []*stream
	active   activeList        // streams and tunnels at work
	resting  sessionList       // idle keep-alive connections, longest first
	target   []byte            // the name of a backend being made
	snis     map[string]string // see intern
	spread   spread
	reqs     uint64 // requests, for "show info"
	conns    uint64 // connections accepted
	connRate stats.LiveRate
	seq      uint64 // of the next stream: see number
	noSplice bool   // "nosplice"
	drain    drainLimits
	trunks   map[*session]*h2mux.Conn // clients of HTTP/2
	branches []*session               // of their streams, to be used again
	faults   map[string]uint64        // how streams failed, by reason
}

func newWorker(px *Proxy, l *loop.Loop) *worker {
	w := &worker{px: px, l: l, id: l.ID(), seq: uint64(l.ID()), trunks: map[*session]*h2mux.Conn{}, drain: drainLimits{drainTime, drainBytes}, noSplice: px.cfg.Global.Tune.NoSplice}
	// A head grows by what rules add and by what chunking adds to a body.
	w.scratch = make([]byte, 0, 2*l.BufSize()+4096)
	if px.opt.Access != nil {
		w.access = px.opt.Access.Producer(l.ID())
		l.AtTurnEnd(w.access.Flush)
	}
	w.resting.init()
	w.active.init()
	return w
}

// number is the next stream's, from 0 on as in HAProxy. No two streams of the process have the same: each loop takes its share of the numbers.
func (w *worker) number() uint64 {
	n := w.seq
	w.seq += uint64(len(w.px.loops))
	return n
}

func (w *worker) getStream(s *session) *stream {
	var st *stream
	if n := len(w.free); n > 0 {
		st = w.free[n-1]
		w.free = w.free[:n-1]
	} else {
		st = newStream(w)
	}
	st.s = s
	w.active.add(&st.active)
	return st
}

func (w *worker) putStream(st *stream) {
	st.s, st.task = nil, nil
	st.active.leave()
	if len(w.free) < maxFreeStreams {
		w.free = append(w.free, st)
	}
}

// closeIdle ends the keep-alive connections that wait for a request: the process stops.
func (w *worker) closeIdle() {
	for s := w.resting.first(); s != nil; {
		next := w.resting.after(s)
		s.closeIdle()
		s = next
	}
	w.goAway()
}

// count notes why a stream failed: the reason of a malformed message, else the fault's name.
func (w *worker) count(r *record) {
	if r.fault == nil {
		return
	}
	if w.faults == nil {
		w.faults = map[string]uint64{}
	}
	name := r.fault.Name
	if r.reason != nil {
		name = r.reason.Reason
	}
	w.faults[name]++
}

// forgiven counts a fault that a lenient parser has passed over; nil = there was none.
func (w *worker) forgiven(e *http1.Error) {
	if e != nil {
		w.note("accepted_" + e.Reason)
	}
}

// note counts what went wrong without ending a stream.
func (w *worker) note(name string) {
	if w.faults == nil {
		w.faults = map[string]uint64{}
	}
	w.faults[name]++
}
