package convert

import (
	"math/rand/v2"
	"strings"
	"testing"

	"weir/conf/cfgfile"
)

// FuzzConvert feeds any bytes as a haproxy.cfg. What is a good configuration must be the same one in HCL.
func FuzzConvert(f *testing.F) {
	for _, file := range []string{"haproxy-http", "haproxy-websocket-full"} {
		f.Add(readSeed(f, "testdata/seeds/"+file+".cfg"))
	}
	g := &generator{Rand: rand.New(rand.NewPCG(7, 7)), lines: readLines(f)}
	for range 20 {
		f.Add(g.configuration())
	}
	f.Fuzz(func(t *testing.T, text string) {
		// Other files of this machine are not to be opened, and what its environment holds is not to be found.
		for _, word := range []string{"file", "/dev", "/proc", "/sys", "$"} {
			if strings.Contains(text, word) {
				return
			}
		}
		r, diags := Convert([]cfgfile.Source{{Name: "x.cfg", Text: []byte(text)}}, "x.hcl")
		if diags.Err() == nil && r.Same != nil {
			t.Errorf("%v\n%s\nbecame\n%s", r.Same, text, r.Text)
		}
	})
}
