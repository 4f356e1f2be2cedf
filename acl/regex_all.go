package acl

import (
	"regexp"
	"unicode/utf8"
)

// takeAll prepares for FindAll of more than one match.
func (r *Regex) takeAll() (err error) {
	if r.re != nil {
		r.behind, err = regexp.Compile(`\A(?s:.)(?:` + r.re.String() + `)`)
	}
	return err
}

// FindAll returns the bounds of every match that does not overlap the one before, at most n; n < 0 is all.
func (r *Regex) FindAll(b []byte, n int) [][]int {
	if n == 1 {
		if m := r.Find(b, 0); m != nil {
			return [][]int{m}
		}
		return nil
	}
	all := r.findAll(b)
	if n >= 0 && len(all) > n {
		all = all[:n]
	}
	return all
}

// findAll returns all matches as Perl finds them: after a match the next one begins where that ended and may be empty, after an empty
// one it does not stand at the same place.
func (r *Regex) findAll(b []byte) [][]int {
	switch {
	case r.useAlt(b):
		return r.findAllAlt(b)
	case isASCII(b):
		return r.withEmpty(b, r.re.FindAllSubmatchIndex(b, -1))
	}
	text, at := wide(b)
	all := r.withEmpty(text, r.re.FindAllSubmatchIndex(text, -1))
	for _, m := range all {
		for i := range m {
			if m[i] >= 0 {
				m[i] = at[m[i]]
			}
		}
	}
	return all
}

func (r *Regex) findAllAlt(b []byte) (all [][]int) {
	for at := 0; at <= len(b); {
		m := r.findAlt(b, at)
		if m == nil {
			break
		}
		all = append(all, m)
		at = m[1]
		if m[0] == m[1] {
			at++
		}
	}
	return all
}

// wide is a text in which each byte of b is a character, and where each of its offsets is in b.
func wide(b []byte) (text []byte, at []int) {
	for i, c := range b {
		from := len(text)
		text = utf8.AppendRune(text, rune(c))
		for range len(text) - from {
			at = append(at, i)
		}
	}
	return text, append(at, len(b))
}

// withEmpty adds the empty matches right behind others, which Go leaves out.
func (r *Regex) withEmpty(b []byte, found [][]int) [][]int {
	if r.behind == nil {
		return found
	}
	all := make([][]int, 0, len(found)+1)
	for _, m := range found {
		all = append(all, m)
		if m[0] == m[1] {
			continue
		}
		// The character before says whether a word or a line begins here.
		_, size := utf8.DecodeLastRune(b[:m[1]])
		from := m[1] - size
		if e := r.behind.FindSubmatchIndex(b[from:]); e != nil && e[1] == size {
			all = append(all, shift(e, size, from))
		}
	}
	return all
}

// shift moves the bounds of a match of behind: its beginning is where the character before ends.
func shift(m []int, size, by int) []int {
	m[0] += size
	for i := range m {
		if m[i] >= 0 {
			m[i] += by
		}
	}
	return m
}
