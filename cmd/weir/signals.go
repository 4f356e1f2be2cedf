package main

import (
	"context"
	"errors"
	"os"
	"syscall"
	"time"

	"go.uber.org/zap"
)

// errStoppedAtOnce says that a signal, not the last stream, ended the process.
var errStoppedAtOnce = errors.New("stopped at once")

// stopTimes are the configured times of a graceful stop; 0 = none.
type stopTimes struct {
	grace time.Duration // from the signal until the listeners are closed
	hard  time.Duration // from then until the streams that are left are cut
}

// waitForStop blocks until a signal ends the engine: SIGINT at once; SIGUSR1 and SIGTERM gracefully, in the times given; during a graceful
// stop SIGTERM and SIGINT at once. As HAProxy SIGTERM is always at once.
func (r *runtimeOptions) waitForStop(e engine, times func() stopTimes) error {
	for sig := range r.sigs {
		switch {
		case r.atOnce(sig):
			return r.cut(e, sig)
		case sig == syscall.SIGHUP || sig == syscall.SIGUSR2:
			r.again(e, sig)
		case sig == syscall.SIGUSR1 || sig == syscall.SIGTERM:
			return r.graceful(e, sig, times())
		case sig == syscall.SIGTTOU:
			r.log.Warn("SIGTTOU: another process wants to bind our addresses; pausing listeners is not done, as addresses are shared")
		}
	}
	return nil
}

func (r *runtimeOptions) atOnce(sig os.Signal) bool {
	return sig == syscall.SIGINT || sig == syscall.SIGTERM && r.haproxy
}

// cut ends everything now.
func (r *runtimeOptions) cut(e engine, sig os.Signal) error {
	r.log.Info("stopping at once", zap.Stringer("signal", sig.(syscall.Signal)))
	notifyStopping()
	e.Close()
	return stoppedBy{sig.(syscall.Signal)}
}

// again is SIGHUP or SIGUSR2.
func (r *runtimeOptions) again(e engine, sig os.Signal) {
	if r.reporter != nil {
		r.askReload()
		return
	}
	if p, ok := e.(*proxies); ok && sig == syscall.SIGHUP {
		p.logServers(r.log)
	}
}

func (r *runtimeOptions) graceful(e engine, sig os.Signal, times stopTimes) error {
	fields := []zap.Field{zap.Stringer("signal", sig.(syscall.Signal))}
	if times.grace > 0 {
		fields = append(fields, zap.Duration("listeners close after", times.grace))
	}
	if times.hard > 0 {
		fields = append(fields, zap.Duration("at most", times.hard))
	}
	r.log.Info("stopping when the open streams have ended", fields...)
	notifyStopping()
	return r.drain(e, times)
}

func (r *runtimeOptions) drain(e engine, times stopTimes) error {
	ctx, cancel := context.WithCancel(context.Background())
	defer cancel()
	ended := make(chan error, 1)
	go func() { ended <- shutdown(ctx, e, times) }()
	for {
		select {
		case err := <-ended:
			if errors.Is(err, context.DeadlineExceeded) {
				r.log.Warn("hard_stop_after is over: the streams that are left are cut")
				err = nil
			}
			e.Close()
			return err
		case sig := <-r.sigs:
			if sig != syscall.SIGTERM && sig != syscall.SIGINT {
				continue // the stop is under way
			}
			return r.cut(e, sig)
		}
	}
}

// shutdown lets the listeners accept for the grace time, then closes them and waits for the streams.
func shutdown(ctx context.Context, e engine, times stopTimes) error {
	select {
	case <-ctx.Done():
		return ctx.Err()
	case <-time.After(times.grace):
	}
	if times.hard > 0 {
		var cancel context.CancelFunc
		ctx, cancel = context.WithTimeout(ctx, times.hard)
		defer cancel()
	}
	return e.Shutdown(ctx)
}
