package stats

import (
	"regexp"
	"strings"
	"testing"
)

func TestAnon(t *testing.T) {
	s := &cliSession{server: &Server{}}
	l := newLab()
	f := func(words string) string {
		t.Helper()
		cmd, args := findCommand(strings.Fields(words))
		c := &call{ctx: t.Context(), admin: l, source: l, args: args, session: s}
		if err := cmd.run(c); err != nil {
			c.fail(err.Error())
		}
		return string(c.out)
	}
	same := func(words, want string) {
		t.Helper()
		if got := f(words); got != want {
			t.Errorf("%s: got %q; want %q", words, got, want)
		}
	}
	plain := f("show servers state") + f("show servers conn") + f("show sess")
	same("show anon", "Anonymized mode disabled\n")
	same("set anon on x", errAnonKey.Error()+"\n")
	same("set anon on 0", errAnonKey.Error()+"\n")
	same("set anon on 4294967296", errAnonKey.Error()+"\n")
	same("set anon global-key", errAnonZero.Error()+"\n")
	same("set anon global-key -1", errAnonZero.Error()+"\n")
	same("show anon", "Anonymized mode disabled\n") // what was refused changes nothing
	same("set anon on 7", "")
	same("show anon", "Anonymized mode enabled\nKey : 7\n")
	state, conns, sess := f("show servers state"), f("show servers conn"), f("show sess")
	rows, err := l.ServersState(t.Context(), "")
	if err != nil || len(rows) == 0 {
		t.Fatal(rows, err)
	}
	hidden := (&call{session: s}).hide(rows[0].Backend)
	if !regexp.MustCompile(`^[0-9a-f]{6}$`).MatchString(hidden) || !strings.Contains(state, " "+hidden+" ") {
		t.Errorf("%q is shown as %q, which is not in\n%s", rows[0].Backend, hidden, state)
	}
	for _, line := range strings.Split(plain, "\n") {
		if line != "" && !strings.HasPrefix(line, "#") && line != "1" && strings.Contains(state+conns+sess, line) {
			t.Errorf("shown as it is: %s", line)
		}
	}
	same("set anon on 8", "")
	if f("show servers state") == state {
		t.Error("another key gives the same hashes")
	}
	same("set anon on 7", "")
	if f("show servers state") != state {
		t.Error("the same key gives other hashes")
	}
	same("set anon off", "")
	if got := f("show servers state") + f("show servers conn") + f("show sess"); got != plain {
		t.Errorf("switched off, it shows\n%s\nand before\n%s", got, plain)
	}
	same("set anon global-key 4294967295", "")
	same("set anon on", "")
	same("show anon", "Anonymized mode enabled\nKey : 4294967295\n")
	same("set anon global-key 0", "")
	same("set anon on", "") // a key of chance
	if got := f("show anon"); !regexp.MustCompile(`^Anonymized mode enabled\nKey : [1-9]\d*\n$`).MatchString(got) {
		t.Errorf("got %q", got)
	}
}

// An address is hidden without its port, and what is none as a whole.
func TestHideAddr(t *testing.T) {
	c := &call{session: &cliSession{}}
	if got := c.hideAddr("192.0.2.1:80"); got != "192.0.2.1:80" {
		t.Errorf("without a key: %q", got)
	}
	c.session.anon = 1
	f := func(text, want string) {
		t.Helper()
		if got := c.hideAddr(text); got != want {
			t.Errorf("%s: got %q; want %q", text, got, want)
		}
	}
	f("192.0.2.1:80", c.hide("192.0.2.1")+":80")
	f("[::ffff:192.0.2.1]:80", c.hide("192.0.2.1")+":80")
	f("[2001:db8::1]:443", c.hide("2001:db8::1")+":443")
	f("unix:1", c.hide("unix:1"))
	f("", "")
}

// "anonkey" is the key until a command sets another one, which stays until the configuration has another.
func TestAnonKey(t *testing.T) {
	s := NewServer(ServerConfig{AnonKey: 7})
	f := func(want uint32) {
		t.Helper()
		c := &call{session: &cliSession{server: s}}
		if err := anonOn(c); err != nil || c.session.anon != want {
			t.Errorf("got the key %d, %v; want %d", c.session.anon, err, want)
		}
	}
	f(7)
	s.anonKey.Store(8)
	s.Use(ServerConfig{AnonKey: 7})
	f(8)
	s.Use(ServerConfig{AnonKey: 9})
	f(9)
}
