package frontend

import (
	"bytes"

	"weir/conf"
	"weir/internal/loop"
	"weir/internal/message"
)

// setPart is set-method, set-path, set-pathq, set-query and set-uri.
type setPart struct {
	part  conf.Part
	value text
}

func (k *ruleSite) setPart(a *conf.SetPart) (deed, error) {
	v, err := k.text(a.Value)
	return &setPart{a.Part, v}, err
}

func (s *setPart) do(st *stream, _ *loop.Task, _ phase) verdict {
	return st.setPart(s.part, st.value(&s.value))
}

// replacePart is replace-path, replace-pathq and replace-uri.
type replacePart struct {
	part conf.Part
	swap swap
}

func (k *ruleSite) replacePart(a *conf.ReplacePart) (deed, error) {
	s, err := k.swap(a.Regex, a.With)
	return &replacePart{a.Part, s}, err
}

func (r *replacePart) do(st *stream, _ *loop.Task, _ phase) verdict {
	v, ok := r.swap.apply(st, st.part(r.part))
	if !ok {
		return carryOn
	}
	return st.setPart(r.part, v)
}

// part is what a regular expression looks at.
func (st *stream) part(p conf.Part) []byte {
	switch p {
	case conf.PartPath:
		return st.req.PathOnly()
	case conf.PartPathQ:
		return st.req.Path
	}
	if len(st.req.Scheme) == 0 {
		return st.req.Path
	}
	st.list = append(append(append(st.list[:0], st.req.Scheme...), "://"...), st.req.Authority...)
	st.list = append(st.list, st.req.Path...)
	return st.list
}

// setPart changes a part of the request line. What would make a line that is none is refused; HAProxy sends it.
func (st *stream) setPart(p conf.Part, v []byte) verdict {
	req := &st.req
	if p == conf.PartMethod {
		return st.setMethod(v)
	}
	if req.MethodID == message.MethodConnect { // there is an authority only
		return botched
	}
	path := req.Path
	switch p {
	case conf.PartPath:
		path = st.joined(v, req.Path[len(req.PathOnly()):])
	case conf.PartPathQ:
		path = v
	case conf.PartQuery:
		path = st.newQuery(v)
	case conf.PartURI:
		return st.setURI(v)
	}
	return st.setPath(path)
}

func (st *stream) setPath(path []byte) verdict {
	if len(path) == 0 || path[0] != '/' && string(path) != "*" || !st.fits(len(path)-len(st.req.Path)) {
		return botched
	}
	st.req.Path, st.req.Rewritten = path, true
	return carryOn
}

// joined is a followed by b, in the arena.
func (st *stream) joined(a, b []byte) []byte {
	if len(b) == 0 {
		return a
	}
	out := st.arena.Alloc(len(a) + len(b))
	copy(out[copy(out, a):], b)
	return out
}

// newQuery is the path with another query. A "?" that is there stays, also before nothing.
func (st *stream) newQuery(v []byte) []byte {
	path := st.req.Path
	i := bytes.IndexByte(path, '?')
	switch {
	case i >= 0:
		return st.joined(path[:i+1:i+1], v)
	case len(v) == 0:
		return path
	}
	return st.joined(st.joined(path, questionMark), v)
}

var questionMark = []byte("?")

// setURI takes a new target: a path with its query, or a whole URI, whose authority becomes the Host.
func (st *stream) setURI(v []byte) verdict {
	scheme, rest, absolute := bytes.Cut(v, schemeEnd)
	if !absolute || len(v) > 0 && v[0] == '/' {
		if verdict := st.setPath(v); verdict != carryOn {
			return verdict
		}
		st.req.Scheme, st.req.Authority, st.req.ByParts = nil, nil, false
		return carryOn
	}
	host, path := rest, slash
	if i := bytes.IndexAny(rest, "/?"); i >= 0 {
		host, path = rest[:i], rest[i:]
		if path[0] == '?' {
			path = st.joined(slash, path)
		}
	}
	if len(host) == 0 || len(scheme) == 0 || !st.fits(len(v)) {
		return botched
	}
	st.req.Scheme, st.req.Authority, st.req.Path, st.req.Rewritten, st.req.ByParts = scheme, host, path, true, false
	st.req.Fields.Set(message.Host, host)
	return carryOn
}

var schemeEnd, slash = []byte("://"), []byte("/")

// newHost keeps the authority of an absolute-form target what the Host field says (RFC 9112, 3.2.2).
func (st *stream) newHost(v []byte) {
	if len(st.req.Authority) > 0 && st.req.MethodID != message.MethodConnect {
		st.req.Authority, st.req.Rewritten = v, true
	}
}

// maxMethod bounds a method as the parser of requests does.
const maxMethod = 32

// setMethod changes the method. CONNECT has another kind of target, and another kind of response: nothing becomes one, or
// ceases to be one. What the client asked with decides still whether it gets a body.
func (st *stream) setMethod(v []byte) verdict {
	id := message.LookupMethod(v)
	if !isToken(v) || len(v) > maxMethod || id == message.MethodConnect || st.req.MethodID == message.MethodConnect {
		return botched
	}
	if st.req.Asked == nil {
		st.req.Asked = st.req.Method
	}
	st.req.Method, st.req.MethodID = v, id
	return carryOn
}

// isToken reports whether b is one (RFC 9110, 5.6.2).
func isToken(b []byte) bool {
	for _, c := range b {
		if c <= ' ' || c >= 0x7f || bytes.IndexByte(separators, c) >= 0 {
			return false
		}
	}
	return len(b) > 0
}

var separators = []byte(`"(),/:;<=>?@[\]{}`)
