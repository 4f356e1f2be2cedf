package backend

import (
	"errors"
	"fmt"
	"sync"
	"sync/atomic"
	"time"

	"go.uber.org/zap"

	"weir/conf"
	"weir/internal/http2"
	"weir/internal/loop"
)

// Backend is one backend or listen section at work. Its exported methods may be called from any goroutine
// unless they take a loop, a task or a lease: those run on that loop.
type Backend struct {
	conf    *conf.Proxy
	global  *conf.Global
	events  events
	loops   []*loop.Loop
	servers []*Server // in configuration order; immutable
	byName  map[string]*Server
	key     keyFunc // what is hashed; nil where nothing is
	local   []local // by loop id; each is touched on its loop only

	_      [64]byte // keep the counters that every stream writes away from what every stream reads
	turn   atomic.Uint64
	cur    atomic.Int64 // streams between Assign and Release
	max    atomic.Int64
	_      [64]byte
	shared rates
	table  atomic.Pointer[table]
	queue  queue

	fds   fdShares
	http2 http2.Options // of connections to servers
	// note is told of what servers do wrong in HTTP/2; nil = nobody is.
	note func(*loop.Loop, string)

	fullconn atomic.Int64 // the streams at which minconn has grown to maxconn
	// shut ends the streams on a server; it waits for nothing. nil = nobody can.
	shut func(*Server)

	quiet atomic.Bool // see Quiesce

	mu        sync.Mutex // guards every server's state, and the making of tables
	dirty     bool       // a goroutine is making a table
	started   bool
	tableGen  uint64
	downs     uint64 // times that no server was left
	empty     bool
	downSince time.Time
	downtime  time.Duration
	changed   stamp
	checkers  []*checker
}

// New makes the backend of p, resolving its servers' addresses. All errors are collected (errors.Join). It starts nothing.
func New(p *conf.Proxy, g *conf.Global, loops []*loop.Loop, log *zap.Logger) (*Backend, error) {
	if log == nil {
		log = zap.NewNop()
	}
	b := &Backend{conf: p, global: g, events: events{log: log}, loops: loops, byName: map[string]*Server{}}
	ids := loopIDs(loops)
	b.local = make([]local, ids)
	b.key = newKey(&p.Balance, &p.HashType)
	b.changed.set()
	b.fds = b.fdShares()
	b.http2 = b.http2Options()
	b.fullconn.Store(int64(p.Fullconn))
	var errs []error
	for i, c := range serversOf(p) {
		s, err := newServer(b, i, c, ids)
		if err != nil {
			errs = append(errs, err)
			continue
		}
		if b.byName[c.Name] != nil {
			errs = append(errs, conf.Bad(c.Pos, fmt.Sprintf("backend %q", p.Name), "server %q stands there twice", c.Name))
		}
		b.servers = append(b.servers, s)
		b.byName[c.Name] = s
	}
	errs = append(errs, resolveAll(b.servers)...)
	if len(errs) > 0 {
		return nil, errors.Join(errs...)
	}
	b.rebuild()
	return b, nil
}

// TransparentServer is what stands for wherever a client wanted to go ("option transparent").
const TransparentServer = "<TRANSPARENT>"

// serversOf are the configured ones, or the one that "option transparent" means where there is none.
func serversOf(p *conf.Proxy) []*conf.Server {
	if len(p.Servers) > 0 || !p.Options.Transparent {
		return p.Servers
	}
	s := conf.NewServer(p.Pos, TransparentServer)
	s.ID, s.Addr = 1, conf.Addr{Kind: conf.AddrTCP, Host: "*"}
	return []*conf.Server{s}
}

// loopIDs is one more than the highest id: what an index by loop id needs.
func loopIDs(loops []*loop.Loop) int {
	n := 1
	for _, l := range loops {
		n = max(n, l.ID()+1)
	}
	return n
}

// Name is the section's name.
func (b *Backend) Name() string { return b.conf.Name }

// Conf is the section.
func (b *Backend) Conf() *conf.Proxy { return b.conf }

// Servers are the servers in configuration order. Read only.
func (b *Backend) Servers() []*Server { return b.servers }

// Server is the server of that name, or nil.
func (b *Backend) Server(name string) *Server { return b.byName[name] }

// Start begins the health checks.
func (b *Backend) Start() {
	b.mu.Lock()
	defer b.mu.Unlock()
	if b.started {
		return
	}
	b.started = true
	b.startChecks()
}

// Stop ends the health checks and closes the idle connections. Streams that hold a lease are left alone.
func (b *Backend) Stop() {
	b.mu.Lock()
	b.started = false
	checkers := b.checkers
	b.checkers = nil
	b.mu.Unlock()
	for _, c := range checkers {
		c.loop.Post(c.stop)
	}
	for _, s := range b.servers {
		s.closeIdle()
		s.cool()
	}
}
