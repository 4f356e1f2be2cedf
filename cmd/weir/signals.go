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

// waitForStop blocks until a signal ends the engine: SIGINT at once; SIGUSR1 and SIGTERM gracefully, in the times given;
// during a graceful stop SIGTERM and SIGINT at once.
func waitForStop(e engine, sigs <-chan os.Signal, log *zap.Logger, times stopTimes) error {
	for sig := range sigs {
		switch sig {
		case syscall.SIGINT:
			log.Info("stopping at once", zap.Stringer("signal", sig.(syscall.Signal)))
			e.Close()
			return errStoppedAtOnce
		case syscall.SIGHUP:
			log.Warn("SIGHUP is not done yet: the configuration stays as it is")
		case syscall.SIGUSR1, syscall.SIGTERM:
			fields := []zap.Field{zap.Stringer("signal", sig.(syscall.Signal))}
			if times.grace > 0 {
				fields = append(fields, zap.Duration("listeners close after", times.grace))
			}
			if times.hard > 0 {
				fields = append(fields, zap.Duration("at most", times.hard))
			}
			log.Info("stopping when the open streams have ended", fields...)
			return drain(e, sigs, log, times)
		}
	}
	return nil
}

func drain(e engine, sigs <-chan os.Signal, log *zap.Logger, times stopTimes) error {
	ctx, cancel := context.WithCancel(context.Background())
	defer cancel()
	ended := make(chan error, 1)
	go func() { ended <- shutdown(ctx, e, times) }()
	for {
		select {
		case err := <-ended:
			if errors.Is(err, context.DeadlineExceeded) {
				log.Warn("hard_stop_after is over: the streams that are left are cut")
				err = nil
			}
			e.Close()
			return err
		case sig := <-sigs:
			if sig != syscall.SIGTERM && sig != syscall.SIGINT {
				continue // the stop is under way
			}
			log.Info("stopping at once", zap.Stringer("signal", sig.(syscall.Signal)))
			e.Close()
			return errStoppedAtOnce
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
