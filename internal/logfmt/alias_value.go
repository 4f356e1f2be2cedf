package logfmt

import (
	"bytes"
	"net/netip"
	"strings"
)

func early(r *Record) bool { return r.ASAP }

func status(r *Record) int64 {
	if !r.HTTP {
		return int64(max(r.Status, 0))
	}
	return int64(r.Status)
}

// sum adds two timers; one that was not reached makes the sum not reached.
func sum(a, b int64) int64 {
	if a < 0 || b < 0 {
		return NotReached
	}
	return a + b
}

// dataTime is what is left of the total once the phases before it are taken away; not reached where one of them is.
func dataTime(r *Record) int64 {
	before := sum(r.Tw, r.Tc)
	total := r.Tt
	if !r.HTTP {
		before = sum(before, r.Th)
	} else {
		before, total = sum(sum(before, r.TR), r.Tr), r.Ta
	}
	if before < 0 {
		return NotReached
	}
	return max(total-before, 0)
}

// Number is the value of a variable that is a number; false for the others.
func (a *Alias) Number(r *Record) (int64, bool) {
	if a.number == nil {
		return 0, false
	}
	return a.number(r), true
}

func userTime(r *Record) int64 { return r.Tt - max(r.Ti, 0) }

func clientPort(r *Record) int64 {
	if !r.Client.IsValid() {
		return int64(r.UnixID)
	}
	return int64(r.Client.Port())
}

func localPort(r *Record) int64 {
	if !r.Client.IsValid() {
		return int64(r.UnixID)
	}
	return int64(r.Local.Port())
}

func clientIP(_ *Formatter, dst []byte, r *Record, fl Flags) ([]byte, bool) {
	if !r.Client.IsValid() {
		return append(dst, "unix"...), true
	}
	return appendIP(dst, r.Client.Addr(), fl), true
}

func localIP(_ *Formatter, dst []byte, r *Record, fl Flags) ([]byte, bool) {
	if !r.Client.IsValid() {
		return append(dst, "unix"...), true
	}
	return appendIP(dst, r.Local.Addr(), fl), r.Local.IsValid()
}

func ip(of func(*Record) netip.AddrPort) appendText {
	return func(_ *Formatter, dst []byte, r *Record, fl Flags) ([]byte, bool) {
		a := of(r)
		if !a.IsValid() {
			return dst, false
		}
		return appendIP(dst, a.Addr(), fl), true
	}
}

func appendIP(dst []byte, a netip.Addr, fl Flags) []byte {
	switch {
	case fl&Hex == 0:
		return appendAddr(dst, a)
	case a.Is4():
		b := a.As4()
		return appendHexBytes(dst, b[:])
	case a.IsValid():
		b := a.As16()
		return appendHexBytes(dst, b[:])
	}
	return dst
}

func word(of func(*Record) string) appendText {
	return func(_ *Formatter, dst []byte, r *Record, _ Flags) ([]byte, bool) {
		return append(dst, of(r)...), true
	}
}

// known is a word that is missing where it is empty.
func known(of func(*Record) string) appendText {
	return func(_ *Formatter, dst []byte, r *Record, _ Flags) ([]byte, bool) {
		s := of(r)
		return append(dst, s...), s != ""
	}
}

func frontendTLS(_ *Formatter, dst []byte, r *Record, _ Flags) ([]byte, bool) {
	return appendFrontend(dst, r), true
}

// asIs is text of a client, with the bytes of s escaped.
func asIs(of func(*Record) []byte, s *set) appendText {
	return func(_ *Formatter, dst []byte, r *Record, fl Flags) ([]byte, bool) {
		b := of(r)
		return appendSafe(dst, b, s, fl), b != nil
	}
}

// appendSafe escapes with "#XX" unless an encoding does it in its own way.
func appendSafe(dst, text []byte, s *set, fl Flags) []byte {
	if fl&(JSON|CBOR|Bin) != 0 {
		return append(dst, text...)
	}
	return appendEscaped(dst, text, s)
}

// ofRequest is a part of the request line.
func ofRequest(part func(line []byte) []byte) appendText {
	return func(_ *Formatter, dst []byte, r *Record, fl Flags) ([]byte, bool) {
		if len(r.Request) == 0 {
			return append(dst, "<BADREQ>"...), true
		}
		return appendSafe(dst, part(r.Request), inRequest, fl), true
	}
}

func methodOf(line []byte) []byte {
	method, _, _ := bytes.Cut(line, space)
	return method
}

var space = []byte{' '}

// targetOf is what stands between the first space and the version; of a line that was cut short, all of its rest.
func targetOf(line []byte) []byte {
	_, rest, _ := bytes.Cut(line, space)
	if i := bytes.IndexByte(rest, ' '); i >= 0 {
		return rest[:i]
	}
	return rest
}

func versionOf(line []byte) []byte {
	_, rest, _ := bytes.Cut(line, space)
	_, version, _ := bytes.Cut(rest, space)
	return version
}

func targetPath(line []byte) []byte {
	target, _, _ := bytes.Cut(targetOf(line), question)
	return target
}

var question = []byte{'?'}

func queryOf(line []byte) []byte {
	t := targetOf(line)
	if i := bytes.IndexByte(t, '?'); i >= 0 {
		return t[i:]
	}
	return nil
}

// pathOnly is without scheme and host; neither "*" nor the target of CONNECT has a path.
func pathOnly(line []byte) []byte {
	t := targetPath(line)
	if i := bytes.Index(t, schemeEnd); i >= 0 && !bytes.ContainsRune(t[:i], '/') {
		t = t[i+len(schemeEnd):]
	} else if len(t) == 0 || t[0] != '/' {
		return nil
	}
	if i := bytes.IndexByte(t, '/'); i >= 0 {
		return t[i:]
	}
	return nil
}

var schemeEnd = []byte("://")

func date(of func(*Record) int64) appendText {
	return func(f *Formatter, dst []byte, r *Record, _ Flags) ([]byte, bool) {
		return f.appendDate(dst, of(r)), true
	}
}

func gmt(of func(*Record) int64) appendText {
	return func(f *Formatter, dst []byte, r *Record, _ Flags) ([]byte, bool) {
		return f.appendGMT(dst, of(r)), true
	}
}

func local(of func(*Record) int64) appendText {
	return func(f *Formatter, dst []byte, r *Record, _ Flags) ([]byte, bool) {
		return f.appendLocal(dst, of(r)), true
	}
}

func state(letters int) appendText {
	return func(_ *Formatter, dst []byte, r *Record, _ Flags) ([]byte, bool) {
		return append(dst, r.State[:letters]...), true
	}
}

// grouped reports whether an alias writes its captures in braces, %hr, and not one after another, %hrl.
func grouped(name string) bool { return !strings.HasSuffix(name, "l") }
