package acl

import (
	"crypto/rand"
	"crypto/sha256"
	"crypto/subtle"
	"runtime"
	"sync/atomic"
)

// Checking a hashed password takes from a fraction of a millisecond to seconds, by design: it must not be done on a loop. An
// evaluation that meets a password whose verdict is not known leaves a Check in Context.Unchecked, and its result counts for
// nothing. Who runs it does the Check on a goroutine, tells the Context (Learn), and evaluates again.

// Limits of checking passwords.
const (
	// keptGood and keptBad are how many verdicts are remembered, so that a client that says who it is with every request costs one
	// check. The bad ones have a place of their own: whoever tries passwords pushes out no good one.
	keptGood = 4096
	keptBad  = 1024
	// maxWaiting bounds the passwords that wait for their check: who tries them by the thousand is turned away, and so takes neither
	// memory nor the time of those who come after.
	maxWaiting = 1024
)

// verdictKey stands for a password and the hash that it was compared with: a digest, salted anew in each process.
type verdictKey [sha256.Size]byte

type verdict struct {
	key verdictKey
	ok  bool
}

// verdicts are those of the process. Looking one up takes no lock: a place holds the last one whose key leads there.
type verdicts struct {
	salt    [16]byte
	good    [keptGood]atomic.Pointer[verdictKey]
	bad     [keptBad]atomic.Pointer[verdictKey]
	slots   chan struct{} // one for each check that may run at a time
	waiting atomic.Int64
}

func newVerdicts() *verdicts {
	// A loop each and one to spare: half of them leaves the loops theirs.
	v := &verdicts{slots: make(chan struct{}, max(1, runtime.GOMAXPROCS(0)/2))}
	rand.Read(v.salt[:])
	return v
}

// key is made in a's memory, which the caller gives up soon.
func (v *verdicts) key(u *user, password []byte, c *Context) verdictKey {
	b := c.Arena.Alloc(len(v.salt) + len(u.text) + 1 + len(password))
	n := copy(b, v.salt[:])
	n += copy(b[n:], u.text)
	b[n] = 0 // a hash holds none
	copy(b[n+1:], password)
	return sha256.Sum256(b)
}

func place(k *verdictKey) uint32 {
	return uint32(k[0]) | uint32(k[1])<<8 | uint32(k[2])<<16
}

func (v *verdicts) find(k *verdictKey) (ok, known bool) {
	if p := v.good[place(k)%keptGood].Load(); p != nil && *p == *k {
		return true, true
	}
	p := v.bad[place(k)%keptBad].Load()
	return false, p != nil && *p == *k
}

func (v *verdicts) keep(k *verdictKey, ok bool) {
	if ok {
		v.good[place(k)%keptGood].Store(k)
		return
	}
	v.bad[place(k)%keptBad].Store(k)
}

// Check is a password whose verdict takes too long to be found on a loop.
type Check struct {
	all      *verdicts
	user     *user
	password []byte
	verdict
}

// Run finds the verdict. It may be called on any goroutine, and blocks.
func (k *Check) Run() {
	v := k.all
	if v.waiting.Add(1) > maxWaiting {
		v.waiting.Add(-1)
		return // refused, and not remembered
	}
	v.slots <- struct{}{}
	defer func() {
		<-v.slots
		v.waiting.Add(-1)
	}()
	ok, known := v.find(&k.key) // another request may have been faster
	if !known {
		ok = k.user.hash.Match(k.password)
		key := k.key
		v.keep(&key, ok)
	}
	k.ok = ok
}

// Unsettled is a Check that must be made before an expression that asks one of the userlists is evaluated; nil = none, any more.
func (c *Context) Unsettled(lists []*Users) *Check {
	name, password, ok := c.login()
	if !ok {
		return nil
	}
	for _, l := range lists {
		if c.admits(l, name, password); c.Unchecked != nil {
			return c.Unchecked
		}
	}
	return nil
}

// Learn takes over the verdict of the Check that was met, for the rest of this request.
func (c *Context) Learn(k *Check) {
	c.known = append(c.known, k.verdict)
	c.Unchecked = nil
}

// admits reports whether the list has the user, with that password.
func (c *Context) admits(list *Users, name, password []byte) bool {
	u := list.users[string(name)]
	switch {
	case u == nil:
		return false
	case u.hash == nil:
		return u.plain != nil && subtle.ConstantTimeCompare(u.plain, password) == 1
	case c.checkNow:
		return u.hash.Match(password)
	}
	all := list.state.verdicts()
	key := all.key(u, password, c)
	for i := range c.known {
		if c.known[i].key == key {
			return c.known[i].ok
		}
	}
	ok, known := all.find(&key)
	if !known && c.Unchecked == nil {
		c.Unchecked = &Check{all: all, user: u, password: append([]byte(nil), password...), verdict: verdict{key: key}}
	}
	return ok
}
