package stats

import (
	"math/rand/v2"
	"testing"
)

func TestRateSlides(t *testing.T) {
	var r Rate
	steps := []struct {
		at   int64
		n    int
		want int64
	}{
		{5000, 10, 10},  // the first second counts what it holds
		{5999, 10, 20},  // until its last ms
		{6000, 0, 20},   // then the previous second weighs fully
		{6500, 0, 10},   // half of it
		{6500, 4, 14},   // plus what came
		{6999, 0, 4},    // 20*1/1000 rounds to 0
		{7250, 0, 3},    // 4*750/1000
		{9000, 0, 0},    // more than two periods later nothing is left
		{123000, 7, 7},  // long idle
		{123000, 0, 7},  // adding nothing changes nothing
		{122999, 1, 8},  // a clock one ms late does no harm
		{124000, 0, 8},  // and shifts nothing
		{125999, 0, 0},  // gone
		{1 << 40, 3, 3}, // far away
		{1<<40 + 1, 0, 3},
	}
	for i, s := range steps {
		r.Add(s.at, s.n)
		if got := r.Value(s.at); got != s.want {
			t.Fatalf("step %d at %d: got %d; want %d", i, s.at, got, s.want)
		}
	}
	if r.Max() != 20 {
		t.Fatalf("Max = %d; want 20", r.Max())
	}
	r.ResetMax()
	if r.Max() != 0 {
		t.Fatal("ResetMax kept a value")
	}
}

func TestRateValueKeepsState(t *testing.T) {
	var r Rate
	r.Add(1000, 100)
	r.Value(99999)
	if got := r.Value(1500); got != 100 {
		t.Fatalf("got %d; want 100: reading must not rotate", got)
	}
}

// A steady stream is measured as what it is at any moment after the first two seconds.
func TestRateSteady(t *testing.T) {
	var r Rate
	for ms := int64(0); ms < 10000; ms++ {
		r.Add(ms, 5)
		if v := r.Value(ms); ms > 2000 && (v < 4990 || v > 5010) {
			t.Fatalf("at %d ms: %d/s; want 5000", ms, v)
		}
	}
}

// NextMS is honest: just before that time the rate is not below the limit by more than rounding, at that time it is
// below or a new question gives a new answer, and the answers end.
func TestRateNextMS(t *testing.T) {
	rng := rand.New(rand.NewPCG(1, 2))
	for range 2000 {
		var r Rate
		now := int64(1000)
		for range rng.IntN(50) {
			now += rng.Int64N(200)
			r.Add(now, rng.IntN(20))
		}
		limit := 1 + rng.Int64N(100)
		waited := int64(0)
		for {
			d := r.NextMS(now, limit)
			if d == 0 {
				break
			}
			now, waited = now+d, waited+d
			if waited > 2*ratePeriodMS {
				t.Fatalf("still over the limit %d after %d ms", limit, waited)
			}
		}
		if v := r.Value(now); v >= limit {
			t.Fatalf("NextMS said 0 at %d/s with limit %d", v, limit)
		}
	}
	var r Rate
	if got := r.NextMS(0, 0); got != ratePeriodMS {
		t.Fatalf("limit 0: got %d; want %d", got, ratePeriodMS)
	}
}

func TestGauge(t *testing.T) {
	var g Gauge
	g.Inc()
	g.Inc()
	g.Dec()
	if g != (Gauge{1, 2}) {
		t.Fatalf("got %+v; want {1 2}", g)
	}
	g.Set(9)
	g.Set(3)
	if g.ResetMax(); g != (Gauge{3, 3}) {
		t.Fatalf("got %+v; want {3 3}", g)
	}
}

func TestAverage(t *testing.T) {
	var a Average
	if a.Value() != 0 {
		t.Fatal("no samples must read 0")
	}
	for _, v := range []int64{10, 20, 31, -5} {
		a.Add(v)
	}
	if a.Value() != 15 || a.Max() != 31 { // 61/4
		t.Fatalf("got %d, max %d; want 15, max 31", a.Value(), a.Max())
	}
	for range 20 * averageSamples {
		a.Add(100)
	}
	if v := a.Value(); v < 99 || v > 100 {
		t.Fatalf("after many samples of 100: %d", v)
	}
	for range 40 * averageSamples {
		a.Add(0)
	}
	if a.Value() != 0 {
		t.Fatalf("after many samples of 0: %d", a.Value())
	}
	var b, c Average
	b.Add(10)
	c.Add(20)
	c.Add(30)
	b.Merge(&c)
	if b.Value() != 20 || b.Max() != 30 {
		t.Fatalf("merged: %d, max %d; want 20, max 30", b.Value(), b.Max())
	}
	if b.ResetMax(); b.Max() != 0 {
		t.Fatal("ResetMax kept a value")
	}
}

func TestCountersDoNotAllocate(t *testing.T) {
	var r Rate
	var g Gauge
	var a Average
	now := int64(0)
	if n := testing.AllocsPerRun(1000, func() {
		now += 7
		r.Add(now, 1)
		r.Value(now)
		g.Inc()
		a.Add(now)
	}); n != 0 {
		t.Fatalf("%v allocations; want 0", n)
	}
}

func BenchmarkRateAdd(b *testing.B) {
	var r Rate
	for i := range b.N {
		r.Add(int64(i>>10), 1)
	}
}
