package hclfile

import (
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
		return conf.Bad(pos, "", "the attribute is set twice in the same block")
	}
	if detail := sentence(d.Detail); detail != "" {
		msg += "; " + detail
	}
	return conf.Bad(pos, "", "%s", msg)
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
