package stats

import (
	"slices"
	"strings"
	"testing"
)

// plainAdmin has none of the optional abilities, however able the Admin in it is.
type plainAdmin struct{ Admin }

// What the process cannot do is neither listed nor suggested.
func TestThere(t *testing.T) {
	want := []string{"add acl", "add map", "clear acl", "clear map", "commit acl", "commit map", "del acl", "del map", "disable agent", "disable dynamic-cookie backend", "enable agent", "enable dynamic-cookie backend", "set dynamic-cookie-key backend", "get acl", "get map", "get var",
		"prepare acl", "prepare map", "set map", "set rate-limit", "set var", "show acl", "show errors", "show events", "show map", "show sess",
		"hard-reload", "reload", "show generations", "show proc", "show startup-logs",
		"shutdown session", "shutdown sessions server", "add server", "del server", "show servers conn", "show activity", "show tasks", "show threads", "set profiling", "show profiling"}
	want = append(append(want, SSLCommands()...), "acme challenge_ready", "acme renew", "acme status")
	slices.Sort(want)
	var missing, missingWhole []string
	for i := range commandTable {
		if c := &commandTable[i]; !c.there(plainAdmin{newLab()}) {
			missing = append(missing, c.name)
		} else if !c.there(newLab()) {
			missingWhole = append(missingWhole, c.name)
		}
	}
	if !slices.Equal(missing, want) || missingWhole != nil {
		t.Errorf("missing %q, %q; want %q, none", missing, missingWhole, want)
	}
	for _, words := range []string{"show ses", "xyzzy"} {
		if out := string(unknownCommand(strings.Fields(words), plainAdmin{newLab()})); strings.Contains(out, "show sess ") {
			t.Errorf("%q suggests what is not there:\n%s", words, out)
		}
	}
}
