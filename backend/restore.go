package backend

import (
	"net/netip"
	"slices"
	"time"

	"weir/internal/loop"
	"weir/stats"
)

// Restore takes over what a file tells of the backend's servers ("load-server-state-from-file"), before Start. As in HAProxy:
//
//	up, down, stopping     until checks say otherwise; down only where the server is checked
//	maintenance, drain     of an administrator; "disabled" only where the line has it still
//	weight                 where the configured one is what it was
//	port; address          the address only where the line has a name, which was known then
func (b *Backend) Restore(rows []stats.ServerStateRow) {
	b.mu.Lock()
	defer b.mu.Unlock()
	for i := range rows {
		r := &rows[i]
		if s := b.Server(r.Server); s != nil && r.Backend == b.Name() {
			s.restore(r)
		}
	}
	b.rebuild()
	active, backup := b.countUsable()
	if b.empty = active+backup == 0; b.empty {
		b.downSince = time.Now()
	}
}

// The bits of srv_admin_state.
const (
	adminMaint    = 1
	adminDisabled = 4
	adminDrain    = 8
)

// restore is one server's. With Backend.mu held.
func (s *Server) restore(r *stats.ServerStateRow) {
	st := &s.state
	s.restoreAddr(r)
	switch {
	case r.AdminState&adminMaint != 0 && r.AdminState&adminDisabled == 0:
		st.maint, st.byConf = true, false
	case r.AdminState&(adminMaint|adminDisabled) == adminDisabled: // it was made ready by hand
		st.maint, st.byConf = st.maint && s.homeless.Load(), false
	}
	st.drain = r.AdminState&adminDrain != 0
	if r.InitialWeight == st.weight0 && (!s.b.static() || r.UserWeight == 0 || r.UserWeight == st.weight0) {
		st.weight = r.UserWeight
	}
	switch {
	case r.AdminState&adminMaint != 0:
	case r.OpState >= 2:
		st.health, st.stopping = st.full(), r.OpState == 3
	case r.OpState == 0 && st.checked:
		st.health = min(r.CheckHealth, st.rise-1)
	}
	st.changed = time.Now().Add(-r.LastChange)
	s.weight.Store(int32(st.weight))
	s.usable.Store(st.balanced())
	s.alive.Store(st.alive())
}

func (s *Server) restoreAddr(r *stats.ServerStateRow) {
	now := s.addr.Load().AddrPort()
	if !now.IsValid() || s.conf.Addr.PortOffset {
		return
	}
	ip, port := now.Addr(), now.Port()
	if r.Port != 0 {
		port = r.Port
	}
	named := r.FQDN != "" && r.FQDN == s.conf.Addr.Host
	if last := s.conf.InitAddr == nil || slices.Contains(s.conf.InitAddr, "last"); named && last && r.Addr.IsValid() {
		ip = r.Addr.Unmap()
		if s.homeless.CompareAndSwap(true, false) && !s.conf.Disabled {
			s.state.maint = false
		}
	}
	if next := netip.AddrPortFrom(ip, port); next != now {
		s.addr.Store(loop.TCPAddr(next))
		s.moved.Store(true)
	}
}
