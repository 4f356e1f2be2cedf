package conf

import (
	"cmp"
	"fmt"
	"reflect"
	"slices"
	"strings"
	"unicode"
)

// Changes says in what a configuration differs from the one before, a section or a server a line, for people: what a reload is about to do.
// It names what changed and no values, for some are secret. Places, and numbers that Validate has given, do not count.
//
//	frontend "web": changed: timeouts, req rules
//	frontend "web": bind *:8443 added
//	backend "app": server "s3" added
//	backend "old" removed
func Changes(before, after *Config) []string {
	c := &changes{}
	if names := c.fields(reflect.ValueOf(before.Global), reflect.ValueOf(after.Global)); len(names) > 0 {
		c.say("global: changed: %s", strings.Join(names, ", "))
	}
	each(c, "", before.Proxies, after.Proxies, (*Proxy).Title, c.proxy)
	each(c, "", before.Userlists, after.Userlists, func(u *Userlist) string { return fmt.Sprintf("userlist %q", u.Name) }, nil)
	each(c, "", before.HTTPErrors, after.HTTPErrors, func(h *HTTPErrors) string { return fmt.Sprintf("http-errors %q", h.Name) }, nil)
	each(c, "", before.CrtStores, after.CrtStores, func(s *CrtStore) string { return fmt.Sprintf("crt-store %q", s.Name) }, nil)
	each(c, "", before.ACMEs, after.ACMEs, func(a *ACME) string { return fmt.Sprintf("acme %q", a.Name) }, nil)
	each(c, "", before.Mailers, after.Mailers, func(m *Mailers) string { return fmt.Sprintf("mailers %q", m.Name) }, nil)
	return c.lines
}

type changes struct{ lines []string }

func (c *changes) say(format string, args ...any) {
	c.lines = append(c.lines, fmt.Sprintf(format, args...))
}

// each compares what has the same name, in the new order; what is gone comes last. more tells of the parts of one; nil = it has none.
func each[T any](c *changes, in string, before, after []*T, name func(*T) string, more func(a, b *T)) {
	old := map[string]*T{}
	for _, v := range before {
		old[name(v)] = v
	}
	for _, v := range after {
		was := old[name(v)]
		delete(old, name(v))
		if was == nil {
			c.say("%s%s added", in, name(v))
			continue
		}
		if names := c.fields(reflect.ValueOf(*was), reflect.ValueOf(*v)); len(names) > 0 {
			c.say("%s%s: changed: %s", in, name(v), strings.Join(names, ", "))
		}
		if more != nil {
			more(was, v)
		}
	}
	var gone []string
	for n := range old {
		gone = append(gone, n)
	}
	slices.SortFunc(gone, cmp.Compare[string])
	for _, n := range gone {
		c.say("%s%s removed", in, n)
	}
}

// proxy tells of a section's addresses and servers.
func (c *changes) proxy(a, b *Proxy) {
	in := b.Title() + ": "
	each(c, in, a.Binds, b.Binds, func(b *Bind) string { return "bind " + b.Addr.String() }, nil)
	each(c, in, a.Servers, b.Servers, func(s *Server) string { return fmt.Sprintf("server %q", s.Name) }, nil)
}

// fields are the names of the fields that differ, apart from those that are told one by one.
func (c *changes) fields(a, b reflect.Value) []string {
	var names []string
	for i := range a.NumField() {
		f := a.Type().Field(i)
		switch f.Name {
		case "ID", "Binds", "Servers":
			continue
		}
		if placeless(f.Type) {
			continue
		}
		d := &differ{}
		if d.value("", a.Field(i), b.Field(i)); len(d.out) > 0 {
			names = append(names, inWords(f.Name))
		}
	}
	return names
}

// inWords writes a field's name as words: "HardStopAfter" is "hard stop after".
func inWords(name string) string {
	rs := []rune(name)
	var b strings.Builder
	for i, r := range rs {
		if i > 0 && unicode.IsUpper(r) && (unicode.IsLower(rs[i-1]) || i+1 < len(rs) && unicode.IsLower(rs[i+1])) {
			b.WriteByte(' ')
		}
		b.WriteRune(unicode.ToLower(r))
	}
	return b.String()
}
