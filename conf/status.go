package conf

import (
	"errors"
	"slices"
	"strconv"
	"strings"
)

// ErrorFileStatuses are the statuses that have an error page of their own: those that "errorfile" may replace and that a
// rule may end a request with.
var ErrorFileStatuses = []int{200, 400, 401, 403, 404, 405, 407, 408, 410, 413, 421, 422, 425, 429, 500, 501, 502, 503, 504}

// RedirectCodes are the statuses of a redirect.
var RedirectCodes = []int{301, 302, 303, 307, 308}

// Statuses writes a list of numbers as words, for the accepted values of an error.
func Statuses(list []int) []string {
	out := make([]string, len(list))
	for i, n := range list {
		out[i] = strconv.Itoa(n)
	}
	return out
}

// StatusRange is an inclusive range of HTTP statuses.
type StatusRange struct{ Low, High int }

// ParseStatuses reads a list such as "200,204,300-399".
func ParseStatuses(s string) ([]StatusRange, error) {
	var out []StatusRange
	for part := range strings.SplitSeq(s, ",") {
		first, last, isRange := strings.Cut(part, "-")
		if !isRange {
			last = first
		}
		low, err1 := boundedInt(first, 100, 999)
		high, err2 := boundedInt(last, 100, 999)
		if err1 != nil || err2 != nil || len(first) != 3 || len(last) != 3 || high < low {
			return nil, errors.New("want statuses such as 200,204,300-399")
		}
		out = append(out, StatusRange{low, high})
	}
	return slices.Clip(out), nil
}
