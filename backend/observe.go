package backend

import "time"

// "observe": what the streams of a server meet counts as checks.

// Observes reports whether the server's connections ("layer4") or responses ("layer7") are looked at.
func (s *Server) Observes(layer string) bool { return s.checker != nil && s.conf.Observe == layer }

// Observe tells how a connection or a response was. It is called on a loop, and takes a lock only where the errors have
// become too many.
func (s *Server) Observe(ok bool) {
	if ok {
		if s.errors.Load() != 0 {
			s.errors.Store(0)
		}
		return
	}
	if s.errors.Add(1) < int64(s.conf.ErrorLimit) {
		return
	}
	s.errors.Store(0)
	s.tooManyErrors()
}

// GoodStatus reports whether a status shows a server that works, as "observe layer7" has it.
func GoodStatus(status int) bool { return status < 500 || status == 501 || status == 505 }

// tooManyErrors applies "on-error". The next check comes soon in every case.
func (s *Server) tooManyErrors() {
	r := failed(checkHANA, "Detected "+plural(s.conf.ErrorLimit, "consecutive error")+", last one was: "+observedError(s.conf.Observe))
	if s.conf.OnError != "fastinter" {
		s.change(r.reason(), func(st *state) {
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
		})
	}
	s.checker.hurry(s.checker.interval(s.conf.Checks.FastInter))
}

func observedError(layer string) string {
	if layer == "layer4" {
		return "L4 unsuccessful connection"
	}
	return "Wrong http response"
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
