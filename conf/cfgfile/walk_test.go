package cfgfile

import (
	"strings"
	"testing"

	"weir/conf"
)

// TestWalk looks at what each line of a file is told to be and to do.
func TestWalk(t *testing.T) {
	t.Setenv("WEIR_TEST_PORT", "81")
	text := `# head
global
  maxconn 10 # most
.if defined(NO_SUCH_VARIABLE)
  nbthread 3
.else
  nbthread 1
.endif
defaults base
  retries 3
frontend f from base
  bind ":$WEIR_TEST_PORT" shards 2
  no option httpclose
`
	var got []string
	var sections []*Section
	Walk([]Source{{"w.cfg", []byte(text)}}, func(st *Step) {
		line := []string{"blank", "directive", "left out", "section", "line"}[st.Kind] + " " + st.Keyword
		if st.Kind == StepDirective && st.Taken {
			line += "taken"
		}
		for i, d := range st.Drafts {
			switch {
			case d.Global != nil && d.Global.Maxconn != st.Before[i].Global.Maxconn, d.Global != nil && d.Global.NbThread != st.Before[i].Global.NbThread,
				d.Proxy != nil && d.Proxy.Retries != st.Before[i].Proxy.Retries, d.Proxy != nil && d.Proxy.Options.ConnMode != st.Before[i].Proxy.Options.ConnMode:
				line += " +"
			case d.Proxy != nil && len(d.Proxy.Binds) > 0:
				line += " " + d.Proxy.Binds[0].Addr.String()
			default:
				line += " -"
			}
		}
		got = append(got, strings.Join(append(append([]string{line}, st.Vars...), st.Inert...), "; ")+" "+st.Comment)
		if st.Kind == StepSection {
			sections = append(sections, st.Section)
		}
	})
	want := []string{"blank  - - - - # head", "section  - - - - ", "line maxconn + + + + # most", "directive  - - - - ", "left out  - - - - ", "directive taken - - - - ",
		"line nbthread + + + + ", "directive taken - - - - ", "section  - - - - ", "line retries - + + - ", "section  - - - - ",
		"line bind :81 :81 :81 :81; WEIR_TEST_PORT=81; shards: the loops share each socket and hand connections over ", "line option httpclose - - + - "}
	for i := range max(len(got), len(want)) {
		if i >= len(got) || i >= len(want) || got[i] != want[i] {
			t.Fatalf("line %d: got %q; want %q", i+1, got, want)
		}
	}
	if s := sections[2]; s.Name != "f" || s.From != "base" || s.Kind != "frontend" || len(s.Own.Proxy.Binds) != 1 || s.Own.Proxy.Retries != conf.DefaultRetries {
		t.Errorf("got the section %+v", s)
	}
}
