package frontend

import (
	"bytes"
	"fmt"
	"slices"

	"weir/conf"
	"weir/internal/fault"
	"weir/internal/loop"
)

// normalize is normalize-uri. It changes the path with its query; a target without a path stays as it is.
type normalize struct {
	apply func(st *stream, dst, path []byte) (out []byte, ok bool) // false: the request is malformed
}

func newNormalizer(a *conf.NormalizeURI) (deed, error) {
	plain := func(f func(dst, path []byte) []byte) (deed, error) {
		return &normalize{func(_ *stream, dst, path []byte) ([]byte, bool) { return f(dst, path), true }}, nil
	}
	onPath := func(f func(dst, path []byte) []byte) (deed, error) {
		return plain(func(dst, path []byte) []byte {
			end := bytes.IndexByte(path, '?')
			if end < 0 {
				end = len(path)
			}
			return append(f(dst, path[:end]), path[end:]...)
		})
	}
	switch a.How {
	case "fragment-encode":
		return plain(encodeFragment)
	case "fragment-strip":
		return plain(stripFragment)
	case "path-merge-slashes":
		return onPath(mergeSlashes)
	case "path-strip-dot":
		return onPath(stripDot)
	case "path-strip-dotdot":
		return onPath(func(dst, path []byte) []byte { return stripDotDot(dst, path, a.Full) })
	case "percent-decode-unreserved":
		return &normalize{func(_ *stream, dst, path []byte) ([]byte, bool) {
			return percent(dst, path, a.Strict, decodeUnreserved)
		}}, nil
	case "percent-to-uppercase":
		return &normalize{func(_ *stream, dst, path []byte) ([]byte, bool) { return percent(dst, path, a.Strict, upperPercent) }}, nil
	case "query-sort-by-name":
		return &normalize{sortQuery}, nil
	}
	return nil, fmt.Errorf("unknown normalizer %q", a.How)
}

func (n *normalize) do(st *stream, t *loop.Task, _ phase) verdict {
	path := st.req.Path
	if len(path) == 0 || path[0] != '/' {
		return carryOn
	}
	out, ok := n.apply(st, st.text[:0], path)
	st.text = out
	switch {
	case !ok:
		// Where the request ends is known: unlike any other that is malformed, it does not end the connection.
		st.rec.unreached(onRequest)
		st.rec.fail(fault.BadRequest)
		st.countFault(fault.BadRequest)
		return st.over(st.page(t, fault.BadRequest.Status))
	case bytes.Equal(out, path):
		return carryOn
	}
	return st.setPath(st.arena.Copy(out))
}

func encodeFragment(dst, path []byte) []byte {
	for _, c := range path {
		if c == '#' {
			dst = append(dst, "%23"...)
			continue
		}
		dst = append(dst, c)
	}
	return dst
}

func stripFragment(dst, path []byte) []byte {
	if i := bytes.IndexByte(path, '#'); i >= 0 {
		path = path[:i]
	}
	return append(dst, path...)
}

func mergeSlashes(dst, path []byte) []byte {
	for i, c := range path {
		if c == '/' && i > 0 && path[i-1] == '/' {
			continue
		}
		dst = append(dst, c)
	}
	return dst
}

// segment cuts the first "/name" off a path.
func segment(path []byte) (name, rest []byte) {
	if i := bytes.IndexByte(path[1:], '/'); i >= 0 {
		return path[1 : i+1], path[i+1:]
	}
	return path[1:], nil
}

// stripDot removes "/." segments (RFC 3986, 6.2.2.3). One at the end leaves its slash.
func stripDot(dst, path []byte) []byte {
	for len(path) > 0 {
		name, rest := segment(path)
		switch {
		case string(name) != ".":
			dst = append(append(dst, '/'), name...)
		case len(rest) == 0:
			dst = append(dst, '/')
		}
		path = rest
	}
	return dst
}

// stripDotDot takes "/.." segments away together with the one before each. Where there is none they stay, unless full.
func stripDotDot(dst, path []byte, full bool) []byte {
	for from := len(dst); len(path) > 0; {
		name, rest := segment(path)
		path = rest
		if string(name) != ".." {
			dst = append(append(dst, '/'), name...)
			continue
		}
		last := from + max(bytes.LastIndexByte(dst[from:], '/'), 0)
		switch {
		case len(dst) > from && string(dst[last:]) != "/..":
			dst = dst[:last]
		case !full:
			dst = append(dst, "/.."...)
			continue
		}
		if len(rest) == 0 {
			dst = append(dst, '/')
		}
	}
	return dst
}

// percent walks the percent-encoded octets of a path: what becomes of each is change's to say. Under strict, a percent sign
// without two hexadecimal digits is an error.
func percent(dst, path []byte, strict bool, change func(dst, enc []byte) []byte) ([]byte, bool) {
	for i := 0; i < len(path); i++ {
		switch {
		case path[i] != '%':
			dst = append(dst, path[i])
		case i+2 < len(path) && isHex(path[i+1]) && isHex(path[i+2]):
			dst = change(dst, path[i:i+3])
			i += 2
		case strict:
			return dst, false
		default:
			dst = append(dst, '%')
		}
	}
	return dst, true
}

func decodeUnreserved(dst, enc []byte) []byte {
	c := unhex(enc[1])<<4 | unhex(enc[2])
	if c >= '0' && c <= '9' || c >= 'a' && c <= 'z' || c >= 'A' && c <= 'Z' || bytes.IndexByte(unreservedMarks, c) >= 0 {
		return append(dst, c)
	}
	return append(dst, enc...)
}

var unreservedMarks = []byte("-._~")

func upperPercent(dst, enc []byte) []byte {
	return append(dst, '%', upperHex[unhex(enc[1])], upperHex[unhex(enc[2])])
}

// sortQuery puts the parameters in the order of their names; those of the same name keep theirs.
func sortQuery(st *stream, dst, path []byte) ([]byte, bool) {
	i := bytes.IndexByte(path, '?')
	if i < 0 {
		return append(dst, path...), true
	}
	params := st.params[:0]
	for rest, more := path[i+1:], true; more; {
		var p []byte
		p, rest, more = bytes.Cut(rest, ampersand)
		params = append(params, p)
	}
	st.params = params
	slices.SortStableFunc(params, compareNames)
	dst = append(dst, path[:i+1]...)
	for n, p := range params {
		if n > 0 {
			dst = append(dst, '&')
		}
		dst = append(dst, p...)
	}
	return dst, true
}

var ampersand, equals = []byte("&"), []byte("=")

func compareNames(a, b []byte) int {
	a, _, _ = bytes.Cut(a, equals)
	b, _, _ = bytes.Cut(b, equals)
	return bytes.Compare(a, b)
}
