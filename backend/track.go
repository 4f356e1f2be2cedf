package backend

import (
	"strings"

	"weir/conf"
)

// Link has the servers that track others follow them. It is called once, when all backends are made.
func Link(list []*Backend) error {
	byName := map[string]*Backend{}
	for _, b := range list {
		byName[b.Name()] = b
	}
	for _, b := range list {
		for _, s := range b.Servers() {
			ref := s.conf.Track
			if ref == nil {
				continue
			}
			to, name := b, ref.Name
			if backend, server, both := strings.Cut(ref.Name, "/"); both {
				to, name = byName[backend], server
			}
			if to == nil || to.Server(name) == nil {
				return conf.Bad(ref.Pos, "track", "no server %q", ref.Name)
			}
			of := to.Server(name)
			of.trackers = append(of.trackers, s)
			s.state.via = to.Name() + "/" + name
		}
	}
	for _, b := range list {
		for _, s := range b.Servers() {
			if s.conf.Track == nil {
				s.spread()
			}
		}
	}
	return nil
}

// spread brings the first state to the servers that track s.
func (s *Server) spread() {
	for _, o := range s.trackers {
		o.follow(s)
	}
}

// follow takes over the state of the server that this one tracks. Of two that come at once, the later reads the later state.
func (s *Server) follow(of *Server) {
	of.b.mu.Lock()
	up, maint, drain, stopping := of.state.up(), of.state.stopped(), of.state.drains(), of.state.stopping
	of.b.mu.Unlock()
	s.change(" via "+of.b.Name()+"/"+of.Name(), func(st *state) {
		if st.health = 0; up {
			st.health = st.full()
		}
		st.viaMaint, st.viaDrain, st.stopping = maint, drain, stopping
	})
}
