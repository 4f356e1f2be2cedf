package http1

import (
	"strings"
	"testing"

	"weir/internal/message"
)

// Each line stands in the middle of a request and of a response: the same rules hold on both sides.
func TestFieldLines(t *testing.T) {
	f := func(line, want string) {
		t.Helper()
		_, _, err := request("GET / HTTP/1.1\r\nHost: a\r\n" + line + "X-Last: 1\r\n\r\n")
		if got := verdict(err); got != want {
			t.Fatalf("request with %q: %s; want %s", line, got, want)
		}
		_, _, err = response("HTTP/1.1 200 OK\r\nServer: a\r\n"+line+"X-Last: 1\r\n\r\n", message.MethodGet)
		if got := verdict(err); got != want {
			t.Fatalf("response with %q: %s; want %s", line, got, want)
		}
	}
	f("X: a\r\n", "ok")
	f("X:\r\n", "ok")
	f("X:a\tb\r\n", "ok")
	f("X: \x80\xff\r\n", "ok") // obs-text
	f("x_y!#$%&'*+-.^`|~9: a\r\n", "ok")
	f(strings.Repeat("a", maxName)+": x\r\n", "ok")

	f(": x\r\n", "empty_field_name")
	f(strings.Repeat("a", maxName+1)+": x\r\n", "long_field_name")
	f("X : v\r\n", "space_in_field_name")
	f("X\t: v\r\n", "space_in_field_name")
	f("X Y: v\r\n", "space_in_field_name")
	f("X: a\r\n b\r\n", "obs_fold")
	f("X: a\r\n\tb\r\n", "obs_fold")
	f(" X: a\r\n", "obs_fold")
	f("Xabc\r\n", "no_colon")
	f("X\n", "no_colon")
	f("\nX: y\r\n", "bare_lf")
	f("X\x00: a\r\n", "bad_field_name")
	f("X\x80: a\r\n", "bad_field_name")
	f("X\xa0: a\r\n", "bad_field_name")
	f("X\x85: a\r\n", "bad_field_name")
	f("X\x0b: a\r\n", "bad_field_name")
	f("\x01: a\r\n", "bad_field_name")
	for _, c := range "()<>@,;\\\"/[]?={}" {
		f("X"+string(c)+": a\r\n", "bad_field_name")
	}
	for c := range byte(0x20) {
		if c == '\t' || c == '\r' || c == '\n' {
			continue
		}
		f("X: a"+string(c)+"b\r\n", "bad_field_value")
		f("X: 0123456789"+string(c)+"0123456789\r\n", "bad_field_value")
	}
	f("X: a\x7fb\r\n", "bad_field_value")
	f("X: a\rb\r\n", "bare_cr")
	f("X: a\r\r\n", "bare_cr")
	f("X: a\n", "bare_lf")
	f("X: a\n\n", "bare_lf")
	f("\rX: a\r\n", "bare_cr")
}

func TestFirstFieldLine(t *testing.T) {
	f := func(head, want string) {
		t.Helper()
		if _, _, err := request(head); verdict(err) != want {
			t.Fatalf("%q: %s; want %s", head, verdict(err), want)
		}
	}
	f("GET / HTTP/1.1\r\n Host: a\r\n\r\n", "leading_space")
	f("GET / HTTP/1.1\r\n\tHost: a\r\n\r\n", "leading_space")
	f("GET / HTTP/1.1\nHost: a\n\n", "bare_lf")
}

// The scanners look at eight octets at a time: every octet at every place must be seen as it is one by one.
func TestScanners(t *testing.T) {
	value := func(c byte) bool { return c >= 0x20 && c != 0x7f || c == '\t' }
	target := func(c byte) bool { return c > 0x20 && c < 0x7f && c != '#' }
	f := func(scan func([]byte, int) int, good func(byte) bool, name string) {
		t.Helper()
		b := make([]byte, 21)
		for place := range b {
			for c := range 256 {
				for i := range b {
					b[i] = 'a'
				}
				b[place] = byte(c)
				b[len(b)-1] |= 0x01
				want := len(b)
				for i, c := range b {
					if !good(c) {
						want = i
						break
					}
				}
				if got := scan(b, 0); got != want {
					t.Fatalf("%s with %#x at %d: %d; want %d", name, c, place, got, want)
				}
			}
		}
	}
	f(scanValue, value, "scanValue")
	f(scanTarget, target, "scanTarget")
}

func TestLimits(t *testing.T) {
	head := func(fields int) string {
		return "GET / HTTP/1.1\r\nHost: a\r\n" + strings.Repeat("X: a\r\n", fields-1) + "\r\n"
	}
	f := func(head string, lim Limits, want string) {
		t.Helper()
		_, err := ParseRequest([]byte(head), new(message.Request), lim)
		if got := verdict(err); got != want {
			t.Fatalf("%d octets with %+v: %s; want %s", len(head), lim, got, want)
		}
	}
	f(head(defaultFields), Limits{}, "ok")
	f(head(defaultFields+1), Limits{}, "too_many_fields")
	f(head(3), Limits{Fields: 3}, "ok")
	f(head(4), Limits{Fields: 3}, "too_many_fields")
	f(head(3), Limits{HeadBytes: len(head(3))}, "ok")
	f(head(3), Limits{HeadBytes: len(head(3)) - 1}, "head_too_large")
	big := "GET / HTTP/1.1\r\nHost: a\r\nX: " + strings.Repeat("a", defaultHeadBytes)
	f(big, Limits{}, "head_too_large")
	f("GET /"+strings.Repeat("a", defaultHeadBytes), Limits{}, "head_too_large")
	f(big[:defaultHeadBytes-1], Limits{}, "incomplete")
	f(big, Limits{HeadBytes: 1 << 20}, "incomplete")
}
