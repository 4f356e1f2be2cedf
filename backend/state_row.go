package backend

import (
	"net/netip"
	"time"

	"weir/conf"
	"weir/stats"
)

// StateRow is the server's line of "show servers state". Any goroutine may call it.
func (s *Server) StateRow() stats.ServerStateRow {
	s.b.mu.Lock()
	defer s.b.mu.Unlock()
	st := &s.state
	r := stats.ServerStateRow{
		BackendID: s.b.conf.ID, Backend: s.b.Name(), ServerID: s.id(), Server: s.Name(),
		OpState: st.opState(), AdminState: st.adminState(), UserWeight: st.weight, InitialWeight: st.weight0,
		LastChange: time.Since(st.changed), CheckStatus: checkStatuses[st.last.status].number, CheckHealth: st.health,
		CheckResult: st.last.result(), FQDN: s.fqdn(), SSL: s.TLS(),
	}
	if s.conf.Disabled { // also where it was made ready since
		r.AdminState |= adminDisabled
	}
	if ap := s.addr.Load().AddrPort(); ap.IsValid() {
		r.Addr, r.Port = ap.Addr(), ap.Port()
	}
	if c := s.checker; c != nil {
		r.CheckState = c.state()
		r.CheckPort, r.CheckAddr = uint16(c.checkPort()), s.conf.Checks.Addr
	}
	if a := s.agent; a != nil {
		a.state(&r)
	}
	if st.stopped() {
		r.CheckHealth = 0
		if st.byConf || s.checker != nil && !s.checker.paused.Load() {
			r.CheckState |= 8 // paused by the maintenance
		}
	}
	return r
}

// fqdn is the configured name; empty where the line has an address, whatever the server's is now.
func (s *Server) fqdn() string {
	host := s.conf.Addr.Host
	if _, err := netip.ParseAddr(host); err == nil || host == "*" || s.conf.Addr.Kind != conf.AddrTCP {
		return ""
	}
	return host
}

// The numbers below are those of "show servers state" (HAProxy's management guide, 9.3).

func (st *state) opState() int {
	switch {
	case !st.alive():
		return 0
	case st.stopping:
		return 3
	}
	return 2
}

func (st *state) adminState() (n int) {
	switch {
	case st.maint && st.byConf:
		n = 5
	case st.maint:
		n = 1
	}
	if st.viaMaint {
		n |= 2
	}
	if st.drain {
		n |= 8
	}
	if st.viaDrain {
		n |= 16
	}
	return n
}

func (r *checkResult) result() int {
	switch {
	case r.ok():
		return 3
	case r.status == checkINI:
		return 0
	}
	return 2
}

func (c *checker) state() int {
	n := 2 // configured
	if c.busy.Load() {
		n |= 1
	}
	if !c.paused.Load() {
		n |= 4
	}
	return n
}

// ClearCounters is "clear counters": it forgets the maxima, or with all every counter. It does not wait for the loops.
func (b *Backend) ClearCounters(all bool) {
	b.max.Store(b.cur.Load())
	b.queue.max.Store(b.queue.any.Load())
	for _, s := range b.Servers() {
		s.max.Store(s.cur.Load())
		s.qmax.Store(s.queued.Load())
	}
	for _, l := range b.loops {
		l.Post(func() { b.clear(l.ID(), all) })
	}
	if !all {
		return
	}
	b.mu.Lock()
	defer b.mu.Unlock()
	b.downs = 0
	for _, s := range b.Servers() {
		s.state.fails, s.state.downs = 0, 0
	}
}

// clear forgets what one loop counted, on it.
func (b *Backend) clear(id int, all bool) {
	b.local[id].times.resetMax()
	b.local[id].rate.ResetMax()
	if all {
		b.local[id].traffic.Forget()
	}
	for _, s := range b.Servers() {
		s.local[id].times.resetMax()
		s.local[id].rate.ResetMax()
		if all {
			s.local[id].traffic.Forget()
		}
	}
}

func (a *averages) resetMax() {
	a.queue.ResetMax()
	a.connect.ResetMax()
	a.response.ResetMax()
	a.total.ResetMax()
}
