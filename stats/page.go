package stats

import (
	"bytes"
	"context"
	_ "embed"
	"fmt"
	"html/template"
	"strings"
	"time"
)

// PageOptions shape the stats page.
type PageOptions struct {
	URI         string            // "stats uri", for the links of the page
	Refresh     time.Duration     // "stats refresh"; 0 = the page stays
	Legends     bool              // "stats show-legends": addresses, cookies, algorithms
	HideVersion bool              // "stats hide-version"
	ShowNode    bool              // "stats show-node"
	Description string            // "stats show-desc"
	ProxyTexts  map[string]string // "description" of a proxy, by its name
	Now         time.Time         // zero = the present
}

// compatVersion is the HAProxy version whose columns the CSV has. Zabbix's template finds its version item by
// "HAProxy version", netdata finds the load by "idle = NN".
const compatVersion = "2.6"

//go:embed page.html
var pageText string

var pageTemplate = template.Must(template.New("page").Parse(pageText))

// Page renders the stats page: one HTML file without scripts or outside parts, so that
// "Content-Security-Policy: default-src 'none'; style-src 'unsafe-inline'" suits it.
func Page(rows []Row, info Info, opts PageOptions) []byte {
	if opts.Now.IsZero() {
		opts.Now = time.Now()
	}
	var b bytes.Buffer
	if err := pageTemplate.Execute(&b, makePage(rows, &info, &opts)); err != nil {
		panic("BUG: stats: page: " + err.Error())
	}
	return b.Bytes()
}

// RenderPage answers a request for the stats page. suffix is what follows the stats uri in the path: "" for the page,
// or ";" and any of csv, json, typed, norefresh, up, no-maint. Unknown words are ignored, as HAProxy does.
func RenderPage(ctx context.Context, source Source, suffix string, opts PageOptions) (contentType string, body []byte) {
	sel := everything
	format := ""
	for _, word := range strings.Split(suffix, ";") {
		switch word {
		case "csv", "json", "typed":
			format = word
		case "norefresh":
			opts.Refresh = 0
		case "up":
			sel.up = true
		case "no-maint":
			sel.noMaint = true
		}
	}
	if opts.Now.IsZero() {
		opts.Now = time.Now()
	}
	rows := sel.pick(source.Rows(ctx))
	v := &view{now: opts.Now, legends: opts.Legends}
	switch format {
	case "csv":
		return "text/plain; charset=utf-8", appendCSV(nil, rows, v)
	case "typed":
		return "text/plain; charset=utf-8", appendTyped(nil, rows, v)
	case "json":
		return "application/json", appendJSON(nil, rows, v)
	}
	return "text/html; charset=utf-8", Page(rows, source.Info(ctx), opts)
}

// The template's data.
type (
	pageData struct {
		Title, Line, Description, URI string
		Refresh                       int
		Facts                         []pageFact
		Groups                        []pageGroup
		Columns                       []pageColumn
		Proxies                       []pageProxy
	}
	pageFact  struct{ Name, Value string }
	pageGroup struct {
		Name string
		Span int
	}
	pageProxy struct {
		Name, Mode, Text string
		Rows             []pageRow
	}
	pageRow struct {
		Kind, Name, Hint string
		Cells            []pageCell
	}
	pageCell struct{ Text, Class, Hint string }
)

func makePage(rows []Row, info *Info, opts *PageOptions) *pageData {
	v := &view{now: opts.Now, legends: opts.Legends}
	p := &pageData{Title: "weir", Description: opts.Description, URI: opts.URI, Refresh: int(opts.Refresh / time.Second),
		Facts: pageFacts(info), Columns: pageColumns, Groups: pageGroups()}
	if info.Name != "" {
		p.Title = info.Name
	}
	if !opts.HideVersion {
		p.Title += " " + info.Version
	}
	p.Line = fmt.Sprintf("pid = %d, uptime = %s, the columns of HAProxy version %s, running tasks: %d/%d; idle = %d %%",
		info.PID, uptime(v.ago(info.Started)), compatVersion, info.RunQueue, info.Tasks, info.IdlePct)
	if opts.ShowNode && info.Node != "" {
		p.Line = "node " + info.Node + ", " + p.Line
	}
	if info.Stopping {
		p.Line = "stopping; " + p.Line
	}
	for i := range rows {
		r := &rows[i]
		if n := len(p.Proxies); n == 0 || p.Proxies[n-1].Name != r.Proxy {
			p.Proxies = append(p.Proxies, pageProxy{Name: r.Proxy, Mode: r.Mode, Text: opts.ProxyTexts[r.Proxy]})
		}
		last := &p.Proxies[len(p.Proxies)-1]
		last.Rows = append(last.Rows, makePageRow(r, v))
	}
	return p
}

func pageFacts(i *Info) []pageFact {
	return []pageFact{
		{"connections", fmt.Sprintf("%d of %d", i.CurrConns, i.Maxconn)},
		{"connections/s", fmt.Sprint(i.ConnRate)},
		{"sessions/s", fmt.Sprint(i.SessRate)},
		{"requests", fmt.Sprint(i.CumReq)},
		{"bytes out", bytesText(i.TotalBytesOut)},
		{"loops", fmt.Sprint(i.NbThread)},
		{"idle", fmt.Sprintf("%d %%", i.IdlePct)},
		{"dropped log lines", fmt.Sprint(i.DroppedLogs)},
		{"contained panics", fmt.Sprint(i.Panics)},
	}
}

func makePageRow(r *Row, v *view) pageRow {
	row := pageRow{Name: r.Name, Kind: strings.ToUpper(rowWord[r.Type])}
	if v.legends {
		row.Hint = strings.TrimSpace(r.Addr + " " + r.Algo)
	}
	for i := range pageColumns {
		c := &pageColumns[i]
		cell := pageCell{}
		if strings.IndexByte(c.rows, rowLetter[r.Type]) >= 0 {
			cell = c.cell(r, v)
		}
		if c.First {
			cell.Class = strings.TrimSpace("g " + cell.Class)
		}
		row.Cells = append(row.Cells, cell)
	}
	return row
}
