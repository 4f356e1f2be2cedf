package hclfile

import (
	"strconv"
	"strings"
	"unicode"
	"unicode/utf8"

	"github.com/hashicorp/hcl/v2"

	"weir/conf"
)

// syntaxError writes what the HCL parser found in the way of all our errors.
func (s *source) syntaxError(d *hcl.Diagnostic) *conf.Error {
	pos := conf.Pos{File: s.name}
	if d.Subject != nil {
		pos = s.pos(s.offset(d.Subject.Start.Byte))
	}
	msg := sentence(d.Summary)
	// This one names the other place in a notation of its own.
	if d.Summary == setTwice {
		return conf.Bad(pos, "", "%s is set twice in the same block", s.attribute(d.Subject))
	}
	if d.Summary == "Invalid multi-line string" {
		return conf.Bad(pos, "", `a string is not closed; want a " at its end, on the same line`)
	}
	if detail := sentence(d.Detail); detail != "" {
		msg += "; " + detail
	}
	return conf.Bad(pos, "", "%s", msg)
}

// attribute is the name that the parser points at.
func (s *source) attribute(r *hcl.Range) string {
	if r == nil {
		return "an attribute"
	}
	if from, to := s.offset(r.Start.Byte), s.offset(r.End.Byte); 0 <= from && from < to && to <= len(s.text) {
		return strconv.Quote(string(s.text[from:to]))
	}
	return "an attribute"
}

// sentence turns a paragraph into one of our clauses: its first sentence, lower case, no full stop.
func sentence(s string) string {
	if i := strings.Index(s, ". "); i >= 0 {
		s = s[:i]
	}
	s = strings.TrimSuffix(strings.Join(strings.Fields(s), " "), ".")
	first, n := utf8.DecodeRuneInString(s)
	if n == 0 {
		return ""
	}
	return string(unicode.ToLower(first)) + s[n:]
}
