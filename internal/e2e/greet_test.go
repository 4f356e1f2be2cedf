package e2e

import (
	"encoding/binary"
	"fmt"
	"io"
	"net"
	"strings"
	"testing"
	"time"

	"weir/internal/peer"
)

const greetConf = `global
  nbthread 1
defaults
  mode http
  timeout client 20s
  timeout server 20s
  timeout connect 20s
  log 127.0.0.1:${port.log} len 8192 format raw local0
  error-log-format "%[fc_err] %[fc_err_str] %ST %ts"
  log-format "%ci %ST"
  default_backend b
frontend proxy
  bind 127.0.0.1:${port.proxy} accept-proxy
frontend cip
  bind 127.0.0.1:${port.cip} accept-netscaler-cip 287454020
frontend both
  bind 127.0.0.1:${port.both} accept-proxy accept-netscaler-cip 287454020
frontend late
  timeout client 1ms
  timeout http-request 1ms
  bind 127.0.0.1:${port.late} accept-proxy
frontend late-cip
  timeout client 1ms
  timeout http-request 1ms
  bind 127.0.0.1:${port.late-cip} accept-netscaler-cip 287454020
backend b
  http-request return status 200
`

// greeted is what a client says before its request.
type greeted struct{ port, said string }

func greetedCases() []greeted {
	const (
		signature = "\r\n\r\n\x00\r\nQUIT\n"
		ends4     = "\x01\x02\x03\x04\x05\x06\x07\x08\x00\x09\x00\x0a"
		magic     = "\x11\x22\x33\x44"
		ip4       = "\x45\x00\x00\x28\x00\x00\x00\x00\x40\x06\x00\x00\x01\x02\x03\x04\x05\x06\x07\x08"
		request   = "GET / HTTP/1.0\r\n\r\n"
		line      = "PROXY TCP4 1.2.3.4 5.6.7.8 9 10\r\n"
	)
	tcp := "\x00\x09\x00\x0a" + strings.Repeat("\x00", 16)
	v2 := func(cmd, fam byte, block string) string {
		return signature + string([]byte{cmd, fam}) + string(binary.BigEndian.AppendUint16(nil, uint16(len(block)))) + block
	}
	old := func(body string) string {
		return magic + string(binary.BigEndian.AppendUint32(nil, uint32(len(body)))) + body
	}
	var list []greeted
	add := func(port string, said ...string) {
		for _, s := range said {
			list = append(list, greeted{port: port, said: s})
		}
	}
	add("late", "")
	add("late-cip", "")
	add("proxy", line+request, "", "P", "PROXY", "PROXY TCP4 1.2", "GET", "GET / HTTP/1.0", "GET / HTTP/1.0\r\n", request,
		"PROXYTCP4 1.2.3.4 5.6.7.8 9 10\r\n", "PROXY TCP5 1.2.3.4 5.6.7.8 9 10\r\n", "PROXY tcp4 1.2.3.4 5.6.7.8 9 10\r\n", "PROXY UNKNOWNX\r\n",
		"PROXY  TCP4 1.2.3.4 5.6.7.8 9 10\r\n", "PROXY TCP4\r\n", "PROXY UDP4 1.2.3.4 5.6.7.8 9 10\r\n", "PROXY TCP4 1.2.3.x 5.6.7.8 9 10\r\n",
		"PROXY TCP6 1.2.3.4 5.6.7.8 9 10\r\n", "PROXY TCP4 1.2.3.4 5.6.7.8 9 x\r\n", "PROXY TCP4 1.2.3.4\r\n", "PROXY TCP4 1.2.3.4 5.6.7.8 9 10 11\r\n",
		"PROXY TCP4 1.2.3.4 5.6.7.8 9 10\n", "PROXY TCP4 1.2.3.4 5.6.7.8 9 10\rGET / HTTP/1.1\r\n\r\n", "PROXY TCP4 "+strings.Repeat("1", 200),
		v2(0x21, 0x11, ends4)+request, signature[:7], signature, v2(0x21, 0x11, ends4)[:20], v2(0x11, 0x11, ends4), v2(0x22, 0x11, ends4),
		v2(0x21, 0x41, ends4), v2(0x21, 0x11, ends4[:8]), v2(0x21, 0x21, ends4), v2(0x21, 0x11, ends4+"\x02\x00\x10x"),
		v2(0x21, 0x11, ends4+"\x03\x00\x041234"), v2(0x20, 0, "")+request)
	add("cip", old(ip4+tcp)+request, "", magic, magic+"\x00\x00\x00\x28", old(ip4 + tcp)[:20], "\x55", strings.Repeat("\x55", 11), strings.Repeat("\x55", 12),
		strings.Repeat("\x55", 60), old(strings.Replace(ip4, "\x40\x06", "\x40\x11", 1)+tcp), old("\x55"+ip4[1:]+tcp), old(ip4))
	add("both", old(ip4+tcp)+line+request, line+old(ip4+tcp)+request, old(ip4+tcp)+"PROXY", old(ip4+tcp), "GET", line)
	return list
}

// TestGreetings compares what is told of headers that are none, or do not come: the numbers and texts of fc_err.
func TestGreetings(t *testing.T) {
	t.Parallel()
	peer.Need(t, "haproxy")
	want, got := greet(t, "haproxy"), greet(t, "weir")
	for i, g := range greetedCases() {
		if want[i] != got[i] {
			t.Errorf("%s: %q: haproxy %q, weir %q", g.port, g.said, want[i], got[i])
		}
	}
}

// greet says each, and returns the log's lines.
func greet(t *testing.T, kind string) (lines []string) {
	t.Helper()
	dir := shortDir(t)
	at := newPlaces(dir, kind)
	ear, err := listenLog(at.port("log"))
	if err != nil {
		t.Fatal(err)
	}
	defer ear.c.Close()
	p := startText(t, kind, dir, at.expand(greetConf), at.port("proxy"), at.port("cip"), at.port("both"), at.port("late"), at.port("late-cip"))
	for i, g := range greetedCases() {
		sayGreeting(t, at.port(g.port), g)
		if err := eventually(patience, func() error {
			ear.mu.Lock()
			defer ear.mu.Unlock()
			if len(ear.got) != i+1 {
				return fmt.Errorf("%s: %q: %d lines; want %d", kind, g.said, len(ear.got), i+1)
			}
			lines = append(lines[:i:i], ear.got[i])
			return nil
		}); err != nil {
			t.Fatal(err)
		}
	}
	if err := p.kill(); err != nil {
		t.Error(err)
	}
	return lines
}

// sayGreeting says it, ends its side and waits for the end: not at once where the proxy is to lose patience.
func sayGreeting(t *testing.T, port int, g greeted) {
	t.Helper()
	c, err := net.Dial("tcp", fmt.Sprintf("127.0.0.1:%d", port))
	if err != nil {
		t.Fatal(err)
	}
	defer c.Close()
	c.SetDeadline(time.Now().Add(patience))
	io.WriteString(c, g.said) // who does not like it may have closed already
	if !strings.HasPrefix(g.port, "late") {
		c.(*net.TCPConn).CloseWrite()
	}
	io.Copy(io.Discard, c)
}
