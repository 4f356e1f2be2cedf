package main

import (
	"context"
	"errors"
	"fmt"
	"io/fs"

	"weir/conf"
	"weir/frontend"
	"weir/internal/logsink"
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

// proxies are the proxies of a configuration with what watches and steers them: stats sockets, /metrics and the stats page.
type proxies struct {
	px  *frontend.Proxy
	cli *stats.Server
	cfg *conf.Config
}

func newEngine(r *runtimeOptions, access *logsink.Writer) (engine, error) {
	cfg, log := r.cfg, r.log
	// The services need a source, the source needs the proxies, and the proxies the services.
	src := &source{access: access}
	px, err := frontend.New(cfg, frontend.Options{Log: log, Access: access, Version: version, Services: services(src, cfg), ReusePort: r.haproxy})
	if err != nil {
		return nil, err
	}
	src.px = px
	cli := stats.NewServer(stats.ServerConfig{Source: src, Admin: &admin{px: px}, Log: log.Named("cli"), Timeout: cfg.Global.StatsTimeout, Payload: cfg.Global.Tune.MaxPayload})
	return &proxies{px: px, cli: cli, cfg: cfg}, nil
}

// Start binds everything before anything accepts, so that all addresses in use are told together and nothing is half started.
func (p *proxies) Start() error {
	bound := p.px.Bind() // before a stats socket answers: what it tells of must be there
	var errs []error
	for _, s := range p.cfg.Global.StatsSockets {
		sock, err := statsSocket(s)
		if err == nil {
			err = cause(p.cli.Listen(sock))
		}
		if err != nil {
			errs = append(errs, fmt.Errorf("%s: global: stats_socket %q: %w%s", s.Pos, s.Addr, err, remedy(err)))
		}
	}
	errs = append(errs, bound)
	if err := errors.Join(errs...); err != nil {
		p.Close()
		return err
	}
	return p.px.Start()
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

// Shutdown leaves the stats sockets open to the end: whoever waits for the last stream wants to look.
func (p *proxies) Shutdown(ctx context.Context) error { return p.px.Shutdown(ctx) }

func (p *proxies) Close() {
	p.px.Close()
	p.cli.Stop()
}

func statsSocket(s *conf.StatsSocket) (stats.Socket, error) {
	sock := stats.Socket{Address: s.Addr.String(), Level: statsLevel(s.Level), Mode: s.Mode, Maxconn: s.Maxconn}
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
