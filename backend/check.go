package backend

import (
	"math/rand/v2"
	"net/netip"
	"sync/atomic"
	"time"

	"weir/conf"
	"weir/internal/loop"
)

// checker is the health check of one server: a timer and, while it runs, a task on one loop. It waits for
// nothing but its own socket, always with a deadline, and reads a bounded answer: it cannot hold its loop up.
type checker struct {
	server  *Server
	loop    *loop.Loop
	addr    *loop.Addr                 // resolved "addr"; nil = the server's
	agent   *agent                     // whose questions these are; nil = a health check
	to      atomic.Pointer[netip.Addr] // "set server check-addr"
	port    atomic.Int32               // the port to check; 0 = the server's
	plan    *plan
	run     checkRun // the one under way
	timer   loop.Timer
	busy    atomic.Bool
	paused  atomic.Bool // "disable health"
	stopped bool        // owned by the loop
}

func newChecker(s *Server) (*checker, error) {
	c := &checker{server: s}
	c.timer.Fire = c.fire
	c.port.Store(int32(s.conf.Checks.Port))
	var err error
	c.plan, err = newPlan(s.b.conf, nil, nil)
	return c, err
}

// running reports whether a check is under way.
func (c *checker) running() bool { return c.busy.Load() }

// startChecks spreads the servers' checks over the loops and their first ones over the shortest interval
// (no longer than max-spread-checks), so that servers on one machine are not all asked at once. With Backend.mu held.
func (b *Backend) startChecks() {
	var list []*checker
	window := time.Duration(0)
	for _, s := range b.Servers() {
		for _, c := range s.checkers() {
			list = append(list, c)
			if d := c.interval(0); window == 0 || d < window {
				window = d
			}
		}
	}
	if m := b.global.MaxSpreadCheck; m > 0 {
		window = min(window, m)
	}
	if len(b.loops) == 0 {
		return
	}
	for i, c := range list {
		c.start(b.loops[(i+b.conf.ID)%len(b.loops)], window*time.Duration(i)/time.Duration(len(list)))
	}
	b.checkers = list
}

// start has the first check after a while.
func (c *checker) start(l *loop.Loop, after time.Duration) {
	c.loop = l
	l.Post(func() {
		c.stopped = false
		l.Arm(&c.timer, l.Now()+int64(after))
	})
}

// checkers are those of the server's health and of its agent.
func (s *Server) checkers() []*checker {
	var list []*checker
	if s.checker != nil {
		list = append(list, s.checker)
	}
	if s.agent != nil {
		list = append(list, s.agent.check)
	}
	return list
}

// stop ends the checks. On the checker's loop.
func (c *checker) stop() {
	c.stopped = true
	c.loop.Disarm(&c.timer)
}

// fire starts a check.
func (c *checker) fire() {
	// An agent is asked in maintenance too: it may be the agent that ends it.
	if c.paused.Load() || c.agent == nil && c.server.inMaint() {
		c.loop.Arm(&c.timer, c.loop.Now()+int64(c.interval(0)))
		return
	}
	c.loop.GoRun(c)
}

// Run is one check and the arming of the next.
func (c *checker) Run(t *loop.Task) {
	c.busy.Store(true)
	began := c.loop.Now()
	defer func() {
		c.busy.Store(false)
		if !c.stopped {
			// The pause is between checks, as in HAProxy: a server that lets them run into the timeout is not asked without one.
			c.loop.Arm(&c.timer, c.loop.Now()+int64(c.spread(c.next())))
		}
	}()
	var r checkResult
	if c.plan.exec {
		r = c.execute(t)
	} else {
		r = c.check(t)
	}
	r.took = time.Duration(c.loop.Now() - began)
	switch {
	case c.stopped || c.paused.Load():
	case c.agent != nil:
		c.agent.report(r)
	default:
		c.server.report(r)
	}
}

// target is the address to check: the server's, with "addr" and "port" in its place.
func (c *checker) target() *loop.Addr {
	if c.agent != nil {
		return c.agent.target()
	}
	a, port := c.server.addr.Load(), c.checkPort()
	to := c.to.Load()
	if c.addr == nil && to == nil && (port == 0 || !a.AddrPort().IsValid()) {
		return a
	}
	ap := a.AddrPort()
	switch {
	case to != nil:
		ap = netip.AddrPortFrom(*to, ap.Port())
	case c.addr != nil:
		ap = netip.AddrPortFrom(c.addr.AddrPort().Addr(), ap.Port())
	}
	if port != 0 {
		ap = netip.AddrPortFrom(ap.Addr(), uint16(port))
	}
	return loop.TCPAddr(ap)
}

// checkPort is the port that is checked where it is not the server's; 0 = it is.
func (c *checker) checkPort() int { return int(c.port.Load()) }

// interval is inter, or other in its place where that is set.
func (c *checker) interval(other time.Duration) time.Duration {
	if c.agent != nil {
		return c.agent.interval()
	}
	d := c.server.conf.Checks.Inter
	if d <= 0 {
		d = conf.DefaultInter
	}
	if other > 0 {
		d = other
	}
	return max(d, minInter)
}

// next is the time to the next check: fastinter in transition, downinter while down.
func (c *checker) next() time.Duration {
	s := c.server
	s.b.mu.Lock()
	health, rise, full := s.state.health, s.state.rise, s.state.full()
	s.b.mu.Unlock()
	switch {
	case health == full:
		return c.interval(0)
	case health == 0:
		return c.interval(s.conf.Checks.DownInter)
	case health == rise && rise == full:
		return c.interval(0)
	}
	return c.interval(s.conf.Checks.FastInter)
}

// spread moves d by up to spread-checks percent to either side.
func (c *checker) spread(d time.Duration) time.Duration {
	part := d * time.Duration(c.server.b.global.SpreadChecks) / 100
	if part <= 0 {
		return d
	}
	return d - part + time.Duration(rand.Int64N(2*int64(part)))
}

// whyOf is the reason that the line of a change of state gives: none where the check has a line of its own.
func (s *Server) whyOf(r *checkResult) string {
	if s.b.conf.Options.LogHealthChecks {
		return ""
	}
	return r.reason()
}

// report moves the server's health by the result of a check.
func (s *Server) report(r checkResult) {
	s.change(s.whyOf(&r), func(st *state) {
		if st.stopped() {
			return
		}
		last, health := st.last.status, st.health
		st.last = r
		switch {
		case r.status == checkL7OKC:
			st.pass()
			st.stopping = st.up()
		case r.ok():
			st.pass()
			st.stopping = false
		case !r.ours:
			st.miss()
		}
		if s.b.conf.Options.LogHealthChecks && (last != r.status || health != st.health) {
			s.logCheck(&r)
		}
	})
}

func (s *Server) inMaint() bool {
	s.b.mu.Lock()
	defer s.b.mu.Unlock()
	return s.state.stopped()
}

// SetChecks is "enable health" and "disable health"; a server without checks is left as it is.
func (s *Server) SetChecks(on bool) {
	if s.checker != nil {
		s.checker.paused.Store(!on)
	}
}
