package stats

import (
	"sync"
	"testing"
	"time"
)

func TestLiveRate(t *testing.T) {
	var r LiveRate
	at := func(ms int64) time.Time { return liveBase.Add(time.Duration(ms) * time.Millisecond) }
	if v := r.Value(at(0)); v != 0 {
		t.Fatalf("nothing was counted: %d", v)
	}
	f := func(ms int64, events int, want int64) {
		t.Helper()
		for range events {
			r.Add(at(ms))
		}
		if got := r.Value(at(ms)); got != want {
			t.Fatalf("at %d ms: %d; want %d", ms, got, want)
		}
	}
	f(5400, 1, 1)    // the first event counts at once
	f(5400, 9, 10)   // and so do those behind it
	f(6399, 10, 20)  // until the period's last ms
	f(6400, 0, 20)   // then the one before weighs fully
	f(6900, 0, 10)   // half of it
	f(6900, 4, 14)   // plus what came
	f(7399, 0, 4)    // 20*1/1000 rounds to 0
	f(7400, 1, 5)    // and nothing of what is older is left
	f(8900, 0, 0)    // half a second after the end of a period without events
	f(123000, 7, 7)  // after a pause a period begins with its first event
	f(122990, 1, 8)  // a clock that is late does no harm
	f(123999, 0, 8)  // and shifts nothing
	f(124999, 0, 0)  // 8*1/1000
	f(1<<40, 3, 3)   // far away
	f(1<<40+1, 0, 3) // and a reader's clock may be ahead
	if r.Max() != 20 {
		t.Fatalf("Max = %d; want 20", r.Max())
	}
	r.ResetMax()
	if r.Max() != 0 {
		t.Fatal("ResetMax kept a value")
	}
}

// What does not fit is not counted, and does not spill into the period before.
func TestLiveRateFull(t *testing.T) {
	var r LiveRate
	now := liveBase.Add(time.Second)
	r.Add(now)
	r.count.Store(liveTag(r.start.Load()) | liveMost)
	r.Add(now)
	if v := r.Value(now); v != liveMost {
		t.Errorf("%d; want %d", v, liveMost)
	}
}

// Readers beside the writer see no more than two whole periods, which is what one with a clock that is late may see: one event every
// 10 ms is 100 in each.
func TestLiveRateReaders(t *testing.T) {
	var r LiveRate
	var wg sync.WaitGroup
	done := make(chan struct{})
	var now struct {
		sync.Mutex
		t time.Time
	}
	now.t = liveBase
	for range 2 {
		wg.Go(func() {
			for {
				select {
				case <-done:
					return
				default:
				}
				now.Lock()
				at := now.t
				now.Unlock()
				if v := r.Value(at); v < 0 || v > 200 {
					t.Errorf("%d events a second; want 200 at most", v)
					return
				}
			}
		})
	}
	for range 20_000 {
		now.Lock()
		now.t = now.t.Add(10 * time.Millisecond)
		r.Add(now.t)
		now.Unlock()
	}
	close(done)
	wg.Wait()
}

func TestLiveRateDoesNotAllocate(t *testing.T) {
	var r LiveRate
	now := liveBase
	if n := testing.AllocsPerRun(1000, func() {
		now = now.Add(7 * time.Millisecond)
		r.Add(now)
		r.Value(now)
	}); n != 0 {
		t.Fatalf("%v allocations; want 0", n)
	}
}

func BenchmarkLiveRateAdd(b *testing.B) {
	var r LiveRate
	now := time.Now()
	for range b.N {
		r.Add(now)
	}
}

// The maximum of rates that are together is of what they had at once, whoever saw it; not the sum of what each had at some time.
func TestTogether(t *testing.T) {
	rates := make([]LiveRate, 3)
	Together(len(rates), func(i int) *LiveRate { return &rates[i] })
	at := func(ms int64) time.Time { return liveBase.Add(time.Duration(ms) * time.Millisecond) }
	most := func() (n int64) {
		for i := range rates {
			n = max(n, rates[i].Max())
		}
		return n
	}
	add := func(ms int64, i, n int) {
		for range n {
			rates[i].Add(at(ms))
		}
	}
	add(1000, 0, 10)
	add(5000, 1, 10)
	add(9000, 2, 10)
	if got := most(); got != 10 {
		t.Fatalf("one after the other: %d; want 10", got)
	}
	add(20000, 0, 10)
	add(20000, 1, 10)
	add(20001, 2, 10)
	if got := most(); got != 30 {
		t.Fatalf("at once: %d; want 30", got)
	}
	for i := range rates {
		rates[i].ResetMax()
	}
	// Within one millisecond the others are not asked for each event.
	add(40000, 0, 1000)
	add(40000, 1, 1000)
	if got := most(); got < 2000*31/32 || got > 2000 {
		t.Fatalf("a burst: %d; want 2000, or a thirty-second less", got)
	}
}

func BenchmarkTogether(b *testing.B) {
	rates := make([]LiveRate, 8)
	Together(len(rates), func(i int) *LiveRate { return &rates[i] })
	now := time.Now()
	for i := range b.N {
		rates[0].Add(now.Add(time.Duration(i) * time.Microsecond))
	}
}
