package loop

import (
	"sync/atomic"
	"time"
)

// fakeClock stands in for the real one in tests.
type fakeClock struct{ now atomic.Int64 }

// Fake is a loop whose clock stands still until the test moves it. Sockets work as on a real one.
type Fake struct {
	*Loop
}

// NewFake makes a loop with a fake clock and starts it. Stop it when done.
func NewFake() *Fake {
	l, err := New(Options{})
	if err != nil {
		panic(err) // tests only: no fds left
	}
	l.fake = &fakeClock{}
	go l.Run()
	return &Fake{l}
}

// Advance moves the clock by d and returns when the timers that this made due have fired.
func (f *Fake) Advance(d time.Duration) {
	f.fake.now.Add(int64(d))
	// The first post may run in a turn that had read the clock before; the second runs in a later one.
	f.Sync()
	f.Sync()
}

// Sync returns when the loop has run everything posted so far and what that woke.
func (f *Fake) Sync() {
	done := make(chan struct{})
	f.Post(func() { f.Post(func() { close(done) }) })
	<-done
}
