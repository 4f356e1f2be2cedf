package cfgfile

import (
	"fmt"
	"strings"
	"testing"
)

// Scan gives every line once, in order, with its comment; those that are left out too.
func TestScan(t *testing.T) {
	var b strings.Builder
	text := "# head\n\nglobal # g\r\n  maxconn 5#x\n.if 0\n  foo 'bar\n.endif\nfrontend f"
	for st := range Scan(Source{"x.cfg", []byte(text)}) {
		var words []string
		for _, w := range st.Words {
			words = append(words, w.Text)
		}
		fmt.Fprintf(&b, "%s %q %q %v\n", st.Pos, words, st.Comment, st.Err != nil)
	}
	want := `x.cfg:1 [] "# head" false
x.cfg:2 [] "" false
x.cfg:3:1 ["global"] "# g" false
x.cfg:4:3 ["maxconn" "5"] "#x" false
x.cfg:5:1 [".if" "0"] "" false
x.cfg:6 [] "" true
x.cfg:7:1 [".endif"] "" false
x.cfg:8:1 ["frontend" "f"] "" false
`
	if b.String() != want {
		t.Errorf("got:\n%s\nwant:\n%s", b.String(), want)
	}
}

func TestScanStops(t *testing.T) {
	n := 0
	for range Scan(Source{"x", []byte("a\nb\nc\n")}) {
		if n++; n == 2 {
			break
		}
	}
	if n != 2 {
		t.Errorf("%d lines", n)
	}
}
