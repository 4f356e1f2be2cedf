package loop

import "time"

// sent counts the bytes that the loop's sockets have taken, and how many in the last second: what this second has seen and
// the share of the one before that the last thousand milliseconds still cover.
type sent struct {
	total    uint64
	second   int64 // of curr
	curr     uint64
	previous uint64
}

func (s *sent) add(n int, now int64) {
	s.roll(now / int64(time.Second))
	s.total += uint64(n)
	s.curr += uint64(n)
}

func (s *sent) roll(second int64) {
	switch {
	case second == s.second:
		return
	case second == s.second+1:
		s.previous = s.curr
	default:
		s.previous = 0
	}
	s.second, s.curr = second, 0
}

// rate is the bytes of the second before now.
func (s sent) rate(now int64) uint64 {
	s.roll(now / int64(time.Second))
	left := time.Second - time.Duration(now)%time.Second
	return s.curr + uint64(float64(s.previous)*left.Seconds())
}

// Sent is how many bytes the loop's sockets have taken since it was made, and in the last second: those of both sides and of health
// checks, and what splice(2) moved. On the loop only.
func (l *Loop) Sent() (total, rate uint64) {
	l.mustOwn("Sent")
	return l.sent.total, l.sent.rate(l.now)
}
