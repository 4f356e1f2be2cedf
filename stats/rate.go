package stats

// ratePeriodMS is the length of a rate's period: HAProxy's rates are per second.
const ratePeriodMS = 1000

// Rate counts events per second over a sliding second: what the current second holds so far, plus the share of the
// previous second that the sliding window still covers. The zero value is ready to use.
//
// It has one writer, the loop that owns it, and does not lock: others read a copy that the loop made. The rate of a
// frontend over several loops is the sum of their values; feed that sum to a Gauge at each snapshot for its maximum,
// or add the loops' maxima up for an upper bound.
type Rate struct {
	start     int64 // ms: when the current period began
	curr      uint64
	prev      uint64
	max       uint64
	everAdded bool
}

// Add counts n events at nowMS (the loop's clock, ms, never going back).
func (r *Rate) Add(nowMS int64, n int) {
	if !r.everAdded {
		r.everAdded, r.start = true, nowMS
	}
	r.rotate(nowMS)
	r.curr += uint64(n)
	if v := r.at(nowMS); v > r.max {
		r.max = v
	}
}

// Value returns the events per second at nowMS. It changes nothing, so that a copy can be read at any later time.
func (r *Rate) Value(nowMS int64) int64 {
	c := *r
	c.rotate(nowMS)
	return int64(c.at(nowMS))
}

// Max returns the highest value seen by Add since the last ResetMax.
func (r *Rate) Max() int64 { return int64(r.max) }

// ResetMax forgets the highest value ("clear counters").
func (r *Rate) ResetMax() { r.max = 0 }

// NextMS returns how many ms must pass before Value falls below limit: 0 when it is below already. Rate limits that
// pause an accepting socket use it to set their timer.
func (r *Rate) NextMS(nowMS, limit int64) int64 {
	c := *r
	c.rotate(nowMS)
	if limit <= 0 {
		return ratePeriodMS
	}
	if int64(c.at(nowMS)) < limit {
		return 0
	}
	// Within this period the previous second's share shrinks by prev/1000 a ms; what the current second holds stays.
	left := ratePeriodMS - (nowMS - c.start)
	if int64(c.curr) >= limit || c.prev == 0 {
		return max(left, 1)
	}
	over := int64(c.at(nowMS)) - limit + 1
	return max(1, min(left, (over*ratePeriodMS+int64(c.prev)-1)/int64(c.prev)))
}

// rotate moves to the period that nowMS lies in.
func (r *Rate) rotate(nowMS int64) {
	age := nowMS - r.start
	if age < ratePeriodMS {
		return
	}
	r.prev = 0
	if age < 2*ratePeriodMS {
		r.prev = r.curr
	}
	r.curr = 0
	r.start += age - age%ratePeriodMS
}

// at weighs the two periods; nowMS lies in the current one.
func (r *Rate) at(nowMS int64) uint64 { return weigh(nowMS, r.start, r.prev, r.curr) }

// weigh is the rate at ms, in the period that began at start: its events, and the share of those of the one before that the last second
// still covers.
func weigh(ms, start int64, prev, curr uint64) uint64 {
	left := uint64(ratePeriodMS - max(0, ms-start))
	return curr + prev*left/ratePeriodMS
}
