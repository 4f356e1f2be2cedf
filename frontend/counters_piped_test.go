package frontend

import (
	"bufio"
	"fmt"
	"io"
	"net"
	"net/http"
	"strings"
	"testing"
	"time"

	"weir/stats"
)

// TestPipedCounters: what HTTP/1 and its tunnels carry is counted on both sides, and how much of it went through pipes; whether or not a line is logged.
func TestPipedCounters(t *testing.T) {
	const size = 4 << 20
	b := newTLSBench(t, func(w http.ResponseWriter, r *http.Request) {
		if r.URL.Path == "/body" {
			w.Header().Set("Content-Length", fmt.Sprint(size))
			io.WriteString(w, strings.Repeat("x", size))
			return
		}
		c, rw, err := http.NewResponseController(w).Hijack()
		if err != nil {
			t.Error(err)
			return
		}
		defer c.Close()
		io.WriteString(c, "HTTP/1.1 101 Switching Protocols\r\nConnection: upgrade\r\nUpgrade: websocket\r\n\r\n")
		io.CopyN(c, rw, size)
	})
	for _, head := range []string{testHead, strings.Replace(testHead, `log  = "global"`, "", 1)} {
		for _, path := range []string{"/body", "/tunnel"} {
			px := buildTestProxy(t, head+simple(b.originAddr(), "", ""))
			if err := px.Start(); err != nil {
				t.Fatal(err)
			}
			piped(t, px, path, size)
		}
	}
}

func piped(t *testing.T, px *testProxy, path string, size int64) {
	t.Helper()
	c, err := net.Dial("tcp", px.addr("f", 0))
	if err != nil {
		t.Fatal(err)
	}
	defer c.Close()
	c.SetDeadline(time.Now().Add(waitTime))
	upgrade := ""
	if path == "/tunnel" {
		upgrade = "Connection: upgrade\r\nUpgrade: websocket\r\n"
	}
	io.WriteString(c, "GET "+path+" HTTP/1.1\r\nHost: h\r\n"+upgrade+"\r\n")
	r := bufio.NewReader(c)
	resp, err := http.ReadResponse(r, nil)
	if err != nil {
		t.Fatal(err)
	}
	if upgrade != "" {
		go io.WriteString(c, strings.Repeat("y", int(size)))
		_, err = io.CopyN(io.Discard, r, size)
	} else {
		_, err = io.Copy(io.Discard, resp.Body)
	}
	if err != nil {
		t.Fatal(path, err)
	}
	c.Close()
	eventually(t, path, func() error {
		for _, side := range []string{"FRONTEND", "BACKEND"} {
			n := px.side(side)
			up, down := n.HTTP1.BytesIn, n.HTTP1.BytesOut
			spliced := stats.HTTP1{SplicedIn: n.HTTP1.SplicedIn, SplicedOut: n.HTTP1.SplicedOut}
			if side == "BACKEND" {
				up, down = down, up
				spliced.SplicedIn, spliced.SplicedOut = spliced.SplicedOut, spliced.SplicedIn
			}
			if up != n.BytesIn || down != n.BytesOut || down < uint64(size) || upgrade != "" && up < uint64(size) {
				return fmt.Errorf("%s has %+v of %d and %d", side, n.HTTP1, n.BytesIn, n.BytesOut)
			}
			if spliced.SplicedIn > up || spliced.SplicedOut > down || upgrade == "" && spliced.SplicedOut == 0 {
				return fmt.Errorf("%s has %+v", side, n.HTTP1)
			}
		}
		return nil
	})
}
