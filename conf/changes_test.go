package conf

import (
	"reflect"
	"strings"
	"testing"
	"time"
)

func TestChanges(t *testing.T) {
	base := func() *Config {
		web := &Proxy{Kind: Frontend, Name: "web", ID: 2, Binds: []*Bind{{Addr: Addr{Host: "127.0.0.1", Port: 80, PortEnd: 80}}}}
		app := &Proxy{Kind: Backend, Name: "app", ID: 3, Servers: []*Server{{Name: "s1", ID: 1}, {Name: "s2", ID: 2}}}
		return &Config{Proxies: []*Proxy{web, app}, Userlists: []*Userlist{{Name: "staff"}}, ACMEs: []*ACME{{Name: "le"}}}
	}
	f := func(change func(c *Config), want ...string) {
		t.Helper()
		after := base()
		change(after)
		if got := Changes(base(), after); strings.Join(got, "\n") != strings.Join(want, "\n") {
			t.Errorf("got:\n%s\nwant:\n%s", strings.Join(got, "\n"), strings.Join(want, "\n"))
		}
	}
	f(func(*Config) {})
	f(func(c *Config) { c.Files = []string{"another.cfg"}; c.Proxies[0].Pos.Line = 9; c.Proxies[1].ID = 7 })
	f(func(c *Config) { c.Global.HardStopAfter = time.Second }, "global: changed: hard stop after")
	f(func(c *Config) { c.Proxies[0].Timeouts.Client = time.Second; c.Proxies[0].Maxconn = 5 }, `frontend "web": changed: timeouts, maxconn`)
	f(func(c *Config) { c.Proxies[0].Binds[0].Addr.Port, c.Proxies[0].Binds[0].Addr.PortEnd = 81, 81 },
		`frontend "web": bind 127.0.0.1:81 added`, `frontend "web": bind 127.0.0.1:80 removed`)
	f(func(c *Config) { c.Proxies[1].Servers[0].Weight = 4; c.Proxies[1].Servers[1].Name = "s3" },
		`backend "app": server "s1": changed: weight`, `backend "app": server "s3" added`, `backend "app": server "s2" removed`)
	f(func(c *Config) { c.Proxies = append([]*Proxy{{Kind: Listen, Name: "new"}}, c.Proxies[0]) },
		`listen "new" added`, `backend "app" removed`)
	f(func(c *Config) { c.Userlists[0].Users = []*User{{Name: "a", Password: "secret"}} }, `userlist "staff": changed: users`)
	f(func(c *Config) { c.ACMEs[0].Contact = "a@example.com" }, `acme "le": changed: contact`)
}

// TestChangesAll: every kind of section is compared, also those that are not thought of yet.
func TestChangesAll(t *testing.T) {
	kinds := reflect.TypeFor[Config]()
	for i := range kinds.NumField() {
		f := kinds.Field(i)
		if f.Name == "Files" || f.Name == "Global" { // those are no lists of sections
			continue
		}
		after := &Config{}
		list := reflect.ValueOf(after).Elem().Field(i)
		list.Set(reflect.Append(list, reflect.New(f.Type.Elem().Elem())))
		if got := Changes(&Config{}, after); len(got) != 1 || !strings.HasSuffix(got[0], " added") {
			t.Errorf("%s: got %q", f.Name, got)
		}
	}
}

func TestInWords(t *testing.T) {
	for name, want := range map[string]string{"Timeouts": "timeouts", "HTTPReqRules": "http req rules", "TLS": "tls", "MaxConnRate": "max conn rate"} {
		if got := inWords(name); got != want {
			t.Errorf("%s: got %q; want %q", name, got, want)
		}
	}
}
