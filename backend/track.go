package backend

import (
	"slices"
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
			s.track(of)
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

// spread brings the state to the servers that track s.
func (s *Server) spread() {
	for _, o := range s.tracking() {
		o.follow(s)
	}
}

// tracking are the servers that track s.
func (s *Server) tracking() []*Server {
	if list := s.trackers.Load(); list != nil {
		return *list
	}
	return nil
}

// track has s follow another server from now on. One goroutine at a time links and unlinks.
func (s *Server) track(of *Server) {
	list := append(slices.Clone(of.tracking()), s)
	of.trackers.Store(&list)
	s.state.via = of.b.Name() + "/" + of.Name()
}

// untrack ends that.
func (s *Server) untrack(of *Server) {
	list := slices.DeleteFunc(slices.Clone(of.tracking()), func(o *Server) bool { return o == s })
	of.trackers.Store(&list)
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
