package stats

import (
	"fmt"
	"strings"
	"testing"
)

func TestParseLine(t *testing.T) {
	f := func(line, want string) {
		t.Helper()
		l, err := parseLine(line)
		got := ""
		for _, c := range l.commands {
			got += fmt.Sprintf("%q", c)
		}
		if l.payload {
			got += " <<"
		}
		if err != nil {
			got = err.Error()
		}
		if got != want {
			t.Fatalf("parseLine(%q) = %s; want %s", line, got, want)
		}
	}
	f("show info\n", `["show" "info"]`)
	f("show info\r\n", `["show" "info"]`)
	f("  show\t info  ", `["show" "info"]`)
	f("show info;show stat -1 4 -1", `["show" "info"]["show" "stat" "-1" "4" "-1"]`)
	f("show info ; show stat ;", `["show" "info"]["show" "stat"]`)
	f("show info;;quit", `["show" "info"][]["quit"]`)
	f("", `[]`)
	f(";", `[]`)
	f(`a\;b c\ d e\\f g\nh \`, `["a;b" "c d" "e\\f" "g\\nh" "\\"]`)
	f(`\;`, `[";"]`)
	f("add map x <<", `["add" "map" "x"] <<`)
	f("add map x<<", `["add" "map" "x<<"]`)
	f("<<", `[] <<`)
	f("a << b", `["a" "<<" "b"]`)
	f(strings.Repeat("a ", maxArgs+1), errTooManyArgs.Error())
	f(strings.Repeat(";", maxCommands+1), errTooManyCommands.Error())
}

// FuzzParseLine: words and commands stay within their limits, and joining the words with every special byte escaped
// parses to the same words.
func FuzzParseLine(f *testing.F) {
	for _, s := range []string{"show info;show stat", `a\;b\\c\ d`, "x <<", ";;;", "\\", "show\x00info\xff", "set server be/s1 weight 50%"} {
		f.Add(s)
	}
	escape := strings.NewReplacer(`\`, `\\`, ";", `\;`, " ", `\ `, "\t", "\\\t")
	f.Fuzz(func(t *testing.T, line string) {
		l, err := parseLine(line)
		if err != nil {
			return
		}
		if len(l.commands) == 0 || len(l.commands) > maxCommands {
			t.Fatalf("%d commands", len(l.commands))
		}
		for _, words := range l.commands {
			if len(words) > maxArgs {
				t.Fatalf("%d words", len(words))
			}
			var again []string
			for _, w := range words {
				if w == "" || strings.Contains(w, payloadMark) || strings.ContainsAny(w, "\r\n") {
					return
				}
				again = append(again, escape.Replace(w))
			}
			back, err := parseLine(strings.Join(again, " "))
			if err != nil || len(back.commands) != 1 || fmt.Sprint(back.commands[0]) != fmt.Sprint(words) {
				t.Fatalf("%q: %q read back as %q, %v", line, words, back.commands, err)
			}
		}
		findCommand(l.commands[0])
		unknownCommand(l.commands[0], nil)
	})
}
