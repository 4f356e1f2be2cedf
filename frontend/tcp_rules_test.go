package frontend

import (
	"fmt"
	"io"
	"net"
	"strings"
	"testing"
	"time"

	"weir/conf"
	"weir/internal/logsink"
	"weir/stats"
)

// tcpDefaults is testHead for TCP mode, with the line of tcplog.
const tcpDefaults = `global {
  nbthread = 1
  log "stdout" {
    format   = "raw"
    facility = "local0"
  }
}
defaults {
  mode = "tcp"
  log  = "global"
  timeout {
    client  = "5s"
    connect = "2s"
    server  = "5s"
  }
  option {
    tcplog = true
  }
}
`

const tcpHead = tcpDefaults + `listen "t" {
  bind "127.0.0.1:1" {}
  server "s" { address = %q }
}
`

// tcpProxy runs tcpHead, with its server at addr, as edit has changed it.
func tcpProxy(t *testing.T, addr string, edit func(p *conf.Proxy)) *testProxy {
	t.Helper()
	return editedProxy(t, fmt.Sprintf(tcpHead, addr), func(c *conf.Config) { edit(c.Proxies[0]) })
}

// editedProxy runs a configuration that edit has changed.
func editedProxy(t *testing.T, hcl string, edit func(c *conf.Config)) *testProxy {
	t.Helper()
	cfg, out := parseTest(t, hcl), &syncBuffer{}
	edit(cfg)
	access := logsink.New(logsink.Options{Producers: cfg.Global.NbThread, Stdout: out})
	px, err := New(cfg, Options{Access: access})
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() {
		px.Close()
		access.Close(waitTime)
	})
	if err := px.Start(); err != nil {
		t.Fatal(err)
	}
	return &testProxy{Proxy: px, t: t, out: out}
}

// call is a fetch as the model has it: "str(x)".
func call(text string) *conf.Expr {
	name, args, _ := strings.Cut(strings.TrimSuffix(text, ")"), "(")
	x := &conf.Expr{Fetch: conf.Call{Name: name}}
	if args != "" {
		x.Fetch.Args = strings.Split(args, ",")
	}
	return x
}

// test is a condition: a fetch, and what it is compared with.
func test(fetch string, patterns ...string) *conf.Cond {
	c := &conf.Cond{Op: conf.OpTest, Test: &conf.Test{Expr: call(fetch)}}
	for _, p := range patterns {
		c.Test.Patterns = append(c.Test.Patterns, conf.Pattern{Text: p})
	}
	return c
}

func when(cond *conf.Cond, a conf.Action) *conf.Rule { return &conf.Rule{Action: a, Cond: cond} }

func always(as ...conf.Action) (rules []*conf.Rule) {
	for _, a := range as {
		rules = append(rules, &conf.Rule{Action: a})
	}
	return rules
}

func template(text string) *conf.Format {
	return &conf.Format{Parts: []conf.FormatPart{{Expr: call(text)}}}
}

// echo is a server that answers each connection's first bytes with its own name and them, then goes on until the end.
func echo(t *testing.T, name string) string {
	t.Helper()
	ln, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { ln.Close() })
	go func() {
		for {
			c, err := ln.Accept()
			if err != nil {
				return
			}
			go func() {
				defer c.Close()
				b := make([]byte, 1024)
				n, _ := c.Read(b)
				io.WriteString(c, name+":"+string(b[:n]))
				io.Copy(c, c)
			}()
		}
	}()
	return ln.Addr().String()
}

// firstByte is what a client reads first. A reset may be there before its connect has ended.
func firstByte(addr string) (byte, error) {
	c, err := net.Dial("tcp", addr)
	if err != nil {
		return 0, err
	}
	defer c.Close()
	c.SetDeadline(time.Now().Add(waitTime))
	var b [1]byte
	_, err = c.Read(b[:])
	return b[0], err
}

// traffic is the sum of a frontend's counters.
func (px *testProxy) traffic(name string) (sum stats.Traffic) {
	px.onLoop(func(w *worker) { sum = *px.frontend(name).traffic(w) })
	return sum
}

// What a client and the log see of a connection that is refused, and where it is counted (observed: HAProxy 2.6).
func TestTCPRefused(t *testing.T) {
	f := func(what string, reset bool, state string, want stats.Traffic, edit func(p *conf.Proxy)) {
		t.Run(what, func(t *testing.T) {
			px := tcpProxy(t, echo(t, "s"), edit)
			_, err := firstByte(px.addr("t", 0))
			if got := err != io.EOF; err == nil || got != reset {
				t.Errorf("the client sees %v; want a reset: %v", err, reset)
			}
			if state != "" {
				px.logLine(" t t/" + state)
			}
			px.balanced()
			got := px.traffic("t")
			got.BytesIn, got.BytesOut = 0, 0
			if got != want {
				t.Errorf("counted %+v; want %+v", got, want)
			}
		})
	}
	f("connection reject", true, "", stats.Traffic{Connections: 1, DeniedConn: 1},
		func(p *conf.Proxy) { p.TCPConnRules = always(&conf.Reject{}) })
	f("session reject", false, "", stats.Traffic{Connections: 1, DeniedSess: 1},
		func(p *conf.Proxy) { p.TCPSessRules = always(&conf.Reject{}) })
	f("content reject", false, "<NOSRV> -1/-1/", stats.Traffic{Connections: 1, Sessions: 1, DeniedReq: 1},
		func(p *conf.Proxy) { p.TCPReqRules = always(&conf.Reject{}) })
	f("response reject", false, "s ", stats.Traffic{Connections: 1, Sessions: 1, DeniedResp: 1},
		func(p *conf.Proxy) { p.TCPRespRules = always(&conf.Reject{}) })
	f("response close", false, "s ", stats.Traffic{Connections: 1, Sessions: 1},
		func(p *conf.Proxy) { p.TCPRespRules = always(&conf.Close{}) })
}

// An accept ends its list only: the next list is asked.
func TestTCPAccept(t *testing.T) {
	px := tcpProxy(t, echo(t, "s"), func(p *conf.Proxy) {
		p.TCPConnRules = always(&conf.Allow{}, &conf.Reject{})
		p.TCPSessRules = always(&conf.Allow{}, &conf.Reject{})
		p.TCPReqRules = always(&conf.Allow{}, &conf.Reject{})
		p.TCPRespRules = always(&conf.Allow{}, &conf.Reject{})
	})
	c := dialPeer(t, px.addr("t", 0))
	c.send("hello")
	c.expect("s:hello")
	c.Close()
	px.logLine(" t t/s ")
	px.balanced()
}
