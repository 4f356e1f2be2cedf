package frontend

import (
	"bytes"
	"fmt"
	"strings"

	"weir/acl"
	"weir/conf"
	"weir/internal/loop"
	"weir/internal/message"
)

// fieldSize is what a field takes in a head beside its name and value: ": " and the line's end.
const fieldSize = 4

// text is a format that goes into a message. One that is the same for every request is kept ready.
type text struct {
	format *acl.Format
	fixed  []byte // where format is nil
}

func (k *ruleSite) text(f *conf.Format) (text, error) {
	c, err := k.Format(f)
	if err != nil {
		return text{}, err
	}
	if s, ok := c.Const(); ok {
		return text{fixed: escapeControls([]byte(s), 0)}, nil
	}
	return text{format: c}, nil
}

// value is the text for the request, in the arena. Control characters in it are percent-encoded, as HAProxy does it: a value made
// of decoded bytes could otherwise split the message (RFC 9110, 5.5).
func (st *stream) value(x *text) []byte {
	if x.format == nil {
		return x.fixed
	}
	// Not straight into the arena: converters use it while the format is being evaluated.
	st.text = escapeControls(x.format.Append(st.text[:0], &st.ctx), 0)
	return st.arena.Copy(st.text)
}

// escapeControls percent-encodes the control characters but HTAB of b[from:].
func escapeControls(b []byte, from int) []byte {
	for i := from; i < len(b); i++ {
		if c := b[i]; c < ' ' && c != '\t' || c == 0x7f {
			return escapeFrom(b, i)
		}
	}
	return b
}

const upperHex = "0123456789ABCDEF"

func escapeFrom(b []byte, i int) []byte {
	rest := bytes.Clone(b[i:])
	b = b[:i]
	for _, c := range rest {
		if c < ' ' && c != '\t' || c == 0x7f {
			b = append(b, '%', upperHex[c>>4], upperHex[c&15])
			continue
		}
		b = append(b, c)
	}
	return b
}

// fits takes n octets of what a head may still grow by: tune.bufsize bounds it, as in HAProxy. false: there is no room.
func (st *stream) fits(n int) bool {
	if n > st.room {
		return false
	}
	st.room -= n
	return true
}

// setHeader is set-header and add-header.
type setHeader struct {
	id      message.FieldID
	name    []byte // lower case
	value   text
	replace bool
}

func (k *ruleSite) setHeader(name string, value *conf.Format, replace bool) (deed, error) {
	h, err := k.header(name, value)
	h.replace = replace
	return h, err
}

func (k *ruleSite) header(name string, value *conf.Format) (h *setHeader, err error) {
	h = &setHeader{name: []byte(strings.ToLower(name))}
	h.id = message.Lookup(h.name)
	h.value, err = k.text(value)
	return h, err
}

func (h *setHeader) do(st *stream, _ *loop.Task, on phase) verdict {
	fields, v := st.fields(on), st.value(&h.value)
	if !st.fits(len(h.name) + len(v) + fieldSize) {
		return botched
	}
	if h.replace { // what was there goes, and the new one comes last, as in HAProxy
		fields.DelSame(h.id, h.name)
	}
	fields.Append(message.Field{ID: h.id, Name: h.name, Value: v})
	switch {
	case h.id == message.Host && on == onRequest:
		st.newHost(v)
	case h.id == message.Connection && listsClose(v):
		st.endConnection(on)
	}
	return carryOn
}

// endConnection is a rule's "Connection: close": the connection that the message goes over is not used again. The field itself is written
// with the message, as always.
func (st *stream) endConnection(on phase) {
	switch {
	case on == onRequest:
		st.closeSrv = true
	case st.s.trunk == nil: // HTTP/2 has no such thing (RFC 9113, 8.2.2)
		st.closeSide = true
	}
}

// listsClose reports whether a value of Connection has the option close (RFC 9112, 9.6).
func listsClose(v []byte) bool {
	for list, more := v, true; more; {
		var option []byte
		if option, list, more = message.NextValue(list); bytes.EqualFold(option, closeOption) {
			return true
		}
	}
	return false
}

var closeOption = []byte("close")

// delHeader is del-header of a whole name.
type delHeader struct {
	id   message.FieldID
	name []byte
}

func (h *delHeader) do(st *stream, _ *loop.Task, on phase) verdict {
	st.fields(on).DelSame(h.id, h.name)
	return carryOn
}

// delMatching is del-header of what a name is like.
type delMatching struct{ match func(f *message.Field) bool }

func (h *delMatching) do(st *stream, _ *loop.Task, on phase) verdict {
	st.fields(on).DelFunc(h.match)
	return carryOn
}

func newDelHeader(a *conf.DelHeader) (deed, error) {
	name := []byte(strings.ToLower(a.Name))
	if a.Match == "" || a.Match == "str" {
		return &delHeader{message.Lookup(name), name}, nil
	}
	match, err := nameMatcher(a.Match, name, a.Name)
	return &delMatching{match}, err
}

// nameMatcher is the test of a field's name by what del-header's -m says.
func nameMatcher(how string, name []byte, asWritten string) (func(f *message.Field) bool, error) {
	switch how {
	case "beg":
		return func(f *message.Field) bool { return bytes.HasPrefix(f.Name, name) }, nil
	case "end":
		return func(f *message.Field) bool { return bytes.HasSuffix(f.Name, name) }, nil
	case "sub":
		return func(f *message.Field) bool { return bytes.Contains(f.Name, name) }, nil
	case "reg":
		re, err := acl.CompileRegex(asWritten, true)
		if err != nil {
			return nil, err
		}
		return func(f *message.Field) bool { return re.Match(f.Name) }, nil
	}
	return nil, fmt.Errorf("got %q; want str, beg, end, sub or reg", how)
}

// replaceHeader is replace-header, and replace-value where each.
type replaceHeader struct {
	id   message.FieldID
	name string
	swap swap
	each bool
}

func (k *ruleSite) replaceHeader(a *conf.ReplaceHeader) (deed, error) {
	h := &replaceHeader{name: strings.ToLower(a.Name), each: a.Each}
	h.id = message.Lookup(h.name)
	var err error
	h.swap, err = k.swap(a.Regex, a.With)
	return h, err
}

func (h *replaceHeader) do(st *stream, _ *loop.Task, on phase) verdict {
	fields := *st.fields(on)
	for i := range fields {
		f := &fields[i]
		if !f.Is(h.id, h.name) {
			continue
		}
		apply := h.swap.apply
		if h.each {
			apply = h.items
		}
		v, changed := apply(st, f.Value)
		if !changed {
			continue
		}
		if !st.fits(len(v) - len(f.Value)) {
			return botched
		}
		f.Value, f.Hop = v, false
		if h.id == message.Host && on == onRequest {
			st.newHost(v)
		}
	}
	return carryOn
}

// items replaces those of a comma-separated list. The space around one that is replaced goes with it, as in HAProxy.
func (h *replaceHeader) items(st *stream, list []byte) ([]byte, bool) {
	out, changed := st.list[:0], false
	for rest, more := list, true; more; {
		whole := rest
		var item []byte
		item, rest, more = message.NextValue(rest)
		raw := whole[:len(whole)-len(rest)]
		if more {
			raw = raw[:len(raw)-1]
		}
		if v, hit := h.swap.apply(st, item); hit {
			raw, changed = v, true
		}
		out = append(out, raw...)
		if more {
			out = append(out, ',')
		}
	}
	st.list = out
	if !changed {
		return list, false
	}
	return st.arena.Copy(out), true
}
