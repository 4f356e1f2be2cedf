package conf

// userlist checks that the users and groups of a userlist know each other.
func (v *validator) userlist(l *Userlist) {
	path := titled("userlist", l.Name)
	var users, groups []string
	for _, u := range l.Users {
		users = append(users, u.Name)
	}
	for _, g := range l.Groups {
		groups = append(groups, g.Name)
	}
	for _, u := range l.Users {
		v.members(u.Pos, path+`: user "`+u.Name+`"`, "group", u.Groups, groups)
	}
	for _, g := range l.Groups {
		v.members(g.Pos, path+`: group "`+g.Name+`"`, "user", g.Users, users)
	}
}

// members reports the names that are none of those known.
func (v *validator) members(pos Pos, path, kind string, names, known []string) {
	has := map[string]bool{}
	for _, k := range known {
		has[k] = true
	}
	for _, n := range names {
		if !has[n] && len(v.diags.Errors) < MaxErrors {
			v.add(Unknown(pos, path, kind, n, known))
		}
	}
}
