package frontend

import (
	"fmt"
	"testing"
)

// "profiling.tasks" is the mode at the start, and a stats socket may change it.
func TestProfiling(t *testing.T) {
	f := func(line, expr, mode string, on bool) {
		t.Helper()
		px := newCfgProxy(t, fmt.Sprintf("global\n  nbthread 1\n%sdefaults\n  mode http\n  timeout client 9s\nfrontend f\n  bind 127.0.0.1:1\n  http-request return status 200 hdr x %%[%s]\n", line, expr))
		got := func() bool { return px.loops[0].Stats.Measures.Load() }
		if px.Profiling() != mode || got() != on {
			t.Errorf("%q with %s: mode %q, measures %v; want %q, %v", line, expr, px.Profiling(), got(), mode, on)
		}
		for _, next := range []string{"off", "on"} {
			px.SetProfiling(next)
			eventually(t, "profiling", func() error {
				if px.Profiling() != next || got() != (next == "on") {
					return fmt.Errorf("mode %q, measures %v; want %q", px.Profiling(), got(), next)
				}
				return nil
			})
		}
	}
	f("", "str(a)", "auto", false)
	f("", "cpu_ns_tot", "auto", true)
	f("  profiling.tasks auto\n", "cpu_ns_tot", "auto", true)
	f("  profiling.tasks on\n", "str(a)", "on", true)
	f("  profiling.tasks off\n", "cpu_ns_tot", "off", false)
}

// What a command has set outlives a reload, unless the file says something else than before.
func TestProfilingKept(t *testing.T) {
	build := func(line string) *Proxy {
		t.Helper()
		px, err := New(parseCfg(t, "global\n  nbthread 1\n"+line+"defaults\n  mode http\n  timeout client 9s\nfrontend f\n  bind 127.0.0.1:1\n"), Options{})
		if err != nil {
			t.Fatal(err)
		}
		t.Cleanup(px.Close)
		return px
	}
	one, two, three := build(""), build(""), build("  profiling.tasks off\n")
	one.SetProfiling("on")
	two.CatchUp(one)
	eventually(t, "profiling", func() error {
		if two.Profiling() != "on" || !two.loops[0].Stats.Measures.Load() {
			return fmt.Errorf("mode %q, measures %v", two.Profiling(), two.loops[0].Stats.Measures.Load())
		}
		return nil
	})
	if three.CatchUp(two); three.Profiling() != "off" {
		t.Errorf("mode %q; want that of the file", three.Profiling())
	}
}
