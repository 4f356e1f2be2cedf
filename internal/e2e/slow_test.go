package e2e

import (
	"bufio"
	"fmt"
	"net"
	"os"
	"path/filepath"
	"sort"
	"strings"
	"sync"
	"sync/atomic"
	"testing"
	"time"
)

const (
	slowClients = 2000
	// slowRequest is the timeout under test.
	slowRequest = 3 * time.Second
)

var slowConf = map[string]string{
	"weir":    strings.Replace(simpleWeir, "  default_backend = \"b\"", "  maxconn = 5000\n  timeout {\n    http_request = \"3s\"\n  }\n  default_backend = \"b\"", 1),
	"haproxy": strings.Replace(simpleHAProxy, "  default_backend b", "  maxconn 5000\n  timeout http-request 3s\n  default_backend b", 1),
}

// TestSlowClients holds 2,000 connections that send a byte a second while others work: each slow one ends by 408 within
// timeout http-request, and none of the others' requests fails.
func TestSlowClients(t *testing.T) {
	kind := os.Getenv("WEIR_E2E")
	if kind == "" {
		kind = "weir"
	}
	dir := shortDir(t)
	at := newPlaces(dir, "slow")
	text := strings.Replace(at.expand(slowConf[kind]), "maxconn  = 2000", "maxconn  = 5000", 1)
	text = strings.Replace(text, "maxconn 2000", "maxconn 5000", 1)
	conf := filepath.Join(dir, "proxy."+confEnding(kind))
	if err := os.WriteFile(conf, []byte(text), 0o644); err != nil {
		t.Fatal(err)
	}
	d, err := newDumper(fmt.Sprintf("127.0.0.1:%d", at.port("s1")))
	if err != nil {
		t.Fatal(err)
	}
	defer d.l.Close()
	p, err := startProc(kind, conf)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(p.end)
	if err := p.ready([]int{at.port("f")}, nil); err != nil {
		t.Fatal(err)
	}
	addr := fmt.Sprintf("127.0.0.1:%d", at.port("f"))
	alone := medianRequest(t, addr, 300)

	var ended, other atomic.Int64
	var wg sync.WaitGroup
	var first sync.Once
	for range slowClients {
		start := time.Now() // the proxy's clock runs from the accept on, whenever our goroutine comes to it
		c, err := net.Dial("tcp", addr)
		if err != nil {
			t.Fatal(err)
		}
		wg.Go(func() {
			defer c.Close()
			if err := slowly(c, start); err != nil {
				other.Add(1)
				first.Do(func() { t.Errorf("a slow client: %v", err) })
			} else {
				ended.Add(1)
			}
		})
	}
	beside := medianRequest(t, addr, 300)
	wg.Wait()
	t.Logf("%d slow clients ended by 408, %d otherwise; a request's median: alone %v, beside them %v", ended.Load(), other.Load(), alone, beside)
	if other.Load() > 0 {
		t.Errorf("%d slow clients were not ended by 408", other.Load())
	}
	if err := p.kill(); err != nil {
		t.Error(err)
	}
}

// slowly sends a byte a second until it is answered; it wants 408 and the end, not before and not long after the timeout.
func slowly(c net.Conn, start time.Time) error {
	stop := make(chan struct{})
	go func() {
		for _, b := range "GET / HTTP/1.1\r\nHost: slow\r\nX-Slow: 1234567890" {
			select {
			case <-stop:
				return
			case <-time.After(time.Second):
				c.Write([]byte(string(b)))
			}
		}
	}()
	defer close(stop)
	c.SetReadDeadline(start.Add(slowRequest + patience))
	m, err := readHead(bufio.NewReader(c))
	switch took := time.Since(start); {
	case err != nil:
		return err
	case m.word(1) != "408":
		return fmt.Errorf("got %q; want 408", m.start)
	case took < slowRequest-100*time.Millisecond:
		return fmt.Errorf("408 after %v; want not before %v", took, slowRequest)
	}
	return nil
}

// medianRequest makes n requests on connections of their own and returns the median time of one.
func medianRequest(t *testing.T, addr string, n int) time.Duration {
	t.Helper()
	var took []time.Duration
	for range n {
		start := time.Now()
		c, err := net.Dial("tcp", addr)
		if err != nil {
			t.Fatal(err)
		}
		c.SetDeadline(start.Add(patience))
		fmt.Fprintf(c, "GET / HTTP/1.1\r\nHost: quick\r\nConnection: close\r\n\r\n")
		m, err := readHead(bufio.NewReader(c))
		c.Close()
		if err != nil || m.word(1) != "200" {
			t.Fatalf("another client's request: %v %q", err, m.start)
		}
		took = append(took, time.Since(start))
	}
	sort.Slice(took, func(i, j int) bool { return took[i] < took[j] })
	return took[n/2]
}
