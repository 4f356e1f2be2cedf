package backend

import (
	"testing"
	"time"
)

func TestRate(t *testing.T) {
	var r, o rate
	var all rates
	at := func(sec int64, ns int64) time.Time { return time.Unix(sec, ns) }
	count := func(r *rate, sec int64, n int) {
		if sec != r.sec {
			r.roll(sec, &all)
		}
		r.n += int64(n)
	}
	count(&r, 100, 40)
	count(&o, 100, 60)
	if got := r.at(at(100, 0)); got != 40 {
		t.Errorf("first second: %d; want 40", got)
	}
	count(&r, 101, 10)
	count(&o, 101, 10)
	if m := all.max.Load(); m != 100 {
		t.Errorf("most in a second: %d; want 100, of both loops", m)
	}
	f := func(now time.Time, want int64) {
		t.Helper()
		if got := r.at(now); got != want {
			t.Errorf("at %d.%09d: %d; want %d", now.Unix(), now.Nanosecond(), got, want)
		}
	}
	f(at(101, 0), 50)                  // all of the last second still counts
	f(at(101, 500_000_000), 30)        // half of it
	f(at(102, 500_000_000), 5)         // nothing came since
	f(at(104, 0), 0)                   // long ago
	count(&r, 300, 1)                  // after a pause
	f(at(300, 0), 1)                   // the last second had none
	if m := all.max.Load(); m != 100 { // and no old slot is added to
		t.Errorf("max %d; want 100", m)
	}
}
