package frontend

import (
	"fmt"
	"strings"
	"testing"

	"weir/internal/proxyproto"
)

const (
	sigV2  = "\r\n\r\n\x00\r\nQUIT\n"
	ends4  = "\x0a\x01\x02\x03\x0a\x01\x02\x04\x12\x34\x00\x50" // 10.1.2.3:4660 to 10.1.2.4:80
	askAny = "GET / HTTP/1.1\r\nHost: a\r\nConnection: close\r\n\r\n"
)

func headV2(cmd, fam byte, block string) string {
	return sigV2 + string([]byte{cmd, fam, byte(len(block) >> 8), byte(len(block))}) + block
}

// greeted is a frontend that says what it takes for the ends of the connection.
const greeted = `frontend "f" {
  bind "127.0.0.1:1" {
    %s
  }
  %s
  http_request "return" {
    content_type = "text/plain"
    lf_string    = "${src()}:${src_port()} ${dst()}:${dst_port()}"
  }
}
`

func startGreeted(t *testing.T, bind, rules string) *testProxy {
	t.Helper()
	return newTestProxy(t, fmt.Sprintf(greeted, bind, rules))
}

// The ways in which PROXY headers have been used against those who read them: in pieces, fused with what follows, with lengths
// that lie, NULs, LOCAL, families that nobody knows, unix sockets. A header that is refused is never a request.
func TestProxyHeaderAttacks(t *testing.T) {
	px := startGreeted(t, "accept_proxy = true", "")
	const announced = "10.1.2.3:4660 10.1.2.4:80"
	for _, c := range []struct {
		name, head string
		want       string // announced, "own" = the connection's own ends; "" = refused
	}{
		{"v1", "PROXY TCP4 10.1.2.3 10.1.2.4 4660 80\r\n", announced},
		{"v1 IPv6", "PROXY TCP6 2001:db8::1 2001:db8::2 4660 80\r\n", "2001:db8::1:4660 2001:db8::2:80"},
		{"v1 unknown", "PROXY UNKNOWN\r\n", "own"},
		{"v1 NUL", "PROXY TCP4 10.1.2.3\x00 10.1.2.4 4660 80\r\n", ""},
		{"v1 LF", "PROXY TCP4 10.1.2.3 10.1.2.4 4660 80\n", ""},
		{"v1 without end", "PROXY TCP4 " + strings.Repeat("1", 200), ""},
		{"none", "", ""},
		{"v2", headV2(0x21, 0x11, ends4), announced},
		{"v2 local", headV2(0x20, 0x11, ends4), "own"},
		{"v2 unspecified", headV2(0x21, 0x00, ""), "own"},
		{"v2 unix", headV2(0x21, 0x31, strings.Repeat("/tmp/s\x00\x00", 27)), "unix"},
		{"v2 unknown family", headV2(0x21, 0x51, ends4), ""},
		{"v2 unknown command", headV2(0x2f, 0x11, ends4), ""},
		{"v2 unknown version", headV2(0x31, 0x11, ends4), ""},
		{"v2 too short", headV2(0x21, 0x11, ends4[:8]), ""},
		{"v2 TLV past the end", headV2(0x21, 0x11, ends4+"\x02\xff\xff"+"a"), ""},
		{"v2 NUL in a name", headV2(0x21, 0x11, ends4+"\x02\x00\x03a\x00b"), ""},
		{"v2 wrong CRC", headV2(0x21, 0x11, ends4+"\x03\x00\x04abcd"), ""},
		{"v2 as long as can be", sigV2 + "\x21\x11\xff\xff" + strings.Repeat("\x04\x00\x00", 6000), ""},
		{"v2 twice", headV2(0x21, 0x11, ends4) + headV2(0x21, 0x11, ends4), "400"},
	} {
		t.Run(c.name, func(t *testing.T) {
			for _, pieces := range []int{1, 3} { // fused with the request, and in pieces
				p := dialPeer(t, px.addr("f", 0))
				all := c.head + askAny
				step := len(all)/pieces + 1
				for ; all != ""; all = all[min(step, len(all)):] {
					if _, err := p.Write([]byte(all[:min(step, len(all))])); err != nil && c.want != "" {
						t.Fatal(err)
					}
				}
				if c.want == "" {
					p.closed()
					continue
				}
				own := fmt.Sprintf("%s %s", p.LocalAddr(), p.RemoteAddr())
				resp, body := p.response("GET")
				p.Close()
				switch c.want {
				case "400":
					if resp.StatusCode != 400 {
						t.Errorf("%d %q; want 400", resp.StatusCode, body)
					}
				case "own":
					if body != own {
						t.Errorf("%q; want the connection's own ends, %s", body, own)
					}
				case "unix":
					if strings.Contains(body, "127.0.0.1:"+fmt.Sprint(p.LocalAddr())) {
						t.Errorf("%q: a unix socket's client has no address", body)
					}
				default:
					if body != c.want {
						t.Errorf("%q; want %q", body, c.want)
					}
				}
			}
		})
	}
	px.balanced()
	px.logLine("f/1: " + proxyproto.ErrLarge.Error())
	px.logLine(" f/1: not a PROXY header")
	if line := px.logLine("10.1.2.3:4660 ["); !strings.Contains(line, " f ") {
		t.Errorf("the line of a request: %s", line)
	}
}

// A header that ends in the middle, or does not come, holds its place no longer than its timeout.
func TestProxyHeaderIncomplete(t *testing.T) {
	px := startGreeted(t, "accept_proxy = true", `timeout { client_hs = "50ms" }`)
	p := dialPeer(t, px.addr("f", 0))
	p.send("PROXY TCP4 10.1.2.3 ")
	p.closed()
	px.logLine("f/1: the PROXY header did not come in time")
	q := dialPeer(t, px.addr("f", 0))
	q.closed()
	r := dialPeer(t, px.addr("f", 0))
	r.send(sigV2 + "\x21")
	r.Close()
	px.logLine("f/1: the client closed before the end of its PROXY header")
	px.balanced()
}

// Those who wait for their header are closed when the process stops.
func TestProxyHeaderAtStop(t *testing.T) {
	px := startGreeted(t, "accept_proxy = true", "")
	p := dialPeer(t, px.addr("f", 0))
	p.send("PROXY ")
	eventually(t, "the connection is there", func() error {
		if n := px.conns.Load(); n != 1 {
			return fmt.Errorf("%d connections", n)
		}
		return nil
	})
	px.Proxy.Close()
	p.closed()
}

// A rule decides who must send a header: the rules on the connection see its own address, those on the session the announced one.
func TestExpectProxyRule(t *testing.T) {
	px := startGreeted(t, "", `
  tcp_request "connection" "expect-proxy" {
    when = src() == "127.0.0.0/8"
  }
  tcp_request "session" "reject" {
    when = src() == "10.9.0.0/16"
  }`)
	p := dialPeer(t, px.addr("f", 0))
	p.send("PROXY TCP4 10.1.2.3 10.1.2.4 4660 80\r\n" + askAny)
	if _, body := p.response("GET"); body != "10.1.2.3:4660 10.1.2.4:80" {
		t.Errorf("got %q", body)
	}
	p.Close()
	q := dialPeer(t, px.addr("f", 0))
	q.send("PROXY TCP4 10.9.2.3 10.1.2.4 4660 80\r\n" + askAny)
	q.closed()
	r := dialPeer(t, px.addr("f", 0))
	r.send(askAny)
	r.closed()
	px.balanced()
}

// What a NetScaler inserts, alone and, as in HAProxy, before a PROXY header.
func TestNetScaler(t *testing.T) {
	const ip = "\x45\x00\x00\x28\x00\x00\x00\x00\x40\x06\x00\x00\x0a\x07\x00\x01\x0a\x07\x00\x02"
	const cip = "\x00\x00\x30\x39\x00\x00\x00\x28" + ip + "\x00\x07\x00\x08" + "\x00\x00\x00\x00\x00\x00\x00\x00\x00\x00\x00\x00\x00\x00\x00\x00"
	for bind, head := range map[string]string{
		"accept_netscaler_cip = 12345":                          cip,
		"accept_proxy = true\n    accept_netscaler_cip = 12345": cip + "PROXY TCP4 10.1.2.3 10.1.2.4 4660 80\r\n",
	} {
		px := startGreeted(t, bind, "")
		p := dialPeer(t, px.addr("f", 0))
		p.send(head + askAny)
		want := "10.7.0.1:7 10.7.0.2:8"
		if strings.HasSuffix(head, "\r\n") { // what is said last counts
			want = "10.1.2.3:4660 10.1.2.4:80"
		}
		if _, body := p.response("GET"); body != want {
			t.Errorf("%s: got %q; want %q", bind, body, want)
		}
		p.Close()
		q := dialPeer(t, px.addr("f", 0))
		q.send("\x00\x00\x30\x38" + head)
		q.closed()
		px.balanced()
	}
}

// What follows a header is the client's, also where it is no HTTP; the server's log and X-Forwarded-For tell of the client.
func TestProxyHeaderThenServer(t *testing.T) {
	o := newTestOrigin(t)
	px := newTestProxy(t, strings.Replace(simple(o.addr(), "option {\n    forwardfor {}\n  }", ""), "bind \"127.0.0.1:1\" {}", "bind \"127.0.0.1:1\" {\n    accept_proxy = true\n  }", 1))
	p := dialPeer(t, px.addr("f", 0))
	p.send("PROXY TCP4 10.1.2.3 10.1.2.4 4660 80\r\nGET / HTTP/1.1\r\nHost: a\r\n\r\n")
	s := o.accept()
	if head := s.head(); !strings.Contains(strings.ToLower(head), "x-forwarded-for: 10.1.2.3\r\n") {
		t.Errorf("the server got %q", head)
	}
	s.send("HTTP/1.1 200 OK\r\nContent-Length: 0\r\n\r\n")
	p.status(200)
	px.logLine("10.1.2.3:4660 [")
}
