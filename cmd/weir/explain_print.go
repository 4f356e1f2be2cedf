package main

import (
	"fmt"
	"io"
	"strconv"
	"strings"
)

// print writes it for people.
func (x *explanation) print(w io.Writer) {
	fmt.Fprintf(w, "%s %s\nfrom %s to %s: frontend %s, bind %s\n", x.Request.Method, x.Request.URL, x.Request.Src, x.Request.Dst, x.Frontend, x.Bind)
	if x.TLS != nil {
		x.TLS.print(w)
	}
	for _, note := range x.Notes {
		fmt.Fprintf(w, "note: %s\n", note)
	}
	title := ""
	for _, s := range x.Steps {
		if t := s.Section + ": " + s.List; t != title {
			title = t
			fmt.Fprintf(w, "\n%s\n", t)
		}
		s.print(w)
	}
	fmt.Fprintln(w)
	switch {
	case x.Server != nil:
		x.printServer(w)
	case x.Closed:
		fmt.Fprintln(w, "Weir closes the connection without a word.")
	default:
		fmt.Fprintln(w, "Weir answers:")
		printLines(w, x.Response)
	}
}

func (s *step) print(w io.Writer) {
	verdict := "no "
	if s.Held {
		verdict = "yes"
	}
	fmt.Fprintf(w, "  %s  %s:%d  %s\n", verdict, s.File, s.Line, s.Text)
	if s.Why != nil {
		s.Why.print(w, 7)
	}
	if s.Note != "" {
		fmt.Fprintf(w, "       note: %s\n", s.Note)
	}
	for _, line := range s.Changes {
		fmt.Fprintf(w, "       %s\n", line)
	}
}

// print writes a condition as a tree.
func (c *condition) print(w io.Writer, indent int) {
	pad := strings.Repeat(" ", indent)
	holds := map[bool]string{true: "holds", false: "does not hold"}[c.Held]
	if c.Skipped {
		fmt.Fprintf(w, "%s%s: not looked at\n", pad, c.name())
		return
	}
	if c.Op == "test" {
		fmt.Fprintf(w, "%s%s: %s\n", pad, c.Test, c.compared())
		return
	}
	fmt.Fprintf(w, "%s%s %s\n", pad, c.name(), holds)
	for _, kid := range c.Of {
		kid.print(w, indent+2)
	}
}

func (c *condition) name() string {
	switch {
	case c.ACL != "":
		return "acl " + c.ACL
	case c.Test != "":
		return c.Test
	}
	return c.Op
}

// compared says what a test found.
func (c *condition) compared() string {
	if len(c.Values) == 0 {
		return "there is nothing to compare"
	}
	var quoted []string
	for _, v := range c.Values {
		quoted = append(quoted, strconv.Quote(v))
	}
	text := strings.Join(quoted, ", ")
	switch {
	case !c.Held:
		return text + " does not match"
	case c.Pattern == "":
		return text + " matches"
	case c.At != "":
		return fmt.Sprintf("%s matches %q (%s)", text, c.Pattern, c.At)
	}
	return fmt.Sprintf("%s matches %q", text, c.Pattern)
}

func (x *explanation) printServer(w io.Writer) {
	fmt.Fprintf(w, "backend %s, by %s\n", x.Backend, x.Chosen)
	s := x.Server
	fmt.Fprintf(w, "server %s, by %s", s.Name, s.By)
	if s.Key != "" {
		fmt.Fprintf(w, "; the key's hash is %s", s.Key)
	}
	if !s.Sure {
		fmt.Fprint(w, "; another request, or a process that has run for a while, may get another")
	}
	fmt.Fprintln(w)
	for i := range s.Candidates {
		m := &s.Candidates[i]
		fmt.Fprintf(w, "  %s at %s, weight %d\n", m.Name, m.Address, m.Weight)
	}
	if len(x.Leaves) > 0 {
		fmt.Fprintln(w, "\nThe request as it leaves:")
		printLines(w, x.Leaves)
	}
	if len(x.Added) > 0 {
		fmt.Fprintln(w, "\nof which options, not rules, changed:")
		printLines(w, x.Added)
	}
	if len(x.Later) > 0 {
		fmt.Fprintln(w, "\nRules that its response will meet:")
		for _, l := range x.Later {
			fmt.Fprintf(w, "  %s:%d  %s\n", l.File, l.Line, l.Text)
		}
	}
}

func printLines(w io.Writer, lines []string) {
	for _, line := range lines {
		fmt.Fprintf(w, "  %s\n", strings.ReplaceAll(strings.TrimRight(line, "\r\n"), "\n", "\n  "))
	}
}
