package acl

import (
	"errors"
	"net/http"
	"time"
)

// timeConvs write dates.
var timeConvs = []conv{
	{"http_date", "[offset:int,unit:str]", Int, Str, convHTTPDate, fixUnit, "a date of HTTP (RFC 9110, 5.6.7)"},
	{"date", "", Str, Int, convDate, nil, "the seconds since the epoch of a date of HTTP, in any of its three forms (RFC 9110, 5.6.7)"},
	{"utime", "format:str,[offset:int]", Int, Str, timeConv(time.UTC, time.Second), fixTime, "a date by strftime's letters, in UTC"},
	{"ltime", "format:str,[offset:int]", Int, Str, timeConv(time.Local, time.Second), fixTime, "a date by strftime's letters, in local time"},
	{"ms_utime", "format:str,[offset:int]", Int, Str, timeConv(time.UTC, time.Millisecond), fixTime, "as utime, of milliseconds"},
	{"ms_ltime", "format:str,[offset:int]", Int, Str, timeConv(time.Local, time.Millisecond), fixTime, "as ltime, of milliseconds"},
	{"us_utime", "format:str,[offset:int]", Int, Str, timeConv(time.UTC, time.Microsecond), fixTime, "as utime, of microseconds"},
	{"us_ltime", "format:str,[offset:int]", Int, Str, timeConv(time.Local, time.Microsecond), fixTime, "as ltime, of microseconds"},
}

func unixTime(n int64, unit time.Duration) time.Time {
	switch unit {
	case time.Millisecond:
		return time.UnixMilli(n)
	case time.Microsecond:
		return time.UnixMicro(n)
	}
	return time.Unix(n, 0)
}

func convHTTPDate(c *Context, a *args, s *Sample) bool {
	unit := time.Second
	switch a.str[0] {
	case "ms":
		unit = time.Millisecond
	case "us":
		unit = time.Microsecond
	}
	t := unixTime(s.Int+a.num[0], unit).UTC()
	return s.setStr(c.Arena.Seal(t.AppendFormat(c.Arena.Open(), http.TimeFormat)))
}

// obsoleteDate is the form of RFC 850, with a year of two digits.
const obsoleteDate = "Monday, 02-Jan-06 15:04:05 GMT"

// convDate tells the three forms apart by their length: to try one after the other would allocate errors.
func convDate(c *Context, _ *args, s *Sample) bool {
	layout := obsoleteDate
	switch len(s.Bytes) {
	case len(http.TimeFormat):
		layout = http.TimeFormat
	case len(time.ANSIC):
		layout = time.ANSIC
	}
	t, err := time.Parse(layout, asString(s.Bytes))
	if err != nil {
		return false
	}
	if layout == obsoleteDate {
		now := c.Now.Year()
		year := now - now%100 + t.Year()%100
		if year > now+50 { // it is in the past then (RFC 9110, 5.6.7)
			year -= 100
		}
		t = t.AddDate(year-t.Year(), 0, 0)
	}
	return s.setInt(t.Unix())
}

// timeConv writes a date; the offset is in the sample's unit.
func timeConv(in *time.Location, unit time.Duration) runConv {
	return func(c *Context, a *args, s *Sample) bool {
		t := unixTime(s.Int+a.num[0], unit).In(in)
		return s.setStr(c.Arena.Seal(appendTime(c.Arena.Open(), a.str[0], t)))
	}
}

// strftime maps its letters to Go's layouts; what has no layout is written by appendTime.
var strftime = map[byte]string{
	'a': "Mon", 'A': "Monday", 'b': "Jan", 'h': "Jan", 'B': "January", 'c': "Mon Jan _2 15:04:05 2006", 'd': "02",
	'D': "01/02/06", 'e': "_2", 'F': "2006-01-02", 'H': "15", 'I': "03", 'j': "002", 'm': "01", 'M': "04", 'p': "PM",
	'r': "03:04:05 PM", 'R': "15:04", 'S': "05", 'T': "15:04:05", 'x': "01/02/06", 'X': "15:04:05", 'y': "06",
	'Y': "2006", 'z': "-0700", 'P': "pm",
}

const strftimeOther = "CGNUVWZgklnstuw%" // written without a layout; N is the nanoseconds, as HAProxy has it

// modified reports whether f[i] is POSIX's E or O before a letter: it asks for the locale's own form, of which there is none.
func modified(f string, i int) bool { return i+1 < len(f) && (f[i] == 'E' || f[i] == 'O') }

func fixTime(a *args) error {
	f := a.str[0]
	for i := 0; i < len(f); i++ {
		if f[i] != '%' {
			continue
		}
		i++
		if i == len(f) {
			return errors.New("format: ends in %")
		}
		if modified(f, i) {
			i++
		}
		if _, ok := strftime[f[i]]; !ok && !contains(strftimeOther, f[i]) {
			return errors.New("format: %" + string(f[i]) + " is not done yet")
		}
	}
	return nil
}

func contains(set string, c byte) bool {
	for i := range len(set) {
		if set[i] == c {
			return true
		}
	}
	return false
}

func appendTime(b []byte, format string, t time.Time) []byte {
	for i := 0; i < len(format); i++ {
		if format[i] != '%' {
			b = append(b, format[i])
			continue
		}
		i++
		if modified(format, i) {
			i++
		}
		if layout, ok := strftime[format[i]]; ok {
			b = t.AppendFormat(b, layout)
			continue
		}
		b = appendOther(b, format[i], t)
	}
	return b
}
