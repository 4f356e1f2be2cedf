package acl

import (
	"cmp"
	"slices"

	"weir/conf"
)

// intMatch is a set of integers as disjoint ranges in order.
type intMatch struct{ ranges []conf.IntRange }

func buildInt(patterns []string, _ bool) (matcher, int, error) {
	m := &intMatch{}
	for i, p := range patterns {
		r, err := conf.ParseIntPattern(p)
		if err != nil {
			return nil, i, err
		}
		m.ranges = append(m.ranges, r)
	}
	slices.SortFunc(m.ranges, func(a, b conf.IntRange) int { return cmp.Compare(a.Low, b.Low) })
	out := m.ranges[:0]
	for _, r := range m.ranges {
		if n := len(out); n > 0 && r.Low <= out[n-1].High {
			out[n-1].High = max(out[n-1].High, r.High)
			continue
		}
		out = append(out, r)
	}
	m.ranges = out
	return m, 0, nil
}

func (m *intMatch) match(_ *Context, s *Sample) bool { return m.has(s.Int) }

// has finds the last range that begins at or below n.
func (m *intMatch) has(n int64) bool {
	lo, hi := 0, len(m.ranges)
	for lo < hi {
		mid := int(uint(lo+hi) >> 1)
		if m.ranges[mid].Low <= n {
			lo = mid + 1
		} else {
			hi = mid
		}
	}
	return lo > 0 && n <= m.ranges[lo-1].High
}
