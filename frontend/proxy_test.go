package frontend

import (
	"context"
	"os"
	"strings"
	"testing"

	"go.uber.org/zap"
	"go.uber.org/zap/zaptest/observer"
)

// A panic ends its stream and nothing else: it is told, and every place that the stream had is given back.
func TestPanicIsContained(t *testing.T) {
	cfg := parseTest(t, testHead+simple("127.0.0.1:1", `http_request "use-service" {
    service = "prometheus-exporter"
    when    = path() == "/metrics"
  }
  monitor_uri = "/up"`, ""))
	core, logged := observer.New(zap.ErrorLevel)
	p, err := New(cfg, Options{Log: zap.New(core), Services: map[string]Service{
		"prometheus-exporter": func(context.Context, *ServiceRequest) *ServiceResponse { panic("on purpose") },
	}})
	if err != nil {
		t.Fatal(err)
	}
	defer p.Close()
	if err := p.Start(); err != nil {
		t.Fatal(err)
	}
	px := &testProxy{Proxy: p, t: t}
	for range 3 {
		c := dialPeer(t, px.addr("f", 0))
		c.send("GET /metrics HTTP/1.1\r\nHost: a\r\n\r\n")
		c.closed()
	}
	px.balanced()
	c := dialPeer(t, px.addr("f", 0))
	c.send(askUp)
	c.status(200)
	c.Close()
	px.balanced()
	eventually(t, "three panics are told", func() error {
		if n := logged.Len(); n != 3 {
			return errCount(n)
		}
		return nil
	})
	if n := px.Info().Panics; n != 3 {
		t.Errorf("%d panics are counted; want 3", n)
	}
}

type errCount int

func (n errCount) Error() string { return "got " + string(rune('0'+n)) }

// A configuration that cannot run leaves nothing open behind.
func TestNewFailsClean(t *testing.T) {
	open := func() int {
		fds, err := os.ReadDir("/proc/self/fd")
		if err != nil {
			t.Fatal(err)
		}
		return len(fds)
	}
	cfg := parseTest(t, testHead+simple("nowhere.invalid:80", "", ""))
	before := 0
	for i := range 4 {
		if _, err := New(cfg, Options{Loops: 2}); err == nil || !strings.Contains(err.Error(), "nowhere.invalid") {
			t.Fatalf("got %v; want an error about the name", err)
		}
		if i == 0 {
			before = open() // resolver and runtime have opened theirs
		}
	}
	if after := open(); after > before+2 {
		t.Errorf("%d file descriptors are open; %d were", after, before)
	}
}

// One address that is taken is one error, and no other address stays bound.
func TestStartAllOrNone(t *testing.T) {
	o := newTestOrigin(t)
	px := buildTestProxy(t, testHead+simple("127.0.0.1:1", "", "")+strings.NewReplacer("\"f\"", "\"g\"", "\"b\"", "\"c\"", ":1\" {}", ":2\" {}").Replace(simple("127.0.0.1:1", "", "")))
	_, port, _ := strings.Cut(o.addr(), ":")
	taken := 0
	for _, c := range port {
		taken = taken*10 + int(c-'0')
	}
	px.frontend("g").p.Binds[0].Addr.Port = taken
	err := px.Start()
	if err == nil || strings.Count(err.Error(), "\n") > 0 || !strings.Contains(err.Error(), `frontend "g": bind`) {
		t.Fatalf("got %v; want one error, about g", err)
	}
	if n := px.frontend("f").listeners[0].ln.Port(); n != 0 {
		t.Errorf("port %d stays bound", n)
	}
}
