package frontend

import (
	"weir/acl"
	"weir/conf"
	"weir/internal/loop"
)

// A hashed password takes long to check (http_auth): it is done on a goroutine while the stream waits, and never on the loop. What
// is evaluated meanwhile counts for nothing and is evaluated again.

// holds is the condition's result. t may be nil where there is no request, and so no password, yet.
func (st *stream) holds(t *loop.Task, c *acl.Cond) bool {
	ok := c.Match(&st.ctx)
	for st.ctx.Unchecked != nil {
		st.checkPassword(t)
		ok = c.Match(&st.ctx)
	}
	return ok
}

// checkPassword finds out about the password that an evaluation has met.
func (st *stream) checkPassword(t *loop.Task) {
	k := st.ctx.Unchecked
	if t != nil {
		loop.Await(t, func() (struct{}, error) { k.Run(); return struct{}{}, nil })
	}
	st.ctx.Learn(k) // not run: refused
}

// checkPasswords finds out about what values that ask these userlists will want to know.
func (st *stream) checkPasswords(t *loop.Task, lists []*acl.Users) {
	if len(lists) == 0 {
		return
	}
	for st.ctx.Unsettled(lists) != nil {
		st.checkPassword(t)
	}
}

// noPasswords is the error for what asks a userlist where nobody waits for the answer.
func noPasswords(c *acl.Compiler, pos conf.Pos, what string) error {
	if len(c.TakeUsers()) == 0 {
		return nil
	}
	return conf.NotDone(pos, what, "http_auth here", "set a variable by http-request set-var, and use that")
}
