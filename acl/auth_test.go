package acl

import (
	"encoding/base64"
	"strings"
	"testing"

	"weir/conf"
	"weir/internal/message"
)

// authList is the userlist of testdata/haproxy26auth.txt.
func authList() *conf.Userlist {
	user := func(name, password string, groups ...string) *conf.User {
		return &conf.User{Name: name, Password: password, Insecure: !strings.HasPrefix(password, "$"), Groups: groups}
	}
	l := &conf.Userlist{Name: "L", Groups: []*conf.Group{
		{Name: "G1", Users: []string{"tiger", "scott"}}, {Name: "G2", Users: []string{"xdb"}}, {Name: "G3"},
	}, Users: []*conf.User{
		user("tiger", "$5$rounds=1000$saltstring$AH5PD0i.riCRu4BNDy9v7OPV7u3dfLBApcXI6khquVA"),
		user("scott", "elgato", "G3"), user("xdb", "hello"),
		user("md", "$1$abcdefgh$cHJi5PXp/ki/ktXzqlk6I1"),
		user("bc", "$2b$04$abcdefghijklmnopqrstuu2r9OfJnfCsdneAXAGHnS4UpFFP8WIrW"),
		user("ye", "$y$j75$abcdefgh1234$35Wj4XRiq69wx.bXHzwSFO5NsIOyCCWeo6QVzVr5q//"),
		user("nopw", ""), user("bad", "$secret"),
	}}
	l.Users[6].None, l.Users[6].Insecure = true, false
	return l
}

func authCompiler() *Compiler {
	return NewCompiler(Options{Config: &conf.Config{Userlists: []*conf.Userlist{authList()}}})
}

// authDiffers are the cases of testdata/haproxy26auth.txt in which Weir means to do otherwise.
var authDiffers = []struct{ head, want string }{
	{"dGlnZXI6c2VjcmV0AHg=", "-"}, // a NUL: HAProxy looks at what is before it
	{"c2NvdHQ6ZWxnYXRvAA==", "-"},
}

func TestAuthAgainstHAProxy(t *testing.T) {
	comp := authCompiler()
	n := eachCase(t, "testdata/haproxy26auth.txt", func(c *Context, head, kind, what, want string) {
		for _, d := range authDiffers {
			if strings.Contains(head, d.head) && !strings.Contains(what, "x-tok") {
				want = map[bool]string{true: "no", false: d.want}[kind == "a"]
			}
		}
		got := authResult(t, comp, c, kind, what)
		if got != want {
			t.Errorf("%q: %s: got %s; HAProxy says %s", head, what, got, want)
		}
	})
	if n < 400 {
		t.Errorf("only %d cases", n)
	}
}

// authResult evaluates as a stream does: what takes long is done in between.
func authResult(t *testing.T, comp *Compiler, c *Context, kind, what string) string {
	t.Helper()
	if kind == "a" {
		cond, err := comp.Cond(testCond(t, what), nil)
		if err != nil {
			t.Fatal(what, err)
		}
		ok := cond.Match(c)
		for ; c.Unchecked != nil; ok = cond.Match(c) {
			k := c.Unchecked
			k.Run()
			c.Learn(k)
		}
		return map[bool]string{true: "1", false: "no"}[ok]
	}
	x, err := comp.Expr(parseCalls(t, what))
	if err != nil {
		t.Fatal(what, err)
	}
	lists := comp.TakeUsers()
	for k := c.Unsettled(lists); k != nil; k = c.Unsettled(lists) {
		k.Run()
		c.Learn(k)
	}
	b, ok := x.AppendText(nil, c)
	if c.Unchecked != nil {
		t.Fatalf("%s: a password is unchecked", what)
	}
	if !ok {
		return "-"
	}
	return "<" + string(b) + ">"
}

func basicHead(userpass string) string {
	return "GET / HTTP/1.1\nAuthorization: Basic " + base64.StdEncoding.EncodeToString([]byte(userpass)) + "\n"
}

// A user without a password lets nobody in; HAProxy 2.6 does not live to tell.
func TestAuthWithoutPassword(t *testing.T) {
	comp := authCompiler()
	for _, login := range []string{"nopw:", "nopw:x", "bad:", "bad:$secret"} {
		c := newContext(t, basicHead(login))
		if got := authResult(t, comp, c, "a", "http_auth(L)"); got != "no" {
			t.Errorf("%s: %s", login, got)
		}
	}
}

// With "option http-use-proxy-header" a proxy's client says who it is in another field, unless it asks as one of a server.
func TestAuthOfProxy(t *testing.T) {
	const fields = " HTTP/1.1\nAuthorization: Basic YTpi\nProxy-Authorization: Basic Yzpk\n"
	for line, want := range map[string]string{"GET http://h/": "c", "CONNECT h:1": "c", "GET /": "a", "OPTIONS *": "a"} {
		c := newContext(t, line+fields)
		c.UseProxyHeader = true
		if b, _ := mustExpr(t, "http_auth_user").AppendText(nil, c); string(b) != want {
			t.Errorf("%s: user %q; want %q", line, b, want)
		}
	}
}

// A password is hashed once, whatever comes next: it is known to the request, and to the process.
func TestVerdicts(t *testing.T) {
	comp := authCompiler()
	cond, err := comp.Cond(testCond(t, "http_auth(L)"), nil)
	if err != nil {
		t.Fatal(err)
	}
	f := func(login string, checks int, want bool) {
		t.Helper()
		c := newContext(t, basicHead(login))
		ok := cond.Match(c)
		n := 0
		for ; c.Unchecked != nil; ok = cond.Match(c) {
			n++
			k := c.Unchecked
			k.Run()
			c.Learn(k)
		}
		if ok != want || n != checks {
			t.Errorf("%s: %v after %d checks; want %v after %d", login, ok, n, want, checks)
		}
	}
	f("tiger:secret", 1, true)
	f("tiger:secret", 0, true)
	f("tiger:wrong", 1, false)
	f("tiger:wrong", 0, false)
	f("tiger:secret", 0, true)
	f("md:secret", 1, true) // another hash of the same password
	f("scott:elgato", 0, true)
	f("nobody:secret", 0, false)
}

// Who tries passwords by the thousand is turned away, and that is not remembered.
func TestTooManyWait(t *testing.T) {
	comp := authCompiler()
	cond, err := comp.Cond(testCond(t, "http_auth(L)"), nil)
	if err != nil {
		t.Fatal(err)
	}
	all := comp.State.verdicts()
	all.waiting.Store(maxWaiting)
	for _, want := range []bool{false, true} {
		c := newContext(t, basicHead("tiger:secret"))
		cond.Match(c)
		k := c.Unchecked
		if k == nil {
			t.Fatal("nothing to check")
		}
		k.Run()
		c.Learn(k)
		if cond.Match(c) != want {
			t.Errorf("admitted: %v; want %v", !want, want)
		}
		all.waiting.Store(0)
	}
}

func TestAuthErrors(t *testing.T) {
	f := func(test, want string) {
		t.Helper()
		if _, err := authCompiler().Cond(testCond(t, test), nil); err == nil || err.Error() != want {
			t.Errorf("{ %s }:\n got %v\nwant %s", test, err, want)
		}
	}
	f("http_auth(M)", `t:1:1: http_auth: unknown userlist: got "M"; want L`)
	f("http_auth", `t:1:1: http_auth: got 0 arguments; want http_auth(userlist)`)
	f("http_auth(L,L)", `t:1:1: http_auth: got 2 arguments; want http_auth(userlist)`)
	f("http_auth_user(x)", `t:1:1: http_auth_user: got 1 argument; want none`)
	f("http_auth_group(L) G4", `http_auth_group: unknown group of userlist L: got "G4"; want G1, G2 or G3 (did you mean "G1"?)`)
	f("http_auth_group(L)", `t:1:9: http_auth_group: got ""; want groups of userlist L`)
	f("http_auth_group(L) -m beg G1", `t:1:9: http_auth_group: is compared with groups: neither -m nor a converter can stand here`)
	f("http_auth_group(L),lower G1", `t:1:9: http_auth_group: is compared with groups: neither -m nor a converter can stand here`)
}

func TestCheckUsers(t *testing.T) {
	l := &conf.Userlist{Name: "L", Groups: []*conf.Group{{Name: "admins", Users: []string{"joe", "jim"}}}, Users: []*conf.User{
		{Name: "joe", Password: "$7$C6..", Groups: []string{"admin"}}, {Name: "joe", Password: "plain"}, {Name: "ann", None: true},
	}}
	errs, warnings := CheckUsers(l)
	if got, want := errs.Error(), `userlist "L": user "joe": unknown group: got "admin"; want admins (did you mean "admins"?)
userlist "L": user "joe": password: scrypt is not done; want a crypt(3) hash that begins with $1$, $md5, $sha1$, $5$, $6$, $2a$, $2b$, $2y$ or $y$, or of DES
userlist "L": group "admins": unknown user: got "jim"; want joe or ann`; got != want {
		t.Errorf("got %s\nwant %s", got, want)
	}
	if got, want := warnings.Error(), `userlist "L": user "joe": stands twice: the first one counts
userlist "L": user "joe": password: it is no hash, so that nobody can log in with it; want a crypt(3) hash that begins with $1$, $md5, $sha1$, $5$, $6$, $2a$, $2b$, $2y$ or $y$, or of DES, or insecure-password`; got != want {
		t.Errorf("got %s\nwant %s", got, want)
	}
}

func TestAuthAllocs(t *testing.T) {
	comp := authCompiler()
	cond, err := comp.Cond(testCond(t, "http_auth(L)"), nil)
	if err != nil {
		t.Fatal(err)
	}
	group, err := comp.Cond(testCond(t, "http_auth_group(L) G1"), nil)
	if err != nil {
		t.Fatal(err)
	}
	for _, login := range []string{"tiger:secret", "scott:elgato", "nobody:x"} {
		c := newContext(t, basicHead(login))
		authResult(t, comp, c, "a", "http_auth(L)")
		c.known = nil // the process knows it still
		if n := allocsPerRun(100, func() { group.Match(c); cond.Match(c) }); n != 0 || c.Unchecked != nil {
			t.Errorf("%s: %v allocations", login, n)
		}
	}
}

func FuzzAuth(f *testing.F) {
	for _, v := range []string{"Basic dGlnZXI6c2VjcmV0", "basic  c2NvdHQ6ZWxnYXRv", "Bearer abc", "Basic", "Digest a=b, c", "Basic YTpiAA==", " "} {
		f.Add([]byte(v))
	}
	comp := authCompiler()
	var all []*Expr
	for _, text := range []string{"http_auth_user", "http_auth_pass", "http_auth_type", "http_auth_bearer", "http_auth(L)", "http_auth_group(L)"} {
		x, err := comp.Expr(parseCalls(f, text))
		if err != nil {
			f.Fatal(err)
		}
		all = append(all, x)
	}
	f.Fuzz(func(t *testing.T, value []byte) {
		c := newContext(t, "GET / HTTP/1.1\n")
		c.Req.Fields.Add(message.Authorization, value)
		found := 0
		for _, x := range all[:3] {
			if b, ok := x.AppendText(nil, c); ok {
				found++
				if len(b) > len(value)+len("Bearer") {
					t.Fatalf("%s of %q = %q", x, value, b)
				}
			}
		}
		if found == 2 { // a user, a password and a scheme, or a scheme alone
			t.Fatalf("%q: two of user, password and type", value)
		}
		for _, x := range all[3:] {
			x.AppendText(nil, c)
		}
	})
}
