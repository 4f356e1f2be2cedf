package e2e

import (
	"fmt"
	"path/filepath"
	"regexp"
	"slices"
	"strings"
)

// oracleFile is a file of cases that share one configuration: one file is one process of each proxy.
type oracleFile struct {
	name   string
	top    []string            // lines before the frontends: userlists, defaults ...
	files  map[string][]string // maps and the like, written beside the configuration
	order  []string
	cases  []*oracleCase
	byName map[string]*oracleCase
}

// oracleCase is one frontend, its backend and what is sent through them.
//
//	case set-header-replaces
//	  http-request set-header X-A new          lines of the frontend
//	b balance uri                              a line of the backend {{b}}; {{o}} is the origin's port
//	c -                                        a line of a second backend, {{c}}, with the server s2; "-" = only that there is one
//	> GET / HTTP/1.1                           the request's lines; CRLF ends each
//	> X-A: old
//	>
//	>> raw body, Go-quoted: "a\r\n"            bytes without a line end
//	< HTTP/1.1 204 No Content                  the response; without it, 200 and the body "ok"
//	<
//	differs: why                               Weir is to answer otherwise, and docs/differences.md says so
type oracleCase struct {
	name     string
	line     int
	front    []string
	back     []string
	other    []string // lines of the second backend; nil = there is none
	request  string
	response string
	differs  string
}

// defaultAnswer is what the origin says where a case does not.
const defaultAnswer = "HTTP/1.1 200 OK\r\nContent-Length: 2\r\nServer: origin\r\n\r\nok"

// parseOracle reads a file of cases. Above the first case a "g " line is one of the configuration's top, and "file NAME"
// begins a file whose lines begin with "| ".
func parseOracle(name, text string) (*oracleFile, error) {
	f := &oracleFile{name: name, files: map[string][]string{}, byName: map[string]*oracleCase{}}
	file := ""
	for i, line := range strings.Split(text, "\n") {
		c := f.last()
		switch {
		case strings.HasPrefix(line, "#") || strings.TrimSpace(line) == "" && !strings.HasPrefix(line, ">"):
		case strings.HasPrefix(line, "case "):
			c = &oracleCase{name: strings.TrimSpace(line[5:]), line: i + 1}
			if f.byName[c.name] != nil {
				return nil, fmt.Errorf("%s:%d: case %q stands twice", name, i+1, c.name)
			}
			f.cases, f.byName[c.name] = append(f.cases, c), c
		case c == nil && strings.HasPrefix(line, "g "):
			f.top = append(f.top, line[2:])
		case c == nil && strings.HasPrefix(line, "file "):
			file = strings.TrimSpace(line[5:])
			f.order = append(f.order, file)
		case c == nil && strings.HasPrefix(line, "| "):
			f.files[file] = append(f.files[file], line[2:])
		case c == nil || c.add(line) != nil:
			return nil, fmt.Errorf("%s:%d: got %q", name, i+1, line)
		}
	}
	for _, c := range f.cases {
		if c.request == "" {
			return nil, fmt.Errorf("%s:%d: case %q has no request", name, c.line, c.name)
		}
		if c.response == "" {
			c.response = defaultAnswer
		}
	}
	return f, nil
}

func (f *oracleFile) last() *oracleCase {
	if len(f.cases) == 0 {
		return nil
	}
	return f.cases[len(f.cases)-1]
}

func (c *oracleCase) add(line string) error {
	word, rest, _ := strings.Cut(line, " ")
	switch word {
	case "":
		c.front = append(c.front, strings.TrimSpace(line))
	case "b":
		c.back = append(c.back, rest)
	case "c":
		c.other = append(c.other, strings.TrimPrefix(rest, "-"))
	case ">":
		c.request += rest + "\r\n"
	case "<":
		c.response += rest + "\r\n"
	case ">>", "<<":
		var s string
		if _, err := fmt.Sscanf(rest, "%q", &s); err != nil {
			return err
		}
		if word == ">>" {
			c.request += s
		} else {
			c.response += s
		}
	case "differs:":
		c.differs = rest
	default:
		return fmt.Errorf("unknown %q", word)
	}
	return nil
}

// oraclePages are the statuses that get pages of our own: the texts of the built-in ones differ.
var oraclePages = []int{200, 400, 401, 403, 404, 405, 407, 408, 410, 413, 421, 422, 425, 429, 500, 501, 502, 503, 504}

func pageName(code int) string { return fmt.Sprintf("page-%d.http", code) }

// page is the error file of a status.
func page(code int) string {
	body := fmt.Sprintf("page %d\n", code)
	return fmt.Sprintf("HTTP/1.1 %d Page\r\nContent-Type: text/plain\r\nContent-Length: %d\r\n\r\n%s", code, len(body), body)
}

// config writes the configuration of all cases for ports that at names.
func (f *oracleFile) config(at *places) string {
	var b strings.Builder
	b.WriteString("global\n  maxconn 2000\n  nbthread 1\ndefaults\n  mode http\n  timeout client 5s\n  timeout server 5s\n  timeout connect 5s\n" +
		"  timeout http-keep-alive 100ms\n  timeout http-request 2s\n  option httplog\n")
	for _, code := range oraclePages {
		fmt.Fprintf(&b, "  errorfile %d %s\n", code, filepath.Join(at.dir, pageName(code)))
	}
	for _, line := range f.top {
		b.WriteString(at.expand(line) + "\n")
	}
	for i, c := range f.cases {
		c.config(&b, at, i)
	}
	return b.String()
}

// config writes the case's frontend and backends.
func (c *oracleCase) config(b *strings.Builder, at *places, i int) {
	port := func(kind string) int { return at.port(fmt.Sprint(kind, i)) }
	names := strings.NewReplacer("{{b}}", "b_"+c.name, "{{c}}", "c_"+c.name, "{{o}}", fmt.Sprint(port("o")))
	lines := func(list []string) {
		for _, line := range list {
			fmt.Fprintf(b, "  %s\n", at.expand(names.Replace(line)))
		}
	}
	fmt.Fprintf(b, "frontend f_%s\n  bind 127.0.0.1:%d\n  log 127.0.0.1:%d len 8192 format raw local0\n", c.name, port("f"), port("l"))
	lines(c.front)
	if !slices.ContainsFunc(c.front, func(line string) bool { return strings.HasPrefix(line, "default_backend") }) {
		fmt.Fprintf(b, "  default_backend b_%s\n", c.name)
	}
	fmt.Fprintf(b, "backend b_%s\n", c.name)
	lines(c.back)
	fmt.Fprintf(b, "  server s1 127.0.0.1:%d\n", port("o"))
	if c.other != nil {
		fmt.Fprintf(b, "backend c_%s\n", c.name)
		lines(c.other)
		fmt.Fprintf(b, "  server s2 127.0.0.1:%d\n", port("o"))
	}
}

// observed is what one case did through one proxy.
type observed struct {
	origin string // bytes that the server received
	client string // bytes that the client received
	logs   []string
}

// What is different in each run: ports of the load, dates, times, and how many other cases run.
var (
	loadPort  = regexp.MustCompile(`((?:127\.0\.0\.1|192\.0\.2\.9|10\.1\.2\.3)):\d{4,}`)
	logDate   = regexp.MustCompile(`\[\d\d/\w{3}/\d{4}:\d\d:\d\d:\d\d\.\d{3}\]`)
	httpTimes = regexp.MustCompile(` -?\d+/-?\d+/-?\d+/-?\d+/\+?\d+ (\d{3}|-1) `)
	tcpTimes  = regexp.MustCompile(` -?\d+/-?\d+/\+?\d+ \d+ [A-Za-z-]{2} `)
	allConns  = regexp.MustCompile(`( [A-Za-z-]{2}(?:[A-Za-z-]{2})? )\d+/`)
	// What a response counts is as each of them stores it, not as it was sent (docs/differences.md); what the client received
	// is compared itself.
	respBytes = regexp.MustCompile(`( (?:T|-1)(?:/\S+)+ (?:(?:\d{3}|-1) )?\+?)[1-9]\d*( (?:\S+ \S+ [A-Za-z-]{4}|[A-Za-z-]{2}) )`)
	clfLine   = regexp.MustCompile(`\[\d\d/\w{3}/\d{4}[^]]*\]( "[^"]*" \d{3} )\d+( "[^"]*" "[^"]*" )\d+ \d+ ((?:"[^"]*" ){3})\d+ \d+ \d+ \d+ \d+( \S{4} )\d+ `)
	measured  = regexp.MustCompile(`([ /]\+?)\d+`)
)

// masked makes a log line comparable. A time that was not reached, -1, stays.
func masked(line string) string {
	line = loadPort.ReplaceAllString(line, "$1:PORT")
	line = logDate.ReplaceAllString(line, "[DATE]")
	line = allConns.ReplaceAllString(line, "${1}N/")
	times := func(s string) string {
		end := 1 + strings.IndexByte(s[1:], ' ')
		return measured.ReplaceAllString(s[:end], "${1}T") + s[end:]
	}
	line = httpTimes.ReplaceAllStringFunc(line, times)
	line = tcpTimes.ReplaceAllStringFunc(line, times)
	line = respBytes.ReplaceAllString(line, "${1}BYTES${2}")
	return clfLine.ReplaceAllString(line, "[DATE]${1}BYTES${2}PORT MS ${3}T T T T T${4}N ")
}

// String is the form that two observations are compared in.
func (o *observed) String() string {
	var b strings.Builder
	fmt.Fprintf(&b, "server received:\n%s\nclient received:\n%s\n", quoteLines(o.origin), quoteLines(o.client))
	for _, l := range o.logs {
		fmt.Fprintf(&b, "log: %s\n", masked(l))
	}
	return b.String()
}

func quoteLines(s string) string {
	if s == "" {
		return "  nothing"
	}
	var b strings.Builder
	s = reasons.Replace(s)
	for _, line := range framingLast(slices.Collect(strings.Lines(s))) {
		fmt.Fprintf(&b, "  %q\n", line)
	}
	return strings.TrimSuffix(b.String(), "\n")
}

// reasons are HAProxy's phrases of old RFCs beside those of RFC 9110, 15, which Weir says; nobody is to read them (RFC 9112, 4).
var reasons = strings.NewReplacer(
	"302 Moved Temporarily\r\n", "302 Found\r\n", "408 Request Time-out\r\n", "408 Request Timeout\r\n",
	"413 Request Entity Too Large\r\n", "413 Content Too Large\r\n", "414 Request-URI Too Long\r\n", "414 URI Too Long\r\n",
	"417 Expectation failed\r\n", "417 Expectation Failed\r\n", "502 Bad Gateway or Proxy Error\r\n", "502 Bad Gateway\r\n",
	"504 Gateway Time-out\r\n", "504 Gateway Timeout\r\n", "505 HTTP Version not supported\r\n", "505 HTTP Version Not Supported\r\n",
)

var (
	anyField     = regexp.MustCompile("^[!#$%&'*+.^_`|~0-9A-Za-z-]+:.*\r\n$")
	framingField = regexp.MustCompile(`^(content-length|transfer-encoding|connection):`)
)

// framingLast moves the fields that frame a message behind the others of its head: Weir writes them there, HAProxy where
// they stood, and their place says nothing (RFC 9110, 5.3).
func framingLast(lines []string) []string {
	var out, framing []string
	for _, line := range lines {
		switch {
		case framingField.MatchString(line):
			framing = append(framing, strings.ToLower(line)) // what they say has no case (RFC 9110, 7.6.1)
			continue
		case !anyField.MatchString(line):
			slices.Sort(framing)
			out = append(out, framing...)
			framing = framing[:0]
		}
		out = append(out, line)
	}
	slices.Sort(framing)
	return append(out, framing...)
}
