package frontend

import (
	"fmt"
	"net"
	"testing"

	"weir/conf"
)

// Whoever waits for contents loses none of them: neither those of the client nor those of the server.
func TestTCPInspectKeepsBytes(t *testing.T) {
	px := tcpProxy(t, echo(t, "s"), func(p *conf.Proxy) {
		p.TCPReqDelay, p.TCPRespDelay = waitTime, waitTime
		p.TCPReqRules = []*conf.Rule{when(test("req.len", "ge 10"), &conf.Allow{})}
		p.TCPRespRules = []*conf.Rule{when(test("res.len", "ge 20"), &conf.Allow{})}
	})
	c := dialPeer(t, px.addr("t", 0))
	c.send("01234")
	c.send("56789")
	c.send("abcdefgh")
	c.expect("s:0123456789")
	c.expect("abcdefgh")
	c.send("over")
	c.expect("over")
}

// The end of a wait: the client's end makes the contents final, a condition that holds needs no more.
func TestTCPInspectEnds(t *testing.T) {
	px := tcpProxy(t, echo(t, "s"), func(p *conf.Proxy) {
		p.TCPReqDelay = waitTime
		p.TCPReqRules = []*conf.Rule{when(test("req.len", "gt 5"), &conf.Reject{})}
	})
	c := dialPeer(t, px.addr("t", 0))
	c.send("abc")
	c.Conn.(*net.TCPConn).CloseWrite()
	c.expect("s:abc")
	c.closed()
	d := dialPeer(t, px.addr("t", 0))
	d.send("abc")
	d.send("defg")
	d.closed()
	px.logLine(" t t/<NOSRV> -1/-1/")
	px.balanced()
}

// A client that goes while its contents are waited for.
func TestTCPInspectAborted(t *testing.T) {
	px := tcpProxy(t, echo(t, "s"), func(p *conf.Proxy) {
		p.TCPReqDelay = waitTime
		p.TCPReqRules = []*conf.Rule{when(test("req.len", "gt 5"), &conf.Reject{})}
	})
	c := dialPeer(t, px.addr("t", 0))
	c.send("abc")
	eventually(t, "the rules have seen it", func() error {
		if n := px.frontend("t").cur.Load(); n != 1 {
			return fmt.Errorf("%d connections", n)
		}
		return nil
	})
	c.Conn.(*net.TCPConn).SetLinger(0)
	c.Close()
	px.logLine(" 0 CR ")
	px.balanced()
}

// set-log-level silent takes the line away; what a rule captures can be asked for later.
func TestTCPLogLevelAndCapture(t *testing.T) {
	px := tcpProxy(t, echo(t, "s"), func(p *conf.Proxy) {
		p.TCPReqDelay = waitTime
		p.TCPReqRules = append([]*conf.Rule{when(test("req.len", "lt 0"), &conf.Reject{})}, always(
			&conf.CaptureSample{Expr: call("str(abcdef)"), Len: 3, Slot: -1})...)
		p.TCPReqRules = append(p.TCPReqRules,
			when(test("capture.req.hdr(0)", "abc"), &conf.SetLogLevel{Level: "silent"}),
			&conf.Rule{Action: &conf.SetLogLevel{Level: "info"}, Cond: test("capture.req.hdr(0)", "abcdef")})
	})
	c := dialPeer(t, px.addr("t", 0))
	c.Conn.(*net.TCPConn).CloseWrite()
	c.expect("s:")
	c.closed()
	px.balanced()
	if got := px.out.String(); got != "" {
		t.Errorf("logged %q", got)
	}
}
