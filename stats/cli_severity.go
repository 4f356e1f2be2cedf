package stats

import (
	"errors"
	"strconv"
)

// Severity is how the messages of a connection show their severity: not at all, as a number or as a word.
type Severity uint8

const (
	SeverityNone Severity = iota
	SeverityNumber
	SeverityString
)

var severityWords = []string{SeverityNone: "none", SeverityNumber: "number", SeverityString: "string"}

// ParseSeverity reads a word of "severity-output"; what is none of them is SeverityNone.
func ParseSeverity(word string) Severity {
	for s, w := range severityWords {
		if w == word {
			return Severity(s)
		}
	}
	return SeverityNone
}

// The severities of RFC 5424, 6.2.1, that messages have.
const (
	severityError   = 3
	severityWarning = 4
	severityNotice  = 5
	severityInfo    = 6
)

var severityNames = map[int]string{severityError: "err", severityWarning: "warning", severityNotice: "notice", severityInfo: "info"}

// mark begins a message.
func (s Severity) mark(b []byte, severity int) []byte {
	switch s {
	case SeverityNumber:
		return append(append(append(b, '['), strconv.Itoa(severity)...), "]: "...)
	case SeverityString:
		return append(append(append(b, '['), severityNames[severity]...), "]: "...)
	}
	return b
}

var errSeverity = errors.New("one of 'none', 'number', 'string' is a required argument")

func setSeverity(c *call) error {
	for s, w := range severityWords {
		if w == c.arg(0) {
			c.session.shows = Severity(s)
			return nil
		}
	}
	return errSeverity
}
