package acl

import (
	"bytes"
	"strings"
)

// setMatch is any of a set of texts: one look-up however many there are.
type setMatch struct {
	one      []byte // the only text, or nil
	texts    map[string]struct{}
	min, max int // lengths
	fold     bool
}

func newSet(texts []string, fold bool) *setMatch {
	m := &setMatch{texts: map[string]struct{}{}, fold: fold}
	for i, t := range foldAll(texts, fold) {
		m.texts[t] = struct{}{}
		if i == 0 {
			m.min = len(t)
		}
		m.min, m.max = min(m.min, len(t)), max(m.max, len(t))
		m.one = []byte(t)
	}
	if len(m.texts) != 1 {
		m.one = nil
	}
	return m
}

func buildStr(patterns []string, fold bool) (matcher, int, error) {
	return newSet(patterns, fold), 0, nil
}

func (m *setMatch) match(c *Context, s *Sample) bool {
	b := s.Bytes
	if len(b) < m.min || len(b) > m.max {
		return false
	}
	switch {
	case m.one != nil && m.fold:
		return equalFold(b, m.one)
	case m.one != nil:
		return string(b) == string(m.one)
	case m.fold:
		b = c.lower(b)
	}
	_, ok := m.texts[string(b)]
	return ok
}

// affixMatch is any of a set of beginnings or ends: one walk down a trie.
type affixMatch struct{ trie *trie }

func newAffix(patterns []string, fold, end bool) (matcher, int, error) {
	t := newTrie(fold, end)
	for i, p := range patterns {
		t.add(p, int32(i))
	}
	return affixMatch{t}, 0, nil
}

func buildBeg(patterns []string, fold bool) (matcher, int, error) {
	return newAffix(patterns, fold, false)
}

func buildEnd(patterns []string, fold bool) (matcher, int, error) {
	return newAffix(patterns, fold, true)
}

func (m affixMatch) match(_ *Context, s *Sample) bool {
	w := m.trie.walk()
	return w.next(s.Bytes) != nil
}

// subMatch looks for each text.
type subMatch struct {
	texts [][]byte
	fold  bool
}

func buildSub(patterns []string, fold bool) (matcher, int, error) {
	m := &subMatch{fold: fold}
	for _, p := range foldAll(patterns, fold) {
		m.texts = append(m.texts, []byte(p))
	}
	return m, 0, nil
}

func (m *subMatch) match(c *Context, s *Sample) bool {
	b := s.Bytes
	if m.fold {
		b = c.lower(b)
	}
	for _, t := range m.texts {
		if bytes.Contains(b, t) {
			return true
		}
	}
	return false
}

// partMatch looks for each text where delimiters or the ends stand on both sides.
type partMatch struct {
	subMatch
	delims string
}

// The delimiters of "dir" and "dom" (the latter in HAProxy's guide, 7.1.3; a question mark ends a directory as well).
const (
	dirDelims = "/?"
	domDelims = "/?.:"
)

func newParts(patterns []string, fold bool, delims string) (matcher, int, error) {
	m := &partMatch{subMatch: subMatch{fold: fold}, delims: delims}
	for _, p := range foldAll(patterns, fold) {
		// Delimiters around a pattern are ignored, and a pattern of nothing else matches nothing.
		if p = strings.Trim(p, delims); p != "" {
			m.texts = append(m.texts, []byte(p))
		}
	}
	return m, 0, nil
}

func buildDir(patterns []string, fold bool) (matcher, int, error) {
	return newParts(patterns, fold, dirDelims)
}

func buildDom(patterns []string, fold bool) (matcher, int, error) {
	return newParts(patterns, fold, domDelims)
}

func (m *partMatch) match(c *Context, s *Sample) bool {
	b := s.Bytes
	if m.fold {
		b = c.lower(b)
	}
	for _, t := range m.texts {
		if m.has(b, t) {
			return true
		}
	}
	return false
}

func (m *partMatch) has(b, text []byte) bool {
	for at := 0; ; {
		i := bytes.Index(b[at:], text)
		if i < 0 {
			return false
		}
		from, to := at+i, at+i+len(text)
		if (from == 0 || contains(m.delims, b[from-1])) && (to == len(b) || contains(m.delims, b[to])) {
			return true
		}
		at = from + 1
	}
}
