package stats

import (
	"context"
	"strings"
	"testing"
)

func TestApplyForm(t *testing.T) {
	f := func(form, outcome string, calls ...string) {
		t.Helper()
		lab := newLab()
		if got := ApplyForm(context.Background(), lab, lab, []byte(form)); got != outcome {
			t.Errorf("%s: got %s; want %s", form, got, outcome)
		}
		if got := lab.done(); got != strings.Join(calls, "; ") {
			t.Errorf("%s: called %s; want %s", form, got, strings.Join(calls, "; "))
		}
	}
	f("s=s1&action=maint&b=be", Done, "state be/s1 maint")
	f("b=%234&s=s1&s=s2&action=disable", Done, "state be/s1 maint", "state be/s2 maint")
	f("s=s1&s=s9&action=drain&b=be\r\n", Partly, "state be/s1 drain")
	f("s=s9&action=drain&b=be", Wrong)
	f("s=s1&action=fly&b=be", Wrong)
	f("s=s1&action=&b=be", Wrong)
	f("s=s1&action=ready&b=fe", Wrong) // a frontend
	f("s=s1&action=ready&b=%239", Wrong)
	f("s=s1&action=ready&b=%23", Wrong)
	f("s=%zz&action=ready&b=be", Wrong)
	f("s=main&action=ready&b=fe", Wrong) // a listener
	f("action=ready&b=be", Nothing)
	f("s=s1&b=be", Nothing)
	f("s=s1&action=ready", Nothing)
	f("", Nothing)
	f("x=y&s=s1&action=hdown&b=be", Done, "health be/s1 down")
	f("s=s1&action=ehlth&b=be", Done, "checks be/s1 true")
}

// Every action that a form offers is one that is understood.
func TestFormOffers(t *testing.T) {
	page := labPage(labRows(), PageOptions{URI: "/s", Admin: true, Outcome: "DONE"})
	for i := range formActions {
		if a := &formActions[i]; actionNamed(a.Name) != a || !strings.Contains(page, `<option value="`+a.Name+`">`) {
			t.Errorf("%s is not offered", a.Name)
		}
	}
	for _, want := range []string{`<input type="checkbox" name="s" value="s1">`, `<input type="hidden" name="b" value="be">`, "<strong>done</strong>"} {
		if !strings.Contains(page, want) {
			t.Errorf("no %s on the page", want)
		}
	}
	if page := labPage(labRows(), PageOptions{URI: "/s", Outcome: "<b>"}); strings.Contains(page, "<form") || strings.Contains(page, "<strong>") {
		t.Error("a page without forms has one, or tells an outcome that there is none of")
	}
}

func TestScope(t *testing.T) {
	src := newLab()
	_, body := RenderPage(context.Background(), src, ";csv", PageOptions{Scope: []string{"be"}})
	if s := string(body); !strings.Contains(s, "\nbe,s1,") || strings.Contains(s, "\nfe,") {
		t.Errorf("got %s", s)
	}
}

// A form changes nothing but servers that there are, whatever it holds.
func FuzzApplyForm(f *testing.F) {
	f.Add([]byte("s=s1&action=maint&b=be"))
	f.Fuzz(func(t *testing.T, form []byte) {
		lab := newLab()
		outcome := ApplyForm(context.Background(), lab, lab, form)
		if outcomes[outcome] == "" {
			t.Fatalf("outcome %q", outcome)
		}
		if (outcome == Done || outcome == Partly) != (len(lab.did) > 0) {
			t.Fatalf("%s after %q", outcome, lab.did)
		}
	})
}
