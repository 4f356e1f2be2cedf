package acl

import (
	"math"

	"weir/conf"
)

// key is one text that a condition may be filed under.
type key struct {
	test *testNode
	text string
}

// keyID tells keys apart that different conditions have in common.
type keyID struct {
	expr, method, text string
	fold               bool
}

func (k key) id() keyID { return keyID{k.test.expr.text, k.test.method, k.text, k.test.fold} }

// indexer chooses, for each condition, the texts to file it under.
type indexer struct {
	counts map[keyID]int // how many conditions could be filed under a text
	byExpr map[string]*group
	groups []*group
}

func newIndexer(conds []*Cond) *indexer {
	ix := &indexer{counts: map[keyID]int{}, byExpr: map[string]*group{}}
	for _, c := range conds {
		if c != nil {
			ix.count(c.root)
		}
	}
	return ix
}

// indexable reports whether a test holds only for texts that can be looked up.
func (t *testNode) indexable() bool {
	switch t.method {
	case "str", "beg", "end":
		return !t.files
	}
	return false
}

func (ix *indexer) count(n *node) {
	if n.op == conf.OpTest && n.test.indexable() {
		for _, p := range n.test.patterns {
			ix.counts[key{n.test, p}.id()]++
		}
	}
	if n.op == conf.OpAnd || n.op == conf.OpOr {
		for _, k := range n.kids {
			ix.count(k)
		}
	}
}

// unindexed is the cost of a condition that can hold without any text to look for.
const unindexed = math.MaxInt

// The costs of a key: how much it is worth that few others share it. Beginnings and ends are walked, and very short
// ones match nearly everything.
const (
	costExact = 1
	costAffix = 2
	costShort = 64
	shortText = 2 // bytes
)

func (ix *indexer) cost(k key) int {
	n := ix.counts[k.id()]
	switch {
	case k.test.method == "str":
		return n * costExact
	case len(k.text) < shortText:
		return n * costShort
	}
	return n * costAffix
}

// choose returns texts one of which must be there for n to hold, what it costs to have n filed under them, and whether
// n surely holds where one is.
func (ix *indexer) choose(n *node) (keys []key, cost int, whole bool) {
	switch n.op {
	case conf.OpFalse:
		return nil, 0, true
	case conf.OpTest:
		return ix.chooseTest(n.test)
	case conf.OpAnd:
		cost = unindexed
		for _, kid := range n.kids {
			if k, c, _ := ix.choose(kid); c < cost {
				keys, cost = k, c
			}
		}
		return keys, cost, false
	case conf.OpOr:
		whole = true
		for _, kid := range n.kids {
			k, c, w := ix.choose(kid)
			if c == unindexed {
				return nil, unindexed, false
			}
			keys, cost, whole = append(keys, k...), cost+c, whole && w
		}
		return keys, cost, whole
	}
	return nil, unindexed, false
}

func (ix *indexer) chooseTest(t *testNode) (keys []key, cost int, whole bool) {
	if !t.indexable() {
		return nil, unindexed, false
	}
	for _, p := range t.patterns {
		k := key{t, p}
		keys = append(keys, k)
		cost += ix.cost(k)
	}
	return keys, cost, true
}

// group is the index of a test's expression.
func (ix *indexer) group(t *testNode) *group {
	g := ix.byExpr[t.expr.text]
	if g == nil {
		g = &group{expr: t.expr, cast: t.cast, first: math.MaxInt32}
		ix.byExpr[t.expr.text] = g
		ix.groups = append(ix.groups, g)
	}
	return g
}
