package loop

import (
	"testing"
	"time"
)

// The rate slides: of the second before as much counts as the last thousand milliseconds still cover.
func TestSentRate(t *testing.T) {
	var s sent
	at := func(ms int64) int64 { return ms * int64(time.Millisecond) }
	f := func(ms int64, want uint64) {
		t.Helper()
		if got := s.rate(at(ms)); got != want {
			t.Errorf("at %d ms: %d; want %d", ms, got, want)
		}
	}
	s.add(400, at(5100))
	s.add(600, at(5900))
	f(5900, 1000)
	f(6000, 1000)
	f(6250, 750)
	s.add(50, at(6500))
	f(6500, 550)
	f(7000, 50)
	f(9000, 0)
	s.add(1, at(9000))
	f(9000, 1)
	if s.total != 1051 {
		t.Errorf("%d in all; want 1051", s.total)
	}
}
