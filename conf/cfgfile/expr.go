package cfgfile

import (
	"strings"

	"weir/conf"
)

// maxConverters bounds the converters of one expression: each costs time in every request.
const maxConverters = 64

// isNameByte takes what names of fetches and converters are made of.
func isNameByte(c byte) bool {
	return isWordByte(c) || strings.IndexByte("-.+", c) >= 0
}

// cutExpr reads fetch[(args)][,conv[(args)]]... from the start of the word's text and returns how many bytes that is. Where it
// returns nil it has reported why.
func (d *decoder) cutExpr(w Word, path string) (*conf.Expr, int) {
	s := w.Text
	fetch, n, ok := d.cutCall(w, 0, "fetch", path)
	if !ok {
		return nil, 0
	}
	fetch.Name = conf.FetchName(fetch.Name)
	e := &conf.Expr{Pos: w.Pos, Fetch: fetch}
	for n < len(s) && s[n] == ',' {
		conv, m, ok := d.cutCall(w, n+1, "converter", path)
		if !ok {
			return nil, 0
		}
		if len(e.Convs) == maxConverters {
			d.add(conf.Bad(w.At(n), path, "more than %d converters", maxConverters))
			return nil, 0
		}
		e.Convs = append(e.Convs, conv)
		n += 1 + m
	}
	return e, n
}

// cutCall reads name[(args)] at an offset.
func (d *decoder) cutCall(w Word, at int, kind, path string) (conf.Call, int, bool) {
	s := w.Text[at:]
	n := 0
	for n < len(s) && isNameByte(s[n]) {
		n++
	}
	if n == 0 {
		e := conf.BadValue(w.At(at), path, s, "a "+kind+"'s name such as "+map[string]string{"fetch": "src", "converter": "lower"}[kind])
		d.add(e)
		return conf.Call{}, 0, false
	}
	c := conf.Call{Pos: w.At(at), Name: s[:n]}
	if n < len(s) && s[n] == '(' {
		args, m, err := cutArgs(s[n:])
		if err != nil {
			d.add(conf.Bad(w.At(at+n), path, "%s%s: %s", c.Name, s[n:min(len(s), n+40)], err))
			return conf.Call{}, 0, false
		}
		n += m
		if len(args) != 1 || args[0] != "" || isFieldValue(c.Name) {
			c.Args = args
		}
	}
	return c, n, true
}

// isFieldValue reports a fetch of header fields, to which hdr() means any field and hdr none.
func isFieldValue(name string) bool {
	_, rest, ok := strings.Cut(name, "hdr")
	return ok && rest != "s" && rest != "_cnt" && rest != "_names"
}

// expr reads a word that is an expression and nothing else; nil after an error.
func (d *decoder) expr(w Word, path string) *conf.Expr {
	e, n := d.cutExpr(w, path)
	if e != nil && n < len(w.Text) {
		d.add(conf.Bad(w.At(n), path, "unexpected %q after the expression %s", w.Text[n:], w.Text[:n]))
		return nil
	}
	return e
}

// expr reads the next word as an expression; nil after an error.
func (l *line) expr() *conf.Expr {
	w, ok := l.arg("<expression>")
	if !ok {
		return nil
	}
	return l.d.expr(w, l.path)
}
