package stats

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"sort"
	"strings"
	"testing"

	"github.com/prometheus/client_golang/prometheus"
	"github.com/prometheus/client_golang/prometheus/testutil/promlint"
)

// shapeOf lists name, type and label names of every haproxy_ and weir_ family a collector sends.
func shapeOf(t *testing.T, c prometheus.Collector) map[string]bool {
	t.Helper()
	reg := prometheus.NewPedanticRegistry()
	reg.MustRegister(c)
	families, err := reg.Gather()
	if err != nil {
		t.Fatal(err)
	}
	got := map[string]bool{}
	for _, f := range families {
		for _, m := range f.Metric {
			var labels []string
			for _, l := range m.Label {
				labels = append(labels, l.GetName())
			}
			sort.Strings(labels)
			got[strings.TrimRight(fmt.Sprintf("%s %s %s", f.GetName(), strings.ToLower(f.GetType().String()), strings.Join(labels, ",")), " ")] = true
		}
	}
	return got
}

func TestMetricsShapeEqualsHAProxy(t *testing.T) {
	got := shapeOf(t, NewCollector(newLab()))
	for _, line := range strings.Split(recorded(t, "metrics_shape.txt"), "\n") {
		if !got[line] {
			t.Errorf("HAProxy's %q is missing", line)
		}
		delete(got, line)
	}
	for line := range got {
		if !strings.HasPrefix(line, "weir_") {
			t.Errorf("%q is not one of HAProxy's", line)
		}
	}
}

// The same rows have the same series, by the values of their labels in the order of the labels' names.
func TestMetricsSeriesEqualHAProxy(t *testing.T) {
	reg := prometheus.NewPedanticRegistry()
	reg.MustRegister(NewCollector(newLab()))
	families, err := reg.Gather()
	if err != nil {
		t.Fatal(err)
	}
	got := map[string]string{}
	for _, f := range families {
		var series []string
		for _, m := range f.Metric {
			var values []string
			for _, l := range m.Label { // sorted by name
				values = append(values, l.GetValue())
			}
			series = append(series, strings.Join(values, ","))
		}
		sort.Strings(series)
		got[f.GetName()] = strings.Join(series, " ")
	}
	for _, line := range strings.Split(recorded(t, "metrics_series.txt"), "\n") {
		name, want, _ := strings.Cut(line, " ")
		if got[name] != want {
			t.Errorf("%s has the series\n%s\nHAProxy\n%s", name, got[name], want)
		}
	}
}

func render(t *testing.T, src Source, query string) string {
	t.Helper()
	ct, body, err := NewExporter(src).Render(context.Background(), query)
	if err != nil {
		t.Fatalf("Render(%q): %v", query, err)
	}
	if !strings.HasPrefix(ct, "text/plain; version=0.0.4") {
		t.Fatalf("content type %q", ct)
	}
	return string(body)
}

func TestRenderValues(t *testing.T) {
	body := render(t, newLab(), "")
	for _, line := range []string{
		`haproxy_frontend_http_responses_total{code="2xx",proxy="fe"} 5`,
		`haproxy_frontend_status{proxy="fe",state="UP"} 1`,
		`haproxy_listener_status{listener="main",proxy="fe",state="OPEN"} 1`,
		`haproxy_server_status{proxy="be",server="s2",state="DOWN"} 1`,
		`haproxy_server_status{proxy="be",server="s6",state="UP"} 1`,
		`haproxy_server_check_status{proxy="be",server="s1",state="L7OK"} 1`,
		`haproxy_server_check_duration_seconds{proxy="be",server="s1"} 0.001`,
		`haproxy_server_limit_sessions{proxy="be",server="s3"} NaN`,
		`haproxy_backend_agg_server_status{proxy="be",state="UP"} 4`,
		`haproxy_backend_agg_server_status{proxy="be",state="MAINT"} 1`,
		`haproxy_backend_agg_check_status{proxy="be",state="L7OK"} 2`,
		`haproxy_process_connections_total 4.294967301e+09`, // not wrapped
		`haproxy_process_build_info{version="9.9.9"} 1`,
		`weir_faults_total{reason="bad_request"} 7`,
		`weir_panics_total 1`,
	} {
		if !strings.Contains(body, line+"\n") {
			t.Errorf("no line %q", line)
		}
	}
	if strings.Contains(body, `haproxy_server_http_responses_total{code="2xx",proxy="btcp"`) {
		t.Error("a TCP server has HTTP responses")
	}
	if !strings.Contains(body, "\ngo_goroutines ") || !strings.Contains(body, "\nprocess_open_fds ") {
		t.Error("the runtime's own metrics are missing")
	}
}

func TestRenderScopes(t *testing.T) {
	f := func(query, wantPrefixes string) {
		t.Helper()
		got := map[string]bool{}
		for _, line := range strings.Split(render(t, newLab(), query), "\n") {
			if line != "" && line[0] != '#' {
				word, rest, _ := strings.Cut(line, "_")
				second, _, _ := strings.Cut(rest, "_")
				if word != "haproxy" {
					second = ""
				}
				got[strings.TrimRight(word+"_"+second, "_")] = true
			}
		}
		var names []string
		for n := range got {
			names = append(names, n)
		}
		sort.Strings(names)
		if g := strings.Join(names, " "); g != wantPrefixes {
			t.Fatalf("%q renders %q; want %q", query, g, wantPrefixes)
		}
	}
	f("scope=global", "haproxy_process weir")
	f("scope=server", "haproxy_server")
	f("scope=server&scope=listener", "haproxy_listener haproxy_server")
	f("scope=frontend&foo", "haproxy_frontend")
	f("scope=runtime", "go process")
	f("scope=", "")
	f("scope=sticktable", "")
	f("scope=*", "go haproxy_backend haproxy_frontend haproxy_listener haproxy_process haproxy_server process weir")
	f("foo=bar", "go haproxy_backend haproxy_frontend haproxy_listener haproxy_process haproxy_server process weir")
	const extra = "haproxy_frontend_h2_total_connections{"
	if strings.Contains(render(t, newLab(), ""), extra) || !strings.Contains(render(t, newLab(), "extra-counters"), extra) {
		t.Error("extra-counters is not what decides over the columns behind \"-\"")
	}
	if strings.Contains(render(t, newLab(), "no-maint"), `"s3"`) {
		t.Error("no-maint shows a server in maintenance")
	}
}

func TestRenderBadQuery(t *testing.T) {
	for query, want := range map[string]string{
		"scope=foo":                     `metrics scope "foo"; want global, frontend, listener, backend, server, runtime or *`,
		"scope=%zz":                     `metrics query "scope=%zz": invalid URL escape "%zz"`,
		strings.Repeat("a", maxQuery+1): "metrics query of 1025 bytes; want at most 1024",
	} {
		_, _, err := NewExporter(newLab()).Render(context.Background(), query)
		var bad *QueryError
		if !errors.As(err, &bad) || err.Error() != want {
			t.Errorf("%.20q: got %v; want %s", query, err, want)
		}
	}
}

// Names are foreign text: whatever they hold, the scrape stays readable.
func TestRenderHostileNames(t *testing.T) {
	l := newLab()
	l.rows[4].Name = "s\"1\\\n\xff"
	body := render(t, l, "scope=server")
	if !strings.Contains(body, `server="s\"1\\\n`+"\uFFFD"+`"`) {
		t.Fatal("a hostile name is not escaped")
	}
}

func TestMetricsLint(t *testing.T) {
	problems, err := promlint.New(bytes.NewReader([]byte(render(t, newLab(), "")))).Lint()
	if err != nil {
		t.Fatal(err)
	}
	for _, p := range problems {
		if p.Metric == "haproxy_process_failed_resolutions" { // a counter of that name is what HAProxy's users have
			continue
		}
		t.Errorf("%s: %s", p.Metric, p.Text)
	}
}

func BenchmarkRender(b *testing.B) {
	e := NewExporter(newLab())
	for range b.N {
		if _, _, err := e.Render(context.Background(), "scope=server"); err != nil {
			b.Fatal(err)
		}
	}
}
