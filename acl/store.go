package acl

import (
	"cmp"
	"fmt"
	"slices"
	"strconv"
	"strings"
	"sync"
	"sync/atomic"

	"weir/conf"
)

// Store is the pattern lists of one configuration: what "show map" and "show acl" list, and what the stats socket and
// the actions set-map, del-map, add-acl and del-acl change. Lists are named by file, or by "#" and an id. Its methods may
// be called from any goroutine, loops included.
type Store struct {
	mu         sync.Mutex
	lists      []*PatternList
	files      map[string]*PatternList
	owns       map[ownKey]*PatternList // those of ACLs' own lines
	ready      map[readyKey]*readyACL
	readyTests map[*conf.Test]*readyACL
	fresh      bool // lists were added that have no id yet

	ids, seqs     atomic.Uint64
	inlineChanged atomic.Bool // an ACL's own patterns are no longer what a Switch was built of
}

// entryStep spaces the ids of entries: they look like the addresses that HAProxy tells.
const entryStep = 16

func newStore() *Store {
	s := &Store{files: map[string]*PatternList{}, owns: map[ownKey]*PatternList{}, ready: map[readyKey]*readyACL{}, readyTests: map[*conf.Test]*readyACL{}}
	s.ids.Store(1 << 32)
	return s
}

// add takes a list in; its id comes later.
func (st *Store) add(l *PatternList) {
	l.store = st
	st.lists = append(st.lists, l)
	st.fresh = true
}

// number gives ids in the order of the configuration to the lists that have none yet. The lock is held.
func (st *Store) number() {
	if !st.fresh {
		return
	}
	st.fresh = false
	var todo []*PatternList
	taken := map[int]bool{}
	for _, l := range st.lists {
		if l.id >= 0 {
			taken[l.id] = true
		} else {
			todo = append(todo, l)
		}
	}
	slices.SortStableFunc(todo, func(a, b *PatternList) int {
		return cmp.Or(comparePos(a.order, b.order), -cmp.Compare(a.name, b.name)) // a file before what names it
	})
	id := 0
	for _, l := range todo {
		for taken[id] {
			id++
		}
		l.id = id
		taken[id] = true
	}
	slices.SortFunc(st.lists, func(a, b *PatternList) int { return a.id - b.id })
}

func comparePos(a, b conf.Pos) int {
	return cmp.Or(cmp.Compare(a.File, b.File), cmp.Compare(a.Line, b.Line), cmp.Compare(a.Col, b.Col))
}

// find is the map, or the list of an ACL, of that name.
func (st *Store) find(isMap bool, name string) (*PatternList, error) {
	l := st.lookup(name)
	switch {
	case isMap && (l == nil || !l.pairs):
		return nil, errNoMap
	case l == nil || !isMap && !l.ofACL():
		return nil, errNoACL
	}
	return l, nil
}

// ofACL reports whether "show acl" lists it.
func (l *PatternList) ofACL() bool { return l.acl || !l.pairs }

// lookup is the list of that name, nil for none.
func (st *Store) lookup(name string) *PatternList {
	st.mu.Lock()
	defer st.mu.Unlock()
	st.number()
	if l := st.files[name]; l != nil {
		return l
	}
	if digits, ok := strings.CutPrefix(name, "#"); ok {
		id, err := strconv.Atoi(digits)
		for _, l := range st.lists {
			if err == nil && l.id == id {
				return l
			}
		}
	}
	return nil
}

// entryRef reads "#0x1f".
func entryRef(s string) (uint64, bool) {
	digits, ok := strings.CutPrefix(s, "#0x")
	if !ok {
		return 0, false
	}
	n, err := strconv.ParseUint(digits, 16, 64)
	return n, err == nil
}

// List is the lines of "show map" or "show acl".
func (st *Store) List(isMap bool) []string {
	st.mu.Lock()
	defer st.mu.Unlock()
	st.number()
	var lines []string
	for _, l := range st.lists {
		if isMap && l.pairs || !isMap && l.ofACL() {
			lines = append(lines, l.line())
		}
	}
	return lines
}

// line describes the list as HAProxy does.
func (l *PatternList) line() string {
	l.mu.Lock()
	defer l.mu.Unlock()
	what := fmt.Sprintf("acl '%s' file '%s' line %d.", l.what, l.pos.File, l.pos.Line)
	if l.name != "" {
		var by []string
		for _, u := range l.uses {
			by = append(by, fmt.Sprintf("by %s at file '%s' line %d", u.by, u.pos.File, u.pos.Line))
		}
		what = fmt.Sprintf("pattern loaded from file '%s' used %s.", l.name, strings.Join(by, ", "))
	}
	views := max(1, len(l.sets)+len(l.inline))
	return fmt.Sprintf("%d (%s) %s curr_ver=%d next_ver=%d entry_cnt=%d", l.id, l.name, what, l.curr, l.next, views*(len(l.entries)-l.dead))
}

// Dump is the lines of "show map NAME": of the version in force, or of ver.
func (st *Store) Dump(isMap bool, name string, ver *uint32) ([]string, error) {
	l, err := st.find(isMap, name)
	if err != nil {
		return nil, err
	}
	l.mu.Lock()
	defer l.mu.Unlock()
	which := l.curr
	if ver != nil {
		which = *ver
	}
	var lines []string
	for _, p := range l.entries {
		if p.ver != which || p.gone.Load() {
			continue
		}
		line := fmt.Sprintf("0x%x %s", p.id, p.key)
		if v := p.val.Load(); v != nil {
			line += " " + string(v.text)
		}
		lines = append(lines, line)
	}
	return lines, nil
}

// Add adds an entry; value is of a map.
func (st *Store) Add(isMap bool, name string, ver *uint32, key, value string) error {
	if l := st.lookup(name); !isMap && l != nil && l.pairs {
		return errSharedMap
	}
	l, err := st.find(isMap, name)
	if err != nil {
		return err
	}
	return l.add(ver, key, value)
}

// Set changes the value of every entry of that key, or of the entry "#0x...".
func (st *Store) Set(name, key, value string) error {
	l, err := st.find(true, name)
	if err != nil {
		return err
	}
	return l.put(key, value)
}

// Del removes every entry of that key, or the entry "#0x...".
func (st *Store) Del(isMap bool, name, key string) error {
	l, err := st.find(isMap, name)
	if err != nil {
		return err
	}
	return l.del(key)
}

// Clear removes every entry of the version in force, or of ver.
func (st *Store) Clear(isMap bool, name string, ver *uint32) error {
	l, err := st.find(isMap, name)
	if err != nil {
		return err
	}
	return l.clear(ver)
}

// Prepare makes a new version, which Add fills and Commit puts in force.
func (st *Store) Prepare(isMap bool, name string) (uint32, error) {
	l, err := st.find(isMap, name)
	if err != nil {
		return 0, err
	}
	return l.prepare(), nil
}

// Commit puts a version in force and forgets those before it.
func (st *Store) Commit(isMap bool, name string, ver uint32) error {
	l, err := st.find(isMap, name)
	if err != nil {
		return err
	}
	return l.commit(ver)
}

// Lookup tells what a value matches, one line for each way in which the list is used ("get map", "get acl").
func (st *Store) Lookup(isMap bool, name, value string) ([]string, error) {
	l, err := st.find(isMap, name)
	if err != nil {
		return nil, err
	}
	l.mu.Lock()
	defer l.mu.Unlock()
	var lines []string
	for _, s := range l.sets {
		lines = append(lines, s.tell(isMap, value))
	}
	for _, m := range l.inline {
		s := &patSet{list: l, method: m.method, fold: m.fold, out: Bool}
		s.rebuild(l.current())
		lines = append(lines, s.tell(isMap, value))
	}
	return lines, nil
}

// tell looks a value up and says what came of it.
func (p *patSet) tell(isMap bool, value string) string {
	c := &Context{}
	c.Begin(c.Now)
	s := Sample{Type: Str, Bytes: []byte(value)}
	var got *pattern
	if to := casts[Str][p.method.in]; to(c, &s) {
		got = p.find(c, &s)
	}
	kind := p.method.name
	if p.groups {
		kind = "regm"
	}
	line := fmt.Sprintf("type=%s, case=%s, ", kind, map[bool]string{true: "insensitive", false: "sensitive"}[p.fold])
	word, key := "match", "pattern"
	if isMap {
		word, key = "found", "key"
	}
	if got == nil {
		return line + word + "=no"
	}
	line += fmt.Sprintf("%s=yes, idx=%s, %s=%q", word, p.indexName(), key, got.key)
	if !isMap {
		return line
	}
	v := got.val.Load()
	if v == nil || p.out == Bool {
		return line + ", value=none"
	}
	return line + fmt.Sprintf(", value=\"%s\", type=\"%s\"", v.text, map[Type]string{Str: "str", Int: "sint", Addr: "ipv4"}[p.out])
}

// indexName is how HAProxy keeps such entries.
func (p *patSet) indexName() string {
	switch p.method.name {
	case "ip":
		return "tree"
	case "str", "beg":
		if !p.fold {
			return "tree"
		}
	}
	return "list"
}

// used notes a place that names the list, once.
func (l *PatternList) used(pos conf.Pos, by string, acl bool) {
	l.mu.Lock()
	defer l.mu.Unlock()
	l.acl = l.acl || acl
	if u := (use{pos, by}); !slices.Contains(l.uses, u) {
		l.uses = append(l.uses, u)
		slices.SortStableFunc(l.uses, func(a, b use) int { return comparePos(a.pos, b.pos) })
	}
	if comparePos(pos, l.order) < 0 {
		l.order = pos
	}
}
