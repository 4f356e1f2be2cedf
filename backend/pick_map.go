package backend

// hashMap is "hash-type map-based": the hash modulo the total weight is a place in the order of turns.
// When a server comes or goes most keys move.
type hashMap struct{ turns *turns }

func (p *hashMap) pickKey(key uint32, not *Server) *Server {
	n := uint32(len(p.turns.order))
	if n == 0 {
		return nil
	}
	return p.turns.from(int(key%n), not)
}

// from is the server at a place of the order, or the next one that is up and not the one to avoid.
func (p *turns) from(at int, not *Server) *Server {
	for i := range p.order {
		s := p.servers[p.order[(at+i)%len(p.order)]]
		if s != not && s.usable.Load() {
			return s
		}
	}
	return nil
}

// mapOrder is one cycle of turns as HAProxy's maps have them, so that a key finds the same server here as
// there. The rule was found by watching which server each remainder of a hash goes to: every turn credits each
// server its weight and costs the one that has it the total; the turn goes to the first server whose credit is
// a whole cycle, failing that to the first that is not in debt, failing that to the first.
func mapOrder(weights []int) []uint16 {
	w := append([]int(nil), weights...)
	total := divide(w)
	credit := make([]int, len(w))
	order := make([]uint16, 0, total)
	for range total {
		best, class := 0, -1
		for i := range w {
			credit[i] += w[i]
			if c := creditClass(credit[i], total); c > class {
				best, class = i, c
			}
		}
		credit[best] -= total
		order = append(order, uint16(best))
	}
	return order
}

func creditClass(credit, total int) int {
	switch {
	case credit >= total:
		return 2
	case credit >= 0:
		return 1
	}
	return 0
}
