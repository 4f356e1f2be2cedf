package stats

import (
	"math"
	"strings"
)

// series are the rows whose metrics have the same labels. There is nearly always one: but sockets may share a name (a range of ports, an address of
// each family), and names may differ only in what is not UTF-8. A registry refuses to gather two metrics with the same labels, and
// would have no answer to any scrape: their numbers are added up, states included, so that the state of a name is how many are in it.
type series []*Row

// seriesKey is what makes rows one series.
type seriesKey struct {
	t           RowType
	proxy, name string
}

// seriesOf brings the rows together, in the order of the first of each.
func seriesOf(rows []Row) []series {
	at := make(map[seriesKey]int, len(rows))
	all := make([]series, 0, len(rows))
	for i := range rows {
		r := &rows[i]
		k := seriesKey{t: r.Type, proxy: label(r.Proxy), name: label(r.Name)}
		if n, have := at[k]; have {
			all[n] = append(all[n], r)
			continue
		}
		at[k] = len(all)
		all = append(all, series{r})
	}
	return all
}

// float is the sum of what a column says; NaN = nothing.
func (s series) float(f *field, v *view) float64 {
	sum := math.NaN()
	for _, r := range s {
		switch n := f.value(r, v).float(); {
		case math.IsNaN(n):
		case math.IsNaN(sum):
			sum = n
		default:
			sum += n
		}
	}
	return sum
}

// in is how many are in a state.
func (s series) in(state string, of func(*Row) string) (n float64) {
	for _, r := range s {
		if of(r) == state {
			n++
		}
	}
	return n
}

// label is a label's value: names come from configuration and from checks, and a label has to be UTF-8.
func label(s string) string { return strings.ToValidUTF8(s, "\uFFFD") }
