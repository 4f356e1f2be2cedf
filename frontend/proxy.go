package frontend

import (
	"context"
	"errors"
	"fmt"
	"runtime"
	"sync"
	"sync/atomic"
	"time"

	"go.uber.org/zap"

	"weir/acl"
	"weir/backend"
	"weir/conf"
	"weir/internal/acme"
	"weir/internal/fault"
	"weir/internal/logsink"
	"weir/internal/loop"
	"weir/internal/mailer"
	"weir/internal/tlsconf"
	"weir/internal/tlsio"
	"weir/stats"
)

// Options are what a Proxy is given beside its configuration.
type Options struct {
	Log     *zap.Logger     // process log; nil = none
	Access  *logsink.Writer // access logs; nil = none. It needs a producer per loop
	Version string
	// Services answer requests inside the process ("http-request use-service"; "stats uri"), by name.
	Services map[string]Service
	// Inherited are listening sockets handed over by the parent, by fd number, for "fd@" addresses.
	Loops int // overrides the configuration's nbthread; 0 = do not
	// ReusePort lets another process of the same user listen on the same addresses, as HAProxy's way of starting anew wants.
	ReusePort bool
	// Before is the generation that this one takes over from: the sockets of addresses that stay are shared with it from Bind to its
	// Shutdown, which is up to the caller. nil = there is none.
	Before *Proxy
	// Probe is asked about every condition of every rule: see Explain; nil in live traffic.
	Probe acl.Probe
}

// Proxy is a configuration at work. Its methods may be called from any goroutine.
type Proxy struct {
	cfg *conf.Config
	opt Options
	log *zap.Logger

	state *acl.State // variables and pattern lists
	tls   *tlsconf.Store

	keeper *acme.Keeper // nil = no certificate is issued by itself
	elder  *acme.Keeper // that of the generation before; nil once this one has started

	tlsOptions tlsio.Options
	pipes      *loop.Pipes // of all generations
	loops      []*loop.Loop
	workers    []*worker // by loop id
	frontends  []*Frontend
	backends   []*backend.Backend // in configuration order
	mailers    []*mailer.Sender
	routes     map[string]*route

	conns     atomic.Int64 // client connections
	gate      *gate
	limit     atomic.Int64           // maxconn; 0 = none
	profiling atomic.Pointer[string] // see Profiling; nil = as configured
	cases     cases                  // "h1-case-adjust"; nil = none
	connRate  pace                   // maxconnrate
	sessRate  pace                   // maxsessrate
	tlsRate   pace                   // maxsslrate
	relevels  bool                   // a rule may change the level of a stream's line
	stopping  atomic.Bool
	malformed atomic.Uint64 // messages, of either side
	accepted  atomic.Bool   // stopping, and no loop accepts any more
	heritage  *heritage     // of the generation before, until Start; nil = none
	cutting   atomic.Bool   // the loops end: what still runs is unwound
	started   time.Time
	bound     bool          // by the goroutine that starts it
	overlaps  bool          // ... and some sockets may share their port for now
	drained   chan struct{} // closed when stopping and no connection is left
	once      sync.Once
	closed    sync.Once
	stopOCSP  func()    // ends what updateOCSP began; by the goroutine that starts the proxy
	retire    sync.Once // stopAccepting
}

// New builds everything and starts nothing: no address is bound yet. All errors are collected.
func New(cfg *conf.Config, opt Options) (*Proxy, error) {
	px := &Proxy{started: time.Now(), cfg: cfg, opt: opt, log: opt.Log, state: acl.NewState(), routes: map[string]*route{}, drained: make(chan struct{})}
	if px.log == nil {
		px.log = zap.NewNop()
	}
	px.heritage, px.gate = inherit(opt.Before), gateOf(opt.Before)
	px.elder = opt.Before.ACME()
	px.opt.Before = nil // or no generation would ever be let go
	px.limit.Store(int64(cfg.Global.Maxconn))
	px.relevels = relevels(cfg)
	px.tls = tlsconf.New(cfg, nil)
	px.tlsOptions = tlsio.Options{Record: cfg.Global.TLS.MaxRecord, KeepHello: cfg.Global.TLS.Capture, KeyLog: cfg.Global.TLS.KeyLog, Count: tlsio.NewCount(cfg.Global.TLS.MaxConn, px.heritage.tlsCount())}
	px.connRate.limit(cfg.Global.MaxConnRate)
	px.sessRate.limit(cfg.Global.MaxSessRate)
	px.tlsRate.limit(cfg.Global.TLS.MaxRate)
	v := &cfg.Global.Tune.Vars
	px.state.VarLimits = acl.VarLimits{Global: int64(v.Global), Proc: int64(v.Proc), Sess: int64(v.Sess), Txn: int64(v.Txn), ReqRes: int64(v.ReqRes), Check: int64(v.Check)}
	var err error
	if px.cases, err = newCases(&cfg.Global); err != nil {
		return nil, conf.Bad(cfg.Global.Pos, "global", "h1-case-adjust-file %q: %v", cfg.Global.CaseFile, err)
	}
	if err := px.makeLoops(); err != nil {
		px.runLoops() // those that were made: what they have open is closed by their own end
		px.stopLoops()
		return nil, err
	}
	errs := []error{px.setVars()}
	for _, p := range cfg.Proxies {
		switch {
		case p.Kind&conf.Backend == 0:
		case p.Disabled:
			errs = append(errs, px.addStandIn(p))
		default:
			errs = append(errs, px.addBackend(p))
		}
	}
	if errors.Join(errs...) == nil {
		errs = append(errs, backend.Link(px.backends))
	}
	for _, p := range cfg.Proxies {
		if p.Kind&conf.Frontend != 0 && !p.Disabled {
			errs = append(errs, px.addFrontend(p))
		}
	}
	if errors.Join(errs...) == nil {
		errs = append(errs, px.addKeeper())
	}
	if err := errors.Join(errs...); err != nil {
		px.runLoops() // what they have open is closed by their own end
		px.stopLoops()
		return nil, err
	}
	px.fullconns()
	for _, l := range px.loops {
		l.Measure(px.Measures())
	}
	px.runLoops()
	return px, nil
}

func (px *Proxy) makeLoops() error {
	n := px.opt.Loops
	if n == 0 {
		n = px.cfg.Global.NbThread
	}
	if n == 0 {
		n = conf.Processors
	}
	// One more than the loops: they keep theirs while they nap, and the log writer, the checks' look-ups and the stats socket
	// must run meanwhile.
	px.atLeastProcessors(n + 1)
	tune := &px.cfg.Global.Tune
	px.pipes = &loop.Pipes{}
	if px.heritage != nil {
		px.pipes = px.heritage.before.pipes
	}
	for i := range n {
		l, err := loop.New(loop.Options{ID: i, BufSize: tune.BufSize, StallLimit: px.cfg.Global.Process.WarnBlocked, MaxEvents: tune.MaxPollEvents,
			MaxRuns: tune.RunQueue, PipeSize: tune.PipeSize, Pipes: px.pipes, OnPanic: px.onPanic, OnStall: px.onStall})
		if err != nil {
			return err
		}
		px.loops = append(px.loops, l)
		px.workers = append(px.workers, newWorker(px, l))
	}
	stats.Together(n, func(i int) *stats.LiveRate { return &px.workers[i].connRate })
	return nil
}

// atLeastProcessors lets so many threads run at once, beside the loops of the generation before.
func (px *Proxy) atLeastProcessors(n int) {
	if px.heritage != nil {
		n += len(px.heritage.before.loops) + 1
	}
	if runtime.GOMAXPROCS(0) < n {
		runtime.GOMAXPROCS(n)
	}
}

func (px *Proxy) onPanic(l *loop.Loop, v any, stack []byte) {
	go px.log.Error("a panic was contained: this is a bug in Weir", zap.Int("loop", l.ID()), zap.Any("panic", v), zap.ByteString("stack", stack))
}

func (px *Proxy) onStall(l *loop.Loop, took time.Duration) {
	go px.log.Warn("a loop was held up", zap.Int("loop", l.ID()), zap.Duration("took", took))
}

func (px *Proxy) addBackend(p *conf.Proxy) error {
	// A backend in error stands there too: who refers to it must not be told that there is none. Nothing runs then.
	px.routes[p.Name] = &route{p: p}
	log, route := px.log, logsink.Route{}
	if px.opt.Access != nil {
		var err error
		route, err = px.opt.Access.Route(p.Logs, px.cfg.Global.Logs, p.LogTag)
		if err != nil {
			return err
		}
		log = tee(log, px.opt.Access, route)
	}
	b, err := backend.New(p, &px.cfg.Global, px.loops, log)
	if err != nil {
		return err
	}
	if err := b.UseTLS(px.tls, px.tlsOptions); err != nil {
		return err
	}
	b.OnShut(px.serverDown)
	px.addAlerts(b)
	b.OnGlitch(func(l *loop.Loop, reason string) { px.workers[l.ID()].note(reason) })
	if err := b.CompileChecks(CheckExprs(px.compiler(p), env{px})); err != nil {
		return err
	}
	r, err := px.newRoute(p, b)
	if err != nil {
		return err
	}
	r.log = route
	px.backends = append(px.backends, b)
	px.routes[p.Name] = r
	return nil
}

func (px *Proxy) addFrontend(p *conf.Proxy) error {
	fe, err := px.newFrontend(p)
	if err != nil {
		return err
	}
	px.frontends = append(px.frontends, fe)
	return nil
}

// Bind opens every listening socket and accepts nothing yet. If any cannot be opened, none is kept and all errors are returned.
func (px *Proxy) Bind() error {
	if px.bound {
		return nil
	}
	var errs []error
	for _, fe := range px.frontends {
		errs = append(errs, fe.bind())
	}
	px.settleOverlaps()
	if err := errors.Join(errs...); err != nil {
		for _, fe := range px.frontends {
			fe.closeListeners()
		}
		px.heritage.unshare()
		return err
	}
	px.bound = true
	px.loadStates() // before anybody can look at the servers, or change them
	return nil
}

// Start binds, unless Bind has, takes over from Before, and begins to check the servers and to accept.
func (px *Proxy) Start() error {
	if err := px.Bind(); err != nil {
		return err
	}
	if err := px.keep(); err != nil {
		return err
	}
	px.gate.owner.Store(px)
	px.pipes.Limit(px.cfg.Global.MaxPipes)
	px.heritage.states(px)
	for _, b := range px.backends {
		b.Start()
	}
	px.succeed()
	for _, fe := range px.frontends {
		fe.listen()
	}
	px.updateOCSP()
	return nil
}

// Shutdown takes no new connection, lets what runs come to its end, and closes. When ctx ends first, what still runs
// is cut and ctx's error is returned.
func (px *Proxy) Shutdown(ctx context.Context) error {
	err := px.Drain(ctx)
	px.Close()
	return err
}

// Drain is Shutdown without the end: Close is left to the caller. It may be called again, also beside another call.
func (px *Proxy) Drain(ctx context.Context) error {
	px.Retire(ctx)
	select {
	case <-px.drained:
	case <-ctx.Done():
		px.log.Warn("connections were cut", zap.Int64("connections", px.conns.Load()))
		px.cut()
		return ctx.Err()
	}
	return nil
}

// cutTime is how long clients that wait for a response may take to be told that there will be none.
const cutTime = time.Second

// cut ends what still runs: whose response has not begun has an error page.
func (px *Proxy) cut() {
	ctx, cancel := context.WithTimeout(context.Background(), cutTime)
	defer cancel()
	if px.walkAll(ctx, func(_ *worker, a *active) { a.kill(fault.ShutDown) }) != nil {
		return
	}
	select {
	case <-px.drained:
	case <-ctx.Done():
	}
}

// Retire is the first part of Drain: when it returns nobody is accepted any more. ctx bounds what is done for those who wait to be.
func (px *Proxy) Retire(ctx context.Context) {
	px.retire.Do(func() { px.stopAccepting(ctx) })
}

// stopAccepting closes the listening sockets; what is idle ends, on both sides.
func (px *Proxy) stopAccepting(ctx context.Context) {
	px.sweep(ctx)
	px.stopping.Store(true)
	for _, fe := range px.frontends {
		fe.closeListeners()
	}
	px.keeper.Stop()
	if px.stopOCSP != nil {
		px.stopOCSP()
	}
	for _, b := range px.backends {
		b.Quiesce()
	}
	px.announceEnd()
	px.endAccepts()
}

// checkDrained is called whenever a connection ends while stopping.
func (px *Proxy) checkDrained() {
	if px.accepted.Load() && px.conns.Load() == 0 {
		px.once.Do(func() { close(px.drained) })
	}
}

// sweep takes in who waits at an address that nobody will listen on any more: to them they are connected.
func (px *Proxy) sweep(ctx context.Context) {
	var ends []<-chan struct{}
	for _, fe := range px.frontends {
		for _, ln := range fe.listeners {
			if !ln.heir.Load() {
				ends = append(ends, ln.ln.Sweep())
			}
		}
	}
	for _, end := range ends {
		select {
		case <-end:
		case <-ctx.Done():
			return
		}
	}
}

// endAccepts lets the loops stop what rests, and waits until they have: one may have been about to accept, and what it brought is not to be
// taken for nothing left.
func (px *Proxy) endAccepts() {
	var wg sync.WaitGroup
	for _, w := range px.workers {
		wg.Go(func() {
			done := make(chan struct{})
			if !w.l.Post(func() { w.stop(); w.l.Drowse(); close(done) }) {
				return
			}
			select {
			case <-done:
			case <-w.l.Done():
			}
		})
	}
	wg.Wait()
	px.accepted.Store(true)
	px.checkDrained()
}

// Close stops at once: every connection is cut.
func (px *Proxy) Close() {
	px.closed.Do(func() {
		px.stopping.Store(true)
		if px.stopOCSP != nil {
			px.stopOCSP()
		}
		px.keeper.Close()
		for _, fe := range px.frontends {
			fe.closeListeners()
		}
		for _, b := range px.backends {
			b.Stop()
		}
		for _, m := range px.mailers {
			m.Close()
		}
		px.heritage.unshare()
		px.cutting.Store(true)
		px.stopLoops()
	})
}

func (px *Proxy) runLoops() {
	for _, l := range px.loops {
		go l.Run()
	}
}

func (px *Proxy) stopLoops() {
	for _, l := range px.loops {
		l.Stop()
	}
	for _, l := range px.loops {
		<-l.Done()
	}
}

// Certificates are what the proxies show and trust; they can be changed at run time.
func (px *Proxy) Certificates() *tlsconf.Store { return px.tls }

// Backends are the backends in configuration order. Read only.
func (px *Proxy) Backends() []*backend.Backend { return px.backends }

// Backend is the backend of that name, or nil.
func (px *Proxy) Backend(name string) *backend.Backend {
	if r := px.routes[name]; r != nil && !r.p.Disabled {
		return r.b
	}
	return nil
}

// Frontends are the frontends in configuration order. Read only.
func (px *Proxy) Frontends() []*Frontend { return px.frontends }

// Loops are the event loops. Read only.
func (px *Proxy) Loops() []*loop.Loop { return px.loops }

// Config is the configuration that runs.
func (px *Proxy) Config() *conf.Config { return px.cfg }

// Conns is how many client connections there are.
func (px *Proxy) Conns() int64 { return px.conns.Load() }

// Stopping reports whether Shutdown or Close was called.
func (px *Proxy) Stopping() bool { return px.stopping.Load() }

// SetMaxconn changes the process's limit of client connections; n <= 0 = the configured one.
func (px *Proxy) SetMaxconn(n int) {
	if n <= 0 {
		n = px.cfg.Global.Maxconn
	}
	px.limit.Store(int64(n))
	px.resume()
}

// resume lets listeners that rest because of the process's limit accept again.
func (px *Proxy) resume() {
	for _, fe := range px.frontends {
		fe.resume()
	}
}

// placed puts the place of a section before an error that has none.
func placed(pos conf.Pos, err error) error {
	if err == nil {
		return nil
	}
	return fmt.Errorf("%s: %w", pos, err)
}
