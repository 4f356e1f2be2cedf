package main

import (
	"errors"
	"flag"
	"fmt"
	"os"
	"path/filepath"
	"strings"

	"weir/conf"
	"weir/conf/cfgfile"
)

func compatCommand() *command {
	return &command{
		name: "compat", args: "[-q] [--json] FILE...", summary: "say what Weir does with each directive of an haproxy.cfg",
		help: `
  FILE      an haproxy.cfg, or a folder whose *.cfg files are one configuration. Several are read in their order as one
  -q        leave out the directives that Weir carries out as HAProxy does, and those that change nothing
  --json    print one JSON object

Each directive is told with its line and what becomes of it:

  done      carried out as HAProxy 2.6 does
  differs   carried out, with a difference that is meant; docs/differences.md has them all
  inert     accepted; it changes nothing in Weir, for the reason that is told
  not done  understood and not carried out yet: Weir refuses the configuration
  unknown   no directive of HAProxy, or wrong; the reason says what is accepted

Files, users and names that are not there are no matter of the language: they are noted, and "weir check" asks for them. The exit code
is 0 for a configuration that Weir runs unchanged, else 1.`,
		run: compat,
	}
}

// Classes of a directive.
const (
	compatDone    = "done"
	compatDiffers = "differs"
	compatInert   = "inert"
	compatNotDone = "not done"
	compatUnknown = "unknown"
)

var compatClasses = []string{compatDone, compatDiffers, compatInert, compatNotDone, compatUnknown}

// directive is one line of a configuration and what becomes of it; its JSON names are part of the interface.
type directive struct {
	File       string           `json:"file"`
	Line       int              `json:"line"`
	Class      string           `json:"class"`
	Text       string           `json:"directive"`
	Section    string           `json:"section,omitempty"`
	Reason     string           `json:"reason,omitempty"`
	Difference *knownDifference `json:"difference,omitempty"`
	words      []string
}

// passport is what compat tells.
type passport struct {
	OK         bool           `json:"ok"`
	Directives []directive    `json:"directives"`
	Counts     map[string]int `json:"counts"`
	// Problems are what stands at no directive: files that cannot be read.
	Problems []problem `json:"problems,omitempty"`
}

func compat(s *streams, args []string) int {
	set := flag.NewFlagSet("compat", flag.ContinueOnError)
	quiet := set.Bool("q", false, "")
	asJSON := set.Bool("json", false, "")
	paths, code, ok := parseArgs(s, compatCommand(), set, args)
	switch {
	case !ok:
		return code
	case len(paths) == 0:
		fmt.Fprintln(s.err, "weir compat: want a file: weir compat haproxy.cfg")
		return exitUsage
	}
	p, err := compatOf(paths)
	if err != nil {
		return fail(s, err)
	}
	if *asJSON {
		err = p.writeJSON(s.out)
	} else {
		err = p.print(s.out, *quiet)
	}
	if err != nil {
		return fail(s, err)
	}
	if !p.OK {
		return exitFail
	}
	return exitOK
}

// compatOf reads the files and says what becomes of each directive.
func compatOf(paths []string) (*passport, error) {
	for _, path := range paths {
		if isHCL(path) {
			return nil, errors.New(path + " is in HCL; compat reads HAProxy's language")
		}
	}
	cfg, diags := cfgfile.LoadFiles(paths, conf.CheckToo(checkRules))
	w := &compatWalk{lines: map[place]*notes{}, p: &passport{Counts: map[string]int{}}}
	w.note(diags)
	w.more(checkRules(cfg))
	if len(diags.Errors) >= conf.MaxErrors {
		w.p.Problems = append(w.p.Problems, problem{Message: fmt.Sprintf("more than %d errors: what comes after them is not told", conf.MaxErrors)})
	}
	var sources []cfgfile.Source
	for _, file := range compatFiles(paths) {
		text, err := os.ReadFile(file)
		if err != nil {
			continue // LoadFiles has told it
		}
		sources = append(sources, cfgfile.Source{Name: file, Text: text})
	}
	cfgfile.Walk(sources, w.step)
	w.finish()
	return w.p, nil
}

// compatFiles are the files that paths stand for, as LoadFiles reads them.
func compatFiles(paths []string) []string {
	var out []string
	for _, path := range paths {
		if st, err := os.Stat(path); err != nil || !st.IsDir() {
			out = append(out, path)
			continue
		}
		names, _ := filepath.Glob(filepath.Join(path, "*.cfg")) // sorted; the pattern is good
		for _, name := range names {
			if !strings.HasPrefix(filepath.Base(name), ".") {
				out = append(out, name)
			}
		}
	}
	return out
}

// place is a line of a file.
type place struct {
	file string
	line int
}

// notes are what reading and checking said of a line.
type notes struct {
	notDone, wrong, here, warnings []string
}

// compatWalk classes lines as they are read.
type compatWalk struct {
	p     *passport
	lines map[place]*notes
	// section is the class of the section's own line: what stands in one that is not done is not read.
	section string
}

// note sorts what was said by line.
func (w *compatWalk) note(diags conf.Diagnostics) {
	for _, e := range diags.Errors {
		n := w.at(e.Pos)
		text := told(e)
		switch {
		case n == nil:
			w.p.Problems = append(w.p.Problems, problem{File: e.Pos.File, Message: text})
		case strings.Contains(text, "is understood but not done yet"):
			n.notDone = append(n.notDone, text)
		case isHere(text):
			n.here = append(n.here, text)
		default:
			n.wrong = append(n.wrong, text)
		}
	}
	for _, e := range diags.Warnings {
		if n := w.at(e.Pos); n != nil {
			n.warnings = append(n.warnings, told(e))
		}
	}
}

// more adds what checking the rules says of lines with which nothing is wrong so far: where a file is too broken to be checked as a
// whole, that has not been said.
func (w *compatWalk) more(diags conf.Diagnostics) {
	var fresh conf.Diagnostics
	for _, e := range diags.Errors {
		if n := w.at(e.Pos); n == nil || len(n.wrong)+len(n.notDone)+len(n.here) == 0 {
			fresh.Add(e)
		}
	}
	fresh.Tidy()
	w.note(fresh)
}

func (w *compatWalk) at(pos conf.Pos) *notes {
	if pos.Line == 0 {
		return nil
	}
	at := place{pos.File, pos.Line}
	if w.lines[at] == nil {
		w.lines[at] = &notes{}
	}
	return w.lines[at]
}

// told is an error without its place.
func told(e *conf.Error) string {
	bare := *e
	bare.Pos = conf.Pos{}
	return bare.Error()
}

// isHere reports an error that is of this machine and not of the configuration: a file that is not there.
func isHere(text string) bool {
	for _, s := range []string{"no such file or directory", "permission denied", "cannot read", "cannot be read"} {
		if strings.Contains(text, s) {
			return true
		}
	}
	return false
}

// step classes one line.
func (w *compatWalk) step(st *cfgfile.Step) {
	n := w.at(st.Pos)
	if st.Kind != cfgfile.StepSection && st.Kind != cfgfile.StepLine && len(n.wrong) == 0 {
		return // of these only what is wrong with them
	}
	d := directive{File: st.Pos.File, Line: st.Pos.Line, Text: strings.TrimSpace(strings.TrimSuffix(st.Text, st.Comment))}
	for _, word := range st.Words {
		d.words = append(d.words, word.Text)
	}
	if st.Section != nil && st.Kind == cfgfile.StepLine {
		d.Section = strings.TrimSpace(st.Section.Kind + " " + st.Section.Name)
	}
	w.class(&d, st, n)
	if st.Kind == cfgfile.StepSection {
		w.section = d.Class
	}
	w.p.Directives = append(w.p.Directives, d)
}

// class says what becomes of a line.
func (w *compatWalk) class(d *directive, st *cfgfile.Step, n *notes) {
	passed := st.Kind == cfgfile.StepLine && st.Keyword == ""
	switch {
	case len(n.wrong) > 0:
		d.Class, d.Reason = compatUnknown, strings.Join(append(n.wrong, n.notDone...), "; ")
	case len(n.notDone) > 0:
		d.Class, d.Reason = compatNotDone, strings.Join(n.notDone, "; ")
	case passed && w.section == compatNotDone:
		d.Class, d.Reason = compatNotDone, "its section is not done"
	case passed:
		d.Class, d.Reason = compatUnknown, "it stands in no section that is known"
	case st.Status == cfgfile.Inert && st.Kind == cfgfile.StepLine && differenceOf(d) == nil:
		d.Class, d.Reason = compatInert, st.Why
	default:
		d.Class = compatDone
		if diff := differenceOf(d); diff != nil {
			d.Class, d.Reason, d.Difference = compatDiffers, diff.String(), diff
		}
		w.remarks(d, st, n)
	}
}

// remarks adds what is worth knowing of a line that is carried out.
func (w *compatWalk) remarks(d *directive, st *cfgfile.Step, n *notes) {
	var list []string
	if d.Reason != "" {
		list = append(list, d.Reason)
	}
	for _, arg := range st.Inert {
		name, why, _ := strings.Cut(arg, ": ")
		list = append(list, name+" changes nothing: "+why)
	}
	for _, text := range n.here {
		list = append(list, "here: "+text)
	}
	if st.Kind == cfgfile.StepLine {
		for _, text := range n.warnings {
			list = append(list, "warning: "+text)
		}
	}
	d.Reason = strings.Join(list, "; ")
}

// finish counts.
func (w *compatWalk) finish() {
	p := w.p
	for _, class := range compatClasses {
		p.Counts[class] = 0
	}
	for _, d := range p.Directives {
		p.Counts[d.Class]++
	}
	p.OK = p.Counts[compatNotDone] == 0 && p.Counts[compatUnknown] == 0 && len(p.Problems) == 0 && len(p.Directives) > 0
}
