package cfgfile

import (
	"strings"

	"weir/conf"
)

// enterUserlist begins a userlist section.
func (d *decoder) enterUserlist(l *line) {
	w, ok := l.sectionName()
	if !ok {
		return
	}
	u := &conf.Userlist{Pos: l.key.Pos, Name: w.Text}
	title := `userlist "` + w.Text + `"`
	for _, have := range d.cfg.Userlists {
		if have.Name == u.Name {
			e := conf.Conflict(w.Pos, "", title, have.Pos)
			e.Fix = "that one counts"
			d.warn(e)
			l.skip()
			return
		}
	}
	d.cfg.Userlists = append(d.cfg.Userlists, u)
	d.walk.drafting(func() conf.Draft { return conf.Draft{Users: &conf.Userlist{Name: w.Text}} }, func(words []Word, dr *conf.Draft) {
		was := u
		u = dr.Users
		d.read(words)
		u = was
	})
	d.read = func(words []Word) {
		in := &line{d: d, words: words, path: title, in: inUserlist}
		d.users = u
		d.prefixed(in, &userlistTable)
	}
	d.done = func() {
		u.Users = firstOfEach(d, title+": user", u.Users, func(u *conf.User) (string, conf.Pos) { return u.Name, u.Pos })
		u.Groups = firstOfEach(d, title+": group", u.Groups, func(g *conf.Group) (string, conf.Pos) { return g.Name, g.Pos })
	}
}

// firstOfEach drops what has the name of one before it, which counts, with a warning.
func firstOfEach[T any](d *decoder, path string, list []T, of func(T) (string, conf.Pos)) []T {
	first := make(map[string]conf.Pos, len(list))
	out := list[:0]
	for _, v := range list {
		name, pos := of(v)
		if at, again := first[name]; again {
			d.warn(conf.Bad(pos, path, "%q is already defined at %s, which counts", name, at))
			continue
		}
		first[name] = pos
		out = append(out, v)
	}
	return out
}

var userlistTable = table{context: "userlist", in: inUserlist, rows: []row{
	{name: "group", in: inUserlist, args: "<name> [users <user>,...]", doc: "a group of users", read: readGroup},
	{name: "user", in: inUserlist, args: "<name> [password|insecure-password <password>] [groups <group>,...]", doc: "a user", read: readUser},
}}

func readGroup(l *line) {
	w, ok := l.arg("<name>")
	if !ok {
		return
	}
	l.checkName(w)
	g := &conf.Group{Pos: w.Pos, Name: w.Text}
	if l.took("users") {
		if list, ok := l.arg("<user>,..."); ok {
			g.Users = names(list.Text)
		}
	}
	l.d.users.Groups = append(l.d.users.Groups, g)
}

// names cuts a list at its commas; HAProxy passes over empty names.
func names(list string) []string {
	return strings.FieldsFunc(list, func(r rune) bool { return r == ',' })
}

func readUser(l *line) {
	w, ok := l.arg("<name>")
	if !ok {
		return
	}
	u := &conf.User{Pos: w.Pos, Name: w.Text, None: true}
	for l.more() {
		switch k := l.next(); k.Text {
		case "password", "insecure-password":
			l.text(&u.Password, "<password>")
			u.Insecure, u.None = k.Text == "insecure-password", false
		case "groups":
			if list, ok := l.arg("<group>,..."); ok {
				u.Groups = names(list.Text)
			}
		default:
			l.wrong(k, "password", "insecure-password", "groups")
		}
	}
	l.d.users.Users = append(l.d.users.Users, u)
}
