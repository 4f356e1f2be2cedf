package e2e

import (
	"bufio"
	"bytes"
	"crypto/tls"
	"fmt"
	"io"
	"maps"
	"net"
	"os"
	"regexp"
	"slices"
	"strings"
	"sync"
	"testing"
	"time"

	"golang.org/x/net/http2"
	"golang.org/x/net/http2/hpack"

	"weir/internal/peer"
	"weir/internal/testpki"
)

// uriCase is a request, and the rules that look at its URI or change it. It is sent to a server of HTTP/1, one of HTTP/2 and one of HTTP/2 over TLS.
type uriCase struct {
	name    string
	clients string // h2 and h2s ask by fields, h1 and h1s by text; s is for TLS
	ask     string // "name value" for each line of h2's, or the lines of h1's
	rules   string // of the frontend
	back    string // of the backend
}

const (
	uriGet  = ":method GET\n:scheme http\n:authority www.example.com:81\n:path /a/b.html?q=1&r=2"
	uriGetS = ":method GET\n:scheme https\n:authority www.example.com\n:path /a/b.html?q=1&r=2"
	uriIP   = ":method GET\n:scheme http\n:authority 192.0.2.7:8080\n:path /x"
)

// uriFetches tells the server what rules see.
const uriFetches = `http-request set-header x-1 "%[url] | %[url_ip] | %[url_port] | %[base] | %[baseq] | %[path] | %[pathq] | %[query] | %[capture.req.uri] | %[urlp(q)] | %[url,field(3,/)] ."
http-request set-header x-2 "%HM | %HU | %HP | %HPO | %HQ | %HV | %{+Q}r | %[capture.req.method] | %[capture.req.ver] | %[req.ver]"
http-request set-header x-url "beg" if { url_beg http:// }
http-request add-header x-url "dir" if { url_dir a }
http-request add-header x-url "dir-host" if { url_dir www.example.com:81 }
http-request add-header x-url "dom" if { url_dom example.com }
http-request add-header x-url "end" if { url_end r=2 }
http-request add-header x-url "reg" if { url_reg ^https?://[^/]*/a }
http-request add-header x-url "sub" if { url_sub example.com/a }
http-request add-header x-url "len %[url,length]" if { url_len gt 30 }
http-request add-header x-url "path_beg" if { path_beg /a }
http-request add-header x-url "base_beg" if { base_beg www.example.com }`

var uriCases = []uriCase{
	{name: "fetches", clients: "h2 h2s", ask: uriGet, rules: uriFetches},
	{name: "fetches of https", clients: "h2 h2s", ask: uriGetS, rules: uriFetches},
	{name: "fetches of an address", clients: "h2", ask: uriIP, rules: uriFetches},
	{name: "fetches of a path", clients: "h1 h1s", ask: "GET /a/b.html?q=1&r=2 HTTP/1.1\nHost: www.example.com:81", rules: uriFetches},
	{name: "fetches of a URI", clients: "h1 h1s", ask: "GET http://www.example.com:81/a/b.html?q=1&r=2 HTTP/1.1\nHost: www.example.com:81", rules: uriFetches},
	{name: "fetches of https in HTTP/1", clients: "h1 h1s", ask: "GET https://www.example.com/a/b.html?q=1&r=2 HTTP/1.1\nHost: www.example.com", rules: uriFetches},
	{name: "default port", clients: "h2 h2s", ask: ":method GET\n:scheme http\n:authority www.example.com:80\n:path /a?b", rules: uriFetches},
	{name: "default port of https", clients: "h2 h2s", ask: ":method GET\n:scheme https\n:authority www.example.com:443\n:path /a?b", rules: uriFetches},
	{name: "default port over h1", clients: "h1", ask: "GET http://www.example.com:80/a HTTP/1.1\nHost: www.example.com:80", rules: uriFetches},
	{name: "host only", clients: "h2 h2s", ask: ":method GET\n:scheme http\n:path /a?b\nhost www.example.com", rules: uriFetches},
	{name: "authority and host", clients: "h2", ask: uriGet + "\nhost www.example.com:81", rules: uriFetches},
	{name: "no host", clients: "h2", ask: ":method GET\n:scheme http\n:path /a", rules: uriFetches},
	{name: "root", clients: "h2 h2s", ask: ":method GET\n:scheme https\n:authority h\n:path /"},
	{name: "asterisk", clients: "h2", ask: ":method OPTIONS\n:scheme https\n:authority h\n:path *", rules: uriFetches},
	{name: "set-path", clients: "h2 h2s", ask: uriGetS, rules: "http-request set-path /new\n" + uriFetches},
	{name: "set-pathq", clients: "h2", ask: uriGet, rules: "http-request set-pathq /new?z\n" + uriFetches},
	{name: "set-query", clients: "h2", ask: uriGet, rules: "http-request set-query z=%[query]\n" + uriFetches},
	{name: "set-uri to a path", clients: "h2 h2s", ask: uriGet, rules: "http-request set-uri /new?z\n" + uriFetches},
	{name: "set-uri to a URI", clients: "h2 h2s", ask: uriGet, rules: "http-request set-uri http://other.example.com/new?z\n" + uriFetches},
	{name: "set-uri to https", clients: "h2", ask: uriGet, rules: "http-request set-uri https://other.example.com:8443/new\n" + uriFetches},
	{name: "set-uri of url", clients: "h2", ask: uriGet, rules: "http-request set-uri %[url]&more\n" + uriFetches},
	{name: "set-uri in HTTP/1", clients: "h1", ask: "GET /a HTTP/1.1\nHost: h", rules: "http-request set-uri https://other.example.com/new\n" + uriFetches},
	{name: "replace-uri", clients: "h2 h2s", ask: uriGetS, rules: `http-request replace-uri ([^/:]*://[^/]*)?(.*) \1/foo\2` + "\n" + uriFetches},
	{name: "replace-uri to a path", clients: "h2", ask: uriGetS, rules: `http-request replace-uri [^/:]*://[^/]*(.*) /foo\1` + "\n" + uriFetches},
	{name: "replace-path", clients: "h2", ask: uriGetS, rules: `http-request replace-path (.*) /foo\1` + "\n" + uriFetches},
	{name: "replace-pathq", clients: "h2", ask: uriGetS, rules: `http-request replace-pathq /(.*) /foo/\1` + "\n" + uriFetches},
	{name: "set-header host", clients: "h2 h2s", ask: uriGet, rules: "http-request set-header Host new.example.com\n" + uriFetches},
	{name: "del-header host", clients: "h2", ask: uriGet, rules: "http-request del-header Host\n" + uriFetches},
	{name: "replace-value host", clients: "h2", ask: uriGet, rules: "http-request replace-value Host www new\n" + uriFetches},
	{name: "redirect prefix", clients: "h2", ask: uriGet, rules: "http-request redirect prefix http://p.example.com"},
	{name: "redirect scheme", clients: "h2 h2s", ask: uriGet, rules: "http-request redirect scheme https code 301"},
	{name: "redirect location", clients: "h2", ask: uriGet, rules: "http-request redirect location %[url]"},
	{name: "redirect location of the path", clients: "h2", ask: uriGet, rules: "http-request redirect location http://x%[capture.req.uri]"},
	{name: "monitor-uri", clients: "h2", ask: uriGet, rules: "monitor-uri /a/b.html?q=1&r=2"},
	{name: "auth as a proxy", clients: "h2 h1", ask: ":method GET\n:scheme http\n:authority h\n:path /m", rules: "option http-use-proxy-header\nhttp-request auth realm x"},
	{name: "normalize-uri", clients: "h2", ask: ":method GET\n:scheme http\n:authority h\n:path /a/../b//c?y&x", rules: "http-request normalize-uri path-merge-slashes\nhttp-request normalize-uri path-strip-dotdot\nhttp-request normalize-uri query-sort-by-name\n" + uriFetches},
	{name: "asterisk over h1", clients: "h1", ask: "OPTIONS * HTTP/1.1\nHost: h", rules: uriFetches},
	{name: "scheme over h1", clients: "h1 h1s", ask: "GET /a HTTP/1.1\nHost: h"},
	{name: "scheme of a URI over h1", clients: "h1 h1s", ask: "GET https://h/a HTTP/1.1\nHost: h"},
	{name: "http of a URI over h1", clients: "h1 h1s", ask: "GET http://h/a HTTP/1.1\nHost: h"},
	{name: "capitals of a scheme over h1", clients: "h1", ask: "GET HTTPS://h/a HTTP/1.1\nHost: h"},
	{name: "connect over h2", clients: "h2", ask: ":method CONNECT\n:authority h:443", rules: "http-request set-header x-1 \"%[url] | %[path] | %[base] | %{+Q}r\""},
	{name: "websocket over h2", clients: "h2 h2s", ask: ":method CONNECT\n:protocol websocket\n:scheme https\n:authority www.example.com\n:path /chat?x\nsec-websocket-version 13", rules: uriFetches},
	{name: "websocket over h1", clients: "h1 h1s", ask: "GET /chat?x HTTP/1.1\nHost: www.example.com\nConnection: Upgrade\nUpgrade: websocket\nSec-WebSocket-Version: 13\nSec-WebSocket-Key: dGhlIHNhbXBsZSBub25jZQ==", rules: uriFetches},
	{name: "balance uri", clients: "h2", ask: uriGet, back: "balance uri\nserver s2 {{origin}} id 7\nserver s3 {{origin}} id 9\nserver s4 {{origin}} id 11\nhttp-response set-header x-server %s"},
	{name: "balance uri whole", clients: "h2", ask: uriGet, back: "balance uri whole\nserver s2 {{origin}} id 7\nserver s3 {{origin}} id 9\nserver s4 {{origin}} id 11\nhttp-response set-header x-server %s"},
	{name: "balance uri whole depth", clients: "h2", ask: uriGet, back: "balance uri whole depth 3\nserver s2 {{origin}} id 7\nserver s3 {{origin}} id 9\nserver s4 {{origin}} id 11\nhttp-response set-header x-server %s"},
	{name: "balance uri path-only", clients: "h2", ask: uriGetS, back: "balance uri path-only\nserver s2 {{origin}} id 7\nserver s3 {{origin}} id 9\nserver s4 {{origin}} id 11\nhttp-response set-header x-server %s"},
	{name: "balance uri of a changed path", clients: "h2 h1", ask: uriGet, rules: "http-request set-path /other/thing", back: "balance uri\nserver s2 {{origin}} id 7\nserver s3 {{origin}} id 9\nserver s4 {{origin}} id 11\nhttp-response set-header x-server %s"},
}

// uriDiffers is what Weir is to do otherwise, and why; docs/differences.md has it.
var uriDiffers = map[string]string{
	"fetches of a path from h1 to h2":             uriPlain,
	"asterisk over h1 from h1 to h2":              uriPlain,
	"scheme over h1 from h1 to h2":                uriPlain,
	"balance uri of a changed path from h1 to h2": uriPlain,
	"no host from h2 to h1":                       uriNoHost,
	"no host from h2 to h2":                       uriNoHost,
	"no host from h2 to h2s":                      uriNoHost,
	"capitals of a scheme over h1 from h1 to h2":  uriCase2,
	"capitals of a scheme over h1 from h1 to h2s": uriCase2,
	"websocket over h1 from h1 to h2":             uriKey,
	"websocket over h1 from h1 to h2s":            uriKey,
	"websocket over h1 from h1s to h2":            uriKey,
	"websocket over h1 from h1s to h2s":           uriKey,
}

const (
	uriPlain  = "what neither came over TLS nor goes over it is not called https"
	uriNoHost = "a request names its host"
	uriCase2  = "a scheme is sent in lower case (RFC 9113, 8.3.1; RFC 3986, 6.2.2.1)"
	uriKey    = "a WebSocket over HTTP/2 has no key (RFC 8441, 5)"
)

// h1Text is the request of a case for a client of HTTP/1.
func (x *uriCase) h1Text() string {
	text := x.ask
	if strings.HasPrefix(text, ":") {
		f := map[string]string{}
		for line := range strings.Lines(text) {
			name, value, _ := strings.Cut(strings.TrimSpace(line), " ")
			f[name] = value
		}
		text = f[":method"] + " " + f[":path"] + " HTTP/1.1\nHost: " + f[":authority"]
	}
	return strings.ReplaceAll(text, "\n", "\r\n") + "\r\nX-End: 1\r\n\r\n"
}

// uriServers are the ends of a server line.
var uriServers = []string{"h1", "h2", "h2s"}

// uriConfig is the configuration of all cases. origins are by uriServers.
func uriConfig(origins map[string]string) string {
	var b strings.Builder
	b.WriteString("global\n  expose-experimental-directives\ndefaults\n  mode http\n  timeout client 5s\n  timeout server 5s\n  timeout connect 5s\n")
	lines := func(text, origin string) {
		for line := range strings.Lines(text) {
			fmt.Fprintf(&b, "  %s\n", strings.TrimSpace(strings.ReplaceAll(line, "{{origin}}", origin)))
		}
	}
	for i, x := range uriCases {
		for _, server := range uriServers {
			for name, secure := range map[string]string{"": "", "s": "ssl crt {{dir}}/site.pem alpn h2,http/1.1"} {
				name = fmt.Sprintf("%d.%s.%s", i, server, name)
				fmt.Fprintf(&b, "frontend f%s\n  bind {{sock}}.%s %s\n  log {{log}} len 8192 format raw local0\n", name, name, secure)
				b.WriteString(`  log-format "%f %HV %ST %tsc %HM %HU %HP %HPO %HQ %{+Q}r %[capture.req.uri]"` + "\n")
				lines(x.rules, "")
				fmt.Fprintf(&b, "  default_backend b%d.%s\n", i, server)
			}
			fmt.Fprintf(&b, "backend b%d.%s\n", i, server)
			lines(x.back, origins[server])
			fmt.Fprintf(&b, "  server s1 %s id 3\n", origins[server])
		}
	}
	b.WriteString("frontend ready\n  bind 127.0.0.1:{{port}}\n")
	return b.String()
}

// uriOrigin tells what it receives.
type uriOrigin struct {
	l    net.Listener
	mu   sync.Mutex
	seen []string
}

func newURIOrigin(t *testing.T, cfg *tls.Config, serve func(o *uriOrigin, c net.Conn)) *uriOrigin {
	t.Helper()
	l, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { l.Close() })
	o := &uriOrigin{l: l}
	go func() {
		for {
			c, err := l.Accept()
			if err != nil {
				return
			}
			if cfg != nil {
				c = tls.Server(c, cfg)
			}
			go serve(o, c)
		}
	}()
	return o
}

func (o *uriOrigin) note(text string) {
	o.mu.Lock()
	defer o.mu.Unlock()
	o.seen = append(o.seen, text)
}

// take is what has been received since the last call.
func (o *uriOrigin) take() string {
	o.mu.Lock()
	defer o.mu.Unlock()
	text := strings.Join(o.seen, "\n")
	o.seen = nil
	return text
}

// serveH1 answers one request of a connection.
func serveH1(o *uriOrigin, c net.Conn) {
	defer c.Close()
	br := bufio.NewReader(c)
	var head strings.Builder
	for !strings.HasSuffix(head.String(), "\r\n\r\n") {
		line, err := br.ReadString('\n')
		if err != nil {
			return
		}
		head.WriteString(line)
	}
	o.note(sortedHead(head.String()))
	if m := regexp.MustCompile(`(?i)sec-websocket-key: (\S+)`).FindStringSubmatch(head.String()); m != nil {
		fmt.Fprintf(c, "HTTP/1.1 101 Switching Protocols\r\nConnection: Upgrade\r\nUpgrade: websocket\r\nSec-WebSocket-Accept: %s\r\n\r\n", acceptKey(&httpMessage{fields: []field{{name: "Sec-WebSocket-Key", value: m[1]}}}))
		return
	}
	io.WriteString(c, "HTTP/1.1 200 OK\r\nConnection: close\r\nContent-Length: 0\r\n\r\n")
}

// sortedHead is a head whose fields are in order, their names in lower case.
func sortedHead(head string) string {
	lines := strings.Split(strings.TrimSpace(head), "\r\n")
	for i, line := range lines[1:] {
		name, value, _ := strings.Cut(line, ":")
		lines[i+1] = strings.ToLower(name) + ":" + value
	}
	slices.Sort(lines[1:])
	return quoteLines(strings.Join(lines, "\r\n"))
}

// serveH2 answers requests over HTTP/2, and takes extended CONNECT.
func serveH2(o *uriOrigin, c net.Conn) {
	defer c.Close()
	if _, err := io.ReadFull(c, make([]byte, len(http2.ClientPreface))); err != nil {
		return
	}
	fr := http2.NewFramer(c, c)
	fr.ReadMetaHeaders = hpack.NewDecoder(4096, nil)
	fr.WriteSettings(http2.Setting{ID: http2.SettingEnableConnectProtocol, Val: 1})
	for {
		f, err := fr.ReadFrame()
		if err != nil {
			return
		}
		switch f := f.(type) {
		case *http2.SettingsFrame:
			if !f.IsAck() {
				fr.WriteSettingsAck()
			}
		case *http2.MetaHeadersFrame:
			o.note(fieldLines(f.Fields))
			fr.WriteHeaders(http2.HeadersFrameParam{StreamID: f.StreamID, BlockFragment: []byte{0x88}, EndStream: true, EndHeaders: true})
		}
	}
}

// fieldLines lists fields by their names. HAProxy tells a server the host of a request of HTTP/1 by Host, where RFC 9113, 8.3.1, wants :authority.
func fieldLines(fields []hpack.HeaderField) string {
	var list []string
	for i, f := range fields {
		if f.Name == "host" && !slices.ContainsFunc(fields, func(f hpack.HeaderField) bool { return f.Name == ":authority" }) {
			fields[i].Name = ":authority"
		}
	}
	for _, f := range fields {
		list = append(list, fmt.Sprintf("  %s: %q", f.Name, f.Value))
	}
	slices.Sort(list)
	return strings.Join(list, "\n")
}

// answerLines are those fields of a response that say what became of the request.
func answerLines(fields []hpack.HeaderField) string {
	return fieldLines(slices.DeleteFunc(slices.Clone(fields), func(f hpack.HeaderField) bool {
		return !slices.Contains([]string{":status", "location", "www-authenticate", "proxy-authenticate", "x-server"}, f.Name)
	}))
}

// askURI sends a case's request and returns the head of the response.
func (x *uriCase) askURI(path, client string) (string, error) {
	c, err := net.Dial("unix", path)
	if err != nil {
		return "", err
	}
	defer c.Close()
	c.SetDeadline(time.Now().Add(patience))
	two := strings.HasPrefix(client, "h2")
	if strings.HasSuffix(client, "s") {
		cfg := &tls.Config{InsecureSkipVerify: true, ServerName: "www.example.com", NextProtos: []string{"http/1.1"}}
		if two {
			cfg.NextProtos = []string{"h2"}
		}
		c = tls.Client(c, cfg)
	}
	if two {
		return x.askH2(c)
	}
	if _, err := io.WriteString(c, x.h1Text()); err != nil {
		return "", err
	}
	br := bufio.NewReader(c)
	head, err := readRawHead(br)
	if strings.HasPrefix(head, "HTTP/1.1 101 ") { // the server ends the tunnel, not this client
		io.Copy(io.Discard, br)
	}
	var fields []hpack.HeaderField
	for line := range strings.Lines(head) {
		if name, value, _ := strings.Cut(strings.TrimSpace(line), ": "); len(fields) > 0 {
			fields = append(fields, hpack.HeaderField{Name: name, Value: value})
		} else {
			fields = append(fields, hpack.HeaderField{Name: ":status", Value: strings.Fields(line + " none none")[1]})
		}
	}
	return answerLines(fields), err
}

func readRawHead(br *bufio.Reader) (string, error) {
	var b strings.Builder
	for !strings.HasSuffix(b.String(), "\r\n\r\n") {
		line, err := br.ReadString('\n')
		if b.WriteString(line); err == io.EOF {
			return b.String(), nil
		} else if err != nil {
			return "", err
		}
	}
	return b.String(), nil
}

func (x *uriCase) askH2(c net.Conn) (string, error) {
	var block bytes.Buffer
	enc := hpack.NewEncoder(&block)
	for line := range strings.Lines(x.ask) {
		name, value, _ := strings.Cut(strings.TrimSpace(line), " ")
		enc.WriteField(hpack.HeaderField{Name: name, Value: value})
	}
	io.WriteString(c, http2.ClientPreface)
	fr := http2.NewFramer(c, c)
	fr.ReadMetaHeaders = hpack.NewDecoder(4096, nil)
	fr.WriteSettings()
	fr.WriteHeaders(http2.HeadersFrameParam{StreamID: 1, BlockFragment: block.Bytes(), EndStream: !strings.Contains(x.ask, "CONNECT"), EndHeaders: true})
	for {
		f, err := fr.ReadFrame()
		if err == io.EOF {
			return "closed", nil
		} else if err != nil {
			return "", err
		}
		switch f := f.(type) {
		case *http2.MetaHeadersFrame:
			if strings.Contains(x.ask, "CONNECT") && !f.StreamEnded() { // so that the tunnel ends well
				fr.WriteData(1, true, nil)
				io.Copy(io.Discard, io.LimitReader(c, 9))
			}
			return answerLines(f.Fields), nil
		case *http2.RSTStreamFrame:
			return "reset", nil
		case *http2.GoAwayFrame:
			return "goaway " + f.ErrCode.String(), nil
		}
	}
}

// What is made anew for every request.
var uriRandom = regexp.MustCompile(`(?i)(sec-websocket-(?:key|accept):) "?[^"\\]*`)

// TestHTTP2URIOracle: what rules, logs and servers are told of a URI is what HAProxy tells them, whichever version of HTTP either side speaks.
func TestHTTP2URIOracle(t *testing.T) {
	t.Parallel()
	peer.Need(t, "haproxy")
	l := newTLSLab(t)
	pair := l.ca.Pair(t, testpki.Leaf{CN: "origin", Names: []string{"origin.example.com"}})
	origins := map[string]*uriOrigin{
		"h1":  newURIOrigin(t, nil, serveH1),
		"h2":  newURIOrigin(t, nil, serveH2),
		"h2s": newURIOrigin(t, &tls.Config{Certificates: []tls.Certificate{pair}, NextProtos: []string{"h2"}}, serveH2),
	}
	addrs := map[string]string{}
	for kind, more := range map[string]string{"h1": "", "h2": " proto h2", "h2s": " ssl verify none alpn h2"} {
		addrs[kind] = origins[kind].l.Addr().String() + more
	}
	all := map[string]map[string]string{}
	for _, kind := range []string{"haproxy", "weir"} {
		all[kind] = runURICases(t, l, kind, uriConfig(addrs), origins)
	}
	for _, x := range uriCases {
		for _, name := range slices.Sorted(maps.Keys(all["haproxy"])) {
			if !strings.HasPrefix(name, x.name+" from ") {
				continue
			}
			want, got := all["haproxy"][name], all["weir"][name]
			if os.Getenv("WEIR_E2E") == "haproxy" {
				t.Logf("%s\n%s", name, want)
			}
			if (got == want) != (uriDiffers[name] == "") {
				t.Errorf("%s: - haproxy, + weir (differs: %q):\n%s", name, uriDiffers[name], lineDiff(want, got))
			}
		}
	}
}

// runURICases plays all cases through one proxy. The keys say which: "NAME from CLIENT to SERVER".
func runURICases(t *testing.T, l *tlsLab, kind, text string, origins map[string]*uriOrigin) map[string]string {
	t.Helper()
	ear, err := listenLog(newPlaces("", kind).port("log"))
	if err != nil {
		t.Fatal(err)
	}
	defer ear.c.Close()
	_, sock, p := l.startProc(t, kind, strings.ReplaceAll(text, "{{log}}", ear.c.LocalAddr().String()))
	out, names := map[string]string{}, map[string]string{}
	for i, x := range uriCases {
		for client := range strings.FieldsSeq(x.clients) {
			for _, server := range uriServers {
				front := fmt.Sprintf("%d.%s.%s", i, server, client[2:])
				answer, err := x.askURI(sock+"."+front, client)
				if err != nil {
					t.Fatalf("%s: %s from %s to %s: %v", kind, x.name, client, server, err)
				}
				name := fmt.Sprintf("%s from %s to %s", x.name, client, server)
				out[name] = uriRandom.ReplaceAllString("client:\n"+answer+"\nserver:\n"+origins[server].take(), "$1 R")
				names[front+client[:2]] = name
			}
		}
	}
	for _, line := range drained(t, p, ear) {
		front, rest, _ := strings.Cut(line, " ")
		version := "h1"
		if strings.HasPrefix(rest, "HTTP/2.0") {
			version = "h2"
		}
		out[names[strings.TrimSuffix(front[1:], "~")+version]] += "\nlog: " + rest
	}
	return out
}
