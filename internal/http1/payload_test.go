package http1

import (
	"fmt"
	"testing"

	"weir/internal/message"
)

// A body that HTTP/1.0 does not provide for is refused, unless it is allowed.
func TestOldPayload(t *testing.T) {
	f := func(method, version string, length int, want error) {
		t.Helper()
		for _, any := range []bool{false, true} {
			var req message.Request
			text := fmt.Sprintf("%s / HTTP/%s\r\nHost: a\r\nContent-Length: %d\r\n\r\n", method, version, length)
			_, err := ParseRequest([]byte(text), &req, Limits{AnyPayload: any})
			if any {
				want = nil
			}
			if err != want {
				t.Errorf("%s of HTTP/%s with %d bytes, allowed %v: got %v; want %v", method, version, length, any, err, want)
			}
		}
	}
	for _, method := range []string{"GET", "HEAD", "DELETE"} {
		f(method, "1.0", 1, ErrPayload10)
		f(method, "1.0", 0, nil)
		f(method, "1.1", 1, nil)
	}
	for _, method := range []string{"POST", "PUT", "OPTIONS", "PATCH", "FOO"} {
		f(method, "1.0", 1, nil)
	}
}
