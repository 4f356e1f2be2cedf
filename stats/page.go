package stats

import (
	"bytes"
	"cmp"
	"context"
	_ "embed"
	"fmt"
	"html/template"
	"slices"
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
	Node        string            // ... and its name; empty = that of Info
	ShowDesc    bool              // "stats show-desc"
	Description string            // ... and its text; empty = that of Info
	Scope       []string          // "stats scope": the proxies that are shown; none = all
	Admin       bool              // "stats admin": with forms that change servers
	Outcome     string            // of the form that led here
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
	for word := range strings.SplitSeq(suffix, ";") {
		if outcome, ok := strings.CutPrefix(word, "st="); ok {
			opts.Outcome = outcome
		}
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
	rows := inScope(sel.pick(source.Rows(ctx)), opts.Scope)
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

// HasWord reports whether a word stands in what follows the stats uri.
func HasWord(suffix, word string) bool {
	for w := range strings.SplitSeq(suffix, ";") {
		if w == word {
			return true
		}
	}
	return false
}

// inScope keeps the rows of the proxies that are shown.
func inScope(rows []Row, scope []string) []Row {
	if len(scope) == 0 {
		return rows
	}
	return slices.DeleteFunc(slices.Clone(rows), func(r Row) bool { return !slices.Contains(scope, r.Proxy) })
}

// The template's data.
type (
	pageData struct {
		Title, Line, Description, URI string
		Outcome                       string       // what has become of a form
		Actions                       []formAction // that a form offers; none = there are no forms
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
		Form             bool // some rows are servers, and the client may change them
		Rows             []pageRow
	}
	pageRow struct {
		Kind, Name, Hint string
		Check            bool // has a box
		Cells            []pageCell
	}
	pageCell struct{ Text, Class, Hint string }
)

func makePage(rows []Row, info *Info, opts *PageOptions) *pageData {
	v := &view{now: opts.Now, legends: opts.Legends}
	p := &pageData{Title: "weir", URI: opts.URI, Outcome: outcomes[opts.Outcome], Refresh: int(opts.Refresh / time.Second),
		Facts: pageFacts(info), Columns: pageColumns, Groups: pageGroups()}
	if info.Name != "" {
		p.Title = info.Name
	}
	if !opts.HideVersion {
		p.Title += " " + info.Version
	}
	p.Line = fmt.Sprintf("pid = %d, uptime = %s, the columns of HAProxy version %s, running tasks: %d/%d; idle = %d %%",
		info.PID, uptime(v.ago(info.Started)), compatVersion, info.RunQueue, info.Tasks, info.IdlePct)
	if node := cmp.Or(opts.Node, info.Node); opts.ShowNode && node != "" {
		p.Line = "node " + node + ", " + p.Line
	}
	if opts.ShowDesc {
		p.Description = cmp.Or(opts.Description, info.Description)
	}
	if opts.Admin {
		p.Actions = formActions
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
		row := makePageRow(r, v)
		row.Check = opts.Admin && r.Type == RowServer
		last.Form = last.Form || row.Check
		last.Rows = append(last.Rows, row)
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
