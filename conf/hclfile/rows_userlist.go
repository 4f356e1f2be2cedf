package hclfile

import (
	"github.com/hashicorp/hcl/v2/hclsyntax"

	"weir/conf"
)

var userlistGrammar = grammar[conf.Userlist]{context: "userlist", nests: []nest[conf.Userlist]{
	{name: "group", low: 1, high: 1, named: true, labels: `"NAME"`, doc: "a group of users", attrs: groupGrammar.infos, read: readGroup},
	{name: "user", low: 1, high: 1, labels: `"NAME"`, doc: "a user; without a password nobody can log in as such", attrs: userGrammar.infos, read: readUser},
}}

var groupGrammar = grammar[conf.Group]{context: "group", rows: []row[conf.Group]{
	{info: info{name: "users", typ: tList, doc: "names of users"}, at: func(g *conf.Group) any { return &g.Users }},
}}

var userGrammar = grammar[conf.User]{context: "user", rows: []row[conf.User]{
	{info: info{name: "password", typ: tString, doc: "the password as crypt(3) has it"}, read: passwordReader(false), text: passwordText(false)},
	{info: info{name: "insecure_password", typ: tString, doc: "the password itself"}, read: passwordReader(true), text: passwordText(true)},
	{info: info{name: "groups", typ: tList, doc: "names of groups"}, at: func(u *conf.User) any { return &u.Groups }},
}}

func passwordReader(insecure bool) func(*decoder, *conf.User, *attr) {
	return func(d *decoder, u *conf.User, a *attr) {
		s, ok := d.constString(a.expr, a.path)
		switch {
		case !ok:
		case !u.None:
			d.add(conf.Bad(a.pos, a.path, "want either password or insecure_password"))
		default:
			u.Password, u.Insecure, u.None = s, insecure, false
		}
	}
}

func passwordText(insecure bool) func(*conf.User) string {
	return func(u *conf.User) string {
		if u.None || u.Insecure != insecure {
			return ""
		}
		return quote(u.Password)
	}
}

func readUser(d *decoder, l *conf.Userlist, b *block, _ where) {
	u := &conf.User{Pos: b.labelPos[0], Name: b.label(), None: true}
	read(d, &userGrammar, u, b.body, b.path, 0)
	l.Users = append(l.Users, u)
}

func readGroup(d *decoder, l *conf.Userlist, b *block, _ where) {
	g := &conf.Group{Pos: b.labelPos[0], Name: b.label()}
	read(d, &groupGrammar, g, b.body, b.path, 0)
	l.Groups = append(l.Groups, g)
}

// firstOfEach drops what has the name of one before it, which counts, with a warning, as the reader of haproxy.cfg does.
func firstOfEach[T any](d *decoder, path string, list []T, of func(T) (string, conf.Pos)) []T {
	first := make(map[string]conf.Pos, len(list))
	out := list[:0]
	for _, v := range list {
		name, pos := of(v)
		if at, again := first[name]; again {
			d.diags.Warn(conf.Bad(pos, path, "%q is already defined at %s, which counts", name, at))
			continue
		}
		first[name] = pos
		out = append(out, v)
	}
	return out
}

func (d *decoder) readUserlist(hb *hclsyntax.Block) {
	b := d.block(hb, "")
	l := &conf.Userlist{Pos: b.pos, Name: b.label()}
	read(d, &userlistGrammar, l, b.body, b.path, 0)
	l.Users = firstOfEach(d, b.path+": user", l.Users, func(u *conf.User) (string, conf.Pos) { return u.Name, u.Pos })
	l.Groups = firstOfEach(d, b.path+": group", l.Groups, func(g *conf.Group) (string, conf.Pos) { return g.Name, g.Pos })
	for _, other := range d.cfg.Userlists {
		if other.Name == l.Name {
			d.add(conf.Conflict(b.pos, "", b.path, other.Pos))
			return
		}
	}
	d.cfg.Userlists = append(d.cfg.Userlists, l)
}

// userlistNodes writes the content of a userlist section.
func userlistNodes(m style, l *conf.Userlist) []*Node {
	var out []*Node
	for _, g := range l.Groups {
		out = append(out, whole(m, &groupGrammar, g, "group", g.Name))
	}
	for _, u := range l.Users {
		out = append(out, whole(m, &userGrammar, u, "user", u.Name))
	}
	return out
}
