package acl

import (
	"context"
	"fmt"
	"net"
	"net/netip"
	"slices"
	"strings"

	"weir/conf"
)

// anyMatch is the pattern files of a test and then its own patterns.
type anyMatch []matcher

func (m anyMatch) match(c *Context, s *Sample) bool {
	for _, one := range m {
		if one.match(c, s) {
			return true
		}
	}
	return false
}

// matcher compiles what a test compares with: its files, which may change at any time, and its own patterns.
func (c *Compiler) matcher(t *conf.Test, x *Expr, m *method, patterns []string) (matcher, bool) {
	own, ok := c.ownPatterns(t, x, m, patterns)
	if !ok || len(t.Files) == 0 {
		return own, ok
	}
	var all anyMatch
	for _, f := range t.Files {
		set, err := c.fileSet(t, m, f)
		if err != nil {
			c.fail(conf.Misread(f.Pos, c.at("-f"), f.Path, err))
			ok = false
			continue
		}
		all = append(all, set)
	}
	return append(all, own), ok
}

func (c *Compiler) fileSet(t *conf.Test, m *method, f *conf.PatternFile) (*patSet, error) {
	if m.in == Any || m.in == Bool {
		m = lookupMethod("str") // found and bool compare with nothing: the file only has to be readable
	}
	l, err := c.State.Patterns.file(c.Config, f.Path, t.Maps, f.Pos)
	if err != nil {
		return nil, err
	}
	by := "acl"
	if t.Maps {
		by = "map" // as HAProxy has it
	}
	l.used(f.Pos, by, true)
	if m.name == "ip" && !t.NoDNS {
		l.resolve()
	}
	return l.set(m, t.IgnoreCase, Bool, false, f.Pos)
}

// resolve looks up the host names of a file, once; those that have no address are errors later.
func (l *PatternList) resolve() {
	l.mu.Lock()
	defer l.mu.Unlock()
	for _, p := range l.entries {
		var m ipMatch
		if p.addrs != nil {
			continue
		}
		if m.addAddr(p.key) == nil {
			if !isWhole(p.key) {
				p.addrs = []netip.Addr{}
			}
			continue
		}
		if addrs, err := lookupHost(p.key); err == nil {
			p.addrs = addrs
		}
	}
}

// lookupHost is the IPv4 addresses of a name.
func lookupHost(name string) ([]netip.Addr, error) {
	if strings.ContainsAny(name, "/: ") || strings.Trim(name, "0123456789.") == "" {
		return nil, errIP
	}
	ctx, cancel := context.WithTimeout(context.Background(), lookupTime)
	defer cancel()
	ips, err := net.DefaultResolver.LookupNetIP(ctx, "ip4", name)
	if err != nil {
		return nil, fmt.Errorf("is no address and cannot be looked up: %w", err)
	}
	for i := range ips {
		ips[i] = ips[i].Unmap()
	}
	return ips, nil
}

// ownPatterns compiles the patterns of a test's own line, and lists them for the stats socket.
func (c *Compiler) ownPatterns(t *conf.Test, x *Expr, m *method, patterns []string) (matcher, bool) {
	match, ok := c.buildPatterns(t, x, m, patterns)
	if !ok {
		return nil, false
	}
	if t.Pos.IsZero() {
		return match, true
	}
	own, err := c.State.Patterns.own(t, x, m, patterns, match)
	if err != nil {
		c.fail(conf.Bad(t.Pos, c.at("-u"), "%s", err))
	}
	return own, err == nil
}

// maxBadPatterns is how many patterns of one test are told to be wrong: each may have cost the time of looking up a name.
const maxBadPatterns = 16

// buildPatterns compiles patterns, and tells all that are wrong.
func (c *Compiler) buildPatterns(t *conf.Test, x *Expr, m *method, patterns []string) (matcher, bool) {
	match, i, err := m.build(patterns, t.IgnoreCase)
	bad := 0
	for at := 0; err != nil; bad++ {
		at += i
		c.badPattern(t, x, m, at, err)
		if at++; at >= len(patterns) || bad == maxBadPatterns {
			return nil, false
		}
		_, i, err = m.build(patterns[at:], t.IgnoreCase)
	}
	if bad == 0 && t.NoDNS && m.name == "ip" {
		for i, p := range patterns {
			if err := checkKey("ip", p, false); err != nil {
				c.badPattern(t, x, m, i, err)
				bad++
			}
		}
	}
	return match, bad == 0
}

// badPattern tells of one where it stands.
func (c *Compiler) badPattern(t *conf.Test, x *Expr, m *method, i int, err error) {
	pos, got := t.Pos, ""
	if i < len(t.Patterns) {
		got = t.Patterns[i].Text
		if at := t.Patterns[i].Pos; !at.IsZero() {
			pos = at
		}
	}
	c.fail(conf.Bad(pos, c.at(x.String()), "%s: got %q; %s", m.name, got, err))
}

// ownKey tells the tests of a configuration apart.
type ownKey struct {
	pos                conf.Pos
	expr, method, pats string
	fold               bool
	test               *conf.Test // of a predefined ACL, whose place may change
}

// own lists a test's own patterns. A test that is compiled twice is listed once.
func (st *Store) own(t *conf.Test, x *Expr, m *method, patterns []string, match matcher) (matcher, error) {
	key := ownKey{t.Pos, x.text, m.name, strings.Join(patterns, "\x00"), t.IgnoreCase, nil}
	st.mu.Lock()
	defer st.mu.Unlock()
	ready := st.readyTests[t]
	if ready != nil {
		key.test = t
	}
	if l := st.owns[key]; l != nil {
		if len(l.inline) == 0 {
			return match, nil
		}
		return l.inline[0], nil
	}
	l := &PatternList{id: -1, what: t.Expr.Fetch.Name, pos: t.Pos, order: orderOf(t), acl: true}
	if t.ID > 0 {
		if i := slices.IndexFunc(st.lists, func(o *PatternList) bool { return o.fixed && o.id == t.ID }); i >= 0 {
			if st.lists[i].pos == t.Pos { // a part of it, for an explanation
				return match, nil
			}
			return nil, fmt.Errorf("the id %d is already used at %s", t.ID, st.lists[i].pos)
		}
		l.id, l.fixed = t.ID, true
	}
	st.add(l)
	in := &inlineMatch{method: m, fold: t.IgnoreCase}
	in.now.Store(&match)
	st.owns[key] = l
	if ready != nil {
		ready.list = l
	}
	if m.in == Any || m.in == Bool { // it compares with nothing
		return match, nil
	}
	for _, p := range patterns {
		l.append(0, p, nil)
	}
	l.inline = []*inlineMatch{in}
	return in, nil
}

// orderOf is where a test's own list stands among all: behind the files and the maps that it names.
func orderOf(t *conf.Test) conf.Pos {
	last := t.Pos
	for i := range t.Expr.Convs {
		if p := t.Expr.Convs[i].Pos; comparePos(p, last) > 0 {
			last = p
		}
	}
	for _, f := range t.Files {
		if comparePos(f.Pos, last) > 0 {
			last = f.Pos
		}
	}
	return last
}
