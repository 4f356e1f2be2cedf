package stats

import (
	"math"
	"strconv"
	"strings"
)

// kind is a value's wire type in the typed and JSON formats (HAProxy management guide, 9.2).
type kind uint8

const (
	kindNone kind = iota // nothing to show: an empty CSV column, no typed line
	kindS32
	kindU32
	kindU64
	kindStr
)

// String returns the type's name on the wire.
func (k kind) String() string {
	return [...]string{"", "s32", "u32", "u64", "str"}[k]
}

// value is one cell.
type value struct {
	kind kind
	n    int64 // u64 bit for bit
	s    string
}

// none is the cell that is not there.
var none = value{}

// u32 makes a value that cannot be negative or overflow its type: clients parse it with 32 bits.
func u32(n int64) value { return value{kind: kindU32, n: min(max(n, 0), math.MaxUint32)} }

func s32(n int64) value { return value{kind: kindS32, n: min(max(n, math.MinInt32), math.MaxInt32)} }

func u64(n uint64) value { return value{kind: kindU64, n: int64(n)} }

// str makes a text cell; a cell is one line whatever a check or a name contained.
func str(s string) value { return value{kind: kindStr, s: oneLine(s)} }

// strOr returns the text, or nothing when it is empty.
func strOr(s string) value {
	if s == "" {
		return none
	}
	return str(s)
}

// when returns v if ok, else nothing.
func when(ok bool, v value) value {
	if !ok {
		return none
	}
	return v
}

// appendTo appends the value as text.
func (v value) appendTo(b []byte) []byte {
	switch v.kind {
	case kindStr:
		return append(b, v.s...)
	case kindU64:
		return strconv.AppendUint(b, uint64(v.n), 10)
	case kindS32, kindU32:
		return strconv.AppendInt(b, v.n, 10)
	}
	return b
}

// float returns the value for a metric: NaN when there is none or it is text, as HAProxy's exporter says.
func (v value) float() float64 {
	switch v.kind {
	case kindU64:
		return float64(uint64(v.n))
	case kindS32, kindU32:
		return float64(v.n)
	}
	return math.NaN()
}

// The tags column: origin, nature, scope. The words are those of the JSON format.
var (
	originWords = map[byte]string{'M': "Metric", 'S': "Status", 'K': "Key", 'C': "Config", 'P': "Product"}
	natureWords = map[byte]string{'G': "Gauge", 'L': "Limit", 'm': "Min", 'M': "Max", 'R': "Rate", 'C': "Counter",
		'D': "Duration", 'A': "Age", 'T': "Time", 'N': "Name", 'O': "Output", 'a': "Avg"}
	scopeWords = map[byte]string{'C': "Cluster", 'P': "Process", 'S': "Service", 's': "System"}
)

// oneLine keeps free text from breaking a line-based format: line breaks and other control bytes become spaces.
func oneLine(s string) string {
	if strings.IndexFunc(s, isControl) < 0 {
		return s
	}
	return strings.Map(func(c rune) rune {
		if isControl(c) {
			return ' '
		}
		return c
	}, s)
}

func isControl(c rune) bool { return c < ' ' || c == 0x7f }
