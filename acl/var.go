package acl

import (
	"errors"
	"slices"
	"strings"
	"sync"
	"sync/atomic"
)

// scope is how long a variable lives (HAProxy's guide, 2.6 "proc", "sess", ...).
type scope uint8

const (
	scopeProc  scope = iota // the process
	scopeSess               // the client connection
	scopeTxn                // the request and its response
	scopeReq                // until the response begins
	scopeRes                // from the response's beginning on
	scopeCheck              // one health check
	numScopes
)

var scopeNames = [numScopes]string{"proc", "sess", "txn", "req", "res", "check"}

// Var is a variable whose name was resolved to the place where its value stands in a Context. It is immutable.
type Var struct {
	name  string // with its scope, as "txn.user"
	scope scope
	slot  int
	state *State
	proc  *procVar // of scope proc
}

// procVar is a variable of the process. Loops read it without a lock: a new value is a new object.
type procVar struct{ val atomic.Pointer[Sample] }

// varNames gives slots to names. Slots are never taken back: names come from configurations only.
type varNames struct {
	mu    sync.Mutex
	known map[string]*Var
	count [numScopes]int
	used  sizes // what tune.vars.proc-max-size and global-max-size count
}

// String is the variable's name with its scope.
func (v *Var) String() string { return v.name }

var errVarScope = errors.New("want proc, sess, txn, req, res or check, a dot and a name, such as txn.user")
var errVarChars = errors.New("want letters, digits, dots and underscores only")

// checkVarName takes a name apart.
func checkVarName(name string) (scope, error) {
	prefix, rest, _ := strings.Cut(name, ".")
	i := slices.Index(scopeNames[:], prefix)
	if i < 0 || rest == "" {
		return 0, errVarScope
	}
	for _, ch := range []byte(rest) {
		if !(ch >= 'a' && ch <= 'z' || ch >= 'A' && ch <= 'Z' || ch >= '0' && ch <= '9' || ch == '.' || ch == '_') {
			return 0, errVarChars
		}
	}
	return scope(i), nil
}

// Var resolves a name such as "txn.user". The same name gives the same Var for the life of the State.
func (st *State) Var(name string) (*Var, error) {
	sc, err := checkVarName(name)
	if err != nil {
		return nil, err
	}
	st.vars.mu.Lock()
	defer st.vars.mu.Unlock()
	if v := st.vars.known[name]; v != nil {
		return v, nil
	}
	if st.vars.known == nil {
		st.vars.known = map[string]*Var{}
	}
	v := &Var{name: name, scope: sc, slot: st.vars.count[sc], state: st}
	if sc == scopeProc {
		v.proc = &procVar{}
	}
	st.vars.count[sc]++
	st.vars.known[name] = v
	return v, nil
}

// LookupVar is the variable of that name, nil where no configuration has named it.
func (st *State) LookupVar(name string) *Var {
	st.vars.mu.Lock()
	defer st.vars.mu.Unlock()
	return st.vars.known[name]
}

// inScope lists the variables of a scope by slot.
func (st *State) inScope(sc scope) []*Var {
	st.vars.mu.Lock()
	defer st.vars.mu.Unlock()
	list := make([]*Var, st.vars.count[sc])
	for _, v := range st.vars.known {
		if v.scope == sc {
			list[v.slot] = v
		}
	}
	return list
}

// Get puts the variable's value into s; false where it is not set. Bytes belong to the variable: they are good until it
// is set again or its scope ends.
func (v *Var) Get(c *Context, s *Sample) bool {
	if v.proc != nil {
		p := v.proc.val.Load()
		if p == nil {
			return false
		}
		*s = *p
		return true
	}
	st := c.storeOf(v.scope)
	if st == nil || v.slot >= len(st.cells) || !st.cells[v.slot].set {
		return false
	}
	*s = st.cells[v.slot].val
	return true
}

// Set gives the variable a copy of s. It is false where the scope does not exist now (such as "res" before the
// response) or a limit is in the way: the variable is as it was then. In steady state it does not allocate, but for a
// new value of a variable of the process.
func (v *Var) Set(c *Context, s *Sample) bool {
	if s.hasBytes() && len(s.Bytes) > maxVarBytes || s.Type == Any {
		return false
	}
	if v.proc != nil {
		return v.setProc(c, s)
	}
	st := c.storeOf(v.scope)
	return st != nil && st.put(c, v, s)
}

// Unset forgets the variable's value.
func (v *Var) Unset(c *Context) {
	if v.proc != nil {
		if old := v.proc.val.Swap(nil); old != nil {
			v.state.account(c, scopeProc, -sizeOf(old))
		}
		return
	}
	if st := c.storeOf(v.scope); st != nil {
		st.drop(c, v)
	}
}

// setProc leaves alone what stays the same: rules that note the same again and again then allocate nothing.
func (v *Var) setProc(c *Context, s *Sample) bool {
	old := v.proc.val.Load()
	if old != nil && sameSample(old, s) {
		return true
	}
	now := *s
	now.Bytes = nil
	if s.hasBytes() {
		now.Bytes = append([]byte{}, s.Bytes...)
	}
	if !v.state.account(c, scopeProc, sizeOf(&now)-sizeOf(old)) {
		return false
	}
	if last := v.proc.val.Swap(&now); last != old {
		v.state.account(c, scopeProc, sizeOf(old)-sizeOf(last)) // another loop was faster: it is its value that went
	}
	return true
}

func sameSample(a, b *Sample) bool {
	if a.Type != b.Type {
		return false
	}
	switch {
	case a.hasBytes():
		return string(a.Bytes) == string(b.Bytes)
	case a.Type == Addr:
		return a.Addr == b.Addr
	}
	return a.Int == b.Int
}
