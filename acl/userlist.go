package acl

import (
	"errors"
	"slices"

	"weir/conf"
	"weir/internal/passwd"
)

// Users is a userlist, compiled. It is immutable.
type Users struct {
	name   string
	state  *State
	users  map[string]*user
	groups []string
}

// user is one of its users. Who has neither a plain password nor a hash cannot log in.
type user struct {
	groups []string
	plain  []byte       // insecure-password; nil = none
	text   string       // the hash as written
	hash   *passwd.Hash // nil = none, or one that nothing matches
}

// CheckUsers reports what is wrong with a userlist: errors, and as warnings what HAProxy takes and what then lets nobody in.
func CheckUsers(l *conf.Userlist) (errs, warnings conf.Errors) {
	title := `userlist "` + l.Name + `"`
	seen := map[string]bool{}
	for _, u := range l.Users {
		path := title + `: user "` + u.Name + `"`
		if seen[u.Name] {
			warnings = append(warnings, conf.Bad(u.Pos, path, "stands twice: the first one counts"))
		}
		seen[u.Name] = true
		errs = append(errs, unknownNames(u.Pos, path, "group", u.Groups, groupNames(l))...)
		if u.None || u.Insecure {
			continue
		}
		switch _, err := passwd.Parse(u.Password); {
		case errors.Is(err, passwd.ErrNotDone):
			errs = append(errs, conf.Bad(u.Pos, path, "password: %v; want %s", err, passwd.Formats))
		case err != nil:
			warnings = append(warnings, conf.Bad(u.Pos, path, "password: %v, so that nobody can log in with it; want %s, or insecure-password", err, passwd.Formats))
		}
	}
	clear(seen)
	for _, g := range l.Groups {
		path := title + `: group "` + g.Name + `"`
		if seen[g.Name] {
			warnings = append(warnings, conf.Bad(g.Pos, path, "stands twice: the first one counts"))
		}
		seen[g.Name] = true
		errs = append(errs, unknownNames(g.Pos, path, "user", g.Users, userNames(l))...)
	}
	return errs, warnings
}

func unknownNames(pos conf.Pos, path, kind string, names, known []string) (errs conf.Errors) {
	for _, n := range names {
		if !slices.Contains(known, n) {
			errs = append(errs, conf.Unknown(pos, path, kind, n, known))
		}
	}
	return errs
}

func groupNames(l *conf.Userlist) (names []string) {
	for _, g := range l.Groups {
		names = append(names, g.Name)
	}
	return names
}

func userNames(l *conf.Userlist) (names []string) {
	for _, u := range l.Users {
		names = append(names, u.Name)
	}
	return names
}

// newUsers compiles a userlist that CheckUsers has found good.
func newUsers(l *conf.Userlist, state *State) *Users {
	c := &Users{name: l.Name, state: state, users: map[string]*user{}, groups: groupNames(l)}
	for _, u := range l.Users {
		if c.users[u.Name] != nil {
			continue
		}
		to := &user{groups: slices.Clone(u.Groups)}
		switch {
		case u.None:
		case u.Insecure:
			to.plain = []byte(u.Password)
		default:
			to.text = u.Password
			to.hash, _ = passwd.Parse(u.Password)
		}
		c.users[u.Name] = to
	}
	seen := map[string]bool{}
	for _, g := range l.Groups {
		if seen[g.Name] {
			continue
		}
		seen[g.Name] = true
		for _, name := range g.Users {
			if u := c.users[name]; u != nil && !slices.Contains(u.groups, g.Name) {
				u.groups = append(u.groups, g.Name)
			}
		}
	}
	return c
}

// userlist is the list that an argument names; nil after an error.
func (c *Compiler) userlist(call *conf.Call, p param, name string) *Users {
	if u := c.users[name]; u != nil {
		return u
	}
	var known []string
	if c.Config != nil {
		for _, l := range c.Config.Userlists {
			if l.Name == name {
				u := newUsers(l, c.State)
				c.users[name] = u
				return u
			}
			known = append(known, l.Name)
		}
	}
	if name == "" {
		c.fail(conf.BadValue(call.Pos, c.at(call.Name+"("+p.name+")"), name, "the name of a userlist"))
		return nil
	}
	c.fail(conf.Unknown(call.Pos, c.at(call.Name), "userlist", name, known))
	return nil
}

// groupMatch looks whether the user that the sample names is in one of the groups.
type groupMatch struct {
	users  *Users
	groups matcher
}

func (m *groupMatch) match(c *Context, s *Sample) bool {
	u := m.users.users[string(s.Bytes)]
	if u == nil {
		return false
	}
	for _, g := range u.groups {
		if s.setStr(stringBytes(g)); m.groups.match(c, s) {
			return true
		}
	}
	return false
}

// testsGroups is true for a test of http_auth_group, whose patterns are groups and not texts to compare with.
func (c *Compiler) testsGroups(t *conf.Test, x *Expr) bool {
	if x.fetch.name != "http_auth_group" {
		return false
	}
	users := x.args.users
	switch {
	case t.Match != "" && t.Match != "str" || len(x.steps) > 0:
		c.fail(conf.Bad(t.Pos, c.at(x.fetch.name), "is compared with groups: neither -m nor a converter can stand here"))
	case len(t.Patterns) == 0 && len(t.Files) == 0:
		c.fail(conf.BadValue(t.Pos, c.at(x.fetch.name), "", "groups of userlist "+users.name))
	case !t.IgnoreCase:
		for _, p := range t.Patterns {
			if !slices.Contains(users.groups, p.Text) {
				c.fail(conf.Unknown(p.Pos, c.at(x.fetch.name), "group of userlist "+users.name, p.Text, users.groups))
			}
		}
	}
	return true
}
