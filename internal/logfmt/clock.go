package logfmt

import "time"

const months = "JanFebMarAprMayJunJulAugSepOctNovDec"

// Formatter formats lines and remembers the last second it wrote out, since consecutive lines mostly share it.
// The zero value is ready. It belongs to one loop.
type Formatter struct {
	local, gmt stamp
	loc        *time.Location // nil = time.Local; tests set it
}

// stamp is the text of one second: "21/Nov/2026:08:12:41".
type stamp struct {
	sec  int64
	text [20]byte
	zone [5]byte // "+0100"
	set  bool
}

func (s *stamp) at(sec int64, loc *time.Location) []byte {
	if s.sec != sec || !s.set {
		t := time.Unix(sec, 0).In(loc)
		year, month, day := t.Date()
		hour, minute, second := t.Clock()
		b := append(s.text[:0], 0, 0, '/', 0, 0, 0, '/', 0, 0, 0, 0, ':', 0, 0, ':', 0, 0, ':', 0, 0)
		put2(b[0:], day)
		copy(b[3:6], months[3*(month-1):])
		put2(b[7:], year/100)
		put2(b[9:], year%100)
		put2(b[12:], hour)
		put2(b[15:], minute)
		put2(b[18:], second)
		t.AppendFormat(s.zone[:0], "-0700")
		s.sec, s.set = sec, true
	}
	return s.text[:]
}

// appendDate appends "21/Nov/2026:08:12:41.709" in local time (log variables %t and %tr).
func (f *Formatter) appendDate(dst []byte, ms int64) []byte {
	sec, frac := split(ms)
	dst = append(dst, f.local.at(sec, f.location())...)
	return appendMilli(append(dst, '.'), frac)
}

func (f *Formatter) location() *time.Location {
	if f.loc == nil {
		return time.Local
	}
	return f.loc
}

func appendMilli(dst []byte, ms int64) []byte {
	return append(dst, byte('0'+ms/100), byte('0'+ms/10%10), byte('0'+ms%10))
}

// appendLocal appends "21/Nov/2026:08:12:41 +0100" (log variables %Tl and %trl).
func (f *Formatter) appendLocal(dst []byte, ms int64) []byte {
	sec, _ := split(ms)
	dst = append(append(dst, f.local.at(sec, f.location())...), ' ')
	return append(dst, f.local.zone[:]...)
}

// appendGMT appends "21/Nov/2026:08:12:41 +0000" (log variable %trg).
func (f *Formatter) appendGMT(dst []byte, ms int64) []byte {
	sec, _ := split(ms)
	dst = append(dst, f.gmt.at(sec, time.UTC)...)
	return append(dst, " +0000"...)
}

func split(ms int64) (sec, frac int64) {
	sec, frac = ms/1000, ms%1000
	if frac < 0 {
		sec, frac = sec-1, frac+1000
	}
	return sec, frac
}

func put2(b []byte, n int) { b[0], b[1] = byte('0'+n/10), byte('0'+n%10) }
