package main

import (
	"bytes"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"weir/internal/peer"
)

func TestContentLength(t *testing.T) {
	f := func(head string, want int, fails bool) {
		t.Helper()
		got, err := contentLength([]byte(head))
		if got != want || (err != nil) != fails {
			t.Errorf("contentLength(%q) = %d, %v; want %d", head, got, err, want)
		}
	}
	f("HTTP/1.1 200 OK\r\nContent-Length: 12", 12, false)
	f("HTTP/1.1 200 OK\r\nA: b\r\ncontent-length:7\r\nC: d", 7, false)
	f("HTTP/1.1 200 OK\r\nA: b", 0, true)
	f("HTTP/1.1 503 X\r\nContent-Length: 12", 0, true)
}

func TestMedian(t *testing.T) {
	cost := func(r result) float64 { return r.cost }
	if got := median([]result{{cost: 3}, {cost: 1}, {cost: 2}}, cost); got != 2 {
		t.Errorf("median = %v; want 2", got)
	}
}

func TestWrkOutput(t *testing.T) {
	m := wrkRequests.FindStringSubmatch("Running\n  203991 requests in 3.10s, 40.27MB read\nRequests/sec:  65804.03\n")
	if m == nil || m[1] != "203991" {
		t.Errorf("got %q; want 203991", m)
	}
}

// TestTemplates wants the subjects to be configured alike: the same ports and servers in each.
func TestTemplates(t *testing.T) {
	for name, k := range kinds {
		text, err := templates.ReadFile(k.template)
		if err != nil {
			t.Fatal(err)
		}
		for _, want := range []string{"@P1@", "@P4@", "127.0.0.1:9001", "127.0.0.1:9002", "127.0.0.1:9003"} {
			if !bytes.Contains(text, []byte(want)) {
				t.Errorf("%s: %s lacks %s", name, k.template, want)
			}
		}
	}
}

// TestScenarios wants every scenario in the order of printing and the other way round.
func TestScenarios(t *testing.T) {
	names := scenarioNames()
	if len(names) != len(scenarios) {
		t.Errorf("%d names, %d scenarios", len(names), len(scenarios))
	}
	for _, name := range names {
		if scenarios[name].measure == nil {
			t.Errorf("no scenario %q", name)
		}
	}
}

func TestCurves(t *testing.T) {
	for _, c := range curves {
		if got := strings.Count(c.weir(10), "use_backend"); got != 10 {
			t.Errorf("%s: %d rules in HCL; want 10", c.name, got)
		}
		if got := strings.Count(c.hap(10), "use_backend"); got != 10 {
			t.Errorf("%s: %d rules in haproxy.cfg; want 10", c.name, got)
		}
	}
}

// TestRules wants haproxy to take the rules' configuration.
func TestRules(t *testing.T) {
	peer.Need(t, "haproxy")
	dir := t.TempDir()
	if err := writeMap(dir); err != nil {
		t.Fatal(err)
	}
	text, err := ruleConfig(dir, "127.0.0.1:514", someRules)
	if err != nil {
		t.Fatal(err)
	}
	file := filepath.Join(dir, "rules.cfg")
	text = strings.NewReplacer("@P1@", "18101", "@P4@", "18104", "@RUN@", dir, "@NAME@", "rules").Replace(text)
	if err := os.WriteFile(file, []byte(text), 0o644); err != nil {
		t.Fatal(err)
	}
	if out, err := exec.Command("haproxy", "-c", "-f", file).CombinedOutput(); err != nil {
		t.Errorf("%v\n%s", err, out)
	}
}

// TestBuiltinLoad runs the built-in load against the built-in origin, and through the floor.
func TestBuiltinLoad(t *testing.T) {
	testOrigin()
	go serveFloor(originBase+"1", floorHTTP)
	deadline := time.Now().Add(time.Minute)
	for _, l := range []*loader{
		{addr: originBase + "1", request: []byte("GET / HTTP/1.1\r\nHost: a\r\n\r\n")},
		{addr: originBase + "2", request: []byte("GET /big/1m HTTP/1.1\r\nHost: a\r\nConnection: close\r\n\r\n"), closing: true},
		{addr: originBase + "3", tunnel: true},
		{addr: floorHTTP, request: []byte("GET / HTTP/1.1\r\nHost: a\r\n\r\n")},
	} {
		l.buf = make([]byte, 64<<10)
		for n := 0; n < 3; {
			err := l.once()
			if err == nil {
				n++
				continue
			}
			l.drop()
			if time.Now().After(deadline) {
				t.Fatalf("%s: %v", l.addr, err)
			}
			time.Sleep(5 * time.Millisecond) // the poll of a condition: the origin listens
		}
		l.drop()
	}
}
