package main

import (
	"os"
	"strings"
	"testing"

	"weir/conf/cfgfile"
)

const differencesPage = "../../docs/differences.md"

// docs/differences.md has each row of the table as it is here.
func TestDifferencesPage(t *testing.T) {
	data, err := os.ReadFile(differencesPage)
	if err != nil {
		t.Fatal(err)
	}
	lines := strings.Split(string(data), "\n")
	for _, d := range differences {
		at := -1
		for i, line := range lines {
			if strings.HasPrefix(line, "| "+d.What+" | ") {
				at = i
			}
		}
		switch {
		case at < 0:
			t.Errorf("docs/differences.md: no row for %s; put it in its place: %s", d.What, d.row())
		case *update:
			lines[at] = d.row()
		case lines[at] != d.row():
			t.Errorf("docs/differences.md has\n%s\nand the table\n%s\ngo test ./cmd/weir -run Differences -update writes it there", lines[at], d.row())
		}
	}
	if *update {
		if err := os.WriteFile(differencesPage, []byte(strings.Join(lines, "\n")), 0o644); err != nil {
			t.Fatal(err)
		}
	}
}

func TestDifferenceOf(t *testing.T) {
	f := func(line, want string) {
		t.Helper()
		d := &directive{}
		for st := range cfgfile.Scan(cfgfile.Source{Name: "x", Text: []byte(line)}) {
			for _, w := range st.Words {
				d.words = append(d.words, w.Text)
			}
		}
		got := ""
		if diff := differenceOf(d); diff != nil {
			got = diff.What
		}
		if !strings.HasPrefix(got, want) || want == "" && got != "" {
			t.Errorf("%s: got %q; want %q", line, got, want)
		}
	}
	f("http-reuse safe", "`http-reuse safe`")
	f("http-reuse always", "")
	f("hash-type consistent", "`hash-type consistent`")
	f("hash-type map-based", "")
	f("balance roundrobin", "")
	f("option redispatch", "redispatch")
	f("option redis-check", "`redis-check`")
	f("http-request set-nice 5", "`set-nice`")
	f("bind :80 nice 5", "`set-nice`")
	f("acl a urlp_val(x) 5", "`hdr_val`")
	f("acl a hdr_val(x) 5", "`hdr_val`")
	f("acl a url_param(x) 5", "")
	f("acl a method -i get", "`method -i`")
	f("acl a method GET", "")
	f("http-request set-header X %[base32,hex]", "`base32`")
	f("http-request set-header X %[base]", "")
	f("http-request set-header X %[baseq]", "")
	f("acme le", "`acme`")
	f("load crt a.pem acme le domains a.example.com", "`acme`")
	f("load crt a.pem", "")
	f("stats socket /run/x", "a stats socket")
	f("stats socket /run/x mode 600", "")
	f("stats socket 127.0.0.1:5", "")
	f("server s 127.0.0.1:80 slowstart 5s", "`slowstart`")
	f("default-server tfo", "`tfo` of a server")
	f("bind :80 tfo", "")
	f("bind :80 accept-proxy", "a header that does not come")
	f("acl a int(1),add(2) 3", "`add`, `sub`")
	f("acl a src,add_item(x) 3", "")
	f("http-request redirect location /x append-slash", "`redirect ... append-slash`")
	f("http-request redirect location /x append-slash drop-query", "")
	f("http-request del-header Content-Length", "`del-header`")
	f("http-request set-var(txn.a) req.hdr(x),ub64dec", "`ub64dec`")
	f("http-request set-header X %[req.hdr(x),jwt_header_query]", "`jwt_header_query`")
	f("http-request set-header X %[req.hdr(x),jwt_header_query(a)]", "")
	f("http-request deny if { req.hdr(x),jwt_verify(txn.alg,/k) 1 }", "`jwt_verify` with the algorithm")
	f("log-format %ci,%B", "bytes of a request")
	f("log-format %ci", "")
	f("no option splice-auto", "`option http-no-delay`")
	f("option splice-auto", "")
}
