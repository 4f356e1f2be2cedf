package main

import (
	"encoding/json"
	"fmt"
	"os"
	"path/filepath"
	"strings"
	"testing"
)

func write(t testing.TB, text string) string {
	t.Helper()
	path := filepath.Join(t.TempDir(), "weir.hcl")
	if err := os.WriteFile(path, []byte(text), 0o600); err != nil {
		t.Fatal(err)
	}
	return path
}

const good = `
global {
  nbthread = 2
  maxconn  = 500
}
defaults {
  mode = "http"
  timeout {
    client  = "5s"
    connect = "5s"
    server  = "5s"
  }
}
frontend "web" {
  bind "127.0.0.1:8080" {}
  http_request "deny" {
    when = method() == "TRACE"
  }
  use_backend "api" {
    when = starts_with(path(), "/api/")
  }
  default_backend = "files"
}
backend "api" {
  balance = "leastconn"
  option {
    httpchk {
      method = "GET"
      uri    = "/health"
    }
  }
  server "a1" {
    address = "127.0.0.1:8081"
    maxconn = 10
    weight  = 5
    check {}
  }
}
backend "files" {
  server "f1" {
    address = "127.0.0.1:8082"
    backup  = true
  }
}
`

func TestCheckPrintsWhatItUnderstood(t *testing.T) {
	path := write(t, good)
	code, out, err := weir("check", "-c", path)
	want := path + `: good
2 threads, maxconn 500
frontend web (http) on 127.0.0.1:8080: 1 rule, to api by condition, else to files
backend api (http) balance leastconn: 1 server
  server a1 at 127.0.0.1:8081, weight 5, maxconn 10, checked by GET /health every 2s
backend files (http) balance roundrobin: 1 server
  server f1 at 127.0.0.1:8082, weight 1, backup, not checked
`
	if code != exitOK || out != want || err != "" {
		t.Fatalf("code %d, err %q, out\n%s\nwant\n%s", code, err, out, want)
	}
	if code, out, err := weir("check", "-q", "-c", path); code != exitOK || out+err != "" {
		t.Fatalf("-q: code %d, %q, %q", code, out, err)
	}
	if code, out, err := weir("run", "--check", "-c", path); code != exitOK || out+err != "" {
		t.Fatalf("run --check: code %d, %q, %q", code, out, err)
	}
}

// What is told of rules and health checks is what happens.
func TestCheckTellsOfChecksAndRules(t *testing.T) {
	path := filepath.Join(t.TempDir(), "h.cfg")
	text := `
defaults
	timeout client 1s
	timeout server 1s
	timeout connect 1s
frontend f
	bind 127.0.0.1:1
	tcp-request inspect-delay 1s
	tcp-request connection reject if { src 10.0.0.1 }
	tcp-request session reject if { src 10.0.0.1 }
	tcp-request content reject if { src 10.0.0.1 }
	default_backend a
frontend h
	mode http
	bind 127.0.0.1:2
	tcp-request connection accept
	http-request deny
	redirect location / if FALSE
	http-response deny
	default_backend b
backend a
	server a 127.0.0.1:3 check check-ssl verify none
	server b 127.0.0.1:3 check ssl verify none
	server c 127.0.0.1:3 check ssl verify none port 9
	server d 127.0.0.1:3 check ssl verify none no-check-ssl
backend b
	mode http
	option httpchk
	http-check send meth HEAD uri /health ver HTTP/1.1 hdr Host x
	server a 127.0.0.1:3 check ssl verify none
backend c
	mode http
	option httpchk GET /old
	http-check connect ssl
	http-check send uri-lf /%[date]
	server a 127.0.0.1:3 check verify none
backend d
	option tcp-check
	tcp-check connect
	server a 127.0.0.1:3 check ssl verify none
`
	if err := os.WriteFile(path, []byte(text), 0o600); err != nil {
		t.Fatal(err)
	}
	code, out, err := weir("check", "-c", path)
	if code != exitOK {
		t.Fatalf("code %d, %s", code, err)
	}
	for _, want := range []string{
		"frontend f (tcp) on 127.0.0.1:1: 3 rules", "frontend h (http) on 127.0.0.1:2: 4 rules",
		"server a at 127.0.0.1:3, weight 1, checked by tcp over TLS every 2s\n  server b at 127.0.0.1:3, weight 1, checked by tcp over TLS every 2s\n" +
			"  server c at 127.0.0.1:3, weight 1, checked by tcp every 2s\n  server d at 127.0.0.1:3, weight 1, checked by tcp every 2s\n",
		"checked by HEAD /health over TLS every 2s", "checked by GET a URI made for each check over TLS every 2s", "checked by tcp-check every 2s",
	} {
		if !strings.Contains(out, want) {
			t.Errorf("no %q in\n%s", want, out)
		}
	}
}

func TestCheckTellsEveryError(t *testing.T) {
	bad := strings.NewReplacer(`"leastconn"`, `"lestconn"`, `"files"
}
backend`, `"fils"
}
backend`, "method()", "mehtod()").Replace(good)
	path := write(t, bad)
	code, out, err := weir("check", "-c", path)
	for _, want := range []string{path + ":17:12: ", path + ":22:21: ", path + ":25:13: ", `did you mean "leastconn"?`, "weir check: 3 errors"} {
		if !strings.Contains(err, want) {
			t.Errorf("no %q in\n%s", want, err)
		}
	}
	if code != exitFail || out != "" {
		t.Fatalf("code %d, out %q", code, out)
	}
	if code, _, err := weir("run", "-c", path); code != exitFail || !strings.Contains(err, "weir run: 3 errors, nothing was started") {
		t.Fatalf("run: code %d, %s", code, err)
	}
	code, out, err = weir("check", "--json", "-c", path)
	var u understood
	if e := json.Unmarshal([]byte(out), &u); e != nil || code != exitFail || err != "" {
		t.Fatalf("--json: %v, code %d, err %q", e, code, err)
	}
	if u.OK || len(u.Errors) != 3 || u.Errors[0].Line != 17 || u.Errors[0].File != path || u.Backends != nil {
		t.Fatalf("--json: %+v", u)
	}
	if code, _, err := weir("check", "-c", path+".gone"); code != exitFail || !strings.Contains(err, path+".gone") {
		t.Fatalf("no such file: code %d, %s", code, err)
	}
}

// What package acl finds is told with everything else, and what it doubts is a warning.
func TestCheckTellsRuleErrors(t *testing.T) {
	path := write(t, `
defaults {
  mode = "http"
  timeout {
    client  = "1s"
    connect = "1s"
    server  = "1s"
  }
}
frontend "web" {
  bind "127.0.0.1:8080" {}
  acl "unused" {
    when = hdr_begin("Host") == "a"
  }
  http_request "deny" {
    when = matches(path(), "(")
  }
  http_request "deny" {
    when = res_hdr("Server") == "x"
  }
  http_request "set-header" {
    name  = "X"
    value = "${field(path())}${res_hdr("Server")}"
  }
  use_backend {
    name = "bk_${hdr("Host")}"
  }
  default_backend = "none"
}
`)
	code, _, err := weir("check", "-c", path)
	for _, want := range []string{
		`:13:12: frontend "web": acl "unused": when: unknown fetch: got "hdr_begin"`,
		`:16:28: frontend "web": http_request "deny": got "("; want a regular expression`,
		`:19:12: frontend "web": res.hdr: needs HTTP response headers, which an http-request rule does not have (warning)`,
		`:23:16: frontend "web": field: `,
		`:23:32: frontend "web": res.hdr: needs HTTP response headers`,
		`:28:21: frontend "web": default_backend: unknown backend`,
		"weir check: 5 errors",
	} {
		if !strings.Contains(err, want) {
			t.Errorf("no %q in\n%s", want, err)
		}
	}
	if code != exitFail {
		t.Errorf("code %d", code)
	}
}

// Several -c are one configuration, whose defaults go on from file to file.
func TestCheckSeveralFiles(t *testing.T) {
	front, back, found := strings.Cut(good, "}\n"+`backend "api"`)
	if !found {
		t.Fatal("no backend")
	}
	one, two := write(t, front+"}\n"), write(t, `backend "api"`+back)
	code, out, err := weir("check", "-c", one, "-c", filepath.Dir(two))
	if code != exitOK || err != "" || !strings.HasPrefix(out, one+", "+two+": good\n") || !strings.Contains(out, "backend api (http)") {
		t.Fatalf("code %d, err %q, out\n%s", code, err, out)
	}
	code, _, err = weir("check", "-c", one, "-c", strings.TrimSuffix(two, ".hcl")+".gone.hcl")
	if want := strings.TrimSuffix(two, ".hcl") + ".gone.hcl: cannot be read: no such file or directory\nweir check: 1 error\n"; code != exitFail || err != want {
		t.Fatalf("code %d, err %q; want %q", code, err, want)
	}
	code, _, err = weir("check", "-c", two, "-c", one)
	if code != exitFail || !strings.Contains(err, "is in tcp mode and cannot serve an http frontend") {
		t.Fatalf("the other way round: code %d, err %q", code, err)
	}
}

// checkAnywhere is "weir check" of a file, or of the example, without what it says of this machine's limit of open files.
func checkAnywhere(path string) (code int, out, errText string) {
	args := []string{"check"}
	if path != "" {
		args = append(args, "-c", path)
	}
	code, out, said := weir(args...)
	for line := range strings.Lines(said) {
		if !strings.HasPrefix(line, "global: as the limits are here, ") {
			errText += line
		}
	}
	return code, out, errText
}

// Every configuration that people are shown is good.
func TestExamplesAreGood(t *testing.T) {
	paths, err := filepath.Glob("../../examples/*/weir.hcl")
	if err != nil || len(paths) < 5 {
		t.Fatalf("%d examples, %v", len(paths), err)
	}
	old, err := filepath.Glob("../../examples/*/haproxy.cfg")
	if err != nil || len(old) < 2 {
		t.Fatalf("%d examples in HAProxy's language, %v", len(old), err)
	}
	for _, path := range append(paths, old...) {
		dir := t.TempDir()
		if err := os.CopyFS(dir, os.DirFS(filepath.Dir(path))); err != nil {
			t.Fatal(err)
		}
		here := filepath.Join(dir, filepath.Base(path))
		text, err := os.ReadFile(here)
		if err == nil {
			err = os.WriteFile(here, []byte(strings.ReplaceAll(string(text), "/run/weir/", dir+"/")), 0o600)
		}
		if err != nil {
			t.Fatal(err)
		}
		if code, out, err := checkAnywhere(here); code != exitOK || err != "" || !strings.Contains(out, ": good\n") {
			t.Errorf("%s: code %d\n%s%s", path, code, out, err)
		}
	}
	if code, out, err := checkAnywhere(""); code != exitOK || err != "" || !strings.Contains(out, "backend bk_ws (http) balance url_param tableId") {
		t.Errorf("the built-in example: code %d\n%s%s", code, out, err)
	}
}

// A check tells whose certificates are issued by itself, and has none issued: nothing is written.
func TestCheckIssued(t *testing.T) {
	dir := t.TempDir()
	path := write(t, `
acme "le" {
  directory = "https://127.0.0.1:1/dir"
  storage   = "`+dir+`/st"
}
frontend "f" {
  mode = "http"
  timeout { client = "5s" }
  bind "127.0.0.1:443" {
    ssl     = true
    acme    = "le"
    domains = ["a.example.com", "b.example.com"]
  }
  ssl_f_use "`+dir+`/c.pem" {
    acme    = "le"
    domains = ["c.example.com"]
  }
  http_request "deny" {}
}
`)
	code, out, err := weir("check", "-c", path)
	for _, want := range []string{"\n  certificate of a.example.com, b.example.com by acme le\n", "\n  certificate of c.example.com by acme le\n"} {
		if code != exitOK || err != "" || !strings.Contains(out, want) {
			t.Errorf("code %d, want %q in\n%s%s", code, want, out, err)
		}
	}
	if list, err := os.ReadDir(dir); err != nil || len(list) != 0 {
		t.Errorf("%v, %v", list, err)
	}
}

// What a configuration expects of the machine is looked at too, and names that nobody knows are told with everything else.
func TestCheckTellsWhatTheMachineLacks(t *testing.T) {
	path := write(t, `
global {
  user  = "no-such-user"
  group = "no-such-group"
  stats_socket "/no/such/dir/a.sock" {
    user = "nobody-knows"
  }
}
defaults { timeout { client = "1s"  connect = "1s"  server = "1s" } }
backend "b" {
  balance = "rundrobin"
  server "s" { address = "no.such.name.invalid:80" }
}
`)
	code, _, err := weir("check", "-c", path)
	for _, want := range []string{
		`: global: there is no user "no-such-user" on this system`,
		`: global: there is no group "no-such-group" on this system`,
		`:6:12: global: stats_socket: there is no user "nobody-knows" on this system`,
		`:5:3: global: stats_socket "/no/such/dir/a.sock": the directory "/no/such/dir" cannot be entered: No such file or directory; it must be there at the start (warning)`,
		`:11:13: backend "b": balance: got "rundrobin"`,
		`:12:3: backend "b": server "s": address "no.such.name.invalid": `,
		"weir check: 5 errors",
	} {
		if !strings.Contains(err, want) {
			t.Errorf("no %q in\n%s", want, err)
		}
	}
	if code != exitFail {
		t.Errorf("code %d", code)
	}
	silent := write(t, `backend "b" { server "s" { address = "127.0.0.1:80" } }`)
	if code, _, err := weir("check", "-c", silent); code != exitFail || !strings.Contains(err, "nothing would listen: want a bind in a frontend, or a stats socket") {
		t.Errorf("no listener: code %d, %s", code, err)
	}
}

// Whatever an action holds is compiled with everything else: all mistakes at once.
func TestCheckTellsEveryExpression(t *testing.T) {
	file := filepath.Join(t.TempDir(), "a.cfg")
	text := `global
  set-var proc.x nofetch1
frontend f
  bind 127.0.0.1:0
  mode http
  log-format %[nofetch2]
  unique-id-format %[nofetch3]
  http-request set-var(txn.a) nofetch4
  http-request replace-path a %[nofetch5]
  http-request return status 200 content-type text/plain lf-string %[nofetch6]
  http-request redirect location /%[nofetch7]
  redirect location /%[nofetch8]
  http-response set-status 200 if { nofetch9 1 }
`
	if err := os.WriteFile(file, []byte(text), 0o600); err != nil {
		t.Fatal(err)
	}
	_, out, errs := weir("check", "-c", file)
	for i := 1; i <= 9; i++ {
		if name := fmt.Sprintf("nofetch%d", i); strings.Count(out+errs, name) != 1 {
			t.Errorf("%s is told %d times:\n%s%s", name, strings.Count(out+errs, name), out, errs)
		}
	}
}

// A name to listen on that nobody knows is an error of the configuration, told with the others.
func TestCheckBindName(t *testing.T) {
	file := writeCfg(t, "frontend f\n    bind nosuch.invalid:8081\n    bind 127.0.0.1:8081\n    maxcon 5\n")
	_, diags := load([]string{file})
	text := strings.ReplaceAll(diags.Errors.Error(), file, "x.cfg")
	if !strings.Contains(text, `x.cfg:2:10: frontend "f": bind: address "nosuch.invalid": `) || !strings.Contains(text, `got "maxcon"`) {
		t.Errorf("got %s", text)
	}
}

// What is wrong with a file is told where weir.hcl names it, in its words.
func TestCheckTLSPlaces(t *testing.T) {
	text := strings.Replace(good, `bind "127.0.0.1:8080" {}`, `bind "127.0.0.1:8080" {
    ssl      = true
    verify   = "required"
    crt_list = ["nolist"]
    crt      = ["nofile"]
  }`, 1)
	path := write(t, text)
	code, _, err := weir("check", "-c", path)
	for _, want := range []string{
		path + `:18:16: frontend "web": bind "127.0.0.1:8080": crt_list: "nolist": no such file or directory`,
		path + `:19:16: frontend "web": bind "127.0.0.1:8080": crt: "nofile": no such file or directory`,
		"weir check: 2 errors",
	} {
		if code != exitFail || !strings.Contains(err, want) {
			t.Errorf("%d %s; want %s", code, err, want)
		}
	}
}
