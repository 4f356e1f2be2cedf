package stats

import (
	"context"
	"errors"
	"strings"
	"testing"

	"github.com/prometheus/client_golang/prometheus"
)

// Sockets that share a name, and names that only broken UTF-8 tells apart, have one series.
func TestSeriesOfOneName(t *testing.T) {
	lab := newLab()
	add := func(kind RowType, proxy, name, status string, sessions uint64) {
		r := Row{Type: kind, Proxy: proxy, Name: name, Mode: "http", Status: status, Limit: 10}
		r.Sessions, r.Responses[2] = sessions, sessions
		lab.rows = append(lab.rows, r)
	}
	add(RowListener, "fe", "range", "OPEN", 1)
	add(RowListener, "fe", "range", "OPEN", 2)
	add(RowListener, "fe", "range", "FULL", 4)
	add(RowServer, "be", "s\xff", "UP", 8)
	add(RowServer, "be", "s\xfe", "UP", 16)
	add(RowListener, "fe2", "range", "OPEN", 32) // of another frontend
	body := render(t, lab, "")
	for _, line := range []string{
		`haproxy_listener_sessions_total{listener="range",proxy="fe"} 7`,
		"haproxy_server_http_responses_total{code=\"2xx\",proxy=\"be\",server=\"s\uFFFD\"} 24",
		`haproxy_listener_limit_sessions{listener="range",proxy="fe"} 30`,
		`haproxy_listener_status{listener="range",proxy="fe",state="OPEN"} 2`,
		`haproxy_listener_status{listener="range",proxy="fe",state="FULL"} 1`,
		`haproxy_listener_status{listener="range",proxy="fe",state="WAITING"} 0`,
		`haproxy_listener_sessions_total{listener="range",proxy="fe2"} 32`,
		"haproxy_server_sessions_total{proxy=\"be\",server=\"s\uFFFD\"} 24",
		`weir_scrape_errors_total 0`,
	} {
		if !strings.Contains(body, line+"\n") {
			t.Errorf("no %s", line)
		}
	}
}

// What cannot be gathered is counted and left out; the rest is served.
func TestRenderServesTheRest(t *testing.T) {
	e := NewExporter(newLab())
	bad := prometheus.NewRegistry()
	bad.MustRegister(broken{})
	_, body, err := e.render(prometheus.Gatherers{bad, e.runtime})
	if err != nil || !strings.Contains(string(body), "go_goroutines") {
		t.Fatalf("render = %d octets, %v; want what the other registry has", len(body), err)
	}
	if _, _, err := e.render(bad); err == nil {
		t.Error("nothing could be gathered, and render has no error")
	}
	_, body, err = e.Render(context.Background(), "scope=global")
	if err != nil || !strings.Contains(string(body), "weir_scrape_errors_total 2\n") {
		t.Errorf("the next scrape has no count of 2 errors (%v)", err)
	}
}

// broken is a collector that fails.
type broken struct{}

func (broken) Describe(ch chan<- *prometheus.Desc) {
	ch <- prometheus.NewDesc("broken", "", nil, nil)
}

func (broken) Collect(ch chan<- prometheus.Metric) {
	ch <- prometheus.NewInvalidMetric(prometheus.NewDesc("broken", "", nil, nil), errors.New("no number"))
}
