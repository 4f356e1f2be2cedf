package main

import (
	"bufio"
	"fmt"
	"io"
	"net"
	"os"
	"os/exec"
	"regexp"
	"slices"
	"strconv"
	"strings"
	"time"
)

// scenario is one way to use a proxy.
type scenario struct {
	measure func(o *options, s *subject) result
	unit    string // what the cost is per, where it is not CPU microseconds per request
	once    bool   // rounds add nothing
}

// result is one measurement.
type result struct {
	rate float64 // requests (or messages) a second
	cost float64 // the proxy's CPU microseconds per request, or what unit says
	note string
}

// idleTunnels is how many tunnels ws-idle opens.
const idleTunnels = 4000

var scenarios = map[string]scenario{
	"h1-1":     {measure: httpLoad(1, "/", false)},
	"h1-64":    {measure: httpLoad(64, "/", false)},
	"h1-512":   {measure: httpLoad(512, "/", false)},
	"h1-close": {measure: httpLoad(64, "/", true)},
	"h1-10k":   {measure: httpLoad(64, "/big/10k", false)},
	"h1-1m":    {measure: httpLoad(8, "/big/1m", false)},
	"tcp":      {measure: tcpLoad(64, "/")},
	"tcp-big":  {measure: tcpLoad(8, "/big/1m")},
	"ws-echo":  {measure: wsEcho},
	"ws-idle":  {measure: wsIdle, unit: "KiB a tunnel ", once: true},
}

// scenarioNames lists them in the order of printing; ws-idle comes last because it leaves memory behind.
func scenarioNames() []string {
	return []string{"h1-1", "h1-64", "h1-512", "h1-close", "h1-10k", "h1-1m", "tcp", "tcp-big", "ws-echo", "ws-idle"}
}

func median(rows []result, of func(result) float64) float64 {
	var v []float64
	for _, r := range rows {
		v = append(v, of(r))
	}
	slices.Sort(v)
	return v[len(v)/2]
}

func httpLoad(conns int, path string, closing bool) func(*options, *subject) result {
	return func(o *options, s *subject) result {
		return o.load(s, s.http, conns, path, closing, "")
	}
}

func tcpLoad(conns int, path string) func(*options, *subject) result {
	return func(o *options, s *subject) result {
		return o.load(s, s.tcp, conns, path, false, "")
	}
}

func wsEcho(o *options, s *subject) result {
	return o.builtinLoad(s, "-conns", "64", "-for", o.length.String(), "-echo", s.http)
}

// load runs wrk, or the built-in load where wrk is not installed, and takes the proxy's CPU time around it.
func (o *options) load(s *subject, addr string, conns int, path string, closing bool, host string) result {
	if _, err := exec.LookPath("wrk"); err == nil && !o.builtin {
		return o.wrk(s, addr, conns, path, closing, host)
	}
	args := []string{"-conns", fmt.Sprint(conns), "-for", o.length.String(), "-path", path, "-host", host}
	if closing {
		args = append(args, "-close")
	}
	return o.builtinLoad(s, append(args, addr)...)
}

var (
	wrkRequests = regexp.MustCompile(`(\d+) requests in ([\d.]+)(m?s)`)
	wrkTrouble  = regexp.MustCompile(`(Non-2xx.*|Socket errors.*)`)
)

func (o *options) wrk(s *subject, addr string, conns int, path string, closing bool, host string) result {
	args := []string{"wrk", "-t1", fmt.Sprintf("-c%d", conns), fmt.Sprintf("-d%ds", max(1, int(o.length.Seconds())))}
	if closing {
		args = append(args, "-H", "Connection: close")
	}
	if host != "" {
		args = append(args, "-H", "Host: "+host)
	}
	out, used, took, err := around(s, append(args, "http://"+addr+path))
	m := wrkRequests.FindStringSubmatch(out)
	if err != nil || m == nil {
		return result{note: fmt.Sprintf("wrk: %v %s", err, out)}
	}
	n, _ := strconv.ParseFloat(m[1], 64)
	return result{rate: n / took.Seconds(), cost: float64(used.Microseconds()) / n, note: wrkTrouble.FindString(out)}
}

// builtinLoad runs this program's own load as a process on the load's core.
func (o *options) builtinLoad(s *subject, args ...string) result {
	out, used, took, err := around(s, append([]string{os.Args[0], "load"}, args...))
	n, bad := 0.0, 0
	if _, scan := fmt.Sscanf(out, "%f requests %d failed", &n, &bad); err != nil || scan != nil || n == 0 {
		return result{note: fmt.Sprintf("load: %v %s", err, out)}
	}
	r := result{rate: n / took.Seconds(), cost: float64(used.Microseconds()) / n}
	if bad > 0 {
		r.note = fmt.Sprintf("%d failed", bad)
	}
	return r
}

// around runs a command on the load's core and returns what it printed and the CPU time that the subject used meanwhile.
func around(s *subject, args []string) (out string, used, took time.Duration, err error) {
	before, start := s.proc.cpu(), time.Now()
	p, err := startPinned(loadCore, args...)
	if err != nil {
		return "", 0, 0, err
	}
	defer p.out.f.Close()
	<-p.done
	return p.out.String(), s.proc.cpu() - before, time.Since(start), nil
}

// wsIdle opens tunnels and returns what each costs in memory.
func wsIdle(_ *options, s *subject) result {
	before := s.proc.rss()
	var conns []net.Conn
	defer func() {
		for _, c := range conns {
			c.Close()
		}
	}()
	for range idleTunnels {
		c, err := openTunnel(s.http)
		if err != nil {
			return result{note: fmt.Sprintf("after %d tunnels: %v", len(conns), err)}
		}
		conns = append(conns, c)
	}
	time.Sleep(2 * time.Second) // what a proxy gives back only after a while
	return result{cost: float64(s.proc.rss()-before) / 1024 / idleTunnels}
}

func openTunnel(addr string) (net.Conn, error) {
	c, err := net.Dial("tcp", addr)
	if err != nil {
		return nil, err
	}
	fmt.Fprintf(c, "GET /ws?tableId=1 HTTP/1.1\r\nHost: bench\r\nConnection: Upgrade\r\nUpgrade: websocket\r\n"+wsKey+"\r\n")
	br := bufio.NewReaderSize(c, 1024)
	status, err := br.ReadString('\n')
	for line := status; err == nil && strings.TrimSpace(line) != ""; {
		line, err = br.ReadString('\n')
	}
	if err == nil && !strings.Contains(status, " 101 ") {
		err = fmt.Errorf("got %q; want 101", strings.TrimSpace(status))
	}
	if err == nil && br.Buffered() > 0 {
		err = io.ErrNoProgress
	}
	if err != nil {
		c.Close()
		return nil, err
	}
	return c, nil
}
