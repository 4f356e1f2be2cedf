package convert

import (
	"fmt"
	"math/rand/v2"
	"strconv"
	"strings"
	"testing"

	"weir/conf/cfgfile"
)

// generator makes configurations of the lines of testdata/lines.txt: several sections of each kind, defaults sections that begin with
// others, conditional blocks, variables, comments and empty lines.
type generator struct {
	*rand.Rand
	lines    map[string][]string
	out      []string
	defaults []string
	port     int
	n        int // of comments
}

func (g *generator) add(format string, args ...any) {
	g.out = append(g.out, fmt.Sprintf(format, args...))
}

// line adds a line of a section of the kind.
func (g *generator) line(kind string) {
	list := headings[kind]
	pool := g.lines[list[g.IntN(len(list))]]
	line := pool[g.IntN(len(pool))]
	switch {
	case kind == "backend" && g.IntN(4) == 0:
		line = "server s{port} 127.0.0.1:{port} " + g.arguments("server")
	case (kind == "backend" || kind == "defaults") && g.IntN(8) == 0:
		line = "default-server " + g.arguments("server")
	case kind == "frontend" && g.IntN(8) == 0:
		line = "bind 127.0.0.1:{port} " + g.arguments("bind")
	}
	g.port++
	line = strings.NewReplacer("{port}", strconv.Itoa(10000+g.port%20000), " ;; ", "\n    ").Replace(line)
	switch g.IntN(12) {
	case 0:
		g.n++
		g.add("    # above %d.", g.n)
	case 1:
		g.n++
		line += fmt.Sprintf(" # beside %d.", g.n)
	case 2:
		g.add("")
	case 3:
		g.add("    .if %s\n    %s\n    .else\n    %s\n    .endif", []string{"defined(CONVERT_SET)", "defined(NOT_SET)", "1 && !0"}[g.IntN(3)], line, pool[0])
		return
	}
	g.add("    %s", line)
}

func (g *generator) arguments(heading string) string {
	var words []string
	for range g.IntN(4) {
		words = append(words, g.lines[heading][g.IntN(len(g.lines[heading]))])
	}
	return strings.Join(words, " ")
}

// section adds a section with some lines.
func (g *generator) section(i int) {
	kinds := []string{"global", "defaults", "defaults", "frontend", "frontend", "backend", "backend", "listen", "userlist", "http-errors", "crt-store", "acme", "mailers"}
	kind := kinds[g.IntN(len(kinds))]
	head := begin(kind, fmt.Sprintf("%c%d", kind[0], i))
	if kind == "defaults" {
		switch name := fmt.Sprintf("d%d", g.IntN(6)); g.IntN(3) {
		case 0:
			head = "defaults\n"
		default:
			head = "defaults " + name + "\n"
			g.defaults = append(g.defaults, name)
		}
	}
	if len(g.defaults) > 0 && g.IntN(2) == 0 && (kind == "frontend" || kind == "backend" || kind == "listen" || kind == "defaults" && head != "defaults\n") {
		first, rest, _ := strings.Cut(head, "\n")
		head = first + " from " + g.defaults[g.IntN(len(g.defaults))] + "\n" + rest
	}
	if g.IntN(3) == 0 {
		g.n++
		g.add("\n# section %d.", g.n)
	}
	for line := range strings.Lines(strings.ReplaceAll(head, ":80\n", fmt.Sprintf(":%d\n", 30000+i))) {
		g.add("%s", strings.TrimSuffix(line, "\n"))
	}
	for range g.IntN(14) {
		g.line(kind)
	}
}

// configuration returns a configuration without the lines that had errors in it.
func (g *generator) configuration() string {
	g.out, g.defaults = strings.Split(strings.TrimSuffix(around, "\n"), "\n"), nil
	for i := range 2 + g.IntN(6) {
		g.section(i)
	}
	text := strings.Join(g.out, "\n") + "\n"
	for range 20 {
		_, diags := cfgfile.Parse("x.cfg", []byte(text))
		if diags.Err() == nil {
			return text
		}
		lines := strings.Split(text, "\n")
		for _, e := range diags.Errors {
			if e.Pos.Line > 0 {
				lines[e.Pos.Line-1] = ""
			}
		}
		text = strings.Join(lines, "\n")
	}
	return ""
}

// TestRandom converts configurations of random lines, as one file and as two.
func TestRandom(t *testing.T) {
	t.Setenv("CONVERT_SET", "1")
	g := &generator{Rand: rand.New(rand.NewPCG(1, 2)), lines: readLines(t)}
	good, rounds := 0, 150
	if testing.Short() {
		rounds = 60
	}
	for range rounds {
		text := g.configuration()
		if text == "" {
			continue
		}
		good++
		converted(t, []cfgfile.Source{{Name: "x.cfg", Text: []byte(text)}})
		if first, second, ok := strings.Cut(text, "\nbackend b0\n"); ok {
			converted(t, []cfgfile.Source{{Name: "x.cfg", Text: []byte(first + "\n")}, {Name: "y.cfg", Text: []byte("backend b0\n" + second)}})
		}
	}
	if good < rounds*3/4 {
		t.Errorf("%d of %d configurations are good", good, rounds)
	}
}
