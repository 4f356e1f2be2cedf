package backend

import "time"

// "slowstart": a server that comes back takes up its load little by little, over that time. Its share of the streams and its
// maxconn grow with it.

const (
	fullyWarm = 100
	// warmSteps is in how many steps the load grows: each makes the table of servers anew.
	warmSteps = 20
	// minWarmStep keeps a short slowstart from doing so all the time.
	minWarmStep = 50 * time.Millisecond
	// shareScale is how much finer than weights the shares are while a server warms up: a weight of 1 must be divided.
	shareScale = 16
)

// warmUp begins, or ends, the slow start of a server whose state has changed. With Backend.mu held.
func (s *Server) warmUp(alive bool) {
	now := s.state.alive()
	if s.conf.SlowStart <= 0 || alive == now {
		return
	}
	if s.warming != nil {
		s.warming.Stop()
		s.warming = nil
	}
	s.warm.Store(fullyWarm)
	if now {
		s.warm.Store(1)
		began := time.Now()
		s.warming = time.AfterFunc(s.warmStep(), func() { s.warmer(began) })
	}
}

// cool ends a slow start when the backend stops.
func (s *Server) cool() {
	s.b.mu.Lock()
	defer s.b.mu.Unlock()
	if s.warming != nil {
		s.warming.Stop()
		s.warming = nil
	}
}

func (s *Server) warmStep() time.Duration { return max(s.conf.SlowStart/warmSteps, minWarmStep) }

// warmer is one step. Like every change of a table, it is a goroutine's or a loop's, whoever comes.
func (s *Server) warmer(began time.Time) {
	b := s.b
	b.mu.Lock()
	defer b.mu.Unlock()
	if s.warming == nil || !s.state.alive() { // it went down meanwhile
		return
	}
	percent := int64(time.Since(began)) * fullyWarm / int64(s.conf.SlowStart)
	if percent >= fullyWarm {
		s.warm.Store(fullyWarm)
		s.warming = nil
	} else {
		s.warm.Store(int32(max(percent, 1)))
		s.warming.Reset(s.warmStep())
	}
	b.update()
	b.settle()
}

// throttle is the percentage that "show stat" shows; 0 where there is none.
func (s *Server) throttle() int {
	if w := int(s.warm.Load()); w < fullyWarm {
		return w
	}
	return 0
}

// pull is what leastconn weighs the load of a server by.
func (s *Server) pull() int64 { return int64(s.weight.Load()) * int64(s.warm.Load()) }

// share is the weight in units of 1/shareScale, as far as the server is warm.
func (s *Server) share() int {
	return max(s.Weight()*shareScale*int(s.warm.Load())/fullyWarm, 1)
}

// warming reports whether shares differ from weights.
func warming(servers []*Server) bool {
	for _, s := range servers {
		if s.warm.Load() < fullyWarm && !s.b.static() {
			return true
		}
	}
	return false
}
