package frontend

import (
	"bytes"
	"strings"
	"time"

	"weir/internal/message"
)

// How a Cookie field and the value of a persistence cookie are written.

// cutPair takes the first pair off; rest is nil when there is no more. As in HAProxy a comma ends a pair too, as it did in RFC 2965,
// but not within quotes.
func cutPair(b []byte) (pair, rest []byte) {
	quoted := false
	for i := 0; i < len(b); i++ {
		switch c := b[i]; {
		case c == '"':
			quoted = !quoted
		case c == '\\' && quoted:
			i++
		case (c == ';' || c == ',') && !quoted:
			return b[:i], b[i+1:]
		}
	}
	return b, nil
}

// splitPair parts NAME=VALUE; a word without "=" is no cookie.
func splitPair(pair []byte) (name, value []byte, ok bool) {
	name, value, ok = bytes.Cut(pair, []byte{'='})
	return message.TrimOWS(name), message.TrimOWS(value), ok
}

// appendWithout appends the field's value without the cookies of that name, and without what describes them (RFC 2965's "$Path").
func appendWithout(dst, value []byte, name string) []byte {
	start, gone, first := len(dst), false, true
	var delim byte
	for rest := value; rest != nil; {
		var pair []byte
		before := rest
		pair, rest = cutPair(rest)
		own, _, ok := splitPair(pair)
		if ok && string(own) == name || gone && len(own) > 0 && own[0] == '$' {
			gone, first = true, false
			continue
		}
		switch {
		case gone && len(message.TrimOWS(dst[start:])) > 0:
			dst = append(bytes.TrimRight(dst, " \t"), ';')
			if left := bytes.TrimLeft(pair, " \t"); len(left) > 0 {
				dst = append(append(dst, ' '), left...)
			}
		case gone:
			dst = append(dst[:start], bytes.TrimLeft(pair, " \t")...)
		default:
			if !first {
				dst = append(dst, delim)
			}
			dst = append(dst, pair...)
		}
		gone, first = false, false
		if rest != nil {
			delim = before[len(pair)]
		}
	}
	return dst
}

// prefixEnd stands between the server's name and the application's own value.
const prefixEnd = '~'

// cutPrefix parts SERVER~VALUE; without a server the whole is its name, and the value is as it was.
func cutPrefix(val []byte) (server, own []byte) {
	if i := bytes.IndexByte(val, prefixEnd); i >= 0 {
		return val[:i], val[i+1:]
	}
	return val, val
}

// appendUnprefixed appends the field's value with the first cookie of that name as the application set it.
func appendUnprefixed(dst, value []byte, name string) []byte {
	for at := 0; at < len(value); {
		pair, _ := cutPair(value[at:])
		if own, val, ok := splitPair(pair); ok && string(own) == name {
			if _, app := cutPrefix(val); len(app) != len(val) {
				lead := bytes.IndexByte(pair, name[0])
				dst = append(dst, value[:at+lead]...)
				dst = append(append(dst, name...), '=')
				end := at + bytes.LastIndex(pair, val) + len(val)
				return append(append(dst, app...), value[end:]...)
			}
			break
		}
		at += len(pair) + 1
	}
	return append(dst, value...)
}

// The dates of a cookie: SERVER|LAST|FIRST, each a count of cookieTick since 1970 in five digits of base 64, as HAProxy's.
const (
	cookieTick   = 4 // seconds
	cookieDigits = 5
	// cookieFuture is how far in the future a date may be: clocks differ, and zones are set wrongly.
	cookieFuture = 24 * time.Hour
	digits64     = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+-"
)

func cookieNow(now time.Time) int64 { return now.Unix() / cookieTick }

// cutDates parts the server's name from the dates.
func cutDates(val []byte) (server, dates []byte, dated bool) {
	server, dates, dated = bytes.Cut(val, []byte{'|'})
	return server, dates, dated
}

// parseDates reads LAST[|FIRST]; what is no date is none.
func parseDates(b []byte) (last, first int64, dated bool) {
	one, two, _ := bytes.Cut(b, []byte{'|'})
	last, first = parseDate(one), parseDate(two)
	return last, first, last > 0
}

func parseDate(b []byte) (n int64) {
	if len(b) < cookieDigits {
		return 0
	}
	for _, c := range b[:cookieDigits] {
		d := strings.IndexByte(digits64, c)
		if d < 0 {
			return 0
		}
		n = n<<6 | int64(d)
	}
	return n
}

func appendDate(b []byte, ticks int64) []byte {
	for shift := 6 * (cookieDigits - 1); shift >= 0; shift -= 6 {
		b = append(b, digits64[ticks>>shift&63])
	}
	return b
}

// tooOld applies maxidle or maxlife to a date; both are in ticks of cookieTick. A cookie without the date is always good.
func tooOld(date int64, limit time.Duration, now int64) bool {
	if limit <= 0 || date == 0 {
		return false
	}
	age := time.Duration(now-date) * cookieTick * time.Second
	return age > limit || age < -cookieFuture
}
