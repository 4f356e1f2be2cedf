package main

import (
	"bufio"
	"fmt"
	"io"
	"os"
	"slices"
	"strconv"
	"strings"
)

// hapPoison are the words that -dM takes, each with the one that takes it back.
var hapPoison = [][2]string{
	{"fail", "no-fail"}, {"no-merge", "merge"}, {"cold-first", "hot-first"}, {"integrity", "no-integrity"}, {"no-global", "global"},
	{"no-cache", "cache"}, {"caller", "no-caller"}, {"tag", "no-tag"}, {"poison", "no-poison"},
}

var hapPoisonUsage = func() string {
	var b strings.Builder
	b.WriteString("-dM changes how HAProxy manages its memory, to find errors in it. Go's memory is safe without: a byte after -dM, and\n" +
		"then these words with commas between them, are accepted without effect.\n\n    set            clear\n")
	for _, w := range hapPoison {
		fmt.Fprintf(&b, "    %-14s %s\n", w[0], w[1])
	}
	return b.String()
}()

// poison reads what follows -dM: a byte, and words.
func (f *hapFlags) poison(text string) error {
	words := strings.Split(text, ",")
	if _, err := strconv.ParseInt(words[0], 0, 64); err == nil {
		words = words[1:]
	}
	for _, w := range words {
		switch {
		case w == "help":
			f.poisonHelp = true
		case w != "" && !slices.ContainsFunc(hapPoison, func(p [2]string) bool { return p[0] == w || p[1] == w }):
			return fmt.Errorf("-dM: unknown pool debugging feature <%s>; -dMhelp lists them", w)
		}
	}
	f.inert = append(f.inert, "-dM: Go's memory needs no poisoning")
	return nil
}

// printObjects is -dL: the program, and the shared libraries where it was built with any.
func printObjects(w io.Writer) {
	fmt.Fprintln(w, "List of loaded object files:")
	self, err := os.Executable()
	if err == nil {
		fmt.Fprintln(w, self)
	}
	maps, err := os.Open("/proc/self/maps")
	if err != nil {
		return
	}
	defer maps.Close()
	said := map[string]bool{self: true}
	for lines := bufio.NewScanner(maps); lines.Scan(); {
		// Address, rights, offset, device, inode and path.
		if f := strings.Fields(lines.Text()); len(f) == 6 && f[5][0] == '/' && f[1][2] == 'x' && !said[f[5]] {
			said[f[5]] = true
			fmt.Fprintln(w, f[5])
		}
	}
}
