package backend

import (
	"sync/atomic"
	"time"

	"weir/conf"
	"weir/internal/loop"
	"weir/stats"
)

// Server is one server of a backend.
//
// The atomics are shared by all loops. What they hold is derived from the state below them, which Backend.mu guards.
type Server struct {
	b    *Backend
	conf *conf.Server
	n    int // its place in Backend.servers

	addr   atomic.Pointer[loop.Addr]
	usable atomic.Bool  // takes new streams by balancing
	alive  atomic.Bool  // takes streams that ask for it (persistence)
	weight atomic.Int32 // in effect, 0..256
	limit  atomic.Int64 // maxconn; 0 = none

	_      [64]byte
	cur    atomic.Int64  // slots taken: streams on it
	queued atomic.Int64  // streams that wait for this server and no other
	last   atomic.Uint64 // Backend.turn at the last pick: breaks ties of leastconn, oldest first
	max    atomic.Int64
	_      [64]byte

	idle    atomic.Int64 // connections in the pools of all loops
	muxes   atomic.Int64 // connections of HTTP/2, of all loops
	qmax    atomic.Int64
	local   []serverLocal // by loop id; each is touched on its loop only
	waiting waitList      // guarded by Backend.queue.mu

	warm     atomic.Int32              // percent of its load that a server in slowstart takes; fullyWarm otherwise
	gone     uint64                    // how many have left its line with a slot; guarded by queue.mu
	errors   atomic.Int64              // errors of its streams in a row: "observe"
	trackers atomic.Pointer[[]*Server] // the servers that track it; nil = none. The list is replaced whole
	warming  *time.Timer               // guarded by Backend.mu; nil = none
	agent    *agent                    // nil = there is none to ask

	state    state // guarded by Backend.mu
	checker  *checker
	dial     *loop.DialOptions // nil = defaults
	tls      secured
	source   sourcePorts
	socks    *loop.Addr  // the SOCKS proxy to go through
	homeless atomic.Bool // in maintenance for want of an address: "init-addr none"
	moved    atomic.Bool // its address was changed at run time
	owned    bool
	aside    any              // see SetAside
	added    bool             // at run time
	from     *conf.SourceAddr // nil = the kernel's choice
}

func newServer(b *Backend, n int, c *conf.Server, ids int) (*Server, error) {
	s := &Server{b: b, conf: c, n: n, local: make([]serverLocal, ids)}
	if err := s.dialing(); err != nil {
		return nil, err
	}
	stats.Together(ids, func(i int) *stats.LiveRate { return &s.local[i].rate })
	s.limit.Store(int64(c.Maxconn))
	s.warm.Store(fullyWarm)
	s.state.init(c)
	s.weight.Store(int32(s.state.weight))
	s.usable.Store(s.state.balanced())
	s.alive.Store(s.state.alive())
	for i := range s.local {
		s.local[i].pool.server = s
	}
	if c.Agent && c.AgentCheck.Port > 0 {
		s.agent = newAgent(s)
	}
	if !c.Check {
		return s, nil
	}
	ck, err := newChecker(s)
	s.checker = ck
	return s, err
}

// Name is the server's name in its backend.
func (s *Server) Name() string { return s.conf.Name }

// Source is where its connections come from, by its own line or its backend's; nil = wherever the kernel says.
func (s *Server) Source() *conf.SourceAddr { return s.from }

// SetAside keeps what whoever sends streams here has of the server, for Aside. It is called before the server gets its first stream.
func (s *Server) SetAside(v any) { s.aside = v }

// Aside is what SetAside was given; nil = nothing.
func (s *Server) Aside() any { return s.aside }

// Conf is the server's line.
func (s *Server) Conf() *conf.Server { return s.conf }

// Backend is the backend it belongs to.
func (s *Server) Backend() *Backend { return s.b }

// Addr is the address that new connections go to.
func (s *Server) Addr() *loop.Addr { return s.addr.Load() }

// Streams is the number of streams that hold a slot.
func (s *Server) Streams() int64 { return s.cur.Load() }

// Queued is the number of streams that wait for this server.
func (s *Server) Queued() int64 { return s.queued.Load() }

// Usable reports whether balancing sends new streams to it.
func (s *Server) Usable() bool { return s.usable.Load() }

// Weight is the weight in effect.
func (s *Server) Weight() int { return int(s.weight.Load()) }

func (s *Server) persists() bool { return s.alive.Load() }

// slots is how many streams it may have now; 0 = no limit. With minconn the limit follows the backend's
// load: from minconn when idle to maxconn at fullconn streams.
func (s *Server) slots() int64 {
	limit, least := s.limit.Load(), int64(s.conf.Minconn)
	if least > 0 && limit != 0 && least < limit {
		if full := s.b.fullconn.Load(); full > 0 {
			limit = max(least, min(limit, limit*s.b.cur.Load()/full))
		}
	}
	if warm := int64(s.warm.Load()); warm < fullyWarm && limit > 0 {
		return max(1, limit*warm/fullyWarm)
	}
	return limit
}

// free reports whether a slot seems to be left.
func (s *Server) free() bool {
	limit := s.slots()
	return limit == 0 || s.cur.Load() < limit
}

// acquire takes a slot; false when it is full.
func (s *Server) acquire() bool {
	limit := s.slots()
	if limit == 0 {
		raise(&s.max, s.cur.Add(1))
		return true
	}
	for {
		n := s.cur.Load()
		if n >= limit {
			return false
		}
		if s.cur.CompareAndSwap(n, n+1) {
			raise(&s.max, n+1)
			return true
		}
	}
}

// raise lifts a high-water mark. It writes only when there is a new one: the usual case is a read.
func raise(mark *atomic.Int64, n int64) {
	for {
		m := mark.Load()
		if n <= m || mark.CompareAndSwap(m, n) {
			return
		}
	}
}

// stamp is a time that other goroutines read: nanoseconds of the wall clock; 0 = never.
type stamp struct{ ns atomic.Int64 }

func (t *stamp) set() { t.ns.Store(time.Now().UnixNano()) }

func (t *stamp) time() time.Time {
	if ns := t.ns.Load(); ns != 0 {
		return time.Unix(0, ns)
	}
	return time.Time{}
}

// Persists reports whether streams that ask for this very server may go there: also to one that is draining.
func (s *Server) Persists() bool { return s.persists() }
