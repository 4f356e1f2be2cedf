package conf

import "testing"

func TestDispatchAddr(t *testing.T) {
	f := func(text, want string) {
		t.Helper()
		a, err := DispatchAddr(text)
		got := a.String()
		if err != nil {
			got = err.Error()
		}
		if got != want {
			t.Errorf("%q: got %q; want %q", text, got, want)
		}
	}
	f("10.0.0.1:80", "10.0.0.1:80")
	f("app.example:80", "app.example:80")
	f("[::1]:80", "[::1]:80")
	f(":80", "127.0.0.1:80")
	f("*:80", "127.0.0.1:80")
	f("0.0.0.0:80", "127.0.0.1:80")
	f("[::]:80", "[::1]:80")
	f("/run/app.sock", "unix@/run/app.sock")
	const want = "want one port: it cannot follow the client's, nor be one of several"
	f("10.0.0.1", "want a port behind the address")
	f("10.0.0.1:+80", want)
	f("10.0.0.1:80-90", want)
	f("10.0.0.1:0", "want a port behind the address")
}
