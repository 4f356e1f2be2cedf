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
	f("acl a urlp_val(x) 5", "`urlp_val")
	f("acl a url_param(x) 5", "")
	f("acl a method -i get", "`method -i`")
	f("acl a method GET", "")
	f("http-request set-header X %[base32,hex]", "`base32`")
	f("http-request set-header X %[base]", "`base`")
	f("http-request set-header X %[baseq]", "")
	f("stats socket /run/x", "a stats socket")
	f("stats socket /run/x mode 600", "")
	f("stats socket 127.0.0.1:5", "")
	f("no option splice-auto", "`option http-no-delay`")
	f("option splice-auto", "")
}
