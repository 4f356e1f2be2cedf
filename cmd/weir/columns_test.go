package main

import (
	"os"
	"strings"
	"testing"

	"weir/acl"
)

// argumentsDiffer are the fetches whose arguments Weir writes otherwise than HAProxy's list, which does not say what may be left out.
func argumentsDiffer(theirs, ours string) bool {
	plain := strings.NewReplacer("[", "", "]", "")
	return plain.Replace(theirs) != plain.Replace(ours)
}

// A fetch works where HAProxy's does, takes what it takes and gives what it gives: its own list of keywords says so.
func TestFetchColumns(t *testing.T) {
	ours := map[string]acl.Entry{}
	for _, e := range acl.Fetches() {
		ours[e.Name] = e
	}
	text, err := os.ReadFile("testdata/keywords-3.5.txt")
	if err != nil {
		t.Fatal(err)
	}
	n := 0
	for line := range strings.Lines(string(text)) {
		where, rest, ok := strings.Cut(strings.TrimSpace(line), "] ")
		name := peerName(rest)
		e, known := ours[name]
		if !ok || !strings.HasPrefix(where, "[ ") || !known {
			continue
		}
		n++
		call, out, _ := strings.Cut(rest, ": ")
		if args := strings.TrimPrefix(call, name); argumentsDiffer(args, e.Arguments) {
			t.Errorf("%s: takes %q; HAProxy's %q", name, e.Arguments, args)
		}
		if out != e.Out {
			t.Errorf("%s: gives %s; HAProxy's %s", name, e.Out, out)
		}
		for i, mark := range strings.Fields(where)[1:] {
			if e.Where[i] != (mark == "Y") {
				t.Errorf("%s: column %d: %v; HAProxy says %s", name, i, e.Where[i], mark)
			}
		}
	}
	if n < 170 {
		t.Errorf("only %d fetches", n)
	}
}
