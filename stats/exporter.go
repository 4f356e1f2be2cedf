package stats

import (
	"bytes"
	"context"
	"fmt"
	"net/url"
	"sync/atomic"

	"github.com/prometheus/client_golang/prometheus"
	"github.com/prometheus/client_golang/prometheus/collectors"
	"github.com/prometheus/common/expfmt"
)

// Exporter renders /metrics from a Source, on registries of its own.
type Exporter struct {
	source  Source
	runtime *prometheus.Registry // go_ and process_
	lost    atomic.Uint64        // errors that left something out
}

// NewExporter returns an exporter for source.
func NewExporter(source Source) *Exporter {
	e := &Exporter{source: source, runtime: prometheus.NewRegistry()}
	e.runtime.MustRegister(collectors.NewGoCollector(), collectors.NewProcessCollector(collectors.ProcessCollectorOpts{}))
	return e
}

// Render answers a scrape with the text format. query is the URL's raw query, as HAProxy's exporter takes it:
// scope=global|frontend|listener|backend|server|* (may be repeated; also scope=runtime for the go_ and process_ metrics), no-maint to
// leave out servers in maintenance, and extra-counters to have those of TLS, HTTP/1 and HTTP/2 (ssl_, h1_, h2_). A query it cannot read is an *QueryError: answer it 400.
func (e *Exporter) Render(ctx context.Context, query string) (contentType string, body []byte, err error) {
	c, err := parseQuery(query)
	if err != nil {
		return "", nil, err
	}
	r := prometheus.NewRegistry()
	c.ctx, c.source, c.lost = ctx, e.source, &e.lost
	if err := r.Register(c); err != nil {
		return "", nil, err
	}
	from := prometheus.Gatherers{r}
	if c.scope&scopeRuntime != 0 {
		from = append(from, e.runtime)
	}
	return e.render(from)
}

// render serves what can be gathered: an error in a part is counted, and takes no other part with it.
func (e *Exporter) render(from prometheus.Gatherer) (contentType string, body []byte, err error) {
	families, err := from.Gather()
	if err != nil {
		e.lost.Add(1)
		if len(families) == 0 {
			return "", nil, err
		}
	}
	var b bytes.Buffer
	format := expfmt.NewFormat(expfmt.TypeTextPlain)
	enc := expfmt.NewEncoder(&b, format)
	for _, f := range families {
		whole := b.Len()
		if enc.Encode(f) != nil {
			e.lost.Add(1)
			b.Truncate(whole)
		}
	}
	return string(format), b.Bytes(), nil
}

// QueryError is a scrape's query that cannot be served.
type QueryError struct{ text string }

func (e *QueryError) Error() string { return e.text }

// scopeNames are the values of scope=. sticktable is accepted and empty until there are stick tables to count.
var scopeNames = map[string]scope{"": 0, "*": scopeAll, "global": scopeGlobal, "frontend": scopeFrontend, "listener": scopeListener,
	"backend": scopeBackend, "server": scopeServer, "sticktable": 0, "runtime": scopeRuntime}

// maxQuery bounds the query that is parsed: a scrape needs a few words.
const maxQuery = 1024

func parseQuery(query string) (*collector, error) {
	if len(query) > maxQuery {
		return nil, &QueryError{fmt.Sprintf("metrics query of %d bytes; want at most %d", len(query), maxQuery)}
	}
	q, err := url.ParseQuery(query)
	if err != nil {
		return nil, &QueryError{fmt.Sprintf("metrics query %q: %v", query, err)}
	}
	c := &collector{scope: scopeAll}
	_, c.noMaint = q["no-maint"]
	_, c.extra = q["extra-counters"]
	asked, some := q["scope"]
	if !some {
		return c, nil
	}
	c.scope = 0
	for _, name := range asked {
		s, known := scopeNames[name]
		if !known {
			return nil, &QueryError{fmt.Sprintf("metrics scope %q; want global, frontend, listener, backend, server, runtime or *", name)}
		}
		c.scope |= s
	}
	return c, nil
}
