package backend

import (
	"sync/atomic"
	"time"

	"weir/internal/loop"
)

// rate counts one loop's events of the present second. When the second is over, it adds them to what all loops
// had in it (rates): one shared write per second instead of one per stream.
type rate struct {
	sec     int64 // wall-clock second that n counts
	n       int64
	prevSec int64
	prev    int64 // of prevSec
}

// rates collects what all loops counted, by second.
type rates struct {
	slot [4]atomic.Uint64 // second<<32 | events, at second%4
	max  atomic.Int64     // the most in any whole second
}

// tick counts one event on loop l.
func (r *rate) tick(l *loop.Loop, all *rates) {
	if sec := l.Wall().Unix(); sec != r.sec {
		r.roll(sec, all)
	}
	r.n++
}

// roll begins a new second.
func (r *rate) roll(sec int64, all *rates) {
	if r.n > 0 {
		all.add(r.sec, r.n)
	}
	r.prevSec, r.prev = r.sec, r.n
	r.sec, r.n = sec, 0
}

// settle hands in a second that is over, where nothing has come since.
func (r *rate) settle(now time.Time, all *rates) {
	if sec := now.Unix(); sec != r.sec {
		r.roll(sec, all)
	}
}

// at is the events per second at time now: those of this second and, for the part of it that is still to come,
// those of the last one.
func (r *rate) at(now time.Time) int64 {
	sec, part := now.Unix(), int64(now.Nanosecond())
	rest := int64(time.Second) - part
	switch sec {
	case r.sec:
		if r.prevSec != sec-1 {
			return r.n
		}
		return r.n + r.prev*rest/int64(time.Second)
	case r.sec + 1:
		return r.n * rest / int64(time.Second)
	}
	return 0
}

// add notes n events in a second that is over on one loop.
func (a *rates) add(sec, n int64) {
	s := &a.slot[sec&3]
	for {
		old := s.Load()
		sum := n
		if int64(old>>32) == sec&(1<<32-1) {
			sum += int64(old & (1<<32 - 1))
		}
		if s.CompareAndSwap(old, uint64(sec)<<32|uint64(sum)&(1<<32-1)) {
			raise(&a.max, sum)
			return
		}
	}
}
