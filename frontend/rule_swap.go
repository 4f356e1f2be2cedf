package frontend

import (
	"weir/acl"
	"weir/conf"
)

// swap is a regular expression and what takes the place of a text that it matches: the whole of it, with \0 to \9 for what
// the groups matched.
type swap struct {
	re   *acl.Regex
	with *acl.Format
}

func (k *ruleSite) swap(re string, with *conf.Format) (s swap, err error) {
	if s.re, err = acl.CompileRegex(re, false); err != nil {
		return s, err
	}
	s.with, err = k.Format(with)
	return s, err
}

// apply gives what takes the place of b, in the arena; false where the expression does not match.
func (s *swap) apply(st *stream, b []byte) ([]byte, bool) {
	if !s.re.Match(b) { // asking for the groups allocates
		return nil, false
	}
	groups := s.re.Find(b, 0)
	st.text = s.with.Append(st.text[:0], &st.ctx)
	n := len(st.text)
	st.text = escapeControls(appendGroups(st.text, n, b, groups), n)
	return st.arena.Copy(st.text[n:]), true
}

// appendGroups appends the template dst[:n] with its references replaced: \0 to \9 are groups, \xHH an octet, and any other
// character behind a backslash is itself.
func appendGroups(dst []byte, n int, b []byte, groups []int) []byte {
	for i := 0; i < n; i++ {
		c := dst[i]
		if c != '\\' || i+1 == n {
			dst = append(dst, c)
			continue
		}
		i++
		switch c = dst[i]; {
		case c >= '0' && c <= '9':
			if g := 2 * int(c-'0'); g < len(groups) && groups[g] >= 0 {
				dst = append(dst, b[groups[g]:groups[g+1]]...)
			}
		case c == 'x' && i+2 < n && isHex(dst[i+1]) && isHex(dst[i+2]):
			dst = append(dst, unhex(dst[i+1])<<4|unhex(dst[i+2]))
			i += 2
		default:
			dst = append(dst, c)
		}
	}
	return dst
}

func isHex(c byte) bool {
	return c >= '0' && c <= '9' || c >= 'a' && c <= 'f' || c >= 'A' && c <= 'F'
}

// unhex is the value of a hexadecimal digit.
func unhex(c byte) byte {
	switch {
	case c <= '9':
		return c - '0'
	case c <= 'F':
		return c - 'A' + 10
	}
	return c - 'a' + 10
}
