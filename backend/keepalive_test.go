package backend

import (
	"testing"

	"weir/conf"
)

// "option srvtcpka" reaches the sockets to servers.
func TestServerKeepAliveOption(t *testing.T) {
	for _, on := range []bool{false, true} {
		p := &conf.Proxy{Name: "b"}
		p.Options.TCPKeepAliveServer = on
		addr, err := conf.ParseAddr("127.0.0.1:1")
		if err != nil {
			t.Fatal(err)
		}
		s, err := newServer(&Backend{conf: p}, 0, &conf.Server{Name: "s", Addr: addr, Weight: 1}, 1)
		if err != nil {
			t.Fatal(err)
		}
		if got := s.dial != nil && s.dial.KeepAlive; got != on {
			t.Errorf("with the option %v the sockets have keep-alive %v", on, got)
		}
	}
}
