package backend

import "sync/atomic"

// leastConn picks the server with the fewest streams per unit of weight, over all loops. Those that wait in a
// server's own line count too. Among equals it takes the one picked longest ago, which is round robin.
//
// A few servers are compared one by one. For many there is a tree (loadTree) that knows the lightest.
type leastConn struct {
	servers []*Server
	turn    *atomic.Uint64
	tree    *loadTree // nil for few servers
}

func (p *leastConn) pick(not *Server) *Server {
	var s *Server
	if p.tree != nil {
		s = p.tree.lightest()
	}
	if s == nil || !s.takes(not) {
		s = p.scan(not)
	}
	if s != nil {
		s.last.Store(p.turn.Add(1))
	}
	return s
}

func (p *leastConn) scan(not *Server) *Server {
	var best *Server
	for _, s := range p.servers {
		if s.takes(not) && (best == nil || lighter(s, best)) {
			best = s
		}
	}
	return best
}

// lighter reports whether a is less loaded than b: no division, no rounding.
func lighter(a, b *Server) bool {
	x := (a.cur.Load() + a.queued.Load()) * b.pull()
	y := (b.cur.Load() + b.queued.Load()) * a.pull()
	if x != y {
		return x < y
	}
	return a.last.Load() < b.last.Load()
}

// loadTree is a tournament: each node names the lighter of its two children, so the root names the lightest
// server and a change of one load is played out again in log2(servers) matches.
//
// Loops play at the same time without a lock. Who changes a load plays its path bottom up; at each node it
// writes the winner and plays once more, until the match it reads is the one that stands there. So whatever
// the order, the last to write a node has seen the last loads.
type loadTree struct {
	servers []*Server
	size    int            // leaves: a power of two
	place   []int32        // of a server's leaf, by Server.n; -1 = not in this tree
	nodes   []atomic.Int32 // 1 is the root, the children of i are 2i and 2i+1; places in servers, -1 = none
}

// newLoadTree returns nil for so few servers that a scan is cheaper.
func newLoadTree(servers []*Server) *loadTree {
	if len(servers) <= scanServers {
		return nil
	}
	t := &loadTree{servers: servers, size: 1}
	for t.size < len(servers) {
		t.size *= 2
	}
	t.nodes = make([]atomic.Int32, 2*t.size)
	last := 0
	for _, s := range servers {
		last = max(last, s.n)
	}
	t.place = make([]int32, last+1)
	for i := range t.place {
		t.place[i] = -1
	}
	for i := range t.nodes {
		t.nodes[i].Store(-1)
	}
	for i, s := range servers {
		t.place[s.n] = int32(i)
		t.nodes[t.size+i].Store(int32(i))
	}
	t.refresh()
	return t
}

func (t *loadTree) lightest() *Server {
	if i := t.nodes[1].Load(); i >= 0 {
		return t.servers[i]
	}
	return nil
}

// touch plays the matches of s again.
func (t *loadTree) touch(s *Server) {
	if s.n >= len(t.place) || t.place[s.n] < 0 { // it is not in the table: down, or added since
		return
	}
	i := int(t.place[s.n])
	for i = (t.size + i) / 2; i > 0; i /= 2 {
		t.play(i)
	}
}

// refresh plays all matches.
func (t *loadTree) refresh() {
	for i := t.size - 1; i > 0; i-- {
		t.play(i)
	}
}

func (t *loadTree) play(i int) {
	for {
		w := t.winner(t.nodes[2*i].Load(), t.nodes[2*i+1].Load())
		if t.nodes[i].Load() == w {
			return
		}
		t.nodes[i].Store(w)
	}
}

func (t *loadTree) winner(a, b int32) int32 {
	switch {
	case b < 0:
		return a
	case a < 0:
		return b
	}
	x, y := t.servers[a], t.servers[b]
	fx, fy := x.takes(nil), y.takes(nil)
	if fx != fy {
		if fx {
			return a
		}
		return b
	}
	if lighter(y, x) {
		return b
	}
	return a
}
