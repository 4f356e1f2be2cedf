package main

import (
	"flag"
	"fmt"
	"os"
	"slices"
	"strings"
	"testing"

	"weir/acl"
	"weir/stats"
)

var update = flag.Bool("update", false, "write testdata/coverage.txt anew")

// coverageClasses are the classes of HAProxy's own list of keywords that ours are counted against. Those of the configuration are not
// counted yet: the reader of haproxy.cfg lists them.
func coverageClasses() map[string]map[string]bool {
	set := func(names ...string) map[string]bool {
		m := map[string]bool{}
		for _, n := range names {
			m[n] = true
		}
		return m
	}
	fetches, convs := set(), set()
	for _, e := range acl.Fetches() {
		fetches[e.Name] = true
	}
	for _, e := range acl.Converters() {
		convs[e.Name] = true
	}
	acls := set()
	for _, k := range acl.ACLKeywords() {
		acls[k.Name] = true
	}
	for name := range fetches {
		acls[name] = acl.HasACLKeyword(name)
	}
	return map[string]map[string]bool{
		"ACL keywords": acls, "CLI keywords": set(stats.Commands()...), "sample converter functions": convs, "sample fetch functions": fetches,
		"service names": set(serviceNames()...), "filter names": set(),
	}
}

// peerKeywords reads HAProxy's list: the names of each class.
func peerKeywords(t *testing.T) map[string][]string {
	t.Helper()
	text, err := os.ReadFile("testdata/keywords-3.5.txt")
	if err != nil {
		t.Fatal(err)
	}
	out := map[string][]string{}
	class := ""
	for line := range strings.Lines(string(text)) {
		line = strings.TrimSpace(line)
		switch {
		case line == "" || line[0] == '#':
			continue
		case line[0] == '[' && line[len(line)-1] == ']':
			class = line[1 : len(line)-1]
			continue
		case class == "sample fetch functions":
			_, line, _ = strings.Cut(line, "] ")
		}
		out[class] = append(out[class], peerName(line))
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

// How much of HAProxy's language is known never falls; -update records that it has risen.
func TestCoverage(t *testing.T) {
	ours, theirs := coverageClasses(), peerKeywords(t)
	var b strings.Builder
	counts := map[string]int{}
	var classes []string
	for class := range ours {
		classes = append(classes, class)
	}
	slices.Sort(classes)
	for _, class := range classes {
		known := 0
		for _, name := range theirs[class] {
			if ours[class][name] {
				known++
			}
		}
		counts[class] = known
		fmt.Fprintf(&b, "%s: %d of %d\n", class, known, len(theirs[class]))
	}
	const file = "testdata/coverage.txt"
	if *update {
		if err := os.WriteFile(file, []byte(b.String()), 0o600); err != nil {
			t.Fatal(err)
		}
	}
	text, err := os.ReadFile(file)
	if err != nil {
		t.Fatal(err)
	}
	for line := range strings.Lines(string(text)) {
		class, numbers, _ := strings.Cut(line, ": ")
		var least, all int
		if _, err := fmt.Sscanf(numbers, "%d of %d", &least, &all); err != nil {
			t.Fatalf("%s: %q: %v", file, line, err)
		}
		if counts[class] < least {
			t.Errorf("%s: %d of HAProxy's %d are known; it was %d", class, counts[class], all, least)
		}
	}
}
