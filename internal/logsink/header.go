package logsink

import (
	"strconv"
	"time"
)

// format is what stands before the message (HAProxy manual, "log").
type format uint8

const (
	formatLocal    format = iota // <PRI>Nov 21 08:12:41 tag[pid]:
	formatRFC3164                // <PRI>Nov 21 08:12:41 host tag[pid]:
	formatRFC5424                // <PRI>1 2026-11-21T08:12:41.711731+00:00 host tag pid - -
	formatRaw                    // nothing
	formatShort                  // <level>
	formatTimed                  // <level>2026-11-21T08:12:41.711731+00:00
	formatISO                    // 2026-11-21T08:12:41.711731+00:00
	formatPriority               // <PRI>
)

var formatNames = []string{"local", "rfc3164", "rfc5424", "raw", "short", "timed", "iso", "priority"}

// header writes what stands before a message. It belongs to the writer goroutine.
type header struct {
	format   format
	facility int
	old      string // after the date of formatLocal and formatRFC3164: " host tag[pid]: "
	new      string // after the date of formatRFC5424: " host tag pid - "

	sec  int64 // the second that date holds
	date []byte
	zone string // "+01:00" at that second
}

func newHeader(f format, facility int, tag, host string, pid int) *header {
	h := &header{format: f, facility: facility, sec: -1}
	id := strconv.Itoa(pid)
	h.old = " " + tag + "[" + id + "]: "
	if f == formatRFC3164 {
		// Without "log-send-hostname" HAProxy says localhost.
		h.old = " " + or(host, "localhost") + h.old
	}
	h.new = " " + or(host, "-") + " " + tag + " " + id + " - "
	return h
}

func or(s, byDefault string) string {
	if s == "" {
		return byDefault
	}
	return s
}

// append writes the header; sd is the structured data, if there is any.
func (h *header) append(dst []byte, l Level, sd []byte, now time.Time) []byte {
	switch h.format {
	case formatLocal, formatRFC3164:
		dst = appendPri(dst, h.facility*8+int(l))
		return append(h.appendOldDate(dst, now), h.old...)
	case formatRFC5424:
		dst = append(appendPri(dst, h.facility*8+int(l)), "1 "...)
		dst = append(h.appendISO(dst, now), h.new...)
		if len(sd) == 0 {
			return append(dst, "- "...)
		}
		return append(append(dst, sd...), ' ')
	case formatShort:
		return appendPri(dst, int(l))
	case formatTimed:
		return append(h.appendISO(appendPri(dst, int(l)), now), ' ')
	case formatISO:
		return append(h.appendISO(dst, now), ' ')
	case formatPriority:
		return appendPri(dst, h.facility*8+int(l))
	}
	return dst
}

func appendPri(dst []byte, n int) []byte {
	return append(strconv.AppendInt(append(dst, '<'), int64(n), 10), '>')
}

// appendOldDate appends RFC 3164's "Feb  6 12:14:14" (5.1: no zone, the day padded with a space).
func (h *header) appendOldDate(dst []byte, now time.Time) []byte {
	if h.sec != now.Unix() {
		h.sec = now.Unix()
		h.date = now.AppendFormat(h.date[:0], time.Stamp)
	}
	return append(dst, h.date...)
}

// appendISO appends "2026-11-21T08:12:41.711731+00:00" in local time.
func (h *header) appendISO(dst []byte, now time.Time) []byte {
	if h.sec != now.Unix() {
		h.sec = now.Unix()
		h.date = now.AppendFormat(h.date[:0], "2006-01-02T15:04:05.-07:00")
		h.zone = string(h.date[20:]) // once a second
		h.date = h.date[:20]
	}
	dst = append(dst, h.date...)
	us := now.Nanosecond() / 1000
	for d := 100000; d > 0; d /= 10 {
		dst = append(dst, byte('0'+us/d%10))
	}
	return append(dst, h.zone...)
}
