package backend

import (
	"fmt"
	"time"
)

// "observe": what the streams of a server meet counts as checks.

// What a stream met, in HAProxy's words. "layer4" looks at connections only; "layer7" at responses, and at connections that cannot be made.
const (
	ObservedConnect  = "L4 unsuccessful connection"
	ObservedStatus   = "Wrong http response"
	ObservedTimeout  = "Read timeout (http)"
	ObservedClose    = "Close from server (http)"
	ObservedBadReply = "Invalid http response (headers)"
)

// Observes reports whether the server's connections ("layer4") or responses ("layer7") are looked at.
func (s *Server) Observes(layer string) bool { return s.checker != nil && s.conf.Observe == layer }

// ObserveConnect tells how a try to connect ended. Under "layer7" only a response shows that a server works, but one that cannot be reached
// does not.
func (s *Server) ObserveConnect(ok bool) {
	switch {
	case s.checker == nil || s.conf.Observe == "":
	case !ok:
		s.observed(ObservedConnect)
	case s.conf.Observe == "layer4":
		s.wellDone()
	}
}

// ObserveResponse tells how the wait for a response ended under "layer7": wrong is one of the texts above, or empty.
func (s *Server) ObserveResponse(wrong string) {
	if wrong == "" {
		s.wellDone()
		return
	}
	s.observed(wrong)
}

// wellDone ends a row of errors. It is called on a loop, for each request.
func (s *Server) wellDone() {
	if s.errors.Load() != 0 {
		s.errors.Store(0)
	}
}

// observed counts an error. It takes a lock only where they have become too many.
func (s *Server) observed(wrong string) {
	if s.errors.Add(1) < int64(s.conf.ErrorLimit) {
		return
	}
	s.errors.Store(0)
	s.tooManyErrors(wrong)
}

// GoodStatus reports whether a status shows a server that works, as "observe layer7" has it.
func GoodStatus(status int) bool { return status < 500 || status == 501 || status == 505 }

// tooManyErrors applies "on-error". The next check comes soon in every case.
func (s *Server) tooManyErrors(last string) {
	r := failed(checkHANA, fmt.Sprintf("Detected %d consecutive errors, last one was: %s", s.conf.ErrorLimit, last))
	if s.conf.OnError != "fastinter" {
		s.change(s.whyOf(&r), func(st *state) {
			if st.stopped() || !st.up() {
				return
			}
			st.last = r
			st.hanas++
			switch s.conf.OnError {
			case "sudden-death":
				st.health = min(st.health, st.rise+1)
			case "mark-down":
				st.health = st.rise
			}
			st.miss()
			if s.b.conf.Options.LogHealthChecks {
				s.logCheck(&r)
			}
		})
	}
	s.checker.hurry(s.checker.interval(s.conf.Checks.FastInter))
}

// hurry has the next check come in d at the latest. Any goroutine may call it.
func (c *checker) hurry(d time.Duration) {
	if c.loop == nil {
		return
	}
	c.loop.Post(func() {
		at := c.loop.Now() + int64(d)
		if !c.stopped && !c.running() && c.timer.Armed() && c.timer.At() > at {
			c.loop.Arm(&c.timer, at)
		}
	})
}
