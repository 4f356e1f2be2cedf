package conf

import "testing"

func TestFilePath(t *testing.T) {
	f := func(how, file, name, want string) {
		t.Helper()
		g := &Global{DefaultPath: how, DefaultOrigin: "/o"}
		if got := g.FilePath(Pos{File: file, Line: 1}, name); got != want {
			t.Errorf("%s, %s in %s: got %s; want %s", how, name, file, got, want)
		}
	}
	f("current", "etc/x.cfg", "m/a", "m/a")
	f("config", "etc/x.cfg", "m/a", "etc/m/a")
	f("config", "x.cfg", "m/a", "m/a")
	f("parent", "etc/x.cfg", "m/a", "etc/../m/a")
	f("parent", "x.cfg", "m/a", "./../m/a")
	f("parent", "/etc/x.cfg", "m/a", "/etc/../m/a")
	f("origin", "etc/x.cfg", "m/a", "/o/m/a")
	f("origin", "etc/x.cfg", "/m/a", "/m/a")
	f("config", "", "m/a", "m/a")
}
