package main

import (
	"context"
	"sync"
	"time"

	"go.uber.org/zap"

	"weir/conf"
	"weir/frontend"
	"weir/internal/logsink"
)

// generation is one configuration at work. It has its loops, its listening sockets (shared with the one before where the address stays), its
// servers and its log writer: nothing in it belongs to another one.
type generation struct {
	n       int
	cfg     *conf.Config
	asked   askedLimits
	px      *frontend.Proxy
	access  *logsink.Writer
	src     *source
	log     *zap.Logger
	started time.Time
	reloads int // that it has survived; guarded by proxies.mu

	cut    context.CancelFunc // ends its drain; nil before
	closed sync.Once
}

// build makes a generation of cfg that binds and starts nothing yet; before is the one whose sockets it will share.
func (p *proxies) build(cfg *conf.Config, before *generation) (*generation, error) {
	log := p.r.log
	access := logsink.New(logsink.Options{Tag: cfg.Global.LogTag, Host: cfg.Global.LogSendHost, Producers: cfg.Global.NbThread, SndBuf: cfg.Global.Tune.SndBufLog,
		Lost: func(target string, err error) {
			// On a goroutine of its own: whoever reads stderr may be slow, too.
			go log.Warn("log lines are lost; weir_dropped_logs_total counts them", zap.String("target", target), zap.Error(err))
		}})
	g := &generation{n: 1, cfg: cfg, access: access, log: log, started: time.Now()}
	// The services need a source, the source needs the proxies, and the proxies the services.
	g.src = &source{access: access, past: &p.past, process: p.started}
	adm := &admin{} // needs the proxies too
	o := frontend.Options{Log: log, Access: access, Version: version, Services: services(g.src, adm, cfg), ReusePort: p.r.haproxy && !cfg.Global.Tune.NoReusePort}
	if before != nil {
		g.n, o.Before = before.n+1, before.px
	}
	px, err := frontend.New(cfg, o)
	if err != nil {
		access.Close(flushTime)
		return nil, err
	}
	g.px, g.src.px, adm.px = px, px, px
	return g, nil
}

// drain takes no new client and waits until the last has gone, at most until ctx is done.
func (g *generation) drain(ctx context.Context) error {
	err := g.px.Drain(ctx)
	g.close()
	return err
}

// close ends what runs and writes the last log lines.
func (g *generation) close() {
	g.closed.Do(func() {
		g.src.remember()
		g.px.Close()
		if err := g.access.Close(flushTime); err != nil {
			g.log.Warn(err.Error(), zap.Uint64("dropped", g.access.Dropped()))
		}
	})
}
