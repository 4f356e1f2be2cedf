package main

import (
	"context"
	"errors"
	"fmt"
	"io/fs"
	"sync"
	"time"

	"weir/conf"
	"weir/stats"
)

// engine is what run starts and stops.
type engine interface {
	// Start binds every listener, then accepts; it fails with every address that could not be bound.
	Start() error
	// Shutdown stops accepting and waits for streams to end, at most until ctx is done.
	Shutdown(ctx context.Context) error
	// Close ends everything at once. It may be called more than once.
	Close()
}

// proxies are the configurations at work: the current one, which accepts, and those before it whose connections have not all ended. Around
// them is what outlives a configuration: the stats sockets and the counts.
type proxies struct {
	r       *runtimeOptions
	cli     *stats.Server
	past    history
	started time.Time
	first   conf.Global // that the process has started with

	ended chan struct{} // closed by Close
	end   sync.Once

	one chan struct{} // with room for one reload at a time, and none beside a stop

	mu       sync.Mutex // guards what follows
	cur      *generation
	old      []*generation // that drain, oldest first
	stopping bool
	reloads  int    // tried
	failed   int    // of them in a row, until now
	startup  string // what was said of the last configuration
}

func newEngine(r *runtimeOptions) (*proxies, error) {
	p := &proxies{r: r, started: time.Now(), startup: r.startup, first: r.cfg.Global, ended: make(chan struct{}), one: make(chan struct{}, 1)}
	g, err := p.build(r.cfg, nil)
	if err != nil {
		return nil, err
	}
	g.asked = r.asked
	p.cur = g
	p.cli = stats.NewServer(p.cliConfig(g))
	return p, nil
}

// cliConfig is what the stats sockets work with while g is the current generation.
func (p *proxies) cliConfig(g *generation) stats.ServerConfig {
	c := stats.ServerConfig{Source: g.src, Admin: &admin{px: g.px}, Log: p.r.log.Named("cli"), Timeout: g.cfg.Global.StatsTimeout, Payload: g.cfg.Global.Tune.MaxPayload,
		AnonKey: uint32(g.cfg.Global.Process.AnonKey)}
	if p.r.reporter != nil {
		c.Admin = &reloadAdmin{admin: &admin{px: g.px}, p: p}
	}
	return c
}

// Start binds everything before anything accepts, so that all addresses in use are told together and nothing is half started.
func (p *proxies) Start() error {
	plan, err := p.bind()
	if err != nil {
		p.Close()
		return err
	}
	if err := plan.Commit(); err != nil {
		p.Close()
		return err
	}
	return p.cur.px.Start()
}

// bind opens every address. Where it fails the caller must Close.
func (p *proxies) bind() (*stats.Plan, error) {
	g := p.cur
	bound := g.px.Bind() // before a stats socket answers: what it tells of must be there
	plan, err := p.planSockets(g.cfg)
	if err := errors.Join(err, bound); err != nil {
		if plan != nil {
			plan.Abort()
		}
		return nil, err
	}
	return plan, nil
}

// planSockets binds the stats sockets that are not there yet.
func (p *proxies) planSockets(cfg *conf.Config) (*stats.Plan, error) {
	var list []stats.Socket
	var errs []error
	bad := func(s *conf.StatsSocket, err error) {
		errs = append(errs, fmt.Errorf("%s: global: stats_socket %q: %w%s", s.Pos, s.Addr, err, remedy(err)))
	}
	var of []*conf.StatsSocket
	for _, s := range cfg.Global.StatsSockets {
		sock, err := statsSocket(s)
		if err != nil {
			bad(s, err)
			continue
		}
		list, of = append(list, sock), append(of, s)
	}
	plan, failed := p.cli.Plan(list)
	for i, s := range of {
		if err := failed[i]; err != nil {
			bad(s, cause(err))
		}
	}
	if len(errs) > 0 && plan != nil {
		plan.Abort()
		plan = nil
	}
	return plan, errors.Join(errs...)
}

// cause drops the outermost words of an error, which repeat the address.
func cause(err error) error {
	if inner := errors.Unwrap(err); inner != nil {
		return inner
	}
	return err
}

// remedy says what to do where that is not plain from the error.
func remedy(err error) string {
	if errors.Is(err, fs.ErrNotExist) {
		return "; make its directory first"
	}
	return ""
}

// stopTimes are those of the configuration in force.
func (p *proxies) stopTimes() stopTimes {
	p.mu.Lock()
	defer p.mu.Unlock()
	g := &p.cur.cfg.Global
	return stopTimes{grace: g.Grace, hard: g.HardStopAfter}
}

// Shutdown leaves the stats sockets open to the end: whoever waits for the last stream wants to look.
func (p *proxies) Shutdown(ctx context.Context) error {
	p.mu.Lock()
	p.stopping = true // none begins
	p.mu.Unlock()
	select {
	case p.one <- struct{}{}: // one that is under way ends first
		defer func() { <-p.one }()
	case <-ctx.Done(): // ... unless it takes longer than the stop may: what it makes does not start any more
	}
	p.mu.Lock()
	all := append(p.old[:len(p.old):len(p.old)], p.cur)
	p.mu.Unlock()
	errs := make([]error, len(all))
	var wg sync.WaitGroup
	for i, g := range all {
		wg.Go(func() { errs[i] = g.drain(ctx) })
	}
	wg.Wait()
	return errors.Join(errs...)
}

// Close ends every generation.
func (p *proxies) Close() {
	p.mu.Lock()
	p.stopping = true
	all := append(p.old[:len(p.old):len(p.old)], p.cur)
	p.mu.Unlock()
	p.end.Do(func() { close(p.ended) })
	for _, g := range all {
		g.close()
	}
	p.cli.Stop()
}

func statsSocket(s *conf.StatsSocket) (stats.Socket, error) {
	sock := stats.Socket{Address: s.Addr.String(), Level: statsLevel(s.Level), Mode: s.Mode, Maxconn: s.Maxconn, Severity: stats.ParseSeverity(s.Severity), Master: s.Pos.IsZero()}
	if s.User != "" {
		uid, err := userID(s.User)
		if err != nil {
			return sock, err
		}
		sock.UID = &uid
	}
	if s.Group != "" {
		gid, err := groupID(s.Group)
		if err != nil {
			return sock, err
		}
		sock.GID = &gid
	}
	return sock, nil
}

func statsLevel(l conf.Level) stats.Level {
	switch l {
	case conf.LevelAdmin:
		return stats.LevelAdmin
	case conf.LevelUser:
		return stats.LevelUser
	}
	return stats.LevelOperator
}
