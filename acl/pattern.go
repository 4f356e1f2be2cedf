package acl

import (
	"net/netip"
	"strconv"
	"sync/atomic"

	"weir/conf"
)

// pattern is one entry of a PatternList. Only its value and gone change after it was made.
type pattern struct {
	id  uint64 // as "show map" tells it, unique in the process
	seq uint64 // its place in the order of its list
	ver uint32
	key string
	// addrs are those of a host name, found when the file was read.
	addrs []netip.Addr
	val   atomic.Pointer[patValue] // nil in a list without values
	gone  atomic.Bool              // deleted: indexes that still know it pass it over
}

// patValue is an entry's value in every form that a map converter may ask for.
type patValue struct {
	text    []byte
	num     int64
	addr    netip.Addr
	isNum   bool
	isAddr  bool
	escaped bool // has a backslash: map_regm fills in groups
}

func newPatValue(text string) *patValue {
	v := &patValue{text: []byte(text)}
	n, err := strconv.ParseInt(text, 10, 64)
	v.num, v.isNum = n, err == nil
	v.addr, v.isAddr = parseAddr(v.text)
	for i := range text {
		v.escaped = v.escaped || text[i] == '\\'
	}
	return v
}

// fits reports whether the value can be given out as a type.
func (v *patValue) fits(out Type) bool {
	switch out {
	case Int:
		return v.isNum
	case Addr:
		return v.isAddr
	}
	return true
}

// patIndex finds the entry of a set that matches a sample. It is immutable but for entries that go.
type patIndex interface {
	// find returns the best entry that is there, and how good it is: of several indexes' the one of the highest rank is
	// taken, and of these the first of the list. s is of the method's type.
	find(c *Context, s *Sample) (p *pattern, rank int)
}

// patSet is a list seen through one way of matching: what one ACL or map converter looks into.
//
// New entries come into small indexes beside the first one, which are merged when they are of like size: to add one of
// n entries costs log n steps on average, and a lookup looks into one index unless entries were added lately.
type patSet struct {
	list   *PatternList
	method *method
	fold   bool
	out    Type     // of the values; Bool in an ACL, which has none
	groups bool     // map_regm
	pos    conf.Pos // where it is asked for first

	levels atomic.Pointer[[]patLevel]
	gone   int // entries in the levels that are deleted; by the list's lock
}

type patLevel struct {
	index patIndex
	pats  []*pattern
}

// find returns the entry that matches, nil for none. It takes no lock and does not allocate.
func (p *patSet) find(c *Context, s *Sample) *pattern {
	levels := *p.levels.Load()
	var best *pattern
	rank := 0
	for i := range levels {
		got, r := levels[i].index.find(c, s)
		if got != nil && (best == nil || r > rank || r == rank && got.seq < best.seq) {
			best, rank = got, r
		}
	}
	return best
}

// match is matcher's: a set is what a test with a pattern file has.
func (p *patSet) match(c *Context, s *Sample) bool { return p.find(c, s) != nil }

// rebuild makes one index of what is there.
func (p *patSet) rebuild(pats []*pattern) {
	p.gone = 0
	if len(pats) == 0 {
		p.levels.Store(&[]patLevel{})
		return
	}
	p.levels.Store(&[]patLevel{p.level(pats)})
}

func (p *patSet) level(pats []*pattern) patLevel {
	return patLevel{newPatIndex(p.method.name, p.fold, pats), pats}
}

// add puts one entry in. The list's lock is held.
func (p *patSet) add(one *pattern) {
	old := *p.levels.Load()
	levels := append(make([]patLevel, 0, len(old)+1), old...)
	fresh := []*pattern{one}
	for n := len(levels); n > 0 && len(levels[n-1].pats) <= len(fresh); n-- {
		fresh = append(alive(levels[n-1].pats), fresh...)
		levels = levels[:n-1]
	}
	levels = append(levels, p.level(fresh))
	p.levels.Store(&levels)
}

// drop notes that an entry is gone, and forgets such entries once they are the greater part.
func (p *patSet) drop() {
	p.gone++
	n := 0
	for _, l := range *p.levels.Load() {
		n += len(l.pats)
	}
	if 2*p.gone > n {
		p.rebuild(p.list.current())
	}
}

// alive is a copy without the entries that are gone.
func alive(pats []*pattern) []*pattern {
	out := make([]*pattern, 0, len(pats)+1)
	for _, p := range pats {
		if !p.gone.Load() {
			out = append(out, p)
		}
	}
	return out
}
