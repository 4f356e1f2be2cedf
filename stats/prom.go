package stats

import (
	"context"
	"math"
	"strings"
	"sync/atomic"
	"time"

	"github.com/prometheus/client_golang/prometheus"
)

// scope is a set of metric families that a scrape asks for.
type scope uint16

const (
	scopeGlobal scope = 1 << iota
	scopeFrontend
	scopeListener
	scopeBackend
	scopeServer
	scopeRuntime // go_ and process_, which HAProxy does not have
	scopeAll     = scopeGlobal | scopeFrontend | scopeListener | scopeBackend | scopeServer | scopeRuntime
)

// rowScope and rowPrefix are the scope and the metric prefix of a row type.
var (
	rowScope  = [...]scope{RowFrontend: scopeFrontend, RowBackend: scopeBackend, RowServer: scopeServer, RowListener: scopeListener}
	rowPrefix = [...]string{RowFrontend: "haproxy_frontend_", RowBackend: "haproxy_backend_", RowServer: "haproxy_server_", RowListener: "haproxy_listener_"}
)

// collector makes metrics out of a Source's rows, under the names and labels of HAProxy's exporter.
type collector struct {
	ctx     context.Context
	source  Source
	scope   scope
	noMaint bool           // leave servers in maintenance out
	extra   bool           // tell the columns behind "-" too
	lost    *atomic.Uint64 // what Exporter.lost is; nil = not told
}

// NewCollector returns a collector for a registry of one's own. Each collection asks source once.
func NewCollector(source Source) prometheus.Collector {
	return &collector{ctx: context.Background(), source: source, scope: scopeAll}
}

// Describe sends every descriptor that Collect may use.
func (c *collector) Describe(ch chan<- *prometheus.Desc) {
	for _, d := range promDescs {
		ch <- d
	}
}

// Collect sends the metrics of the scopes asked for.
func (c *collector) Collect(ch chan<- prometheus.Metric) {
	v := &view{now: time.Now()}
	if c.scope&scopeGlobal != 0 {
		info := c.source.Info(c.ctx)
		collectInfo(ch, &info, v)
		collectWeir(ch, &info)
		if c.lost != nil {
			send(ch, "weir_scrape_errors_total", prometheus.CounterValue, float64(c.lost.Load()))
		}
	}
	if c.scope&(scopeFrontend|scopeListener|scopeBackend|scopeServer) == 0 {
		return
	}
	rows := c.source.Rows(c.ctx)
	for _, s := range seriesOf(rows) {
		r := s[0]
		if c.scope&rowScope[r.Type] == 0 || c.noMaint && r.Type == RowServer && cellState(r.Status) == "MAINT" {
			continue
		}
		collectSeries(ch, s, v, c.extra)
		if r.Type == RowBackend {
			collectAggregates(ch, r.Proxy, rows)
		}
	}
}

// collectSeries sends every metric that the rows of one name have.
func collectSeries(ch chan<- prometheus.Metric, s series, v *view, extra bool) {
	r := s[0]
	labels := rowLabelValues(r)
	for i := range statFields {
		f := &statFields[i]
		if !f.measures(r.Type) || f.extra && !extra || !f.has(r.Type, r.Mode) || strings.HasPrefix(f.name, "agg_") {
			continue
		}
		// As in HAProxy's exporter: TCP proxies have no series about HTTP, servers without checks none about checks.
		if r.Mode != "http" && strings.HasPrefix(f.metric, "http_") || !r.Checked && lastCheck[f.name] {
			continue
		}
		name := rowPrefix[r.Type] + f.metric
		switch {
		case f.name == "status":
			collectStates(ch, name, labels, statusStates[r.Type], s, statusState)
		case f.states != nil:
			collectStates(ch, name, labels, f.states, s, func(r *Row) string { return f.stateOf(r.CheckStatus) })
		case f.label != "":
			send(ch, name, f.valueType(), s.float(f, v), append(labels, f.labelValue)...)
		default:
			n := s.float(f, v)
			if math.IsNaN(n) && lastCheck[f.name] {
				n = 0 // checked, but the check got no code
			}
			if f.seconds {
				n /= 1000
			}
			send(ch, name, f.valueType(), n, labels...)
		}
	}
}

// lastCheck are the columns about the last health check.
var lastCheck = map[string]bool{"check_status": true, "check_code": true, "check_duration": true}

// measures says whether rows of type t have the metric.
func (f *field) measures(t RowType) bool {
	return f.metric != "" && strings.IndexByte(f.metricRows, rowLetter[t]) >= 0
}

func (f *field) valueType() prometheus.ValueType {
	if f.counter() {
		return prometheus.CounterValue
	}
	return prometheus.GaugeValue
}

// statusStates are the states of a row type, in the exporter's order.
var statusStates = [...][]string{
	RowFrontend: {"DOWN", "UP"},
	RowListener: {"WAITING", "OPEN", "FULL"},
	RowBackend:  {"DOWN", "UP"},
	RowServer:   {"DOWN", "UP", "MAINT", "DRAIN", "NOLB"},
}

func statusState(r *Row) string {
	s := cellState(r.Status)
	if r.Type == RowFrontend {
		if s == "STOP" {
			return "DOWN"
		}
		return "UP"
	}
	return s
}

func collectStates(ch chan<- prometheus.Metric, name string, labels, states []string, s series, of func(*Row) string) {
	for _, state := range states {
		send(ch, name, prometheus.GaugeValue, s.in(state, of), append(labels[:len(labels):len(labels)], state)...)
	}
}

// collectAggregates counts a backend's servers by state and by result of their last check.
func collectAggregates(ch chan<- prometheus.Metric, proxy string, rows []Row) {
	byState, byCheck := map[string]int{}, map[string]int{}
	for i := range rows {
		if r := &rows[i]; r.Type == RowServer && r.Proxy == proxy {
			byState[cellState(r.Status)]++
			if r.Checked {
				byCheck[checkState(r.CheckStatus)]++
			}
		}
	}
	for _, s := range statusStates[RowServer] {
		send(ch, "haproxy_backend_agg_server_status", prometheus.GaugeValue, float64(byState[s]), proxy, s)
		send(ch, "haproxy_backend_agg_server_check_status", prometheus.GaugeValue, float64(byState[s]), proxy, s)
	}
	for _, s := range checkStates {
		send(ch, "haproxy_backend_agg_check_status", prometheus.GaugeValue, float64(byCheck[s]), proxy, s)
	}
}

// collectInfo sends the haproxy_process_ metrics.
func collectInfo(ch chan<- prometheus.Metric, info *Info, v *view) {
	for i := range infoFields {
		if f := &infoFields[i]; f.metric != "" {
			send(ch, "haproxy_process_"+f.metric, f.valueType(), f.exact(info, v))
		}
	}
	send(ch, "haproxy_process_build_info", prometheus.GaugeValue, 1, info.Version)
}

// valueType goes by the name; failed_resolutions lacks the suffix which Prometheus asks of counters, and is one to HAProxy's exporter.
func (f *infoField) valueType() prometheus.ValueType {
	if strings.HasSuffix(f.metric, "_total") || f.metric == "failed_resolutions" {
		return prometheus.CounterValue
	}
	return prometheus.GaugeValue
}

// exact reads the counters that "show info" wraps at 32 bits: a metric need not wrap.
func (f *infoField) exact(info *Info, v *view) float64 {
	switch f.metric {
	case "connections_total":
		return float64(info.CumConns)
	case "requests_total":
		return float64(info.CumReq)
	case "ssl_connections_total":
		return float64(info.CumSSLConns)
	case "dropped_logs_total":
		return float64(info.DroppedLogs)
	}
	return f.get(info, v).float()
}

// collectWeir sends what HAProxy has no name for.
func collectWeir(ch chan<- prometheus.Metric, info *Info) {
	send(ch, "weir_panics_total", prometheus.CounterValue, float64(info.Panics))
	send(ch, "weir_stalls_total", prometheus.CounterValue, float64(info.Stalls))
	send(ch, "weir_accept_errors_total", prometheus.CounterValue, float64(info.AcceptErrors))
	send(ch, "weir_dropped_logs_total", prometheus.CounterValue, float64(info.DroppedLogs))
	for reason, n := range info.Faults {
		send(ch, "weir_faults_total", prometheus.CounterValue, float64(n), reason)
	}
	for _, k := range info.Kept {
		one := func(name string, t prometheus.ValueType, n float64) { send(ch, name, t, n, k.Name, k.Section) }
		one("weir_acme_expiry_seconds", prometheus.GaugeValue, unixSeconds(k.Expires))
		one("weir_acme_next_order_seconds", prometheus.GaugeValue, unixSeconds(k.Next))
		one("weir_acme_issued_total", prometheus.CounterValue, float64(k.Issued))
		one("weir_acme_failures_total", prometheus.CounterValue, float64(k.Failed))
		one("weir_acme_failing", prometheus.GaugeValue, float64(k.Failures))
	}
}

func unixSeconds(t time.Time) float64 {
	if t.IsZero() {
		return 0
	}
	return float64(t.Unix())
}

// send makes one metric.
func send(ch chan<- prometheus.Metric, name string, t prometheus.ValueType, n float64, labels ...string) {
	for i, l := range labels {
		labels[i] = label(l)
	}
	if math.IsInf(n, 0) {
		n = math.NaN()
	}
	ch <- prometheus.MustNewConstMetric(promDescs[name], t, n, labels...)
}

func rowLabelValues(r *Row) []string {
	if r.Type == RowServer || r.Type == RowListener {
		return []string{r.Proxy, r.Name}
	}
	return []string{r.Proxy}
}
