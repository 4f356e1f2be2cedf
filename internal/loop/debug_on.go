//go:build weirdebug

package loop

import (
	"bytes"
	"fmt"
	"math/rand/v2"
	"os"
	"runtime"
	"sync"
	"time"
)

// debugBuild: ownership is asserted and released buffers are overwritten. "make test" runs with -tags weirdebug.
const debugBuild = true

// debugIDs are the goroutines that may touch a loop: its own and its coroutines'. Only one of them runs at a time.
type debugIDs struct {
	mu  sync.Mutex
	set map[string]bool
}

func (d *debugIDs) own() {
	d.mu.Lock()
	defer d.mu.Unlock()
	if d.set == nil {
		d.set = map[string]bool{}
	}
	d.set[goid()] = true
}

func (d *debugIDs) disown() {
	d.mu.Lock()
	defer d.mu.Unlock()
	delete(d.set, goid())
}

// mustOwn panics when the calling goroutine is not of the loop. Before Run it allows anyone.
func (l *Loop) mustOwn(what string) {
	l.ids.mu.Lock()
	defer l.ids.mu.Unlock()
	if l.ids.set != nil && !l.ids.set[goid()] {
		panic(fmt.Sprintf("BUG: %s on loop %d from a goroutine that does not own it", what, l.opt.ID))
	}
}

func goid() string {
	var b [64]byte
	s := b[:runtime.Stack(b[:], false)]
	s = bytes.TrimPrefix(s, []byte("goroutine "))
	return string(s[:bytes.IndexByte(s, ' ')])
}

func mangle(b []byte) {
	for i := range b {
		b[i] = 0xDB
	}
}

// stumbling is the longest that a loop waits, at random, before one turn of four: WEIR_STUMBLE=5ms. Events then come together and in other orders
// than usually, which is how a test (or the proxy) that takes an order for granted is found.
var stumbling = func() time.Duration {
	d, err := time.ParseDuration(os.Getenv("WEIR_STUMBLE"))
	if err != nil && os.Getenv("WEIR_STUMBLE") != "" {
		panic("WEIR_STUMBLE: " + err.Error())
	}
	return d
}()

func stumble() {
	if stumbling > 0 && rand.N(4) == 0 {
		time.Sleep(rand.N(stumbling))
	}
}
