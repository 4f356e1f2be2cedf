package conf

import (
	"errors"
	"fmt"
	"math"
	"strconv"
	"strings"
	"time"
)

// maxTimer is the longest time that HAProxy's timers hold, and therefore ours: 2^31-1 milliseconds (24 days).
const maxTimer = math.MaxInt32 * time.Millisecond

var durationUnits = []struct {
	name string
	unit time.Duration
}{
	{"us", time.Microsecond}, {"ms", time.Millisecond}, {"s", time.Second},
	{"m", time.Minute}, {"h", time.Hour}, {"d", 24 * time.Hour},
}

// ParseDuration reads a time as HAProxy writes it: a whole number and one of the units us, ms, s, m, h
// and d. Without a unit it is milliseconds.
func ParseDuration(s string) (time.Duration, error) {
	digits, suffix := splitNumber(s)
	if digits == "" {
		return 0, errors.New("want a time such as 500ms, 25s, 5m, 1h or 1d")
	}
	unit := time.Millisecond
	if suffix != "" {
		unit = 0
		for _, u := range durationUnits {
			if u.name == suffix {
				unit = u.unit
			}
		}
	}
	if unit == 0 {
		return 0, errors.New("want the unit us, ms, s, m, h or d")
	}
	n, err := strconv.ParseInt(digits, 10, 64)
	if err != nil || n > int64(maxTimer/unit) {
		return 0, fmt.Errorf("want at most %dms (24 days)", maxTimer/time.Millisecond)
	}
	return time.Duration(n) * unit, nil
}

// FormatDuration writes d in the largest unit that keeps it whole.
func FormatDuration(d time.Duration) string {
	if d == 0 {
		return "0s"
	}
	for i := len(durationUnits) - 1; i > 0; i-- {
		if u := durationUnits[i]; d%u.unit == 0 {
			return strconv.FormatInt(int64(d/u.unit), 10) + u.name
		}
	}
	return strconv.FormatInt(int64(d/time.Microsecond), 10) + "us"
}

// maxSize bounds a size in bytes: it goes into kernel calls that take an int32.
const maxSize = math.MaxInt32

// ParseSize reads a number of bytes, in thousands of 1024 with k, m or g behind it.
func ParseSize(s string) (int, error) {
	digits, suffix := splitNumber(s)
	shift, ok := map[string]uint{"": 0, "k": 10, "m": 20, "g": 30}[strings.ToLower(suffix)]
	if digits == "" || !ok {
		return 0, errors.New("want a number of bytes such as 16384, 16k or 1m")
	}
	n, err := strconv.ParseInt(digits, 10, 64)
	if err != nil || n > maxSize>>shift {
		return 0, fmt.Errorf("want at most %d bytes", maxSize)
	}
	return int(n) << shift, nil
}

// splitNumber parts leading digits from what follows them.
func splitNumber(s string) (digits, rest string) {
	i := 0
	for i < len(s) && s[i] >= '0' && s[i] <= '9' {
		i++
	}
	return s[:i], s[i:]
}
