package backend

import (
	"hash/crc32"
	"sort"
	"sync/atomic"
)

// ring is "hash-type consistent": every server stands at many places of a ring of 2^32, more of them the larger its
// weight, and a key belongs to the next place. When a server comes or goes only its own keys move.
//
// A server's places depend on its id and nothing else, so that several balancers agree.
type ring struct {
	points  []point       // by pos
	factor  int64         // hash-balance-factor, percent of the average load; 0 = off
	weight  int64         // total
	streams *atomic.Int64 // of the backend
}

type point struct {
	pos    uint32
	server *Server
}

// newRing makes the ring of the usable servers. How finely a weight is drawn depends on all of the backend's, so
// that it stays when one goes.
func newRing(servers []*Server, b *Backend) *ring {
	total := 0
	for _, s := range b.Servers() {
		total += max(s.state.weight0, 1)
	}
	per := ringPoints
	for per > 1 && per*total > maxRingPoints {
		per /= 2
	}
	r := &ring{factor: int64(b.conf.HashType.BalanceFactor), streams: &b.cur}
	for _, s := range servers {
		n := max(s.Weight()*per*int(s.warm.Load())/fullyWarm, 1)
		r.weight += int64(s.Weight())
		for k := range n {
			r.points = append(r.points, point{place(s.hashID(), uint32(k)), s})
		}
	}
	sort.Slice(r.points, func(i, j int) bool {
		a, b := r.points[i], r.points[j]
		return a.pos < b.pos || a.pos == b.pos && a.server.id() < b.server.id()
	})
	return r
}

// hashID is what the ring knows a server by ("hash-key"): its id, or its address, so that balancers with servers of other ids agree.
func (s *Server) hashID() uint32 {
	key := s.conf.HashKey
	if key != "addr" && key != "addr-port" {
		return uint32(s.id())
	}
	a := s.addr.Load()
	if !a.AddrPort().IsValid() {
		return crc32.ChecksumIEEE([]byte(a.String()))
	}
	ip := a.AddrPort().Addr().As16()
	b := ip[:]
	if key == "addr-port" {
		b = append(b, byte(a.AddrPort().Port()>>8), byte(a.AddrPort().Port()))
	}
	return crc32.ChecksumIEEE(b)
}

// place is where the k-th point of a server stands.
func place(id, k uint32) uint32 { return avalanche(avalanche(id+1) + k) }

func (r *ring) pickKey(key uint32, not *Server) *Server {
	n := len(r.points)
	if n == 0 {
		return nil
	}
	at := sort.Search(n, func(i int) bool { return r.points[i].pos >= key })
	limit := r.bound()
	var fallback *Server
	for i := range n {
		s := r.points[(at+i)%n].server
		if s == not || !s.usable.Load() {
			continue
		}
		if limit == 0 || s.cur.Load()*r.weight*100 < limit*int64(s.weight.Load()) {
			return s
		}
		if fallback == nil {
			fallback = s
		}
	}
	return fallback
}

// bound is what hash-balance-factor lets a server have: factor percent of its fair share of the backend's
// streams, this one included. 0 = no bound.
func (r *ring) bound() int64 {
	if r.factor == 0 {
		return 0
	}
	return max(1, r.streams.Load()) * r.factor
}
