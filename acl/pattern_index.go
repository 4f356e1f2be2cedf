package acl

import (
	"slices"

	"weir/conf"
)

// newPatIndex builds the index for a method. The entries were checked when they came into the list.
func newPatIndex(method string, fold bool, pats []*pattern) patIndex {
	switch method {
	case "int":
		return newIntIndex(pats, false)
	case "len":
		return newIntIndex(pats, true)
	case "ip":
		return newIPIndex(pats)
	case "reg":
		return newRegIndex(pats, fold)
	case "beg":
		return &affixIndex{newPatTrie(pats, fold, false), pats, !fold}
	case "end":
		return &affixIndex{newPatTrie(pats, fold, true), pats, false}
	case "sub":
		return &partIndex{trie: newPatTrie(pats, fold, false), pats: pats}
	case "dir":
		return newPartIndex(pats, fold, dirDelims)
	case "dom":
		return newPartIndex(pats, fold, domDelims)
	}
	return newTextIndex(pats, method == "bin", fold)
}

// textIndex finds equal texts by hash.
type textIndex struct {
	first map[string]int32 // the first entry of a text
	next  []int32          // the next entry of the same text; -1 for none
	pats  []*pattern
	fold  bool
}

func newTextIndex(pats []*pattern, hex, fold bool) *textIndex {
	x := &textIndex{first: make(map[string]int32, len(pats)), next: make([]int32, len(pats)), pats: pats, fold: fold}
	for i, p := range slices.Backward(pats) {
		key := p.key
		switch {
		case hex:
			a := args{str: []string{key}}
			if fixBin(&a) != nil {
				continue
			}
			key = string(a.val.Bytes)
		case fold:
			key = foldText(key)
		}
		x.next[i] = -1
		if next, ok := x.first[key]; ok {
			x.next[i] = next
		}
		x.first[key] = int32(i)
	}
	return x
}

func (x *textIndex) find(c *Context, s *Sample) (*pattern, int) {
	b := s.Bytes
	if x.fold {
		b = c.lower(b)
	}
	i, ok := x.first[string(b)]
	for ; ok && i >= 0; i = x.next[i] {
		if p := x.pats[i]; !p.gone.Load() {
			return p, 0
		}
	}
	return nil, 0
}

func newPatTrie(pats []*pattern, fold, rev bool) *trie {
	t := newTrie(fold, rev)
	for i, p := range pats {
		t.add(p.key, int32(i))
	}
	return t
}

// firstOf is the first entry of vals that is there; nil for none.
func firstOf(pats []*pattern, vals []int32) *pattern {
	for _, v := range vals {
		if p := pats[v]; !p.gone.Load() {
			return p
		}
	}
	return nil
}

// affixIndex finds beginnings or ends in one walk: the longest one, or the first of the list.
type affixIndex struct {
	trie    *trie
	pats    []*pattern
	longest bool
}

func (x *affixIndex) find(_ *Context, s *Sample) (best *pattern, rank int) {
	w := x.trie.walk()
	for vals := w.next(s.Bytes); vals != nil; vals = w.next(s.Bytes) {
		p := firstOf(x.pats, vals)
		switch {
		case p == nil:
		case x.longest:
			best, rank = p, len(p.key)
		case best == nil || p.seq < best.seq:
			best = p
		}
	}
	return best, rank
}

// partIndex finds texts anywhere, or where delimiters or the ends stand on both sides: one walk from each place where
// one may begin.
type partIndex struct {
	trie   *trie
	pats   []*pattern
	delims string // "" = anywhere
}

func newPartIndex(pats []*pattern, fold bool, delims string) *partIndex {
	x := &partIndex{newTrie(fold, false), pats, delims}
	for i, p := range pats {
		if key := trimDelims(p.key, delims); key != "" {
			x.trie.add(key, int32(i))
		}
	}
	return x
}

func trimDelims(s, delims string) string {
	for s != "" && contains(delims, s[0]) {
		s = s[1:]
	}
	for s != "" && contains(delims, s[len(s)-1]) {
		s = s[:len(s)-1]
	}
	return s
}

func (x *partIndex) find(_ *Context, s *Sample) (best *pattern, _ int) {
	for at := range len(s.Bytes) + 1 {
		if x.delims != "" && at > 0 && !contains(x.delims, s.Bytes[at-1]) {
			continue
		}
		b := s.Bytes[at:]
		w := x.trie.walk()
		for vals := w.next(b); vals != nil; vals = w.next(b) {
			if x.delims != "" && w.pos < len(b) && !contains(x.delims, b[w.pos]) {
				continue
			}
			if p := firstOf(x.pats, vals); p != nil && (best == nil || p.seq < best.seq) {
				best = p
			}
		}
	}
	return best, 0
}

// intIndex finds numbers: those that stand alone by hash, ranges one after the other.
type intIndex struct {
	first  map[int64][]*pattern
	ranges []intEntry // in the list's order
	length bool
}

type intEntry struct {
	conf.IntRange
	p *pattern
}

func newIntIndex(pats []*pattern, length bool) *intIndex {
	x := &intIndex{first: map[int64][]*pattern{}, length: length}
	for _, p := range pats {
		r, err := conf.ParseIntPattern(p.key)
		switch {
		case err != nil:
		case r.Low == r.High:
			x.first[r.Low] = append(x.first[r.Low], p)
		default:
			x.ranges = append(x.ranges, intEntry{r, p})
		}
	}
	return x
}

func (x *intIndex) find(_ *Context, s *Sample) (best *pattern, _ int) {
	n := s.Int
	if x.length {
		n = int64(len(s.Bytes))
	}
	for _, p := range x.first[n] {
		if !p.gone.Load() {
			best = p
			break
		}
	}
	for i := range x.ranges {
		r := &x.ranges[i]
		if best != nil && best.seq < r.p.seq {
			break
		}
		if r.Low <= n && n <= r.High && !r.p.gone.Load() {
			return r.p, 0
		}
	}
	return best, 0
}

// regIndex tries one expression after the other.
type regIndex struct {
	res  []*Regex
	pats []*pattern
}

func newRegIndex(pats []*pattern, fold bool) *regIndex {
	x := &regIndex{}
	for _, p := range pats {
		if re, err := CompileRegex(p.key, fold); err == nil {
			x.res, x.pats = append(x.res, re), append(x.pats, p)
		}
	}
	return x
}

func (x *regIndex) find(_ *Context, s *Sample) (*pattern, int) {
	for i, re := range x.res {
		if !x.pats[i].gone.Load() && re.Match(s.Bytes) {
			return x.pats[i], 0
		}
	}
	return nil, 0
}
