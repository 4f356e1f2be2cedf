package backend

import (
	"math/rand/v2"

	"weir/conf"
)

// random draws servers by weight and picks the least loaded of them.
type random struct {
	turns *turns
	draws int
}

func (p *random) pick(not *Server) *Server {
	order := p.turns.order
	if len(order) == 0 {
		return nil
	}
	draws := p.draws
	if draws <= 0 {
		draws = conf.DefaultDraws
	}
	var best *Server
	for range draws {
		s := p.turns.servers[order[rand.IntN(len(order))]]
		if s.takes(not) && (best == nil || lighter(s, best)) {
			best = s
		}
	}
	if best == nil { // full or down ones only
		return p.turns.pick(not)
	}
	return best
}
