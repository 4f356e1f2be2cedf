package conf

import (
	"cmp"
	"fmt"
	"slices"
	"strconv"
	"strings"
)

// Error is one thing that is wrong (or, as a warning, doubtful) in a configuration. Make it with
// BadValue, OutOfRange, Misread, Unknown, NotDone, Conflict or Bad, so that all of them read alike:
//
//	lb.cfg:12:9: backend "web": balance: got "lestconn"; want roundrobin, leastconn or source (did you mean "leastconn"?)
type Error struct {
	Pos     Pos
	Path    string   // the sections and the keyword that lead to the place, as in: backend "web": balance
	Msg     string   // what is wrong, where Got and Want do not say it
	Got     string   // what was typed; shown where HasGot
	HasGot  bool     // Got may be the empty string
	Want    []string // what is accepted: a whole list, or one description
	Suggest string   // the accepted word nearest to Got
	Fix     string   // what to do about it
	Kind    string   // what is missing, where that is told apart: "backend", of a name that nothing has
}

// Error returns the one line that people read.
func (e *Error) Error() string {
	var b strings.Builder
	if !e.Pos.IsZero() {
		b.WriteString(e.Pos.String() + ": ")
	}
	if e.Path != "" {
		b.WriteString(e.Path + ": ")
	}
	b.WriteString(e.Msg)
	if e.HasGot {
		if e.Msg != "" {
			b.WriteString(": ")
		}
		fmt.Fprintf(&b, "got %q", clip(e.Got))
	}
	if len(e.Want) > 0 {
		b.WriteString("; want " + orList(e.Want))
	}
	if e.Suggest != "" {
		fmt.Fprintf(&b, " (did you mean %q?)", e.Suggest)
	}
	if e.Fix != "" {
		b.WriteString("; " + e.Fix)
	}
	return b.String()
}

// maxGot bounds what an error repeats of the input, in bytes: a message must stay readable when the
// wrong value is a whole pasted certificate.
const maxGot = 80

func clip(s string) string {
	if len(s) <= maxGot {
		return s
	}
	return s[:maxGot] + "..."
}

// orList joins words as "a, b or c".
func orList(words []string) string {
	n := len(words)
	if n == 1 {
		return words[0]
	}
	return strings.Join(words[:n-1], ", ") + " or " + words[n-1]
}

// maxWant bounds how many accepted names an error lists: beyond it the nearest one alone is more use.
const maxWant = 24

// BadValue is the error for a value that is none of the accepted ones. One want that is a description
// ("a number from 0 to 256") is shown as it is; of several the nearest to got is suggested.
func BadValue(pos Pos, path, got string, want ...string) *Error {
	e := &Error{Pos: pos, Path: path, Got: got, HasGot: true, Want: want}
	if len(want) > 1 {
		e.Suggest = Nearest(got, want)
	}
	if len(want) > maxWant {
		e.Want = nil
	}
	return e
}

// Misread is the error for text that a parser refused. A parser says "want X", which reads as the accepted
// values do, or what is the matter.
func Misread(pos Pos, path, got string, err error) *Error {
	if want, ok := strings.CutPrefix(err.Error(), "want "); ok {
		return BadValue(pos, path, got, want)
	}
	return &Error{Pos: pos, Path: path, Got: got, HasGot: true, Fix: err.Error()}
}

// Unknown is the error for a name that means nothing where it stands. kind says what was expected, as
// in "backend" or "keyword"; known are the names that would have been right.
func Unknown(pos Pos, path, kind, got string, known []string) *Error {
	e := BadValue(pos, path, got, slices.Compact(slices.Clone(known))...) // a name may be taken twice, which is told elsewhere
	e.Msg, e.Kind = "unknown "+kind, kind
	e.Suggest = Nearest(got, known)
	return e
}

// instead says what to do without a keyword that is not done yet, by its name in HAProxy.
var instead = map[string]string{
	"idle-pool-shared": "each loop keeps its own idle connections",
	"pool-low-conn":    "loops take no idle connections from each other",
}

// InLua reports whether a name is one that a Lua program gives to an action, a fetch, a converter or a service.
func InLua(name string) bool { return strings.HasPrefix(name, "lua.") }

// NotDone is the error for something that Weir understands and does not do yet. why may be empty.
func NotDone(pos Pos, path, keyword, why string) *Error {
	if why == "" {
		why = instead[strings.ReplaceAll(keyword, "_", "-")]
	}
	return &Error{Pos: pos, Path: path, Msg: fmt.Sprintf("%q is understood but not done yet", keyword), Fix: why}
}

// Conflict is the error for a second definition of what stands at first already.
func Conflict(pos Pos, path, what string, first Pos) *Error {
	return &Error{Pos: pos, Path: path, Msg: what + " is already defined at " + first.String()}
}

// Bad is any other error.
func Bad(pos Pos, path, format string, args ...any) *Error {
	return &Error{Pos: pos, Path: path, Msg: fmt.Sprintf(format, args...)}
}

// Errors is a list of errors that reads as one.
type Errors []*Error

// Error returns one line for each error.
func (es Errors) Error() string {
	lines := make([]string, len(es))
	for i, e := range es {
		lines[i] = e.Error()
	}
	return strings.Join(lines, "\n")
}

// sorted returns es by file, line and column, each mistake once: what a defaults section has wrong shows in every section that begins with
// it, at the same place and in the same words.
func (es Errors) sorted() Errors {
	out := slices.Clone(es)
	slices.SortStableFunc(out, func(a, b *Error) int { return comparePos(a.Pos, b.Pos) })
	seen := make(map[string]bool, len(out))
	return slices.DeleteFunc(out, func(e *Error) bool {
		what := *e
		if !e.Pos.IsZero() {
			what.Path = ""
		}
		line := what.Error()
		again := seen[line]
		seen[line] = true
		return again
	})
}

// Compare orders places as a reader meets them.
func (p Pos) Compare(q Pos) int { return comparePos(p, q) }

func comparePos(a, b Pos) int {
	return cmp.Or(cmp.Compare(a.File, b.File), cmp.Compare(a.Line, b.Line), cmp.Compare(a.Col, b.Col))
}

// MaxErrors bounds how many errors one reader or Validate tells: of a file that is no configuration at
// all every line is one, and nobody reads the thousandth.
const MaxErrors = 1000

// Diagnostics is everything that reading and checking a configuration has to say.
type Diagnostics struct {
	Errors   Errors // with any of these the configuration must not run
	Warnings Errors
	Notices  Errors // what the author of the configuration says to whoever starts it: .notice
	Diags    Errors // ... to whoever asks what is doubtful: .diag
}

// Add notes errors.
func (d *Diagnostics) Add(errs ...*Error) { d.Errors = append(d.Errors, errs...) }

// Warn notes warnings.
func (d *Diagnostics) Warn(errs ...*Error) { d.Warnings = append(d.Warnings, errs...) }

// Merge takes over what other says.
func (d *Diagnostics) Merge(other Diagnostics) {
	d.Add(other.Errors...)
	d.Warn(other.Warnings...)
	d.Notices, d.Diags = append(d.Notices, other.Notices...), append(d.Diags, other.Diags...)
}

// Tidy puts the lists in the order of the files and drops what is said twice.
func (d *Diagnostics) Tidy() {
	d.Errors, d.Warnings, d.Notices, d.Diags = d.Errors.sorted(), d.Warnings.sorted(), d.Notices.sorted(), d.Diags.sorted()
}

// Err returns all errors as one, or nil where there is none.
func (d *Diagnostics) Err() error {
	if len(d.Errors) == 0 {
		return nil
	}
	return d.Errors
}

// OutOfRange is the error for a number that is not within low and high.
func OutOfRange(pos Pos, path string, got, low, high int) *Error {
	return BadValue(pos, path, strconv.Itoa(got), fmt.Sprintf("a number from %d to %d", low, high))
}
