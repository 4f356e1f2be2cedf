package stats

import (
	"strings"

	"github.com/prometheus/client_golang/prometheus"
)

// rowLabels are the labels of a row type's metrics.
var rowLabels = [...][]string{
	RowFrontend: {"proxy"},
	RowListener: {"proxy", "listener"},
	RowBackend:  {"proxy"},
	RowServer:   {"proxy", "server"},
}

// promDescs has every descriptor by metric name.
var promDescs = makeDescs()

func makeDescs() map[string]*prometheus.Desc {
	all := map[string]*prometheus.Desc{}
	add := func(name, help string, labels ...string) {
		if _, have := all[name]; !have {
			all[name] = prometheus.NewDesc(name, help, labels, nil)
		}
	}
	for t := range rowPrefix {
		for i := range statFields {
			f := &statFields[i]
			if f.measures(RowType(t)) {
				add(rowPrefix[t]+f.metric, f.helpText(), f.labels(RowType(t))...)
			}
		}
	}
	for i := range infoFields {
		if f := &infoFields[i]; f.metric != "" {
			help := f.help
			if help == "" {
				help = f.doc
			}
			add("haproxy_process_"+f.metric, help)
		}
	}
	add("haproxy_process_build_info", "1, labelled with the version", "version")
	add("weir_panics_total", "panics contained to one stream")
	add("weir_stalls_total", "loop turns that took longer than the stall limit")
	add("weir_accept_errors_total", "connections that could not be accepted, for want of descriptors and the like")
	add("weir_dropped_logs_total", "log lines dropped because the log could not keep up")
	add("weir_scrape_errors_total", "errors in answers to earlier scrapes: what they were about was left out")
	add("weir_faults_total", "streams that ended badly, by reason", "reason")
	add("weir_acme_expiry_seconds", "when the certificate of an acme section expires, in seconds of Unix time; 0 = none has been issued", "certificate", "section")
	add("weir_acme_next_order_seconds", "when it is ordered next, in seconds of Unix time; 0 = never by itself", "certificate", "section")
	add("weir_acme_issued_total", "how often it was issued", "certificate", "section")
	add("weir_acme_failures_total", "orders of it that came to nothing", "certificate", "section")
	add("weir_acme_failing", "how many of those there were since it was issued last", "certificate", "section")
	return all
}

func (f *field) helpText() string {
	if f.help != "" {
		return f.help
	}
	return f.doc
}

// labels are the row's labels and the one that the field adds.
func (f *field) labels(t RowType) []string {
	l := rowLabels[t][:len(rowLabels[t]):len(rowLabels[t])]
	switch {
	case f.label != "":
		return append(l, f.label)
	case f.states != nil || f.name == "status" || strings.HasPrefix(f.name, "agg_"):
		return append(l, "state")
	}
	return l
}
