package http1

import (
	"bytes"
	"testing"

	"weir/internal/message"
)

// Where there is a number of HAProxy's ("error at position"), it is the same.
func TestLocate(t *testing.T) {
	f := func(in string, reason *Error, want int) {
		t.Helper()
		buf := []byte(in)
		_, err := ParseRequest(buf, new(message.Request), DefaultLimits)
		if err != error(reason) {
			t.Fatalf("%q: %v; want %v", in, err, reason)
		}
		if got := Locate(buf, reason, false); got != want {
			t.Errorf("%q: %s at %d; want %d", in, reason.Reason, got, want)
		}
	}
	const head = "GET / HTTP/1.1\r\nHost: a\r\n"
	f(head+"X-MiXed : 2\r\nFoo: bar\r\n\r\n", ErrNameSpace, 32)
	f("G@T / HTTP/1.1\r\nHost: a\r\n\r\n", ErrMethod, 1)
	f("GET /\x80\x01 HTTP/1.1\r\nHost: a\r\n\r\n", ErrTargetChar, 5)
	f("GET / HTTP/1.x\r\nHost: a\r\n\r\n", ErrVersion, 13)
	f(head+"X: a\x00b\r\n\r\n", ErrValueChar, 29)
	f(head+"X y\r\n\r\n", ErrNameSpace, 26)
	f(head+"X@: y\r\n\r\n", ErrNameChar, 26)
	f(head+"Xyz\r\n\r\n", ErrNoColon, 28)
	f(head+": b\r\n\r\n", ErrEmptyName, 25)
	f(head+"Content-Length: 1x\r\n\r\n", ErrLength, 41)
	f(head+"Content-Length: 1\r\nContent-Length: 2\r\n\r\n", ErrLengths, 60)
	f(head+"Host: b\r\n\r\n", ErrHosts, 31)
	f(head+"X: b\rc\r\n\r\n", ErrBareCR, 30)
	f(head+"X: b\n\r\n", ErrBareLF, 29)
	f(" GET / HTTP/1.1\r\nHost: a\r\n\r\n", ErrLeadingSpace, 0)
	f("\r\nGET / HTTP/1.1\r\n Host: a\r\n\r\n", ErrLeadingSpace, 18)
	f(head+" folded\r\n\r\n", ErrFold, 25)
	f("GET / HTTP/1.1\r\nX: a\r\n\r\n", ErrNoHost, 24)
	f(head+"Expect: x\r\n\r\n", ErrExpect, 33)
	f("GET a HTTP/1.1\r\nHost: a\r\n\r\n", ErrTarget, 4)
}

func TestLocateInResponse(t *testing.T) {
	f := func(in string, reason *Error, want int) {
		t.Helper()
		buf := []byte(in)
		_, err := ParseResponse(buf, new(message.Response), message.MethodGet, DefaultLimits)
		if err != error(reason) {
			t.Fatalf("%q: %v; want %v", in, err, reason)
		}
		if got := Locate(buf, reason, true); got != want {
			t.Errorf("%q: %s at %d; want %d", in, reason.Reason, got, want)
		}
	}
	f("HTTP/1.1 200 OK\r\nX-MiXed : 2\r\n\r\n", ErrNameSpace, 24)
	f("HTTP/1.1 2x0 OK\r\n\r\n", ErrStatus, 9)
	f("HTTP/1.1 200 O\x01K\r\n\r\n", ErrReason, 14)
	f("HTTP/x.1 200 OK\r\n\r\n", ErrVersion, 5)
}

// FuzzLocate: whatever is wrong with whatever bytes, what is blamed is among them, and the message is left alone.
func FuzzLocate(f *testing.F) {
	for _, s := range []string{"", "\r\n", "GET", "GET / HTTP/1.1\r\n: b\r\n", "HTTP/1.1 2", "a b\r\n c:\x01\r\n\r\nx", "\n\r\r\n"} {
		f.Add([]byte(s))
	}
	all := []*Error{ErrHeadTooLarge, ErrTooManyFields, ErrBareLF, ErrBareCR, ErrEmptyLines, ErrLeadingSpace, ErrMethod, ErrTarget, ErrTargetChar,
		ErrVersion, ErrStatus, ErrReason, ErrEmptyName, ErrNameChar, ErrLongName, ErrNameSpace, ErrNoColon, ErrFold, ErrValueChar, ErrNoHost}
	for e := range blamed {
		all = append(all, e)
	}
	f.Fuzz(func(t *testing.T, in []byte) {
		for _, e := range all {
			buf := bytes.Clone(in)
			if at := Locate(buf, e, len(in)%2 == 0); at < -1 || at > len(in)+len("\r\n") {
				t.Fatalf("%q: %s at %d", in, e.Reason, at)
			}
			if !bytes.Equal(buf, in) {
				t.Fatalf("%q was changed to %q", in, buf)
			}
		}
	})
}
