package frontend

import (
	"time"

	"weir/acl"
	"weir/backend"
	"weir/stats"
)

// env answers the fetches that ask for live numbers (nbsrv, be_conn, ...). It runs on a loop and only reads atomics.
type env struct{ px *Proxy }

// Gauge is acl.Env's.
func (e env) Gauge(g acl.Gauge, proxy, server string) (int64, bool) {
	switch g {
	case acl.ActConn:
		return e.px.gate.conns.Load(), true
	case acl.Stopping:
		return asInt(e.px.stopping.Load()), true
	case acl.FeConn, acl.DstConn, acl.FeSessRate, acl.FeReqRate:
		return e.frontend(g, proxy, server)
	}
	r := e.px.routes[proxy]
	if r == nil {
		return 0, false
	}
	if server == "" {
		return ofBackend(g, r.b)
	}
	s := r.b.Server(server)
	if s == nil {
		return 0, false
	}
	return ofServer(g, s)
}

func (e env) frontend(g acl.Gauge, name, listener string) (int64, bool) {
	for _, fe := range e.px.frontends {
		if fe.p.Name != name {
			continue
		}
		switch g {
		case acl.FeConn:
			return fe.cur.Load(), true
		case acl.FeSessRate:
			return fe.sum(func(fl *feLocal) *stats.LiveRate { return &fl.sessRate }), true
		case acl.FeReqRate:
			return fe.sum(func(fl *feLocal) *stats.LiveRate { return &fl.reqRate }), true
		case acl.DstConn:
			for _, ln := range fe.listeners {
				if ln.name == listener {
					return ln.cur.Load(), true
				}
			}
		}
		return 0, false
	}
	return 0, false
}

// sum adds up what each loop counts.
func (fe *Frontend) sum(of func(*feLocal) *stats.LiveRate) (n int64) {
	now := time.Now()
	for i := range fe.local {
		n += of(&fe.local[i]).Value(now)
	}
	return n
}

// ofBackend sums what its servers say.
func ofBackend(g acl.Gauge, b *backend.Backend) (int64, bool) {
	switch g {
	case acl.Nbsrv:
		return usable(b), true
	case acl.BeConn:
		return b.Streams(), true
	case acl.Queue:
		return waiting(b), true
	case acl.AvgQueue:
		n := usable(b)
		if n == 0 { // one is hoped to come back soon: the manual
			return 2 * waiting(b), true
		}
		return (waiting(b) + n - 1) / n, true
	case acl.BeConnFree:
		return freeConns(b), true
	case acl.ConnSlots:
		return freeSlots(b), true
	case acl.BeSessRate:
		return b.SessionRate(), true
	}
	return 0, false
}

// usable is how many servers balancing picks from.
func usable(b *backend.Backend) (n int64) {
	for _, s := range b.Balanced() {
		if s.Usable() {
			n++
		}
	}
	return n
}

// waiting is how many streams wait for any of the servers, or a certain one.
func waiting(b *backend.Backend) int64 {
	n := b.Queued()
	for _, s := range b.Servers() {
		n += s.Queued()
	}
	return n
}

// freeConns is how many more streams the servers take that balancing picks from; -1 = one of them takes any number.
func freeConns(b *backend.Backend) (n int64) {
	for _, s := range b.Balanced() {
		limit := s.Limit()
		if !s.Usable() {
			continue
		}
		if limit == 0 {
			return -1
		}
		n += max(limit-s.Streams(), 0)
	}
	return n
}

// freeSlots is how many more streams may be on the servers, or wait for one of them, those of backup and draining servers too; -1 = any number.
func freeSlots(b *backend.Backend) (n int64) {
	for _, s := range b.Servers() {
		if !s.Persists() {
			continue
		}
		limit, line := s.Limit(), int64(s.Conf().Maxqueue)
		if limit == 0 || line == 0 {
			return -1
		}
		n += max(limit-s.Streams(), 0) + max(line-s.Queued(), 0)
	}
	return n
}

func ofServer(g acl.Gauge, s *backend.Server) (int64, bool) {
	switch g {
	case acl.SrvConn:
		return s.Streams(), true
	case acl.SrvConnFree:
		if n := s.Limit(); n > 0 {
			return max(n-s.Streams(), 0), true
		}
		return -1, true
	case acl.SrvIsUp:
		return asInt(s.Usable()), true
	case acl.SrvQueue:
		return s.Queued(), true
	case acl.SrvSessRate:
		return s.SessionRate(), true
	case acl.SrvWeight, acl.SrvUWeight:
		return int64(s.Weight()), true
	case acl.SrvIWeight:
		return int64(s.Conf().Weight), true
	}
	return 0, false
}

func asInt(b bool) int64 {
	if b {
		return 1
	}
	return 0
}
