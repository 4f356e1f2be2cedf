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
	n := (int64(w.resting.len()) + steps - 1) / steps
	for s := w.resting.first(); s != nil && n > 0; n-- {
		next := w.resting.after(s)
		s.closeIdle()
		s = next
	}
	w.l.Arm(&w.spread.timer, w.l.Now()+int64(spreadStep))
}

// waitsOut reports whether an idle connection stays until its next response or its timeout though the process stops: a client that sends just
// then does not find it closed. So do those that were not asked for anything yet, as in HAProxy, and with "idle-close-on-response" all.
func (s *session) waitsOut() bool {
	return (s.requests == 0 || s.fe.p.Options.IdleCloseResponse) && !s.w.px.cutting.Load()
}

// closeIdle closes a connection that rests, unless it waits the stop out or a request has come that nobody has looked at yet.
func (s *session) closeIdle() {
	if !s.waitsOut() && !s.c.Waiting() {
		s.close()
	}
}

// spreadStep is how often some are closed.
const spreadStep = 50 * time.Millisecond
