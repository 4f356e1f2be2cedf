package conf

import (
	"errors"
	"math"
	"strconv"
	"strings"
)

// IntRange is an inclusive range of numbers, open towards either end where it reaches the int64's limit.
type IntRange struct{ Low, High int64 }

// ParseIntPattern reads a pattern of the "int" match: "5", "1:10", "1:", ":10", or an operator (eq, ge,
// gt, le, lt) and a number.
func ParseIntPattern(s string) (IntRange, error) {
	bad := errors.New(`want a number, a range such as 1:10, or eq, ge, gt, le or lt and a number`)
	op, num, hasOp := strings.Cut(s, " ")
	if hasOp && strings.Contains(num, ":") {
		// A range is what it is, whatever stands before it, as in HAProxy, whose manual advises against it.
		if _, ok := intOperator(op, 0); !ok {
			return IntRange{}, bad
		}
		return ParseIntPattern(strings.TrimSpace(num))
	}
	if hasOp {
		n, err := strconv.ParseInt(strings.TrimSpace(num), 10, 64)
		r, ok := intOperator(op, n)
		if err != nil || !ok {
			return IntRange{}, bad
		}
		return r, nil
	}
	first, last, isRange := strings.Cut(s, ":")
	if !isRange {
		last = first
	}
	if s == "" || s == ":" {
		return IntRange{}, bad
	}
	r := IntRange{math.MinInt64, math.MaxInt64}
	for _, end := range []struct {
		text string
		to   *int64
	}{{first, &r.Low}, {last, &r.High}} {
		if end.text == "" {
			continue
		}
		n, err := strconv.ParseInt(end.text, 10, 64)
		if err != nil {
			return IntRange{}, bad
		}
		*end.to = n
	}
	if r.High < r.Low {
		return IntRange{}, errors.New("want a range from low to high")
	}
	return r, nil
}

func intOperator(op string, n int64) (IntRange, bool) {
	switch {
	case op == "eq":
		return IntRange{n, n}, true
	case op == "ge":
		return IntRange{n, math.MaxInt64}, true
	case op == "le":
		return IntRange{math.MinInt64, n}, true
	case op == "gt" && n < math.MaxInt64:
		return IntRange{n + 1, math.MaxInt64}, true
	case op == "lt" && n > math.MinInt64:
		return IntRange{math.MinInt64, n - 1}, true
	}
	return IntRange{}, false
}
