package conf

import "testing"

func TestParseLogAddr(t *testing.T) {
	f := func(s, want, wantErr string) {
		t.Helper()
		a, err := ParseLogAddr(s)
		got, text := "", ""
		if err != nil {
			text = err.Error()
		} else {
			got = a.String()
		}
		if got != want || text != wantErr {
			t.Errorf("ParseLogAddr(%q) = %q, %q; want %q, %q", s, got, text, want, wantErr)
		}
	}
	f("127.0.0.1", "127.0.0.1:514", "")
	f("[::1]", "[::1]:514", "")
	f("log.example:5140", "log.example:5140", "")
	f("ipv4@log.example", "ipv4@log.example:514", "")
	f("udp@127.0.0.1:1514", "127.0.0.1:1514", "")
	f("tcp@127.0.0.1:1514", "127.0.0.1:1514", "")
	f("tcp6@log.example", "ipv6@log.example:514", "")
	f("udp4@log.example", "ipv4@log.example:514", "")
	f("/dev/log", "unix@/dev/log", "")
	f("abns@log", "abns@log", "")
	f("fd@2", "fd@2", "")
	f("tcp4@[::1]:1", "", "want an address of the family ipv4")
	f("tcp@", "", "want an address such as 127.0.0.1:80, [::1]:80, :80 or /run/x.sock")
	f("127.0.0.1:1-2", "", "want one port, not a range")
	f(":514", "", "want a host before the port")
	f("quic4@127.0.0.1", "", "the family quic4 is understood but not done yet")
}
