package logsink

import "weir/conf"

// sample lets some of the lines through: of each size those whose number is in a range. It belongs to the writer goroutine.
type sample struct {
	ranges [][2]int
	size   int
	n      int // number of the line before, from 1; 0 = none of this round
}

func newSample(s *conf.LogSample) *sample {
	if s == nil {
		return nil
	}
	return &sample{ranges: s.Ranges, size: s.Size}
}

// takes counts a line and reports whether it is sent. Without a sample all are.
func (s *sample) takes() bool {
	if s == nil {
		return true
	}
	if s.n == s.size {
		s.n = 0
	}
	s.n++
	for _, r := range s.ranges {
		if s.n >= r[0] && s.n <= r[1] {
			return true
		}
	}
	return false
}
