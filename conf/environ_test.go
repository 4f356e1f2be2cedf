package conf

import (
	"slices"
	"testing"
)

func TestLookupEnv(t *testing.T) {
	t.Setenv("WEIR_TEST_THERE", "there")
	t.Setenv("HAPROXY_LOCALPEER", "peer")
	set := func(name, value string) EnvChange { return EnvChange{Op: SetEnv, Name: name, Value: value} }
	preset := func(name, value string) EnvChange { return EnvChange{Op: PresetEnv, Name: name, Value: value} }
	unset := func(name string) EnvChange { return EnvChange{Op: UnsetEnv, Name: name} }
	reset := func(keep ...string) EnvChange { return EnvChange{Op: ResetEnv, Keep: keep} }
	f := func(name, want string, changes ...EnvChange) {
		t.Helper()
		c := &Config{Files: []string{"a.cfg", "b.cfg"}, Global: Global{Env: changes}}
		got, ok := c.LookupEnv(name)
		if !ok {
			got = "-"
		}
		if got != want {
			t.Errorf("%s after %v = %q; want %q", name, changes, got, want)
		}
	}
	f("WEIR_TEST_THERE", "there")
	f("WEIR_TEST_NONE", "-")
	f("WEIR_TEST_THERE", "b", set("WEIR_TEST_THERE", "a"), set("WEIR_TEST_THERE", "b"), set("OTHER", "c"))
	f("WEIR_TEST_THERE", "-", unset("WEIR_TEST_THERE"))
	f("WEIR_TEST_THERE", "there", preset("WEIR_TEST_THERE", "a"))
	f("WEIR_TEST_NONE", "a", preset("WEIR_TEST_NONE", "a"), preset("WEIR_TEST_NONE", "b"))
	f("WEIR_TEST_THERE", "a", unset("WEIR_TEST_THERE"), preset("WEIR_TEST_THERE", "a"))
	f("WEIR_TEST_THERE", "-", reset())
	f("WEIR_TEST_THERE", "there", reset("WEIR_TEST_THERE"))
	f("WEIR_TEST_THERE", "a", reset(), set("WEIR_TEST_THERE", "a"))
	f("HAPROXY_LOCALPEER", "peer")
	f("HAPROXY_LOCALPEER", "-", reset())
	f("HAPROXY_CFGFILES", "a.cfg;b.cfg", reset())
	f("HAPROXY_CFGFILES", "x", set("HAPROXY_CFGFILES", "x"))
	f("HAPROXY_STARTUP_VERSION", CompatVersion)
}

func TestEnviron(t *testing.T) {
	t.Setenv("WEIR_TEST_GONE", "there")
	t.Setenv("WEIR_TEST_THERE", "there")
	g := &Global{Env: []EnvChange{{Op: UnsetEnv, Name: "WEIR_TEST_GONE"}, {Op: SetEnv, Name: "WEIR_TEST_NEW", Value: "a=b"}}}
	env := g.Environ()
	for _, e := range []string{"WEIR_TEST_THERE=there", "WEIR_TEST_NEW=a=b"} {
		if !slices.Contains(env, e) {
			t.Errorf("no %s in %q", e, env)
		}
	}
	if slices.Contains(env, "WEIR_TEST_GONE=there") {
		t.Errorf("what was unset is there: %q", env)
	}
}
