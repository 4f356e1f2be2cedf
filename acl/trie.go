package acl

import (
	"bytes"
	"slices"
)

// trie finds which of many texts a string begins with, or ends with, in one walk. It is built once and then read only.
type trie struct {
	root trieNode
	fold bool // texts and strings are compared in lower case
	rev  bool // texts are read from their end
}

// trieNode stands for the text on the way to it.
type trieNode struct {
	label string // the bytes from the parent to here, in reading order
	vals  []int32
	first []byte // the first byte of each kid's label
	kids  []*trieNode
}

func newTrie(fold, rev bool) *trie { return &trie{fold: fold, rev: rev} }

// add files a value under a text. Values of one text keep their order.
func (t *trie) add(text string, val int32) {
	key := []byte(text)
	if t.fold {
		key = []byte(foldText(text))
	}
	if t.rev {
		slices.Reverse(key)
	}
	n := &t.root
	for {
		if len(key) == 0 {
			n.vals = append(n.vals, val)
			return
		}
		i := bytes.IndexByte(n.first, key[0])
		if i < 0 {
			kid := &trieNode{label: string(key), vals: []int32{val}}
			n.first, n.kids = append(n.first, key[0]), append(n.kids, kid)
			return
		}
		kid := n.kids[i]
		same := commonLen(kid.label, key)
		if same < len(kid.label) {
			upper := &trieNode{label: kid.label[:same], first: []byte{kid.label[same]}, kids: []*trieNode{kid}}
			kid.label = kid.label[same:]
			n.kids[i], kid = upper, upper
		}
		n, key = kid, key[same:]
	}
}

func commonLen(a string, b []byte) int {
	n := 0
	for n < len(a) && n < len(b) && a[n] == b[n] {
		n++
	}
	return n
}

// trieWalk is a walk down a trie along one string.
type trieWalk struct {
	t       *trie
	node    *trieNode
	pos     int
	started bool
}

func (t *trie) walk() trieWalk { return trieWalk{t: t, node: &t.root} }

// next returns the values of the next longer text that b begins (or ends) with; nil when there are no more.
func (w *trieWalk) next(b []byte) []int32 {
	if !w.started {
		w.started = true
		if w.node.vals != nil {
			return w.node.vals
		}
	}
	for w.pos < len(b) {
		i := bytes.IndexByte(w.node.first, w.at(b, w.pos))
		if i < 0 {
			break
		}
		kid := w.node.kids[i]
		if !w.follows(kid.label, b) {
			break
		}
		w.pos += len(kid.label)
		w.node = kid
		if kid.vals != nil {
			return kid.vals
		}
	}
	w.pos = len(b)
	return nil
}

func (w *trieWalk) at(b []byte, i int) byte {
	if w.t.rev {
		i = len(b) - 1 - i
	}
	if w.t.fold {
		return lowerTable[b[i]]
	}
	return b[i]
}

func (w *trieWalk) follows(label string, b []byte) bool {
	if len(label) > len(b)-w.pos {
		return false
	}
	if !w.t.rev && !w.t.fold {
		return string(b[w.pos:w.pos+len(label)]) == label
	}
	for i := range len(label) {
		if w.at(b, w.pos+i) != label[i] {
			return false
		}
	}
	return true
}
