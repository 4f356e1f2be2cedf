package backend

import (
	"container/heap"
	"sync/atomic"
)

// turns is weighted round robin: the order of turns of one whole cycle is worked out beforehand, and one
// counter that all loops share says whose turn it is. So streams alternate strictly, whatever loops they are on.
//
// The order is smooth: a server's turns are spread over the cycle. a:2 b:1 gives a b a, not a a b.
type turns struct {
	servers []*Server
	order   []uint16 // places in servers
	turn    *atomic.Uint64
}

// orderTries is how many turns pick follows past full servers before it just looks for any with a slot.
const orderTries = 16

func newTurns(servers []*Server, turn *atomic.Uint64, order func(weights []int) []uint16) *turns {
	w := make([]int, len(servers))
	warm := warming(servers)
	for i, s := range servers {
		if w[i] = s.Weight(); warm {
			w[i] = s.share()
		}
	}
	return &turns{servers: servers, order: order(w), turn: turn}
}

func (p *turns) pick(not *Server) *Server {
	n := uint64(len(p.order))
	if n == 0 {
		return nil
	}
	at := p.turn.Add(1) - 1
	for i := range min(n, orderTries) {
		if s := p.servers[p.order[(at+i)%n]]; s.takes(not) {
			return s
		}
	}
	for i := range p.servers {
		if s := p.servers[(at+uint64(i))%uint64(len(p.servers))]; s.takes(not) {
			return s
		}
	}
	return nil
}

// smoothOrder is one cycle of turns for these weights, each at least 1.
func smoothOrder(weights []int) []uint16 {
	w := append([]int(nil), weights...)
	total := divide(w)
	switch {
	case total == len(w):
		order := make([]uint16, total)
		for i := range order {
			order[i] = uint16(i)
		}
		return order
	case total*len(w) <= directTurns:
		return orderDirect(w, total)
	}
	return orderByHeap(w, total)
}

// divide makes weights as small as their proportions allow and returns their sum.
func divide(w []int) (total int) {
	g := 0
	for _, n := range w {
		for a := n; a != 0; {
			g, a = a, g%a
		}
	}
	for i := range w {
		if g > 1 {
			w[i] /= g
		}
		total += w[i]
	}
	return total
}

// orderDirect gives each turn to the server with the largest credit. Every turn credits each server its weight
// and costs the one that has it the total. Ties go to the first.
func orderDirect(w []int, total int) []uint16 {
	credit := make([]int, len(w))
	order := make([]uint16, 0, total)
	for range total {
		best := 0
		for i := range w {
			credit[i] += w[i]
			if credit[i] > credit[best] {
				best = i
			}
		}
		credit[best] -= total
		order = append(order, uint16(best))
	}
	return order
}

// orderByHeap spreads each server's turns evenly over the cycle on its own: the k-th of w turns is due at
// (2k+1)/2w. It takes total*log(servers) steps instead of total*servers, and is as smooth within one turn.
func orderByHeap(w []int, total int) []uint16 {
	h := make(dueHeap, len(w))
	for i := range w {
		h[i] = due{server: uint16(i), num: 1, den: 2 * uint32(w[i])}
	}
	heap.Init(&h)
	order := make([]uint16, 0, total)
	for range total {
		order = append(order, h[0].server)
		h[0].num += 2
		heap.Fix(&h, 0)
	}
	return order
}

// due is when a server's next turn is: num/den of a cycle.
type due struct {
	num, den uint32
	server   uint16
}

type dueHeap []due

func (h dueHeap) Len() int      { return len(h) }
func (h dueHeap) Swap(i, j int) { h[i], h[j] = h[j], h[i] }
func (h dueHeap) Push(any)      {}
func (h dueHeap) Pop() any      { return nil }

func (h dueHeap) Less(i, j int) bool {
	a, b := uint64(h[i].num)*uint64(h[j].den), uint64(h[j].num)*uint64(h[i].den)
	return a < b || a == b && h[i].server < h[j].server
}
