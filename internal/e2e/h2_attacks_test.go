package e2e

import (
	"errors"
	"fmt"
	"io"
	"net/http"
	"net/http/httptest"
	"strconv"
	"strings"
	"sync"
	"sync/atomic"
	"testing"
	"time"

	"weir/internal/h2attack"
)

const h2AttackConf = `defaults
  mode http
  timeout client 2s
  timeout server 5s
  timeout connect 5s
frontend f
  bind 127.0.0.1:{{port}} proto h2
  http-request use-service prometheus-exporter if { path /metrics }
  default_backend b
backend b
  server s {{origin}}
`

// TestHTTP2Attacks: whoever attacks is cut off and counted, what Weir holds stays bounded, and everybody else is served meanwhile.
func TestHTTP2Attacks(t *testing.T) {
	t.Parallel()
	big := make([]byte, 8<<20)
	stop := make(chan struct{})
	origin := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		switch r.URL.Path {
		case "/big":
			w.Write(big)
		case "/slow":
			select {
			case <-stop:
			case <-r.Context().Done():
			}
		default:
			io.WriteString(w, "ok")
		}
	}))
	defer origin.Close()
	defer close(stop)
	dir := &tlsLab{dir: shortDir(t)}
	addr, _, p := dir.startProc(t, "weir", strings.ReplaceAll(h2AttackConf, "{{origin}}", origin.Listener.Addr().String()))
	client := h2cClient()
	get := func(path string) (string, error) {
		resp, err := client.Get("http://" + addr + path)
		if err != nil {
			return "", err
		}
		defer resp.Body.Close()
		b, err := io.ReadAll(resp.Body)
		if err == nil && resp.StatusCode != 200 {
			err = errors.New(resp.Status)
		}
		return string(b), err
	}
	if _, err := get("/"); err != nil {
		t.Fatal(err)
	}
	rss := p.rss()
	var served atomic.Int64
	over := make(chan struct{})
	var others sync.WaitGroup
	others.Go(func() {
		for {
			select {
			case <-over:
				return
			default:
			}
			if body, err := get("/"); err != nil || body != "ok" {
				t.Errorf("somebody else got %q, %v", body, err)
				return
			}
			served.Add(1)
		}
	})
	for _, a := range h2attack.All {
		before := served.Load()
		was := faultCount(t, get, a.Reason)
		began := time.Now()
		k, err := h2attack.Dial(addr, a.Settings)
		if err != nil {
			t.Fatal(err)
		}
		sent, cut, err := a.Play(k, began.Add(4*patience))
		if k.Close(); err == nil && !cut {
			err = errors.New("the connection is still there")
		}
		if err != nil {
			t.Errorf("%s: after %d bytes: %v", a.Name, sent, err)
		}
		t.Logf("%s: cut after %d KB, %v", a.Name, sent>>10, time.Since(began).Round(time.Millisecond))
		if a.Reason != "" {
			if err := eventually(patience, func() error {
				if n := faultCount(t, get, a.Reason); n != was+1 {
					return fmt.Errorf("%v is counted %d times; want once", a.Reason, n-was)
				}
				return nil
			}); err != nil {
				t.Errorf("%s: %v", a.Name, err)
			}
		}
		if err := eventually(patience, func() error {
			if served.Load() == before {
				return errors.New("nobody else is served")
			}
			return nil
		}); err != nil {
			t.Errorf("%s: %v", a.Name, err)
		}
		most := rss + 64<<20
		if raceEnabled {
			most += 256 << 20
		}
		if err := eventually(patience, func() error { // what was in flight is given back by the next collections
			if now := p.rss(); now > most {
				return fmt.Errorf("%d MiB are held; %d before", now>>20, rss>>20)
			}
			return nil
		}); err != nil {
			t.Errorf("%s: %v", a.Name, err)
		}
	}
	close(over)
	others.Wait()
	t.Logf("%d requests of others; memory %d -> %d KiB", served.Load(), rss>>10, p.rss()>>10)
	if err := p.kill(); err != nil {
		t.Error(err)
	}
}

// faultCount is what weir_faults_total says of a reason.
func faultCount(t *testing.T, get func(string) (string, error), reason string) int {
	t.Helper()
	text, err := get("/metrics")
	if err != nil {
		t.Fatal(err)
	}
	for line := range strings.Lines(text) {
		if v, ok := strings.CutPrefix(line, `weir_faults_total{reason="`+reason+`"} `); ok {
			n, err := strconv.Atoi(strings.TrimSpace(v))
			if err != nil {
				t.Fatal(line)
			}
			return n
		}
	}
	return 0
}

// h2cClient is Go's client, which knows beforehand that it is HTTP/2.
func h2cClient() *http.Client {
	var p http.Protocols
	p.SetUnencryptedHTTP2(true)
	return &http.Client{Timeout: 2 * patience, Transport: &http.Transport{Protocols: &p}}
}
