package main

import (
	"encoding/json"
	"fmt"
	"io"
	"math/rand/v2"
	"net/http"
	"net/http/httptest"
	"slices"
	"strings"
	"testing"

	"weir/frontend"
	"weir/internal/testport"
)

const explained = `
defaults {
  mode = "http"
  timeout { client = "5s"  connect = "5s"  server = "5s" }
}
frontend "ft" {
  bind "127.0.0.1:PORT" {}
  acl "api" { when = starts_with(path(), "/api") }
  acl "inside" { when = hdr("X-In") == "yes" }
  http_request "deny" { when = acl.api && !acl.inside }
  http_request "set-header" {
    name  = "X-Path"
    value = "${path()}"
  }
  http_request "add-header" {
    name  = "X-Tag"
    value = "a"
    when  = hdr("X-Tag") == "1"
  }
  http_request "redirect" {
    location = "/new"
    when     = path() == "/old"
  }
  http_request "return" {
    status = 200
    string = "hello"
    content_type = "text/plain"
    when   = path() == "/hello"
  }
  use_backend "keyed" { when = matches(hdr("X-Key"), ".") && !starts_with(path(), "/plain") }
  use_backend "api" { when = acl.api }
  default_backend = "web"
}
backend "web" {
  http_request "del-header" { name = "X-Secret" }
  server "w1" { address = "W1" }
}
backend "api" {
  http_request "deny" {
    status = 405
    when   = method() == "DELETE"
  }
  server "a1" { address = "A1" }
}
backend "keyed" {
  balance = hdr("X-Key")
  server "k1" { address = "K1" }
  server "k2" { address = "K2" }
  server "k3" { address = "K3" }
}
`

// origin answers with its name and the fields that rules have a hand in.
func origin(t *testing.T, name string) string {
	t.Helper()
	s := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		w.Header().Set("X-Server", name)
		io.WriteString(w, seen(r.Header))
	}))
	t.Cleanup(s.Close)
	return s.Listener.Addr().String()
}

// seen are the fields of the test, those with the same name in their order.
func seen(h http.Header) string {
	var lines []string
	for name, values := range h {
		if strings.HasPrefix(name, "X-") {
			lines = append(lines, name+"="+strings.Join(values, ","))
		}
	}
	slices.Sort(lines)
	return strings.Join(lines, " ")
}

// What weir explain says is what live traffic does: the status, the backend's server and the request's fields, for any request.
func TestExplainIsWhatHappens(t *testing.T) {
	addr := testport.Addr()
	_, port, _ := strings.Cut(addr, ":")
	text := strings.NewReplacer("PORT", port, "W1", origin(t, "w1"), "A1", origin(t, "a1"), "K1", origin(t, "k1"), "K2", origin(t, "k2"),
		"K3", origin(t, "k3")).Replace(explained)
	path := write(t, text)
	live, diags := load([]string{path})
	if diags.Err() != nil {
		t.Fatal(diags.Err())
	}
	px, err := frontend.New(live, frontend.Options{Loops: 1, Services: noServices()})
	if err != nil {
		t.Fatal(err)
	}
	defer px.Close()
	if err := px.Start(); err != nil {
		t.Fatal(err)
	}
	client := &http.Client{CheckRedirect: func(*http.Request, []*http.Request) error { return http.ErrUseLastResponse }}
	r := rand.New(rand.NewPCG(3, 4))
	statuses := map[int]int{}
	for range 200 {
		f := randomRequest(r, addr)
		cfg, diags := load([]string{path})
		if diags.Err() != nil {
			t.Fatal(diags.Err())
		}
		x, err := explainRequest(cfg, f)
		if err != nil {
			t.Fatal(err)
		}
		got := outcome(x)
		want, status := happens(t, client, f)
		statuses[status]++
		if got != want {
			t.Fatalf("%+v: explained %q; live %q", f, got, want)
		}
	}
	if len(statuses) < 4 {
		t.Fatalf("only %v: the test does not test much", statuses)
	}
}

func randomRequest(r *rand.Rand, addr string) *explainFlags {
	one := func(list ...string) string { return list[r.IntN(len(list))] }
	f := &explainFlags{src: "127.0.0.1", url: "http://" + addr + one("/", "/api/x", "/api", "/old", "/hello", "/plain/1", "/a?b=c"), method: one("GET", "POST", "DELETE")}
	for _, h := range []string{"X-In: yes", "X-Tag: 1", "X-Tag: 2", "X-Secret: s", fmt.Sprintf("X-Key: %d", r.IntN(50))} {
		if r.IntN(2) == 0 {
			f.headers = append(f.headers, h)
		}
	}
	return f
}

// outcome is an explanation in the words of happens.
func outcome(x *explanation) string {
	if x.Server == nil {
		return fmt.Sprint(x.Status)
	}
	h := http.Header{}
	for _, line := range x.Leaves[1:] {
		name, value, _ := strings.Cut(line, ": ")
		h.Add(name, value)
	}
	return "200 " + x.Server.Name + " " + seen(h)
}

// happens sends the request and says what came of it.
func happens(t *testing.T, client *http.Client, f *explainFlags) (string, int) {
	t.Helper()
	req, err := http.NewRequest(f.method, f.url, nil)
	if err != nil {
		t.Fatal(err)
	}
	for _, h := range f.headers {
		name, value, _ := strings.Cut(h, ": ")
		req.Header.Add(name, value)
	}
	res, err := client.Do(req)
	if err != nil {
		t.Fatal(err)
	}
	defer res.Body.Close()
	body, err := io.ReadAll(res.Body)
	if err != nil {
		t.Fatal(err)
	}
	server := res.Header.Get("X-Server")
	if server == "" {
		return fmt.Sprint(res.StatusCode), res.StatusCode
	}
	return "200 " + server + " " + string(body), res.StatusCode
}

func TestExplainSays(t *testing.T) {
	path := write(t, strings.NewReplacer("PORT", "8080", "W1", "127.0.0.1:1", "A1", "127.0.0.1:2", "K1", "127.0.0.1:3", "K2", "127.0.0.1:4", "K3", "127.0.0.1:5").Replace(explained))
	f := func(code int, want []string, args ...string) {
		t.Helper()
		got, out, err := weir(append([]string{"explain", "-c", path}, args...)...)
		if got != code {
			t.Fatalf("%v: code %d, %s", args, got, err)
		}
		for _, w := range want {
			if !strings.Contains(out+err, w) {
				t.Errorf("%v: no %q in\n%s%s", args, w, out, err)
			}
		}
	}
	f(exitOK, []string{
		"from 192.0.2.1:54321 to 127.0.0.1:8080: frontend ft, bind 127.0.0.1:8080", `"/api/1" matches "/api" (` + path + ":8:",
		"acl inside does not hold", "Weir answers:", "HTTP/1.1 403 Forbidden",
	}, "http://127.0.0.1:8080/api/1", "--src", "192.0.2.1")
	f(exitOK, []string{"+ x-path: /", "- x-secret: 1", "backend web, by default_backend at " + path, "server w1, by balance roundrobin", "GET / HTTP/1.1"},
		"-H", "X-Secret: 1", "http://127.0.0.1:8080/")
	f(exitOK, []string{"server k", "the key's hash is 0x", "backend keyed, by use_backend at " + path, "k3 at 127.0.0.1:5, weight 1"}, "-H", "X-Key: 5", "--frontend", "ft", "http://a/")
	f(exitOK, []string{"POST / HTTP/1.1", "content-length: 3"}, "-d", "a=1", "http://127.0.0.1:8080/")
	f(exitUsage, []string{"want one URL"})
	f(exitUsage, []string{"want one URL"}, "http://a/", "http://b/")
	f(exitFail, []string{`-H: got "x"; want 'NAME: VALUE'`}, "-H", "x", "http://a/")
	f(exitFail, []string{"no frontend would get this connection", "ft (127.0.0.1:8080)"}, "--dst", "127.0.0.1:9", "http://a/")

	_, out, _ := weir("explain", "-c", path, "--json", "http://127.0.0.1:8080/hello")
	var x explanation
	if err := json.Unmarshal([]byte(out), &x); err != nil || x.Status != 200 || x.Frontend != "ft" || len(x.Steps) != 5 || !x.Steps[4].Held || x.Steps[4].Why.Pattern != "/hello" {
		t.Fatalf("--json: %v\n%s", err, out)
	}
}

// Nothing is bound: two frontends of one port, as another program has it, are no trouble.
func TestExplainBindsNothing(t *testing.T) {
	addr := testport.Addr()
	path := write(t, strings.NewReplacer("127.0.0.1:8080", addr).Replace(good))
	p := startWeir(t, t.TempDir(), "run", "-c", path)
	p.wait(t, "ready", func() bool { _, e := p.text(); return strings.Contains(e, "\tready\t") })
	if code, out, err := weir("explain", "-c", path, "http://"+addr+"/api/"); code != exitOK || !strings.Contains(out, "server a1, by balance leastconn") {
		t.Fatalf("code %d\n%s%s", code, out, err)
	}
}

// A request for the statistics page ends there, and it is told whether the client may change servers.
func TestExplainStatsPage(t *testing.T) {
	path := write(t, `
frontend "f" {
  mode = "http"
  timeout { client = "1s" }
  bind "127.0.0.1:8080" {}
  stats_uri = "/st"
  stats_admin { when = src() == "127.0.0.1" }
}
`)
	for src, want := range map[string]string{"127.0.0.1": "look and change servers", "192.0.2.1": "may look\n"} {
		if code, out, err := weir("explain", "-c", path, "--src", src, "http://127.0.0.1:8080/st"); code != exitOK || !strings.Contains(out+"\n", "the statistics page of f (") || !strings.Contains(out+"\n", want) {
			t.Errorf("%s: code %d; want %q in\n%s%s", src, code, want, out, err)
		}
	}
}

// A TCP frontend's way is told too.
func TestExplainTCP(t *testing.T) {
	path := write(t, `
frontend "f" {
  timeout { client = "1s" }
  bind "127.0.0.1:8080" {}
  tcp_request "connection" "reject" { when = src() == "10.0.0.0/8" }
  default_backend = "b"
}
backend "b" {
  timeout { connect = "1s"  server = "1s" }
  server "s" { address = "127.0.0.1:1" }
}
`)
	if code, out, err := weir("explain", "-c", path, "http://127.0.0.1:8080/"); code != exitOK || !strings.Contains(out, "server s, by balance roundrobin") {
		t.Fatalf("code %d\n%s%s", code, out, err)
	}
	if code, out, err := weir("explain", "-c", path, "--src", "10.1.2.3", "http://127.0.0.1:8080/"); code != exitOK || !strings.Contains(out, `"10.1.2.3" matches "10.0.0.0/8"`) ||
		!strings.Contains(out, "closes the connection without a word") {
		t.Fatalf("code %d\n%s%s", code, out, err)
	}
}

func TestDifference(t *testing.T) {
	got := difference([]string{"a", "b", "c"}, []string{"a", "c", "d", "a"})
	if !slices.Equal(got, []string{"- b", "+ d", "+ a"}) {
		t.Fatalf("got %q", got)
	}
}

// What comes last is told, whatever hints were sent before it.
func TestFinalResponse(t *testing.T) {
	f := func(text, want string) {
		t.Helper()
		if got := final(text); got != want {
			t.Errorf("final(%q) = %q; want %q", text, got, want)
		}
	}
	const hint = "HTTP/1.1 103 Early Hints\r\nlink: <x>\r\n\r\n"
	f("", "")
	f(hint, "")
	f(hint+hint+"HTTP/1.1 403 Forbidden\r\n\r\nno", "HTTP/1.1 403 Forbidden\r\n\r\nno")
	f("HTTP/1.1 101 Switching Protocols\r\n\r\n", "HTTP/1.1 101 Switching Protocols\r\n\r\n")
	f(hint+"HTTP/1.1 1", "") // cut in its middle
}
