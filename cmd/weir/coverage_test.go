package main

import (
	"bytes"
	"flag"
	"fmt"
	"os"
	"slices"
	"strings"
	"testing"

	"weir/acl"
	"weir/conf/cfgfile"
	"weir/stats"
)

var update = flag.Bool("update", false, "write testdata/coverage.txt and docs/coverage.md anew")

const (
	coverageFile = "testdata/coverage.txt"
	coveragePage = "../../docs/coverage.md"
	peerList     = "testdata/keywords-3.5.txt"
)

// peerKeyword is one line of HAProxy's own list of keywords.
type peerKeyword struct {
	class, name string
	// Of the configuration: the table of cfgfile.Keywords that it belongs to.
	context string
}

// peerKeywords reads HAProxy's list.
func peerKeywords(t *testing.T) []peerKeyword {
	t.Helper()
	text, err := os.ReadFile(peerList)
	if err != nil {
		t.Fatal(err)
	}
	var out []peerKeyword
	class, section := "", ""
	for line := range strings.Lines(string(text)) {
		indented := strings.HasPrefix(line, "\t")
		line = strings.TrimSpace(line)
		switch {
		case line == "" || line[0] == '#':
			continue
		case line[0] == '[' && line[len(line)-1] == ']':
			class = line[1 : len(line)-1]
			continue
		case class == "configuration keywords" && !indented:
			section = line
			continue
		case class == "configuration keywords":
			context, name := peerContext(section, line)
			out = append(out, peerKeyword{class, name, context})
			continue
		case class == "sample fetch functions":
			_, line, _ = strings.Cut(line, "] ")
		}
		out = append(out, peerKeyword{class: class, name: peerName(line)})
	}
	return out
}

// peerName is the name that a line of the list begins with.
func peerName(line string) string {
	for _, end := range []string{" = ", " [", "(", ":"} {
		if i := strings.Index(line, end); i > 0 {
			line = line[:i]
		}
	}
	return line
}

// peerContext says which of our tables a line of the configuration's keywords belongs to, and under what name.
func peerContext(section, line string) (context, name string) {
	name = strings.TrimSuffix(peerName(line), "*")
	name, _, _ = strings.Cut(name, " +")
	if section != "listen" {
		return section, name
	}
	for prefix, context := range map[string]string{
		"bind <addr> ssl ": "bind", "bind <addr> ": "bind", "server <name> <addr> ": "server", "option ": "option",
		"tcp-request connection ": "tcp-request connection", "tcp-request session ": "tcp-request session",
		"tcp-request content ": "tcp-request content", "tcp-response content ": "tcp-response content",
		"http-request ": "http-request", "http-response ": "http-response", "http-after-response ": "http-after-response",
	} {
		if rest, ok := strings.CutPrefix(name, prefix); ok && !strings.HasPrefix(rest, "ssl ") {
			return context, rest
		}
	}
	return "proxy", name
}

func TestPeerContext(t *testing.T) {
	f := func(section, line, context, name string) {
		t.Helper()
		if c, n := peerContext(section, line); c != context || n != name {
			t.Errorf("%s: got %s, %s; want %s, %s", line, c, n, context, name)
		}
	}
	f("global", "maxconn", "global", "maxconn")
	f("listen", "bind <addr> mode +1", "bind", "mode")
	f("listen", "bind <addr> ssl crt +1", "bind", "crt")
	f("listen", "server <name> <addr> source +-1", "server", "source")
	f("listen", "server <name> <addr> ssl", "server", "ssl")
	f("listen", "option abortonclose [ FE BE ]", "option", "abortonclose")
	f("listen", "http-request set-var*", "http-request", "set-var")
	f("listen", "tcp-request connection sc-inc-gpc*", "tcp-request connection", "sc-inc-gpc")
	f("listen", "tcp-request", "proxy", "tcp-request")
	f("crt-list", "alpn +1", "crt-list", "alpn")
}

// ourConfig is what a keyword of the configuration is here: its best row counts, and of keywords of several words the first.
func ourConfig() map[string]cfgfile.Status {
	out := map[string]cfgfile.Status{}
	put := func(id string, s cfgfile.Status) {
		if have, ok := out[id]; !ok || s < have {
			out[id] = s
		}
	}
	for _, k := range cfgfile.Keywords() {
		if k.Context == "stats socket" { // HAProxy has one list for both
			k.Context = "bind"
		}
		put(k.Context+" "+k.Name, k.Status)
		first, _, _ := strings.Cut(k.Name, " ")
		put(k.Context+" "+first, k.Status)
	}
	return out
}

// tally is how many of HAProxy's keywords of one kind Weir has.
type tally struct {
	title      string
	known, all int
	missing    []string
}

func (c tally) percent() string { return fmt.Sprintf("%.1f %%", 100*float64(c.known)/float64(c.all)) }

// counts counts everything: the configuration's keywords, each other class as a whole, and the two headline figures.
func counts(t *testing.T) []tally {
	keywords, names := peerKeywords(t), ourNames()
	done, inert := tally{title: "configuration keywords carried out"}, tally{title: "configuration keywords that change nothing in Weir"}
	removed := tally{title: "configuration keywords that HAProxy refuses too"}
	classes := map[string]*tally{}
	fetches := tally{title: "fetches outside the families left out"}
	convs := tally{title: "converters outside the families left out"}
	config := ourConfig()
	for _, k := range keywords {
		if k.class == "configuration keywords" {
			s, ok := config[k.context+" "+k.name]
			done.add(k.id(), ok && s == cfgfile.Done)
			inert.add("", ok && s == cfgfile.Inert)
			removed.add("", ok && s == cfgfile.Removed)
			if ok && (s == cfgfile.Inert || s == cfgfile.Removed) {
				done.missing = done.missing[:len(done.missing)-1]
			}
			continue
		}
		if classes[k.class] == nil {
			classes[k.class] = &tally{title: k.class}
		}
		known := names[k.class][k.name]
		classes[k.class].add(k.name, known)
		if family := leftOut(k.name); family == "" {
			switch k.class {
			case "sample fetch functions":
				fetches.add(k.name, known)
			case "sample converter functions":
				convs.add(k.name, known)
			}
		}
	}
	out := []tally{*classes["ACL keywords"], fetches, convs, done, inert, removed}
	for _, class := range []string{"sample fetch functions", "sample converter functions", "CLI keywords", "filter names", "service names"} {
		out = append(out, *classes[class])
	}
	return out
}

func (c *tally) add(name string, known bool) {
	c.all++
	if known {
		c.known++
	} else if name != "" {
		c.missing = append(c.missing, name)
	}
}

// id is how a keyword of the configuration is listed.
func (k peerKeyword) id() string {
	if k.context == "proxy" {
		return k.name
	}
	return k.context + " " + k.name
}

// families are the fetches and converters that the headline figures leave out: whole subsystems of their own.
var families = []struct {
	name     string
	prefixes []string
}{
	{"the TLS layer", []string{"ssl_"}},
	{"stick tables", []string{"sc_", "sc0_", "sc1_", "sc2_", "src_", "table_", "in_table"}},
	{"QUIC", []string{"quic_"}},
	{"FastCGI", []string{"fcgi."}},
	{"device detection", []string{"51d", "da-csv", "wurfl"}},
	{"Lua", []string{"lua."}},
}

// leftOut is the family that a fetch or converter belongs to, or "".
func leftOut(name string) string {
	if name == "src_port" || name == "src_is_local" {
		return ""
	}
	for _, f := range families {
		for _, p := range f.prefixes {
			if strings.HasPrefix(name, p) {
				return f.name
			}
		}
	}
	return ""
}

// ourNames are the names of every class but the configuration's.
func ourNames() map[string]map[string]bool {
	set := func(names []string) map[string]bool {
		m := map[string]bool{}
		for _, n := range names {
			m[n] = true
		}
		return m
	}
	fetches, convs, acls := set(nil), set(nil), set(nil)
	for _, e := range acl.Fetches() {
		fetches[e.Name] = true
		acls[e.Name] = acl.HasACLKeyword(e.Name)
	}
	for _, e := range acl.Converters() {
		convs[e.Name] = true
	}
	for _, k := range acl.ACLKeywords() {
		acls[k.Name] = true
	}
	return map[string]map[string]bool{
		"ACL keywords": acls, "CLI keywords": set(stats.Commands()), "sample converter functions": convs, "sample fetch functions": fetches,
		"service names": set(serviceNames()), "filter names": set(nil),
	}
}

// How much of HAProxy's language is known never falls; -update records that it has risen.
func TestCoverage(t *testing.T) {
	list := counts(t)
	recorded := readCounts(t)
	var b strings.Builder
	for _, c := range list {
		fmt.Fprintf(&b, "%s: %d of %d\n", c.title, c.known, c.all)
		if c.known < recorded[c.title] && !strings.Contains(c.title, "change nothing") { // what is carried out now changes something
			t.Errorf("%s: %d of HAProxy's %d are known; it was %d", c.title, c.known, c.all, recorded[c.title])
		}
	}
	if c := list[0]; c.known != c.all {
		t.Errorf("ACL keywords are missing: %s", strings.Join(c.missing, " "))
	}
	if *update && !t.Failed() {
		if err := os.WriteFile(coverageFile, []byte(b.String()), 0o644); err != nil {
			t.Fatal(err)
		}
	}
}

func readCounts(t *testing.T) map[string]int {
	t.Helper()
	text, err := os.ReadFile(coverageFile)
	if err != nil {
		t.Fatal(err)
	}
	out := map[string]int{}
	for line := range strings.Lines(string(text)) {
		title, numbers, _ := strings.Cut(line, ": ")
		var known, all int
		if _, err := fmt.Sscanf(numbers, "%d of %d", &known, &all); err != nil {
			t.Fatalf("%s: %q: %v", coverageFile, line, err)
		}
		out[title] = known
	}
	return out
}

// docs/coverage.md is what is counted here.
func TestCoveragePage(t *testing.T) {
	page := coverageText(counts(t))
	if *update {
		if err := os.WriteFile(coveragePage, page, 0o644); err != nil {
			t.Fatal(err)
		}
	}
	have, err := os.ReadFile(coveragePage)
	if err != nil {
		t.Fatal(err)
	}
	if !testing.Short() && !bytes.Equal(have, page) { // keywords come in from many sides: the page has to be right where all tests run
		t.Errorf("docs/coverage.md is old: go test ./cmd/weir -run Coverage -update writes it anew")
	}
}

func coverageText(list []tally) []byte {
	var b bytes.Buffer
	b.WriteString(`# How much of HAProxy's language Weir speaks

Generated from the tables that the program itself reads, beside the list that HAProxy 3.5 prints with ` + "`-dKall`" + `; ` + "`go test ./cmd/weir -run Coverage -update`" + `
writes it anew. The numbers only rise: a test holds them.

| of HAProxy's | Weir has | |
|---|---|---|
`)
	for _, c := range list {
		fmt.Fprintf(&b, "| %s | %d of %d | %s |\n", c.title, c.known, c.all, c.percent())
	}
	b.WriteString("\nThe families that are left out of two lines are subsystems of their own:")
	for i, f := range families {
		if i > 0 {
			b.WriteString(",")
		}
		b.WriteString(" " + f.name + " (`" + strings.Join(f.prefixes, "`, `") + "`)")
	}
	b.WriteString(".\n\n" + `A keyword that changes nothing is one whose effect Weir has anyway, or that tunes a part of HAProxy that Weir does not have; ` + "`weir compat`" + ` says the
reason of each. Using one that is missing is an error that names it.
`)
	for _, c := range list {
		if len(c.missing) == 0 || strings.Contains(c.title, "outside") {
			continue
		}
		names := slices.Clone(c.missing)
		slices.Sort(names)
		fmt.Fprintf(&b, "\n## Missing: %s\n\n%s\n", c.title, wrapped(names))
	}
	return b.Bytes()
}

// wrapped writes names in lines of bounded length.
func wrapped(names []string) string {
	const width = 140
	var b strings.Builder
	at := 0
	for i, n := range names {
		n = "`" + n + "`"
		if i < len(names)-1 {
			n += ","
		}
		if at > 0 && at+1+len(n) > width {
			b.WriteString("\n")
			at = 0
		} else if at > 0 {
			b.WriteString(" ")
			at++
		}
		b.WriteString(n)
		at += len(n)
	}
	return b.String()
}
