package acl

import (
	"bytes"
	"strings"

	"weir/internal/message"
)

// languageConvs choose among what a client accepts.
var languageConvs = []conv{
	{"language", "values:str,[default:str]", Str, Str, convLanguage, fixLanguage, "the one of a;b;c that an Accept-Language field likes best (RFC 9110, 12.5.4)"},
}

func fixLanguage(a *args) error {
	a.own = strings.Split(a.str[0], ";")
	return nil
}

// convLanguage takes the first of those with the highest weight.
func convLanguage(_ *Context, a *args, s *Sample) bool {
	known := a.own.([]string)
	best, most := "", 0
	for b, more := s.Bytes, true; more; {
		var item []byte
		item, b, more = bytes.Cut(b, comma)
		tag, params, _ := bytes.Cut(item, semicolon)
		if w := weightOf(params); w > most {
			if lang := pickLanguage(known, message.TrimOWS(tag)); lang != "" {
				best, most = lang, w
			}
		}
	}
	if best == "" {
		best = a.str[1]
		return a.given > 1 && s.setStr(stringBytes(best))
	}
	return s.setStr(stringBytes(best))
}

var (
	comma     = []byte{','}
	semicolon = []byte{';'}
)

// pickLanguage is the first of the known ones that is the tag, or its beginning before a "-" (RFC 4647, 3.3.1). It is the first and
// not the longest that HAProxy was observed to take.
func pickLanguage(known []string, tag []byte) string {
	for _, k := range known {
		if k == "" || len(tag) < len(k) || string(tag[:len(k)]) != k {
			continue
		}
		if len(tag) == len(k) || tag[len(k)] == '-' {
			return k
		}
	}
	return ""
}

// fullWeight is the weight of what has none (RFC 9110, 12.4.2), in thousandths.
const fullWeight = 1000

// weightOf reads the parameter q. What is no weight counts as none given, and one above 1 as 1.
func weightOf(params []byte) int {
	for len(params) > 0 {
		var p []byte
		p, params, _ = bytes.Cut(params, semicolon)
		p = message.TrimOWS(p)
		if len(p) > 2 && p[0]|0x20 == 'q' && p[1] == '=' {
			return thousandths(p[2:])
		}
	}
	return fullWeight
}

func thousandths(b []byte) int {
	if b[0] < '0' || b[0] > '9' {
		return fullWeight
	}
	if b[0] != '0' {
		return fullWeight
	}
	w, unit := 0, 100
	if len(b) > 1 && b[1] == '.' {
		for i := 2; i < len(b) && b[i] >= '0' && b[i] <= '9'; i++ {
			w += int(b[i]-'0') * unit
			unit /= 10
		}
	}
	return w
}
