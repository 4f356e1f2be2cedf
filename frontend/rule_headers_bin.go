package frontend

import (
	"bytes"
	"strings"

	"weir/acl"
	"weir/conf"
	"weir/internal/loop"
	"weir/internal/message"
)

// headersBin is add-headers-bin, set-headers-bin and del-headers-bin.
//
// The list comes from anywhere, a client's body perhaps: a name that is none, a list that is cut off and too many fields make the
// action fail as a whole, before anything is changed. Control characters in values are percent-encoded, as those that other rules write.
type headersBin struct {
	op     conf.HeadersOp
	expr   *acl.Expr
	prefix []byte // lower case
	same   func(field, name []byte) bool
}

func (k *ruleSite) headersBin(a *conf.HeadersBin) (deed, error) {
	d := &headersBin{op: a.Op, prefix: []byte(strings.ToLower(a.Prefix)), same: bytes.Equal}
	switch a.Match {
	case "beg":
		d.same = bytes.HasPrefix
	case "end":
		d.same = bytes.HasSuffix
	case "sub":
		d.same = bytes.Contains
	}
	var err error
	d.expr, err = k.Expr(a.Expr)
	return d, err
}

func (d *headersBin) do(st *stream, _ *loop.Task, on phase) verdict {
	var s acl.Sample
	if !d.expr.Eval(&st.ctx, &s) {
		return carryOn // there is no list
	}
	// A copy: what is evaluated may be a part of the fields that change now. Names in it become lower case.
	list := st.arena.Copy(s.Bytes)
	if d.op == conf.HeadersDel {
		return d.remove(st, list, on)
	}
	size, count, ok := d.measure(list)
	fields := st.fields(on)
	if !ok || !st.fits(size) {
		return botched
	}
	if d.op == conf.HeadersSet {
		d.each(list, func(name, _ []byte) { delFields(fields, name, bytes.Equal) })
	}
	if len(*fields)+count > st.fe().limits.Fields {
		return botched
	}
	d.each(list, func(name, value []byte) { st.addField(on, name, value) })
	return carryOn
}

// addField appends a field as set-header does.
func (st *stream) addField(on phase, name, value []byte) {
	fields, v := st.fields(on), value
	if hasControl(v) {
		v = st.arena.Copy(escapeControls(bytes.Clone(v), 0))
	}
	id := message.Lookup(name)
	if id != message.Unknown {
		fields.Add(id, v)
	} else {
		fields.AddBytes(name, v)
	}
	if id == message.Host && on == onRequest {
		st.newHost(v)
	}
}

func hasControl(b []byte) bool {
	for _, c := range b {
		if c < ' ' && c != '\t' || c == 0x7f {
			return true
		}
	}
	return false
}

// delFields removes the fields whose names are the same as one. It is not DelFunc: a function for each name would be an allocation.
func delFields(fields *message.Fields, name []byte, same func(field, name []byte) bool) {
	kept := (*fields)[:0]
	for _, f := range *fields {
		if !same(f.Name, name) {
			kept = append(kept, f)
		}
	}
	*fields = kept
}

// measure reports what the list would add to a head, and whether it is one. It makes the names lower case.
func (d *headersBin) measure(list []byte) (size, count int, ok bool) {
	r := binReader{b: list}
	for {
		name, value, more := r.pair()
		if !more {
			return size, count, !r.bad
		}
		if !isToken(name) {
			return 0, 0, false
		}
		lower(name)
		if bytes.HasPrefix(name, d.prefix) {
			// Three octets for each: a value may have to be percent-encoded.
			size += len(name) + fieldSize + encodedLen(value)
			count++
		}
	}
}

func encodedLen(b []byte) int {
	n := len(b)
	for _, c := range b {
		if c < ' ' && c != '\t' || c == 0x7f {
			n += 2
		}
	}
	return n
}

func lower(b []byte) {
	for i, c := range b {
		if c >= 'A' && c <= 'Z' {
			b[i] = c + 'a' - 'A'
		}
	}
}

// each calls fn for the fields of a list that measure has found good.
func (d *headersBin) each(list []byte, fn func(name, value []byte)) {
	r := binReader{b: list}
	for {
		name, value, more := r.pair()
		if !more {
			return
		}
		if bytes.HasPrefix(name, d.prefix) {
			fn(name, value)
		}
	}
}

// remove takes the fields away that a list of names stands for.
func (d *headersBin) remove(st *stream, list []byte, on phase) verdict {
	for r := (binReader{b: list}); ; {
		name := r.text()
		if len(name) == 0 {
			if r.bad {
				return botched
			}
			return carryOn
		}
		lower(name)
		delFields(st.fields(on), name, d.same)
	}
}

// binReader takes texts off a list in which each has its length before it, in the variable form of SPOE (its specification, 3.1).
type binReader struct {
	b   []byte
	bad bool // it was cut off, or says lengths that cannot be
}

// pair is the next name and value; false at the end, which is an empty name, or the end of the list.
func (r *binReader) pair() (name, value []byte, more bool) {
	if name = r.text(); len(name) == 0 {
		return nil, nil, false
	}
	if len(r.b) == 0 {
		r.bad = true
	}
	value = r.text()
	return name, value, !r.bad
}

func (r *binReader) text() []byte {
	if len(r.b) == 0 {
		return nil
	}
	n := r.varint()
	if r.bad || n > uint64(len(r.b)) {
		r.bad = true
		return nil
	}
	text := r.b[:n:n]
	r.b = r.b[n:]
	return text
}

// maxVarintBits bounds a length: what has more is longer than any list.
const maxVarintBits = 32

func (r *binReader) varint() uint64 {
	n := uint64(r.b[0])
	r.b = r.b[1:]
	if n < 240 {
		return n
	}
	for shift := 4; ; shift += 7 {
		if len(r.b) == 0 || shift > maxVarintBits {
			r.bad = true
			return 0
		}
		c := r.b[0]
		r.b = r.b[1:]
		n += uint64(c) << shift
		if c < 128 {
			return n
		}
	}
}
