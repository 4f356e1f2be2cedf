package main

import (
	"fmt"
	"io"
	"slices"
	"strings"

	"weir/acl"
	"weir/stats"
)

// dumpClasses are what -dK can show, in HAProxy's order.
var dumpClasses = []struct {
	name, title string
	show        func(w io.Writer)
}{
	{"acl", "ACL keywords", dumpACLs},
	{"cfg", "configuration keywords", dumpConfig},
	{"cli", "CLI keywords", dumpCommands},
	{"cnv", "sample converter functions", dumpConverters},
	{"flt", "filter names", func(io.Writer) {}},
	{"smp", "sample fetch functions", dumpFetches},
	{"svc", "service names", func(w io.Writer) {
		for _, name := range serviceNames() {
			fmt.Fprintln(w, name)
		}
	}},
}

// dumpKeywords writes the inventory of Weir in the layout of HAProxy's own, for the programs that read that. As there, a class that is not
// known shows nothing.
func dumpKeywords(w io.Writer, classes []string) {
	if slices.Contains(classes, "help") || slices.Contains(classes, "") {
		fmt.Fprintln(w, "# List of supported keyword classes:\nall: list all keywords")
		for _, c := range dumpClasses {
			title := c.title
			if c.name == "cnv" {
				title = "sample converter keywords"
			}
			fmt.Fprintf(w, "%s: %s\n", c.name, title)
		}
	}
	for _, c := range dumpClasses {
		if slices.Contains(classes, "all") || slices.Contains(classes, c.name) {
			fmt.Fprintf(w, "# List of registered %s:\n", c.title)
			c.show(w)
		}
	}
}

// serviceNames are what "http-request use-service" takes; "stats" has a keyword of its own.
func serviceNames() []string {
	var names []string
	for name := range noServices() {
		if name != "stats" {
			names = append(names, name)
		}
	}
	slices.Sort(names)
	return names
}

func dumpACLs(w io.Writer) {
	for _, k := range acl.ACLKeywords() {
		fmt.Fprintf(w, "%s = %s -m %s\n", k.Name, k.Fetch, k.Method)
	}
}

func dumpCommands(w io.Writer) {
	names := stats.Commands()
	slices.Sort(names)
	for _, name := range names {
		if name == "hard-reload" || name == "reload" || name == "show proc" { // HAProxy's worker has none
			fmt.Fprintf(w, "%s [MASTER] \n", name)
			continue
		}
		master := ""
		if slices.Contains(masterCommands, name) {
			master = "[MASTER] "
		}
		fmt.Fprintf(w, "%s %s[WORKER] \n", name, master)
	}
}

// masterCommands are the commands that HAProxy's master process has too.
var masterCommands = []string{"experimental-mode", "expert-mode", "help", "operator", "prompt", "quit", "show cli level", "show cli sockets", "show version", "user"}

func dumpConverters(w io.Writer) {
	for _, e := range acl.Converters() {
		fmt.Fprintf(w, "%s%s: %s => %s\n", e.Name, e.Arguments, e.Out, e.In) // in this order, as HAProxy
	}
}

// fetchColumns are the places that the columns of a fetch stand for.
var fetchColumns = [acl.Columns]string{
	"frontend tcp-request connection rule", "frontend tcp-request session rule", "frontend tcp-request content rule",
	"frontend http-request header rule", "frontend http-request body rule", "frontend use-backend rule",
	"backend tcp-request content rule", "backend http-request header rule", "backend http-request body rule",
	"backend use-server, balance or stick-match rule", "server source selection", "backend tcp-response content rule",
	"backend http-response header rule", "backend http-response body rule", "backend stick-store rule",
	"frontend tcp-response content rule", "frontend http-response header rule", "frontend http-response body rule",
	"logs", "backend tcp-check rule", "configuration parser", "CLI parser",
}

func dumpFetches(w io.Writer) {
	for i, name := range fetchColumns {
		fmt.Fprintf(w, "# %s%s_.%s %s\n", strings.Repeat(" ", len(fetchColumns)-i), strings.Repeat("/ ", i), strings.Repeat("-", len(fetchColumns)-i), name)
	}
	fmt.Fprintf(w, "# %s \n# %s\n", strings.Repeat("/ ", len(fetchColumns)), strings.Repeat("| ", len(fetchColumns)))
	for _, e := range acl.Fetches() {
		io.WriteString(w, "[ ")
		for _, yes := range e.Where {
			mark := ". "
			if yes {
				mark = "Y "
			}
			io.WriteString(w, mark)
		}
		fmt.Fprintf(w, "] %s%s: %s\n", e.Name, e.Arguments, e.Out)
	}
}
