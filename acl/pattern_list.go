package acl

import (
	"errors"
	"fmt"
	"slices"
	"strings"
	"sync"
	"sync/atomic"

	"weir/conf"
)

// maxPatterns bounds a list: entries that rules add from what clients send would take all memory else.
const maxPatterns = 1 << 22

// PatternList is the entries of one pattern file or map, or those that stand in one ACL's own line. All who name the same
// file share it. It may be changed at any time; who looks something up takes no lock.
type PatternList struct {
	store *Store
	id    int
	fixed bool   // the id was given by -u
	name  string // the file as written; "" = of an ACL's line
	what  string // the keyword of that ACL
	pos   conf.Pos
	order conf.Pos // what its id is counted by: pos, or behind the lists that its test names
	pairs bool     // a map: entries have values
	acl   bool     // an ACL uses it

	mu         sync.Mutex
	uses       []use
	entries    []*pattern // of every version, in order; some may be gone
	dead       int
	byKey      map[string][]*pattern
	curr, next uint32
	sets       []*patSet
	inline     []*inlineMatch
}

// use is one place of the configuration that names the list.
type use struct {
	pos conf.Pos
	by  string // "acl" or "map"
}

// inlineMatch is the patterns of an ACL's own line: they hardly ever change, so that the matcher is built for them all.
type inlineMatch struct {
	method *method
	fold   bool
	now    atomic.Pointer[matcher]
}

func (m *inlineMatch) match(c *Context, s *Sample) bool { return (*m.now.Load()).match(c, s) }

// set is the way of looking at the list that a converter or an ACL needs, shared by all who need the same.
func (l *PatternList) set(m *method, fold bool, out Type, groups bool, pos conf.Pos) (*patSet, error) {
	l.mu.Lock()
	defer l.mu.Unlock()
	for _, s := range l.sets {
		if s.method == m && s.fold == fold && s.out == out && s.groups == groups {
			if comparePos(pos, s.pos) < 0 {
				s.pos = pos
				l.sortSets()
			}
			return s, nil
		}
	}
	s := &patSet{list: l, method: m, fold: fold, out: out, groups: groups, pos: pos}
	all := l.current()
	for _, p := range all {
		if err := s.check(p.key, p.val.Load()); err != nil && p.addrs == nil {
			return nil, fmt.Errorf("%w at entry %d of file %q", err, slices.Index(all, p)+1, l.name)
		}
	}
	s.rebuild(all)
	l.sets = append(l.sets, s)
	l.sortSets()
	return s, nil
}

// sortSets puts the ways of looking in the order in which the configuration asks for them, in which they are told. The lock is held.
func (l *PatternList) sortSets() {
	slices.SortStableFunc(l.sets, func(a, b *patSet) int { return comparePos(a.pos, b.pos) })
}

// check reports what a set cannot do with an entry.
func (p *patSet) check(key string, v *patValue) error {
	if err := checkKey(p.method.name, key, p.fold); err != nil {
		return err
	}
	if v != nil && !v.fits(p.out) {
		return fmt.Errorf("unable to parse '%s'", v.text)
	}
	return nil
}

// checkKey says what is wrong with a pattern, as HAProxy's command line does. It looks no names up.
func checkKey(method, key string, fold bool) error {
	switch method {
	case "int", "len":
		if _, err := conf.ParseIntPattern(key); err != nil {
			return fmt.Errorf("'%s' is not a number", key)
		}
	case "ip":
		var m ipMatch
		if m.addAddr(key) != nil || !isWhole(key) {
			return fmt.Errorf("'%s' is not a valid IPv4 or IPv6 address", key)
		}
	case "reg":
		if _, err := CompileRegex(key, fold); err != nil {
			return fmt.Errorf("regex '%s' is invalid (error=%s)", key, strings.TrimPrefix(err.Error(), "want a regular expression: "))
		}
	case "bin":
		a := args{str: []string{key}}
		if fixBin(&a) != nil {
			return errors.New("an even number of hex digits is expected")
		}
	}
	return nil
}

// current is the entries that are in force. The lock is held.
func (l *PatternList) current() []*pattern {
	out := make([]*pattern, 0, len(l.entries)-l.dead)
	for _, p := range l.entries {
		if p.ver == l.curr && !p.gone.Load() {
			out = append(out, p)
		}
	}
	return out
}

// append makes an entry and leaves the sets alone. The lock is held, or nobody else knows the list.
func (l *PatternList) append(ver uint32, key string, v *patValue) *pattern {
	p := &pattern{id: l.store.ids.Add(entryStep), seq: l.store.seqs.Add(1), ver: ver, key: key}
	p.val.Store(v)
	l.entries = append(l.entries, p)
	if l.byKey == nil {
		l.byKey = map[string][]*pattern{}
	}
	l.byKey[key] = append(l.byKey[key], p)
	return p
}

// The texts below are HAProxy's: tools read them.
var (
	errNoMap       = errors.New("Unknown map identifier. Please use #<id> or <file>.")
	errNoACL       = errors.New("Unknown ACL identifier. Please use #<id> or <file>.")
	errSharedMap   = errors.New("This ACL is shared with a map containing samples. You must use the command 'add map' to add values.")
	errFuture      = errors.New("Version number in the future, please use 'prepare map' before.")
	errVersion     = errors.New("Version number out of range.")
	errNoKey       = errors.New("Key not found.")
	errNoEntry     = errors.New("entry not found.")
	errNoEntryRef  = errors.New("key or pattern not found.")
	errTooManyKeys = errors.New("Too many entries.")
)

// add puts an entry in, of a version to come or of the one in force. Equal keys may be there already.
func (l *PatternList) add(ver *uint32, key, value string) error {
	l.mu.Lock()
	defer l.mu.Unlock()
	return l.addLocked(ver, key, value)
}

func (l *PatternList) addLocked(ver *uint32, key, value string) error {
	var v *patValue
	if l.pairs {
		v = newPatValue(value)
	}
	if ver != nil && int32(*ver-l.next) > 0 {
		return errFuture
	}
	if len(l.entries)-l.dead >= maxPatterns {
		return errTooManyKeys
	}
	for _, s := range l.sets {
		if err := s.check(key, v); err != nil {
			return errors.New(err.Error() + ".")
		}
	}
	for _, m := range l.inline {
		if err := checkKey(m.method.name, key, m.fold); err != nil {
			return errors.New(err.Error() + ".")
		}
	}
	if ver != nil && *ver != l.curr {
		l.append(*ver, key, v)
		return nil
	}
	p := l.append(l.curr, key, v)
	for _, s := range l.sets {
		s.add(p)
	}
	return l.changedInline()
}

// drop removes one entry. The lock is held.
func (l *PatternList) drop(p *pattern) {
	p.gone.Store(true)
	l.dead++
	same := slices.DeleteFunc(l.byKey[p.key], func(q *pattern) bool { return q == p })
	if l.byKey[p.key] = same; len(same) == 0 {
		delete(l.byKey, p.key)
	}
	if p.ver == l.curr {
		for _, s := range l.sets {
			s.drop()
		}
	}
	if 2*l.dead > len(l.entries) {
		l.entries, l.dead = alive(l.entries), 0
	}
}

// withKey is the entries in force of a key, or the one that "#0x..." refers to. The lock is held.
func (l *PatternList) withKey(key string) (found []*pattern, byRef bool) {
	if ref, ok := entryRef(key); ok {
		for _, p := range l.entries {
			if p.id == ref && !p.gone.Load() {
				return []*pattern{p}, true
			}
		}
		return nil, true
	}
	for _, p := range l.byKey[key] {
		if p.ver == l.curr {
			found = append(found, p)
		}
	}
	return found, false
}

// del removes every entry of a key.
func (l *PatternList) del(key string) error {
	l.mu.Lock()
	defer l.mu.Unlock()
	found, _ := l.withKey(key)
	if len(found) == 0 {
		return errNoKey
	}
	for _, p := range found {
		l.drop(p)
	}
	return l.changedInline()
}

// put gives every entry of a key a new value.
func (l *PatternList) put(key, value string) error {
	l.mu.Lock()
	defer l.mu.Unlock()
	found, byRef := l.withKey(key)
	if len(found) == 0 {
		if byRef {
			return errNoEntryRef
		}
		return errNoEntry
	}
	if !l.pairs {
		return nil
	}
	v := newPatValue(value)
	for _, s := range l.sets {
		if !v.fits(s.out) {
			return fmt.Errorf("unable to parse '%s'.", value)
		}
	}
	for _, p := range found {
		p.val.Store(v)
	}
	return nil
}

// clear removes every entry of a version.
func (l *PatternList) clear(ver *uint32) error {
	l.mu.Lock()
	defer l.mu.Unlock()
	which := l.curr
	if ver != nil {
		which = *ver
	}
	return l.keep(func(p *pattern) bool { return p.ver != which })
}

// keep drops all other entries. The lock is held.
func (l *PatternList) keep(stays func(*pattern) bool) error {
	var kept []*pattern
	byKey := map[string][]*pattern{}
	for _, p := range l.entries {
		if p.gone.Load() || !stays(p) {
			continue
		}
		kept = append(kept, p)
		byKey[p.key] = append(byKey[p.key], p)
	}
	l.entries, l.byKey, l.dead = kept, byKey, 0
	now := l.current()
	for _, s := range l.sets {
		s.rebuild(now)
	}
	return l.changedInline()
}

// prepare makes a version to come.
func (l *PatternList) prepare() uint32 {
	l.mu.Lock()
	defer l.mu.Unlock()
	l.next++
	return l.next
}

// commit puts a version in force, at once for all, and forgets those before it.
func (l *PatternList) commit(ver uint32) error {
	l.mu.Lock()
	defer l.mu.Unlock()
	if int32(ver-l.curr) <= 0 || int32(l.next-ver) < 0 {
		return errVersion
	}
	l.curr = ver
	return l.keep(func(p *pattern) bool { return int32(p.ver-ver) >= 0 })
}

// changedInline builds the matchers of an ACL's own line anew. The lock is held.
func (l *PatternList) changedInline() error {
	if len(l.inline) == 0 {
		return nil
	}
	var texts []string
	for _, p := range l.current() {
		texts = append(texts, p.key)
	}
	for _, m := range l.inline {
		fresh, _, err := m.method.build(texts, m.fold)
		if err != nil {
			return err
		}
		m.now.Store(&fresh)
	}
	l.store.inlineChanged.Store(true)
	return nil
}
