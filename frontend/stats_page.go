package frontend

import (
	"bytes"
	"crypto/subtle"
	"errors"

	"weir/acl"
	"weir/conf"
	"weir/internal/loop"
	"weir/internal/message"
)

// StatsRequest is what a client asks of the stats page of a section.
type StatsRequest struct {
	Page    *conf.StatsURI
	Section string // that has the page
	Suffix  string // of the request's target: what stands behind the page's path
	Admin   bool   // whether the client may change servers
	Form    []byte // the body of a POST, as far as it fits into a buffer
	Whole   bool   // Form is all of it
}

// statsPage is the stats page of a section.
type statsPage struct {
	section string
	conf    *conf.StatsURI
	rules   []rule
	users   map[string][]byte // their passwords; nil = whoever asks
	login   *auth             // asks who they are
	admin   []*acl.Cond
}

func (k *ruleSite) statsPage(at acl.Place) (*statsPage, error) {
	u := k.p.StatsURI
	if u == nil {
		return nil, nil
	}
	rules, err := k.rules(at, k.p.StatsRules)
	s := &statsPage{section: k.p.Name, conf: u, rules: rules}
	errs := []error{err}
	if len(u.Users) > 0 {
		s.users = map[string][]byte{}
		s.login = newAuth(u.Realm)
	}
	for _, x := range u.Users {
		s.users[x.Name] = []byte(x.Password)
	}
	for i := range s.rules { // their realm is the page's, where they have none
		if a, ok := k.p.StatsRules[i].Action.(*conf.Auth); ok && a.Realm == "" {
			s.rules[i].deed = newAuth(u.Realm)
		}
	}
	for _, c := range k.p.StatsAdmin {
		cond, err := k.At(at).Cond(c, k.p.ACLs)
		errs = append(errs, err)
		s.admin = append(s.admin, cond)
	}
	return s, errors.Join(errs...)
}

// asked reports whether a request is for the page: its target begins as the page's does. Methods that the page does not know go on,
// as in HAProxy.
func (s *statsPage) asked(q *message.Request) bool {
	if len(q.Path) < len(s.conf.Path) || string(q.Path[:len(s.conf.Path)]) != s.conf.Path {
		return false
	}
	return q.MethodID == message.MethodGet || q.MethodID == message.MethodHead || q.MethodID == message.MethodPost
}

// knows reports whether the client may see the page by its name and password.
func (s *statsPage) knows(c *acl.Context) bool {
	if s.users == nil {
		return true
	}
	name, password, ok := c.Login()
	want, known := s.users[string(name)]
	return ok && known && subtle.ConstantTimeCompare(want, password) == 1
}

// showStats answers a request for the page. st.then is what follows.
func (st *stream) showStats(t *loop.Task, s *statsPage) {
	if len(s.rules) > 0 && st.run(t, s.rules, onRequest) {
		return
	}
	if !s.knows(&st.ctx) {
		s.login.do(st, t, onRequest)
		return
	}
	r := &StatsRequest{Page: s.conf, Section: s.section, Suffix: string(st.req.Path[len(s.conf.Path):])}
	for _, c := range s.admin {
		r.Admin = r.Admin || st.holds(t, c)
	}
	if st.req.MethodID == message.MethodPost && r.Admin {
		if f := st.bufferBody(t, 0, 0); f != nil {
			st.then = st.refuse(t, f)
			return
		}
		r.Whole = st.seeBody()
		r.Form = bytes.Clone(st.ctx.ReqBody)
	}
	st.then = st.service(t, "stats", r)
}
