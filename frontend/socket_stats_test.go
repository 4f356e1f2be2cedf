package frontend

import (
	"slices"
	"testing"
)

// Listeners have rows of their own where "option socket-stats" asks for them.
func TestSocketStats(t *testing.T) {
	px := newCfgProxy(t, `
defaults
  timeout client 1s
frontend without
  bind 127.0.0.1:1001
frontend with
  bind 127.0.0.1:1002
  bind 127.0.0.1:1003 name other
  option socket-stats
`)
	f := func(name string, want ...string) {
		t.Helper()
		var got []string
		for _, row := range px.frontend(name).Snapshot(nil) {
			got = append(got, row.Name)
		}
		if !slices.Equal(got, want) {
			t.Errorf("%s: %q; want %q", name, got, want)
		}
	}
	f("without", "FRONTEND")
	f("with", "FRONTEND", "sock-1", "other")
}
