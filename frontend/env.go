package frontend

import (
	"weir/acl"
	"weir/backend"
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
			return fe.sum(func(fl *feLocal) int64 { return fl.sessNow.Load() }), true
		case acl.FeReqRate:
			return fe.sum(func(fl *feLocal) int64 { return fl.reqNow.Load() }), true
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

// sum adds up what each loop says.
func (fe *Frontend) sum(of func(*feLocal) int64) (n int64) {
	for i := range fe.local {
		n += of(&fe.local[i])
	}
	return n
}

// ofBackend sums what its servers say.
func ofBackend(g acl.Gauge, b *backend.Backend) (int64, bool) {
	var usable, queued, free int64
	limited := false
	for _, s := range b.Servers() {
		queued += s.Queued()
		if !s.Usable() {
			continue
		}
		usable++
		if n := s.Limit(); n > 0 {
			limited = true
			free += max(n-s.Streams(), 0)
		}
	}
	queued += b.Queued()
	switch g {
	case acl.Nbsrv:
		return usable, true
	case acl.BeConn:
		return b.Streams(), true
	case acl.Queue:
		return queued, true
	case acl.AvgQueue:
		return queued / max(usable, 1), true
	case acl.BeConnFree, acl.ConnSlots:
		if !limited {
			return -1, true
		}
		return free, true
	case acl.BeSessRate:
		return b.SessionRate(), true
	}
	return 0, false
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
