package backend

import (
	"errors"
	"sync"
	"sync/atomic"
	"time"

	"go.uber.org/zap"

	"weir/conf"
	"weir/internal/http2"
	"weir/internal/loop"
	"weir/internal/tlsconf"
	"weir/internal/tlsio"
	"weir/stats"
)

// Backend is one backend or listen section at work. Its exported methods may be called from any goroutine
// unless they take a loop, a task or a lease: those run on that loop.
type Backend struct {
	conf    *conf.Proxy
	global  *conf.Global
	events  events
	loops   []*loop.Loop
	list    atomic.Pointer[serverList]
	outside *Server // where streams go that no server takes: "dispatch", "option transparent"; nil = nowhere
	key     keyFunc // what is hashed; nil where nothing is
	local   []local // by loop id; each is touched on its loop only

	_     [64]byte // keep the counters that every stream writes away from what every stream reads
	turn  atomic.Uint64
	cur   atomic.Int64 // streams between Assign and Release
	max   atomic.Int64
	_     [64]byte
	table atomic.Pointer[table]
	queue queue

	fds   fdShares
	http2 http2.Options // of connections to servers
	// note is told of what servers do wrong in HTTP/2; nil = nobody is.
	note func(*loop.Loop, string)

	fullconn atomic.Int64 // the streams at which minconn has grown to maxconn
	// shut ends the streams on a server; it waits for nothing. nil = nobody can.
	shut func(*Server)
	plan *plan // of the health checks; nil until they are compiled

	adding sync.Mutex // one server is added or deleted at a time
	made   int        // servers made so far
	store  *tlsconf.Store
	secure tlsio.Options

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
	b := &Backend{conf: p, global: g, events: events{log: log}, loops: loops}
	ids := loopIDs(loops)
	b.local = make([]local, ids)
	stats.Together(ids, func(i int) *stats.LiveRate { return &b.local[i].rate })
	b.key = newKey(&p.Balance, &p.HashType)
	b.changed.set()
	b.fds = b.fdShares()
	b.http2 = b.http2Options()
	b.fullconn.Store(int64(p.Fullconn))
	list, errs := b.newServers(ids)
	b.list.Store(list)
	errs = append(errs, resolveAll(b.targets())...)
	if len(errs) > 0 {
		return nil, errors.Join(errs...)
	}
	b.rebuild()
	return b, nil
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
	for _, s := range b.targets() {
		s.closeIdle()
		s.cool()
	}
}
