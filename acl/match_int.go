package acl

import (
	"cmp"
	"errors"
	"slices"
	"strconv"
	"strings"

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

// dotted is how versions are compared: as MAJOR or MAJOR.MINOR, which req.ssl_ver has as one number.
var dotted = method{"dotted", Int, buildDotted, "a version: 3.1, 3.0:3.3, or lt, le, eq, ge, gt and a version"}

func buildDotted(patterns []string, fold bool) (matcher, int, error) {
	plain := make([]string, len(patterns))
	for i, p := range patterns {
		var err error
		if plain[i], err = undot(p); err != nil {
			return nil, i, err
		}
	}
	m, i, err := buildInt(plain, fold)
	if err != nil {
		err = errDotted
	}
	return m, i, err
}

var errDotted = errors.New("want a version such as 3.1, a range such as 3.0:3.3, or eq, ge, gt, le or lt and a version")

// undot writes the versions of a pattern as numbers.
func undot(pattern string) (string, error) {
	op, rest, ok := strings.Cut(pattern, " ")
	if op += " "; !ok {
		op, rest = "", pattern
	}
	ends := strings.Split(rest, ":")
	for i, v := range ends {
		if v == "" {
			continue
		}
		major, minor, dot := strings.Cut(v, ".")
		if n, err := strconv.ParseInt(v, 10, 64); err == nil && n >= 1<<16 {
			continue // already one number, as -m int has it
		}
		if !dot {
			minor = "0"
		}
		hi, err1 := strconv.ParseUint(major, 10, 16)
		lo, err2 := strconv.ParseUint(minor, 10, 16)
		if err1 != nil || err2 != nil {
			return "", errDotted
		}
		ends[i] = strconv.FormatUint(hi<<16|lo, 10)
	}
	return op + strings.Join(ends, ":"), nil
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
