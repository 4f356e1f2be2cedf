package main

import (
	"encoding/json"
	"fmt"
	"io"
	"strings"
)

// print writes a line for each directive, and the summary.
func (p *passport) print(out io.Writer, quiet bool) error {
	var b strings.Builder
	for _, d := range p.Directives {
		if quiet && (d.Class == compatDone || d.Class == compatInert) {
			continue
		}
		fmt.Fprintf(&b, "%s:%d: %-8s  %s\n", d.File, d.Line, d.Class, d.Text)
		if d.Reason != "" {
			fmt.Fprintf(&b, "    %s\n", d.Reason)
		}
	}
	for _, pr := range p.Problems {
		fmt.Fprintln(&b, strings.TrimPrefix(pr.File+": "+pr.Message, ": "))
	}
	fmt.Fprintln(&b, p.summary())
	_, err := io.WriteString(out, b.String())
	return err
}

// summary is "142 directives: 140 done, 1 differs, 1 not done".
func (p *passport) summary() string {
	var parts []string
	for _, class := range compatClasses {
		if n := p.Counts[class]; n > 0 {
			parts = append(parts, fmt.Sprintf("%d %s", n, class))
		}
	}
	text := count(len(p.Directives), "directive")
	if len(parts) > 0 {
		text += ": " + strings.Join(parts, ", ")
	}
	return text
}

func (p *passport) writeJSON(out io.Writer) error {
	enc := json.NewEncoder(out)
	enc.SetIndent("", "  ")
	return enc.Encode(p)
}
