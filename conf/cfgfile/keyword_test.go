package cfgfile

import (
	"strings"
	"testing"
)

// Every row says what it is for: what is done has a description, what is not has a reason.
func TestKeywords(t *testing.T) {
	list := Keywords()
	seen := map[string]bool{}
	for _, k := range list {
		id := k.Context + " " + k.Name
		if seen[id] {
			t.Errorf("%s is there twice", id)
		}
		seen[id] = true
		switch {
		case k.Status == Done && k.Doc == "":
			t.Errorf("%s has no description", id)
		case (k.Status == Inert || k.Status == Removed) && k.Why == "":
			t.Errorf("%s is %s and does not say why", id, k.Status)
		case !strings.HasPrefix(k.Usage, k.Name):
			t.Errorf("%s is written %q", id, k.Usage)
		}
	}
	if len(list) < 700 {
		t.Errorf("%d keywords", len(list))
	}
	for _, id := range []string{"section frontend", "proxy bind", "option httplog", "bind name", "server check", "http-request deny", "global maxconn", "timeout client"} {
		if !seen[id] {
			t.Errorf("%s is missing", id)
		}
	}
}
