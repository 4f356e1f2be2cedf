package tlsio

import (
	"testing"
	"time"
)

func TestMeter(t *testing.T) {
	var m Meter
	at := func(ms int) time.Time { return time.Unix(1000, 0).Add(time.Duration(ms) * time.Millisecond) }
	f := func(ms, want int) {
		t.Helper()
		if got := m.Value(at(ms)); got != want {
			t.Errorf("at %d ms: %d; want %d", ms, got, want)
		}
	}
	f(0, 0)
	for i := range 8 {
		m.Add(at(100 * i))
	}
	f(999, 8)
	f(1000, 8)
	f(1500, 4)
	m.Add(at(1500))
	f(1750, 3)
	f(2000, 1)
	f(9000, 0)
	if m.Max() != 8 {
		t.Errorf("at most %d; want 8", m.Max())
	}
}

func TestCount(t *testing.T) {
	c := NewCount(2, nil)
	for i := range 3 {
		if c.take() != (i < 2) {
			t.Errorf("place %d: not two", i+1)
		}
	}
	y := &Conn{count: c}
	y.release()
	y.release()
	if c.Now() != 1 || c.Total() != 2 || !c.take() {
		t.Errorf("%d now, %d in all", c.Now(), c.Total())
	}
	next := NewCount(3, c)
	if !next.take() || next.take() || c.Now() != 3 || next.Total() != 1 {
		t.Errorf("after a reload %d now, %d in all", next.Now(), next.Total())
	}
	var none *Count
	if !none.take() {
		t.Error("nothing bounds it, and yet")
	}
}
