package acl

import (
	"strconv"
	"time"
)

// appendOther appends what one of strftimeOther stands for.
func appendOther(b []byte, letter byte, t time.Time) []byte {
	switch letter {
	case 'C':
		return appendTwo(b, t.Year()/100%100, '0')
	case 'N':
		for div := 100_000_000; div > 0; div /= 10 {
			b = append(b, byte('0'+t.Nanosecond()/div%10))
		}
		return b
	case 'k':
		return appendTwo(b, t.Hour(), ' ')
	case 'l':
		return appendTwo(b, (t.Hour()+11)%12+1, ' ')
	case 'n':
		return append(b, '\n')
	case 's':
		return strconv.AppendInt(b, t.Unix(), 10)
	case 't':
		return append(b, '\t')
	case 'u':
		return append(b, byte('1'+(t.Weekday()+6)%7))
	case 'w':
		return append(b, byte('0'+t.Weekday()))
	case 'Z':
		return appendZone(b, t)
	case '%':
		return append(b, '%')
	}
	return appendWeek(b, letter, t)
}

// appendWeek appends the number of the week, by one of three ways to count them, or the year that ISO 8601 counts its weeks in.
func appendWeek(b []byte, letter byte, t time.Time) []byte {
	year, week := t.ISOWeek()
	switch letter {
	case 'U': // the first Sunday begins week 1
		week = (t.YearDay() + 6 - int(t.Weekday())) / 7
	case 'W': // the first Monday does
		week = (t.YearDay() + 6 - int(t.Weekday()+6)%7) / 7
	case 'G':
		return strconv.AppendInt(b, int64(year), 10)
	case 'g':
		week = year % 100
	}
	return appendTwo(b, week, '0')
}

// appendZone appends the time zone's name: C calls GMT what Go calls UTC, and a date of HTTP has to (RFC 9110, 5.6.7).
func appendZone(b []byte, t time.Time) []byte {
	if t.Location() == time.UTC {
		return append(b, "GMT"...)
	}
	return t.AppendFormat(b, "MST")
}

// appendTwo appends a number of two digits.
func appendTwo(b []byte, n int, pad byte) []byte {
	if n >= 10 {
		pad = byte('0' + n/10%10)
	}
	return append(b, pad, byte('0'+n%10))
}
