package cfgfile

import (
	"strings"

	"weir/conf"
)

// formatReader cuts a log-format string into parts.
type formatReader struct {
	d     *decoder
	w     Word
	path  string
	merge bool // runs of spaces become one, as in log lines
	f     *conf.Format
	flags conf.FormatFlags // that %{...}o has put in force
	text  []byte
	space bool // what was written last is a space
	bad   bool
}

// format reads a word as a format whose spaces stay; nil after an error.
func (d *decoder) format(w Word, path string) *conf.Format { return d.readFormat(w, path, false) }

// logFormat reads a word as the format of a log line.
func (d *decoder) logFormat(w Word, path string) *conf.Format { return d.readFormat(w, path, true) }

// ParseFormat reads the text of a log-format that stands in a file of its own; every error is at pos. The format is nil where there is one.
func ParseFormat(pos conf.Pos, text string) (*conf.Format, conf.Errors) {
	d := newDecoder(nil)
	f := d.format(Word{Text: text, Pos: pos}, "")
	return f, d.diags.Errors
}

func (d *decoder) readFormat(w Word, path string, merge bool) *conf.Format {
	r := &formatReader{d: d, w: w, path: path, merge: merge, f: &conf.Format{Pos: w.Pos}}
	for i := 0; i < len(w.Text) && !r.bad; {
		i += r.next(i)
	}
	r.flush()
	if r.bad {
		return nil
	}
	return r.f
}

// next reads what stands at i and returns how many bytes it is.
func (r *formatReader) next(i int) int {
	s := r.w.Text[i:]
	switch {
	case strings.HasPrefix(s, "%%"):
		r.put('%')
		return 2
	case s[0] == '%':
		before := r.space
		r.space = false
		return r.item(i, before)
	}
	r.put(s[0])
	return 1
}

func (r *formatReader) put(c byte) {
	if r.merge && c == ' ' && r.space {
		return
	}
	r.space = c == ' '
	r.text = append(r.text, c)
}

// flush makes a part of the text so far.
func (r *formatReader) flush() {
	if len(r.text) > 0 {
		r.f.Parts = append(r.f.Parts, conf.FormatPart{Text: string(r.text)})
		r.text = nil
	}
}

func (r *formatReader) fail(i int, format string, args ...any) int {
	r.d.add(conf.Bad(r.w.At(i), r.path, format, args...))
	r.bad = true
	return 1
}

// item reads %[...], %NAME, with (NAME:TYPE) and {FLAGS} before it, at i; before says that a space stands there.
func (r *formatReader) item(i int, before bool) int {
	s := r.w.Text
	p := conf.FormatPart{Flags: r.flags, Pos: r.w.At(i)}
	n := i + 1
	if n < len(s) && s[n] == '(' {
		end := strings.IndexByte(s[n:], ')')
		if end < 0 {
			return r.fail(i, "want ) after the name of %s", s[i:])
		}
		p.Name, p.Cast, _ = strings.Cut(s[n+1:n+end], ":")
		if p.Cast != "" && !contains(castTypes, p.Cast) {
			r.d.add(conf.BadValue(r.w.At(n), r.path, p.Cast, castTypes...))
			r.bad = true
			return 1
		}
		n += end + 1
	}
	if n < len(s) && s[n] == '{' {
		end := strings.IndexByte(s[n:], '}')
		if end < 0 {
			return r.fail(i, "want } after the flags of %s", s[i:])
		}
		if !r.setFlags(&p.Flags, s[n+1:n+end], n+1) {
			return 1
		}
		n += end + 1
	}
	if n < len(s) && s[n] == '[' {
		return r.sample(i, n, p)
	}
	start := n
	for n < len(s) && isWordByte(s[n]) && s[n] != '_' {
		n++
	}
	switch p.Alias = s[start:n]; p.Alias {
	case "":
		return r.fail(i, "want a log variable or an expression in brackets after %q; write %%%% for the character", s[i:start])
	case "o":
		r.flags = p.Flags
		p.Alias, p.Set = "", true
		r.space = before // it writes nothing
	}
	r.flush()
	r.f.Parts = append(r.f.Parts, p)
	return n - i
}

// sample reads the expression in brackets at n of the item at i.
func (r *formatReader) sample(i, n int, p conf.FormatPart) int {
	s := r.w.Text
	e, m := r.d.cutExpr(r.w.sub(n+1, s[n+1:]), r.path)
	if e == nil {
		r.bad = true
		return 1
	}
	end := n + 1 + m
	if end >= len(s) {
		return r.fail(i, "want ] after the expression %s", s[n+1:])
	}
	if s[end] != ']' {
		return r.fail(end, "unexpected %q; want ] after the expression %s", s[end:min(len(s), end+20)], s[n+1:end])
	}
	p.Expr = e
	r.flush()
	r.f.Parts = append(r.f.Parts, p)
	return end + 1 - i
}

var castTypes = []string{"bool", "sint", "str"}

// formatFlags are the flags by name.
var formatFlags = []struct {
	name string
	flag conf.FormatFlags
}{{"Q", conf.FlagQuote}, {"X", conf.FlagHex}, {"E", conf.FlagEscape}, {"bin", conf.FlagBin}, {"json", conf.FlagJSON}, {"cbor", conf.FlagCBOR}}

// flagsOf are the flags of one word, such as Q, bin, or QX; 0 = they are none.
func flagsOf(word string) conf.FormatFlags {
	var all conf.FormatFlags
	for _, f := range formatFlags {
		if f.name == word {
			return f.flag
		}
		if len(f.name) == 1 && strings.Contains(word, f.name) {
			all |= f.flag
		}
	}
	if strings.Trim(word, "QXE") != "" {
		return 0
	}
	return all
}

// setFlags applies "+Q,-X"; a comma may be left out.
func (r *formatReader) setFlags(flags *conf.FormatFlags, text string, at int) bool {
	for i := 0; i < len(text); {
		sign := text[i]
		if sign == ',' || sign == ' ' {
			i++
			continue
		}
		word := text[i+1:]
		if end := strings.IndexAny(word, "+-, "); end >= 0 {
			word = word[:end]
		}
		flag := flagsOf(word)
		if flag == 0 || sign != '+' && sign != '-' {
			r.d.add(conf.BadValue(r.w.At(at+i), r.path, text, "+Q", "-Q", "+X", "-X", "+E", "-E", "+bin", "+json", "+cbor"))
			r.bad = true
			return false
		}
		if sign == '+' {
			*flags |= flag
		} else {
			*flags &^= flag
		}
		i += 1 + len(word)
	}
	return true
}

// constant is the text of a format that has nothing else in it.
func constant(f *conf.Format) (string, bool) {
	if f == nil || len(f.Parts) == 0 {
		return "", f != nil
	}
	return f.Parts[0].Text, len(f.Parts) == 1 && f.Parts[0].Expr == nil && f.Parts[0].Alias == "" && !f.Parts[0].Set
}
