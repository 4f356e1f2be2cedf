package main

import (
	"fmt"
	"strings"
)

// curveSizes are the numbers of backends and of ACLs measured.
var curveSizes = []int{1, 10, 100, 1000}

// curve is one family of configurations that grows; the request always takes the last way.
type curve struct {
	name string
	host string // of the request, where %d is the number of the last backend
	weir func(n int) string
	hap  func(n int) string
}

var curves = []curve{
	{
		name: "backends by host", host: "h%d.example",
		weir: func(n int) string {
			return each(n, "  use_backend \"b%[1]d\" {\n    when = hdr(\"Host\") == \"h%[1]d.example\"\n  }\n") + "  default_backend = \"b1\"\n}\n" +
				each(n, "backend \"b%[1]d\" {\n  server \"s1\" {\n    address = \"127.0.0.1:9001\"\n  }\n}\n")
		},
		hap: func(n int) string {
			return each(n, "  use_backend b%[1]d if { hdr(Host) h%[1]d.example }\n") + "  default_backend b1\n" + each(n, "backend b%[1]d\n  server s1 127.0.0.1:9001\n")
		},
	},
	{
		name: "prefix ACLs that do not match", host: "x.example",
		weir: func(n int) string {
			return each(n, "  use_backend \"b1\" {\n    when = starts_with(path(), \"/p%[1]d/\")\n  }\n") + "  default_backend = \"b1\"\n}\n" +
				each(1, "backend \"b%[1]d\" {\n  server \"s1\" {\n    address = \"127.0.0.1:9001\"\n  }\n}\n")
		},
		hap: func(n int) string {
			return each(n, "  use_backend b1 if { path_beg /p%[1]d/ }\n") + "  default_backend b1\n" + each(1, "backend b%[1]d\n  server s1 127.0.0.1:9001\n")
		},
	},
	{
		name: "host ACLs that do not match", host: "x.example",
		weir: func(n int) string {
			return each(n, "  use_backend \"b1\" {\n    when = starts_with_i(hdr(\"Host\"), \"h%[1]d.\")\n  }\n") + "  default_backend = \"b1\"\n}\n" +
				each(1, "backend \"b%[1]d\" {\n  server \"s1\" {\n    address = \"127.0.0.1:9001\"\n  }\n}\n")
		},
		hap: func(n int) string {
			return each(n, "  use_backend b1 if { hdr_beg(Host) -i h%[1]d. }\n") + "  default_backend b1\n" + each(1, "backend b%[1]d\n  server s1 127.0.0.1:9001\n")
		},
	},
}

// each writes a pattern for 1..n.
func each(n int, pattern string) string {
	var b strings.Builder
	for i := 1; i <= n; i++ {
		fmt.Fprintf(&b, pattern, i)
	}
	return b.String()
}

// head returns a template up to its frontend's bind: the same settings as in the scenarios.
func head(template, upTo string) (string, error) {
	text, err := templates.ReadFile(template)
	if err != nil {
		return "", err
	}
	before, _, ok := strings.Cut(string(text), upTo)
	if !ok {
		return "", fmt.Errorf("%s: no %q", template, upTo)
	}
	return before + upTo, nil
}

// runCurves prints the CPU time per request for each size, 64 connections.
func runCurves(o *options) error {
	weirHead, err := head("weir.hcl.tmpl", "bind \"127.0.0.1:@P1@\" {}\n")
	if err != nil {
		return err
	}
	hapHead, err := head("haproxy.cfg.tmpl", "bind 127.0.0.1:@P1@\n")
	if err != nil {
		return err
	}
	for _, c := range curves {
		fmt.Printf("%s (cpu_us per request)\n%8s %10s %10s\n", c.name, "n", "weir", "haproxy")
		for _, n := range curveSizes {
			weir, err := o.point("weir", weirHead+c.weir(n), c.host, n)
			if err != nil {
				return err
			}
			hap, err := o.point("haproxy", hapHead+c.hap(n), c.host, n)
			if err != nil {
				return err
			}
			fmt.Printf("%8d %10s %10s\n", n, weir, hap)
		}
	}
	return nil
}

// point measures one configuration.
func (o *options) point(name, text, host string, n int) (string, error) {
	s, err := startWith(o, name, text)
	if err != nil || s == nil {
		return "-", err
	}
	defer s.proc.stop()
	if strings.Contains(host, "%d") {
		host = fmt.Sprintf(host, n)
	}
	var rows []result
	for range o.rounds {
		rows = append(rows, o.load(s, s.http, 64, "/", false, host))
	}
	return fmt.Sprintf("%.2f%s", median(rows, func(r result) float64 { return r.cost }), rows[0].note), nil
}
