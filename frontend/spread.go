package frontend

import (
	"math/rand/v2"
	"time"

	"weir/internal/loop"
)

// spread closes what is idle little by little when the process stops ("close-spread-time"): all at once, the clients would all come
// to the next balancer in the same moment.
type spread struct {
	timer loop.Timer
	until int64 // Loop.Now's
}

// leaving reports whether a client's connection ends with the response under way, because the process stops: all of them, or with
// close-spread-time more and more of them.
func (w *worker) leaving() bool {
	px := w.px
	if !px.stopping.Load() {
		return false
	}
	p := &px.cfg.Global.Process
	switch {
	case p.SpreadForever:
		return false
	case p.CloseSpread == 0 || w.spread.until == 0:
		return p.CloseSpread == 0
	}
	left := w.spread.until - w.l.Now()
	return left <= 0 || rand.Int64N(int64(p.CloseSpread)) >= left
}

// stop ends the keep-alive connections that wait for a request, at once or over close-spread-time.
func (w *worker) stop() {
	p := &w.px.cfg.Global.Process
	switch {
	case p.SpreadForever:
	case p.CloseSpread > 0:
		w.spread.until = w.l.Now() + int64(p.CloseSpread)
		w.spread.timer.Fire = w.closeSome
		w.closeSome()
	default:
		w.closeIdle()
	}
}

// closeSome closes the share of this step, those that have rested longest first.
func (w *worker) closeSome() {
	steps := (w.spread.until - w.l.Now()) / int64(spreadStep)
	if steps <= 0 {
		w.closeIdle()
		return
	}
	for n := (int64(w.resting.len()) + steps - 1) / steps; n > 0; n-- {
		if s := w.resting.first(); s != nil && !s.waitsOut() {
			s.close()
		}
	}
	w.l.Arm(&w.spread.timer, w.l.Now()+int64(spreadStep))
}

// waitsOut reports whether an idle connection stays until its next response or its timeout though the process stops ("idle-close-on-response"):
// a client that sends just then does not find it closed.
func (s *session) waitsOut() bool {
	return s.requests > 0 && s.fe.p.Options.IdleCloseResponse && !s.w.px.cutting.Load()
}

// spreadStep is how often some are closed.
const spreadStep = 50 * time.Millisecond
