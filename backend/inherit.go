package backend

import "time"

// Inherit takes over what is known of the servers of the backend that this one follows after a reload: a server that is down must not get
// traffic until a check has found that out anew, and one that an administrator has taken out stays out. It is called before Start.
//
// A server is the same where its name and its configured address are. What was changed at run time is kept as long as the
// configuration says of it what it said before; where the file was changed, the file has the last word:
//
//	health, the checks' last result, the agent's word    kept where the server is still checked (or asked)
//	maintenance, drain                                   kept unless "disabled" has come or gone
//	weight, maxconn, address                             kept unless the configured one is another
//	times of change and of downtime, counted failures    kept
func (b *Backend) Inherit(old *Backend) {
	old.mu.Lock()
	downs, empty, since, downtime, changed := old.downs, old.empty, old.downSince, old.downtime, old.changed.time()
	old.mu.Unlock()
	b.mu.Lock()
	for _, s := range b.Servers() {
		if was := old.Server(s.Name()); was != nil && s.conf.Addr == was.conf.Addr {
			s.inherit(was)
		}
	}
	b.downs, b.downtime, b.downSince = downs, downtime, since
	b.changed.ns.Store(changed.UnixNano())
	b.rebuild()
	if active, backup := b.countUsable(); active+backup == 0 {
		if b.empty = true; !empty {
			b.downSince = time.Now()
		}
	}
	b.mu.Unlock()
}

// FollowTracked brings the state of tracked servers to those that track them, after every backend has inherited.
func (b *Backend) FollowTracked() {
	for _, s := range b.Servers() {
		if s.conf.Track == nil {
			s.spread()
		}
	}
}

// inherit takes over one server's state. With Backend.mu held; the other backend's is taken for a moment: generations have an order, so
// nobody waits for the two the other way round.
func (s *Server) inherit(was *Server) {
	was.b.mu.Lock()
	old := was.state
	was.b.mu.Unlock()
	st := &s.state
	st.takeHealth(&old, s, was)
	if s.conf.Disabled == was.conf.Disabled && !was.homeless.Load() {
		st.maint, st.byConf, st.drain = old.maint, old.byConf, old.drain
		st.byAgent = old.byAgent && s.agent != nil
		if old.byAgent && s.agent == nil { // nobody is left who would end it
			st.maint, st.drain = s.conf.Disabled, false
		}
	}
	if st.weight0 == old.weight0 && (!s.b.static() || old.weight == 0 || old.weight == old.weight0) {
		st.weight = old.weight
	}
	st.changed, st.downtime = old.changed, old.downtime
	st.fails, st.hanas, st.downs = old.fails, old.hanas, old.downs
	if s.conf.Maxconn == was.conf.Maxconn {
		s.limit.Store(was.limit.Load())
	}
	if was.moved.Load() {
		s.addr.Store(was.addr.Load())
		s.moved.Store(true)
		s.homeless.Store(false)
	}
	if s.checker != nil && was.checker != nil {
		s.checker.paused.Store(was.checker.paused.Load())
	}
	if s.agent != nil && was.agent != nil {
		s.agent.check.paused.Store(was.agent.check.paused.Load())
	}
	s.weight.Store(int32(st.weight))
	s.usable.Store(st.balanced())
	s.alive.Store(st.alive())
}

// takeHealth goes on where the checks of the other generation are. One that had said nothing yet has nothing to give.
func (st *state) takeHealth(old *state, s, was *Server) {
	if s.agent != nil && was.agent != nil {
		st.agent = old.agent
	}
	st.stopping = old.stopping
	switch {
	case !st.checked || !old.checked:
		return
	case old.health >= old.full():
		st.health = st.full()
	case old.health >= old.rise:
		st.health = min(st.rise+old.health-old.rise, st.full())
	default:
		st.health = min(old.health, st.rise-1)
	}
	st.last = old.last
}

// Quiesce is for a process or generation that takes no new clients: nothing is checked any more, and no connection to a server is kept
// idle. Streams that hold a lease, and those that still ask for one, are served.
func (b *Backend) Quiesce() {
	b.quiet.Store(true)
	b.Stop()
}
