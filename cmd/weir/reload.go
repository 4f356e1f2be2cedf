package main

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"io"
	"runtime"
	"runtime/debug"
	"strings"
	"time"

	"go.uber.org/zap"
	"go.uber.org/zap/zapcore"

	"weir/conf"
	"weir/stats"
)

// maxChanges bounds the lines in which a reload tells what changes: a generated configuration may have thousands.
const maxChanges = 100

// reporter tells of one reload: to whoever reads the log, and as text to whoever asked for it.
type reporter interface {
	config(diags conf.Diagnostics) bool // whether it may run
	say(level zapcore.Level, text string)
	text() string
}

// weirReporter is "weir run"'s.
type weirReporter struct {
	w     io.Writer // where a configuration's errors go
	log   *zap.Logger
	quiet bool
	buf   bytes.Buffer
}

func (r *weirReporter) config(diags conf.Diagnostics) bool {
	return report(io.MultiWriter(r.w, &r.buf), diags, r.quiet)
}

func (r *weirReporter) say(level zapcore.Level, text string) {
	fmt.Fprintln(&r.buf, text)
	r.log.Log(level, text)
}

func (r *weirReporter) text() string { return r.buf.String() }

var errStopping = errors.New("the process is stopping")

// errConfig is a configuration that was told to be wrong already.
var errConfig = errors.New("the configuration has errors")

// reload reads the configuration anew and takes it over, or leaves everything as it is. In order:
//
//	1st read and compile: nothing of it is at work
//	2nd bind what is new; what stays is shared with the generation before
//	3rd start: server states are brought over, and both generations accept
//	4th from here on nothing can fail: stats sockets show the new generation; the old one closes its side and drains
func (p *proxies) reload() (ok bool, log string) {
	if p.isStopping() {
		return false, errStopping.Error()
	}
	p.one <- struct{}{}
	defer func() { <-p.one }()
	notifyReloading()
	rep := p.r.reporter()
	defer spareProcessors(p)()
	rep.say(zapcore.InfoLevel, p.r.words.begin)
	old := p.current()
	undo := keepFDLimit()
	next, changed, err := p.prepare(rep, old)
	if err != nil {
		undo()
		p.refused(rep, err)
		return false, rep.text()
	}
	if err := p.start(old, next); err != nil {
		undo()
		p.refused(rep, err)
		return false, rep.text()
	}
	p.commit(rep, old, next.g, next.plan)
	for _, line := range changed {
		rep.say(zapcore.InfoLevel, line)
	}
	rep.say(zapcore.InfoLevel, p.r.words.done)
	p.mu.Lock()
	p.failed, p.startup = 0, rep.text()
	p.mu.Unlock()
	notifyReady()
	debug.FreeOSMemory() // reading the configuration takes many times what is kept of it
	return true, rep.text()
}

func (p *proxies) current() *generation {
	p.mu.Lock()
	defer p.mu.Unlock()
	p.reloads++
	return p.cur
}

func (p *proxies) isStopping() bool {
	p.mu.Lock()
	defer p.mu.Unlock()
	return p.stopping
}

// refused tells that what runs stays.
func (p *proxies) refused(rep reporter, err error) {
	if !errors.Is(err, errConfig) {
		for _, e := range flatten(err) {
			rep.say(zapcore.ErrorLevel, e.Error())
		}
	}
	rep.say(p.r.words.failedLevel, p.r.words.failed)
	p.mu.Lock()
	p.failed++
	p.cur.reloads++
	for _, g := range p.old {
		g.reloads++
	}
	p.startup = rep.text()
	p.mu.Unlock()
	notifyFailed()
}

// prepared is a generation that could start.
type prepared struct {
	g    *generation
	plan *stats.Plan
}

// prepare does all that can fail; after an error nothing is left of it. changed are the lines that tell what is about to change.
func (p *proxies) prepare(rep reporter, old *generation) (next *prepared, changed []string, err error) {
	if p.isStopping() {
		return nil, nil, errStopping
	}
	cfg := p.r.read(rep)
	if cfg == nil {
		return nil, nil, errConfig
	}
	changed, asked := tellChanges(old, cfg), limitsAsked(&cfg.Global)
	if err := p.fit(rep, cfg); err != nil {
		return nil, nil, err
	}
	g, err := p.build(cfg, old)
	if err != nil {
		return nil, nil, err
	}
	g.asked = asked
	bound := g.px.Bind()
	plan, err := p.planSockets(cfg)
	if err := errors.Join(bound, err); err != nil {
		if plan != nil {
			plan.Abort()
		}
		g.discard()
		return nil, nil, hintAtRights(err, &old.cfg.Global)
	}
	return &prepared{g, plan}, changed, nil
}

// discard ends a generation that has not started: it has counted nothing.
func (g *generation) discard() {
	g.closed.Do(func() {
		g.px.Close()
		g.access.Close(flushTime)
	})
}

// start has the new generation accept beside the old one; after an error nothing of it is left.
func (p *proxies) start(old *generation, next *prepared) error {
	err := errStopping // a stop may not have waited for this reload
	if !p.isStopping() {
		p.past.retire(old.src) // before the new one tells anybody of its counts
		if err = next.g.px.Start(); err != nil {
			p.past.recall(old.src)
		}
	}
	if err != nil {
		next.plan.Abort()
		next.g.discard()
	}
	return err
}

// commit changes over.
func (p *proxies) commit(rep reporter, old, g *generation, plan *stats.Plan) {
	p.cli.Use(p.cliConfig(g))
	g.px.CatchUp(old.px)
	if err := plan.Commit(); err != nil {
		rep.say(zapcore.ErrorLevel, err.Error())
	}
	ctx, cancel := context.WithCancel(context.Background())
	old.cut = cancel
	p.mu.Lock()
	p.cur = g
	p.old = append(p.old, old)
	for _, o := range p.old {
		o.reloads++
	}
	p.mu.Unlock()
	// On this thread, which can remove the files of unix sockets though there may be a chroot.
	old.px.Retire(ctx)
	g.px.Poke()
	p.past.prune(g.src.ownRows())
	p.bound(rep, g.cfg.Global.Process.MaxReloads)
	go p.finish(ctx, old)
}

// bound cuts the generations that have survived too many reloads, most being mworker-max-reloads.
func (p *proxies) bound(rep reporter, most int) {
	switch most {
	case 0:
		return
	case conf.NoReloads:
		most = 0
	}
	p.mu.Lock()
	defer p.mu.Unlock()
	for _, g := range p.old {
		if g.reloads > most {
			rep.say(zapcore.WarnLevel, fmt.Sprintf("generation %d has survived %d reloads, with %d connections: they are cut (mworker-max-reloads)", g.n, g.reloads, g.px.Conns()))
			g.cut()
		}
	}
}

// finish drains the old generation: its connections end by themselves or by its own hard-stop-after.
func (p *proxies) finish(ctx context.Context, old *generation) {
	if hard := old.cfg.Global.HardStopAfter; hard > 0 {
		var cancel context.CancelFunc
		ctx, cancel = context.WithTimeout(ctx, hard)
		defer cancel()
	}
	defer old.cut()
	err := old.drain(ctx)
	switch {
	case errors.Is(err, context.DeadlineExceeded):
		p.r.log.Warn("hard-stop-after is over: the connections that were left of an earlier generation are cut", zap.Int("generation", old.n))
	case err == nil:
		p.r.log.Info("an earlier generation has ended", zap.Int("generation", old.n), zap.Duration("after", time.Since(old.started).Round(time.Millisecond)))
	}
	p.mu.Lock()
	for i, g := range p.old {
		if g == old {
			p.old = append(p.old[:i:i], p.old[i+1:]...)
			break
		}
	}
	p.mu.Unlock()
	p.fitProcessors()
	debug.FreeOSMemory()
}

// fit sets maxconn by the limit of open files, and warns of what only a restart changes.
func (p *proxies) fit(rep reporter, cfg *conf.Config) error {
	for _, name := range onlyAtStart(&p.first, &cfg.Global) {
		rep.say(zapcore.WarnLevel, name+" has changed: that takes effect when the process is started again")
	}
	limit, err := limitFDs(&cfg.Global, &p.first)
	if err != nil {
		return err
	}
	if warning := fitMaxconn(cfg, limit); warning != "" {
		if cfg.Global.Process.StrictLimits {
			return errors.New(warning)
		}
		rep.say(zapcore.WarnLevel, warning)
	}
	return nil
}

// tellChanges are the lines that say what is about to change.
func tellChanges(old *generation, cfg *conf.Config) []string {
	was := *old.cfg
	old.asked.put(&was.Global)
	lines := conf.Changes(&was, cfg)
	if len(lines) == 0 {
		return []string{"reload: the configuration is the same; files that it names are read anew"}
	}
	more := len(lines) - maxChanges
	if more > 0 {
		lines = append(lines[:maxChanges:maxChanges], fmt.Sprintf("and %d more changes", more))
	}
	for i := range lines {
		lines[i] = "reload: " + lines[i]
	}
	return lines
}

// spareProcessors lets the loops of one generation more run beside the others while it is made; they keep theirs while they
// nap. What it returns undoes that as far as no generation drains.
func spareProcessors(p *proxies) func() {
	p.mu.Lock()
	n := 2*len(p.cur.px.Loops()) + 2 // that the next has as many is a guess: it takes what it needs beyond that itself
	p.mu.Unlock()
	if runtime.GOMAXPROCS(0) < n {
		runtime.GOMAXPROCS(n)
	}
	return p.fitProcessors
}

// fitProcessors gives the loops of the current generation, and those of the ones that drain together, the processors of the system.
func (p *proxies) fitProcessors() {
	p.mu.Lock()
	defer p.mu.Unlock()
	n := len(p.cur.px.Loops()) + 1
	if len(p.old) > 0 {
		n += len(p.old[len(p.old)-1].px.Loops())
	}
	if runtime.GOMAXPROCS(0) != n {
		runtime.GOMAXPROCS(n)
	}
}

// hintAtRights says why an address that only root may have cannot be had, where before has given root's rights up.
func hintAtRights(err error, before *conf.Global) error {
	if !strings.Contains(err.Error(), "permission denied") || before.User == "" && before.Group == "" {
		return err
	}
	return fmt.Errorf("%w\nthe process has given up the rights that it started with: what needs them can only be opened by a restart", err)
}
