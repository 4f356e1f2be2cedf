package backend

import "sort"

// first fills one server after the other, by id: it picks the first that has a free slot. Weights do not count.
type first struct{ servers []*Server }

func newFirst(servers []*Server) *first {
	p := &first{append([]*Server(nil), servers...)}
	sort.SliceStable(p.servers, func(i, j int) bool { return p.servers[i].id() < p.servers[j].id() })
	return p
}

func (p *first) pick(not *Server) *Server {
	for _, s := range p.servers {
		if s.takes(not) {
			return s
		}
	}
	return nil
}
