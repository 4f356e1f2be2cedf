package stats

import (
	"sync/atomic"
	"time"
)

// LiveRate counts events per second over a sliding second: what the current second holds so far, plus the share of the previous one that
// the sliding window still covers. It has one writer, the loop that owns it, and others may read it at any moment, without asking:
// conditions on one loop compare what all loops count. Its first period begins with the first event, and so does the first one after a pause. The zero value is ready to use.
//
// The writer changes one word for each event, and a second one at a new period. The first word carries a part of the second, by which a
// reader knows that the two belong together.
type LiveRate struct {
	start atomic.Int64  // of the current period, in ms of liveMS; 0 = nothing has been counted
	count atomic.Uint64 // start's lowest bits, the events of the period before, those of the current one

	// The writer's.
	all    []*LiveRate // of the loops that count the same, itself among them; nil = there is no other
	max    uint64
	looked int64  // when it last asked the others, in ms of liveMS
	enough uint64 // and from which value of its own on it does so again within that ms
}

// Together has rates that count the same on n loops know of each other, before they count: the Max of each is then of all of them.
func Together(n int, rate func(i int) *LiveRate) {
	all := make([]*LiveRate, n)
	for i := range all {
		all[i] = rate(i)
	}
	for _, r := range all {
		r.all = all
	}
}

const (
	// ratePeriodMS is the length of a rate's period: HAProxy's rates are per second.
	ratePeriodMS = 1000
	// liveBits hold the events of one period: 16 million a second are more than a loop can ever have. What is above is not counted.
	liveBits = 24
	liveMost = 1<<liveBits - 1
	// liveTries bounds how often a reader looks again: the writer begins a period once a second, between two instructions.
	liveTries = 4
	// liveStep is the share, a thirty-second, by which a rate grows within one ms before the others are asked again: each asking
	// fetches what their loops have just written.
	liveStep = 32
)

// liveBase is what LiveRates count their time from.
var liveBase = time.Now()

// liveMS is never 0.
func liveMS(t time.Time) int64 { return max(0, int64(t.Sub(liveBase)/time.Millisecond)) + 1 }

// Add counts an event at now, and returns the rate with it.
func (r *LiveRate) Add(now time.Time) int64 {
	ms, start, word := liveMS(now), r.start.Load(), r.count.Load()
	from, prev, curr := liveTurn(ms, start, word)
	if curr < liveMost {
		curr++
	}
	if from != start {
		r.start.Store(from)
	}
	r.count.Store(liveTag(from) | prev<<liveBits | curr)
	v := weigh(ms, from, prev, curr)
	if ms != r.looked || v >= r.enough {
		r.look(ms, v)
	}
	return int64(v)
}

// look raises the maximum to what there is at ms altogether, of which v is the rate's own.
func (r *LiveRate) look(ms int64, v uint64) {
	r.looked, r.enough = ms, v+v/liveStep+1
	for _, o := range r.all {
		if o != r {
			v += o.at(ms)
		}
	}
	r.max = max(r.max, v)
}

// Value is the events per second at now. Any goroutine may ask.
func (r *LiveRate) Value(now time.Time) int64 { return int64(r.at(liveMS(now))) }

func (r *LiveRate) at(ms int64) uint64 {
	var start int64
	var word uint64
	for range liveTries {
		start, word = r.start.Load(), r.count.Load()
		if start == 0 {
			return 0
		}
		if word&^(1<<(2*liveBits)-1) == liveTag(start) {
			break
		}
	}
	from, prev, curr := liveTurn(ms, start, word)
	return weigh(ms, from, prev, curr)
}

// Max returns the highest rate since the last ResetMax, of all that are Together as this one has seen it: the largest of theirs is the
// highest there was, give or take a thirty-second. Both are for the writer.
func (r *LiveRate) Max() int64 { return int64(r.max) }

// ResetMax forgets the highest rate ("clear counters").
func (r *LiveRate) ResetMax() { r.max = 0 }

func liveTag(start int64) uint64 { return uint64(start) << (2 * liveBits) }

// liveTurn is the period that ms lies in, and its numbers, after one that began at start.
func liveTurn(ms, start int64, word uint64) (from int64, prev, curr uint64) {
	prev, curr = word>>liveBits&liveMost, word&liveMost
	switch age := ms - start; {
	case start == 0 || age >= 2*ratePeriodMS:
		return ms, 0, 0
	case age >= ratePeriodMS:
		return start + ratePeriodMS, curr, 0
	}
	return start, prev, curr
}

// weigh is the rate at ms, in the period that began at start: its events, and the share of those of the one before that the last second
// still covers.
func weigh(ms, start int64, prev, curr uint64) uint64 {
	left := uint64(ratePeriodMS - max(0, ms-start))
	return curr + prev*left/ratePeriodMS
}
