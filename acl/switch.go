package acl

import "slices"

// Switch is an ordered list of conditions of which the first that holds is asked for.
//
// Conditions that cannot hold without a certain text in a certain sample (its exact value, its beginning or its end)
// are filed under that text: for each such sample, one evaluation and one look-up find all of them that are worth
// trying, however many there are. The others are tried in turn, and only as far as they stand before the best one found.
// The order of the list decides as if all were tried in turn.
type Switch struct {
	conds  []*Cond
	groups []*group // by their first condition
	scan   []int32  // conditions that are not filed, ascending
	store  *Store   // whose inlineChanged makes the groups void; nil where there are none
}

// group is the index of one expression.
type group struct {
	expr  *Expr
	cast  cast
	first int32 // the lowest condition in it

	exact, exactFold map[string][]int32
	tries            []*trie // one for each kind of beginning and end
}

// A filed condition is its number times two, plus sure when a hit needs no further test.
const sure = 1

// NewSwitch builds a Switch; a nil condition always holds.
func NewSwitch(conds []*Cond) *Switch {
	s := &Switch{conds: conds}
	ix := newIndexer(conds)
	for i, cond := range conds {
		if cond == nil {
			s.scan = append(s.scan, int32(i))
			continue
		}
		keys, cost, whole := ix.choose(cond.root)
		if cost == unindexed {
			s.scan = append(s.scan, int32(i))
			continue
		}
		val := int32(i) * 2
		if whole {
			val += sure
		}
		for _, k := range keys {
			s.store = k.test.store
			ix.group(k.test).file(k, val)
		}
	}
	s.groups = ix.groups
	slices.SortFunc(s.groups, func(a, b *group) int { return int(a.first - b.first) })
	return s
}

// Indexed is how many of the conditions are looked up and not tried in turn.
func (s *Switch) Indexed() int { return len(s.conds) - len(s.scan) }

// Pick returns the first condition that holds; -1 for none. It does not allocate.
func (s *Switch) Pick(c *Context) int { return s.PickFrom(c, 0) }

// PickFrom returns the first condition from that number on that holds; -1 for none. With it a list of rules that are
// all carried out, such as http-request's, costs what the rules that hold cost:
//
//	for i := s.PickFrom(c, 0); i >= 0; i = s.PickFrom(c, i+1) {
//		carry out rule i, which may change the message
//	}
func (s *Switch) PickFrom(c *Context, from int) int {
	saved := c.useScratch()
	c.More = false
	if s.store != nil && s.store.inlineChanged.Load() {
		i := s.tryAll(c, from)
		c.Arena = saved
		return i
	}
	part := span{s, int32(from)}
	best := int32(len(s.conds))
	for _, g := range s.groups {
		if g.first >= best {
			break
		}
		best = g.pick(part, c, best)
	}
	start, _ := slices.BinarySearch(s.scan, int32(from))
	for _, i := range s.scan[start:] {
		if i >= best {
			break
		}
		if s.conds[i] == nil || s.conds[i].root.eval(c) {
			best = i
		}
	}
	c.Arena = saved
	if int(best) == len(s.conds) {
		return -1
	}
	return int(best)
}

// tryAll is PickFrom without the groups, which are void once somebody has changed an ACL's own patterns.
func (s *Switch) tryAll(c *Context, from int) int {
	for i := from; i < len(s.conds); i++ {
		if s.conds[i] == nil || s.conds[i].root.eval(c) {
			return i
		}
	}
	return -1
}

// pick lowers best to the first of the group's conditions that holds.
func (g *group) pick(s span, c *Context, best int32) int32 {
	saved := c.it
	c.it = cursor{more: g.expr.walks()}
	for g.expr.fetch.get(c, g.expr.args, &c.smp) {
		if g.expr.convert(c) && g.cast(c, &c.smp) {
			// Trying conditions uses c.smp anew, but neither c.it nor these bytes.
			best = g.lookup(s, c, c.smp.Bytes, best)
		}
		if !c.it.more {
			break
		}
	}
	c.it = saved
	return best
}

func (g *group) lookup(s span, c *Context, b []byte, best int32) int32 {
	if g.exact != nil {
		best = s.try(c, g.exact[string(b)], best)
	}
	if g.exactFold != nil {
		best = s.try(c, g.exactFold[string(c.lower(b))], best)
	}
	for _, t := range g.tries {
		w := t.walk()
		for vals := w.next(b); vals != nil; vals = w.next(b) {
			best = s.try(c, vals, best)
		}
	}
	return best
}

// span is the part of a Switch from one condition on.
type span struct {
	*Switch
	from int32
}

// try returns the first of the filed conditions that holds, or best when that comes before it.
func (s span) try(c *Context, filed []int32, best int32) int32 {
	for _, v := range filed {
		i := v / 2
		if i < s.from {
			continue
		}
		if i >= best {
			break
		}
		if v&sure != 0 || s.conds[i].root.eval(c) {
			return i
		}
	}
	return best
}

// file adds a condition under a key. Conditions come in order.
func (g *group) file(k key, val int32) {
	g.first = min(g.first, val/2)
	if k.test.method != "str" {
		g.trie(k.test.fold, k.test.method == "end").add(k.text, val)
		return
	}
	m, text := &g.exact, k.text
	if k.test.fold {
		m, text = &g.exactFold, foldText(k.text)
	}
	if *m == nil {
		*m = map[string][]int32{}
	}
	(*m)[text] = append((*m)[text], val)
}

func (g *group) trie(fold, rev bool) *trie {
	for _, t := range g.tries {
		if t.fold == fold && t.rev == rev {
			return t
		}
	}
	t := newTrie(fold, rev)
	g.tries = append(g.tries, t)
	return t
}
