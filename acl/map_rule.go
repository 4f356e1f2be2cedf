package acl

import (
	"sync/atomic"

	"weir/conf"
)

// MapRule is a compiled set-map, del-map, add-acl or del-acl action. What it changes holds for the next look-up on every
// loop, and is forgotten with the process.
type MapRule struct {
	op         conf.MapOp
	store      *Store
	file       string
	list       atomic.Pointer[PatternList] // found at the first run: the file may be named further down
	key, value *Format
}

// SetMap compiles the action. Its file need not be used by any map or ACL: it changes nothing then, as in HAProxy.
func (c *Compiler) SetMap(_ conf.Pos, a *conf.SetMap) (*MapRule, error) {
	r := &MapRule{op: a.Op, store: c.State.Patterns, file: a.File}
	var err, verr error
	r.key, err = c.Format(a.Key)
	if a.Op == conf.MapSet {
		r.value, verr = c.Format(a.Value)
	}
	return r, joinErrors(err, verr)
}

// Run carries the action out. It is false where nothing was changed: no such list or entry, or an entry that the list cannot
// take. It takes the list's lock for as long as one entry takes.
func (r *MapRule) Run(c *Context) bool {
	l := r.list.Load()
	if l == nil {
		if l = r.store.fileList(r.file); l == nil {
			return false
		}
		r.list.Store(l)
	}
	c.text = r.key.Append(c.text[:0], c)
	key := string(c.text)
	switch r.op {
	case conf.MapDel, conf.ACLDel:
		return l.del(key) == nil
	case conf.ACLAdd:
		return l.addOnce(key) == nil
	}
	c.text = r.value.Append(c.text[:0], c)
	return l.upsert(key, string(c.text)) == nil
}

// fileList is the list of a file, nil where nobody uses it.
func (st *Store) fileList(name string) *PatternList {
	st.mu.Lock()
	defer st.mu.Unlock()
	return st.files[name]
}

// addOnce adds a key that is not there yet.
func (l *PatternList) addOnce(key string) error {
	l.mu.Lock()
	defer l.mu.Unlock()
	if found, _ := l.withKey(key); len(found) > 0 {
		return nil
	}
	return l.addLocked(nil, key, "")
}

// upsert changes the entries of a key, or adds one.
func (l *PatternList) upsert(key, value string) error {
	if err := l.put(key, value); err != errNoEntry && err != errNoEntryRef {
		return err
	}
	return l.add(nil, key, value)
}
