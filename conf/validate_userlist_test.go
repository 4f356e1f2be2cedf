package conf

import "testing"

func TestUserlistMembers(t *testing.T) {
	f := func(l *Userlist, want string) {
		t.Helper()
		diags := Validate(&Config{Userlists: []*Userlist{l}})
		if got := diags.Errors.Error(); got != want {
			t.Errorf("got:\n%s\nwant:\n%s", got, want)
		}
	}
	f(&Userlist{Name: "u", Users: []*User{{Name: "a", Groups: []string{"g"}}}, Groups: []*Group{{Name: "g", Users: []string{"a"}}}}, "")
	f(&Userlist{Name: "u", Users: []*User{{Name: "bob", Groups: []string{"admn"}}}, Groups: []*Group{{Name: "admin", Users: []string{"bib", "bob"}}}},
		`userlist "u": user "bob": unknown group: got "admn"; want admin (did you mean "admin"?)`+"\n"+
			`userlist "u": group "admin": unknown user: got "bib"; want bob (did you mean "bob"?)`)
}
