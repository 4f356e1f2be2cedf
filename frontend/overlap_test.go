package frontend

import (
	"fmt"
	"net"
	"strings"
	"testing"

	"weir/conf/cfgfile"
	"weir/internal/testport"
)

const overlapConf = `global
  nbthread 2
defaults
  mode http
  timeout client 20s
  timeout connect 20s
  timeout server 1m
frontend one
  bind %[1]s
  http-request return status 200 content-type text/plain string one
frontend two
  bind %[2]s
  http-request return status 200 content-type text/plain string two
`

func overlapping(t *testing.T, one, two string) (*Proxy, error) {
	t.Helper()
	cfg, diags := cfgfile.Parse("test.cfg", fmt.Appendf(nil, overlapConf, one, two))
	if len(diags.Errors) > 0 {
		t.Fatal(diags.Errors)
	}
	px, err := New(cfg, Options{})
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(px.Close)
	return px, px.Start()
}

// TestOverlap: a port of every address beside the same port of one address, in any order: the more specific one has its clients.
func TestOverlap(t *testing.T) {
	f := func(one, two, to, want string) {
		t.Helper()
		port := fmt.Sprint(testport.Free())
		px, err := overlapping(t, strings.ReplaceAll(one, "PORT", port), strings.ReplaceAll(two, "PORT", port))
		if err != nil {
			t.Fatal(err)
		}
		says(t, "tcp", net.JoinHostPort(to, port), want)
		if l, err := net.Listen("tcp", ":"+port); err == nil {
			l.Close()
			t.Error("somebody else can listen on the address")
		}
		px.Close()
	}
	f(":PORT", "127.0.0.1:PORT", "127.0.0.1", "two")
	f(":PORT", "127.0.0.1:PORT", "127.0.0.2", "one")
	f("127.0.0.1:PORT", "*:PORT", "127.0.0.1", "one")
	f("127.0.0.1:PORT", "*:PORT", "127.0.0.2", "two")
	f("[::]:PORT", "0.0.0.0:PORT", "127.0.0.1", "two")
	f("[::]:PORT", "0.0.0.0:PORT", "::1", "one")
	f("0.0.0.0:PORT", "[::]:PORT", "::1", "two")
	f(":PORT", "[::]:PORT v4v6", "127.0.0.1", "one")
	f("[::]:PORT v4v6", ":PORT", "::1", "one")
	f("ipv6@:PORT", "[::1]:PORT", "127.0.0.1", "one") // it takes IPv4 too, unless v6only says otherwise
	f("ipv6@:PORT v6only", "127.0.0.1:PORT", "::1", "one")
}
