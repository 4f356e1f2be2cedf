package frontend

import (
	"fmt"
	"strings"
	"testing"
)

// "option transparent": without servers a stream goes where its client wanted to, as the PROXY header of who is in front says.
func TestTransparent(t *testing.T) {
	o := newTestOrigin(t)
	conf := `frontend "f" {
  bind "127.0.0.1:1" {
    accept_proxy = true
  }
  default_backend = "b"
}
backend "b" {
  option { transparent = true }
}
`
	px := newTestProxy(t, conf)
	c := dialPeer(t, px.addr("f", 0))
	host, port, _ := strings.Cut(o.addr(), ":")
	c.send(fmt.Sprintf("PROXY TCP4 10.1.2.3 %s 4660 %s\r\nGET / HTTP/1.1\r\nHost: a\r\n\r\n", host, port))
	s := o.accept()
	s.head()
	s.send(emptyOK)
	c.status(200)
}

// "pool-conn-name": an idle connection serves requests of its own name only.
func TestPoolConnName(t *testing.T) {
	o := newTestOrigin(t)
	px := newTestProxy(t, prefaceConf(o.addr(), "", `pool_conn_name = hdr("X-Tenant")`))
	ask := func(tenant string, s *peer) *peer {
		t.Helper()
		c := dialPeer(t, px.addr("f", 0))
		c.send("GET / HTTP/1.1\r\nHost: a\r\nX-Tenant: " + tenant + "\r\n\r\n")
		if s == nil {
			s = o.accept()
		}
		if head := s.head(); !strings.Contains(head, ": "+tenant+"\r\n") {
			t.Errorf("%s: the server got %q", tenant, head)
		}
		s.send(emptyOK)
		c.status(200)
		c.Close()
		return s
	}
	one := ask("one", nil)
	ask("one", one)
	ask("two", nil) // another connection
}
