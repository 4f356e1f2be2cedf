package conf

import "testing"

func TestDiff(t *testing.T) {
	f := func(change func(*Config), want string) {
		t.Helper()
		make := func() *Config {
			p := NewProxy(Pos{File: "x", Line: 3}, Frontend, "f")
			p.HTTPReqRules = []*Rule{{Action: &SetNice{Nice: 1}}}
			return &Config{Files: []string{"x"}, Proxies: []*Proxy{p}}
		}
		a, b := make(), make()
		change(b)
		if got := Diff(a, b); got != want {
			t.Errorf("got %q; want %q", got, want)
		}
	}
	f(func(*Config) {}, "")
	f(func(c *Config) { c.Files, c.Proxies[0].Pos.Line, c.Proxies[0].ErrorFiles = nil, 9, nil }, "")
	f(func(c *Config) { c.Proxies[0].Name = "g" }, `Proxies[0].Name: "f", and then "g"`)
	f(func(c *Config) { c.Proxies = nil }, "Proxies: 1 elements, and then 0 elements")
	f(func(c *Config) { c.Proxies[0].HTTPReqRules[0].Action = &Allow{} }, "Proxies[0].HTTPReqRules[0].Action: *conf.SetNice, and then *conf.Allow")
	f(func(c *Config) { c.Proxies[0].HTTPReqRules[0].Action = &SetNice{Nice: 2} }, "Proxies[0].HTTPReqRules[0].Action.Nice: 1, and then 2")
	f(func(c *Config) { c.Proxies[0].DefaultBackend = &Ref{} }, "Proxies[0].DefaultBackend: nothing, and then something")
	f(func(c *Config) { c.Proxies[0].ErrorFiles[503] = &ErrorFile{} }, "Proxies[0].ErrorFiles[503]: false, and then true")
	f(func(c *Config) { c.Global.Maxconn = 5 }, "Global.Maxconn: 0, and then 5")
}
