package main

import (
	"context"
	"errors"
	"os"
	"sync/atomic"
	"syscall"
	"testing"
	"time"

	"go.uber.org/zap"
)

// fakeEngine stops gracefully when drained is closed or the context ends.
type fakeEngine struct {
	shutting chan struct{}
	drained  chan struct{}
	closed   atomic.Int32
}

func (e *fakeEngine) Start() error { return nil }

func (e *fakeEngine) Shutdown(ctx context.Context) error {
	close(e.shutting)
	select {
	case <-e.drained:
		return nil
	case <-ctx.Done():
		return ctx.Err()
	}
}

func (e *fakeEngine) Close() { e.closed.Add(1) }

func TestWaitForStop(t *testing.T) {
	f := func(name string, first, second os.Signal, times stopTimes, drains bool, want error, graceful bool) {
		t.Run(name, func(t *testing.T) {
			e := &fakeEngine{shutting: make(chan struct{}), drained: make(chan struct{})}
			sigs := make(chan os.Signal, 4)
			sigs <- syscall.SIGHUP // changes nothing
			sigs <- first
			got := make(chan error, 1)
			r := &runtimeOptions{sigs: sigs, log: zap.NewNop()}
			go func() { got <- r.waitForStop(e, func() stopTimes { return times }) }()
			if graceful {
				<-e.shutting
			}
			sigs <- syscall.SIGUSR1 // again: changes nothing
			if drains {
				close(e.drained)
			} else if second != nil {
				sigs <- second
			}
			select {
			case err := <-got:
				if !errors.Is(err, want) {
					t.Fatalf("got %v; want %v", err, want)
				}
			case <-time.After(waitTime):
				t.Fatal("it does not stop")
			}
			if e.closed.Load() == 0 {
				t.Fatal("the engine was not closed")
			}
		})
	}
	f("interrupt", syscall.SIGINT, nil, stopTimes{}, false, errStoppedAtOnce, false)
	f("usr1 drains", syscall.SIGUSR1, nil, stopTimes{}, true, nil, true)
	f("term drains", syscall.SIGTERM, nil, stopTimes{grace: time.Millisecond, hard: time.Minute}, true, nil, true)
	f("term twice", syscall.SIGTERM, syscall.SIGTERM, stopTimes{}, false, errStoppedAtOnce, true)
	f("usr1, interrupt", syscall.SIGUSR1, syscall.SIGINT, stopTimes{}, false, errStoppedAtOnce, true)
	f("term twice in the grace time", syscall.SIGTERM, syscall.SIGTERM, stopTimes{grace: time.Hour}, false, errStoppedAtOnce, false)
	f("hard stop", syscall.SIGUSR1, nil, stopTimes{hard: 10 * time.Millisecond}, false, nil, true)
}
