package cfgfile

import (
	"os"
	"slices"
	"strings"
	"testing"
)

// convertLines reads ../convert/testdata/lines.txt: lines by heading.
func convertLines(t *testing.T) map[string][]string {
	t.Helper()
	data, err := os.ReadFile("../convert/testdata/lines.txt")
	if err != nil {
		t.Fatal(err)
	}
	lines, heading := map[string][]string{}, ""
	for line := range strings.Lines(string(data)) {
		line = strings.TrimSuffix(line, "\n")
		if strings.HasPrefix(line, "[") {
			heading = strings.Trim(line, "[]")
			continue
		}
		lines[heading] = append(lines[heading], line)
	}
	return lines
}

// TestEveryKeyword holds lines.txt to the keywords that cfgfile reads: a new one needs a line there, and with it has a test that it is
// converted.
func TestEveryKeyword(t *testing.T) {
	lines := convertLines(t)
	in := map[string][]string{"global": lines["global"], "global stats": lines["global"], "stats socket": lines["global"], "userlist": lines["userlist"],
		"http-errors": lines["http-errors"], "crt-store": lines["crt-store"], "acme": lines["acme"], "mailers": lines["mailers"], "server": lines["server"], "bind": lines["bind"]}
	var proxy []string
	for heading, list := range lines {
		if in[heading] == nil {
			proxy = append(proxy, list...)
		}
	}
	prefix := map[string]string{"global stats": "stats ", "option": "option ", "timeout": "timeout ", "stats": "stats "}
	n := 0
	for _, k := range Keywords() {
		// What changes nothing and has no argument to read wrongly needs no line.
		if k.Context == "section" || k.Context == "crt-list" || k.Status != Done { // a crt-list is a file of its own
			continue
		}
		n++
		list, ok := in[k.Context]
		if !ok {
			list = proxy
		}
		start := prefix[k.Context]
		if !ok && start == "" && k.Context != "proxy" {
			start = k.Context + " "
		}
		if !slices.ContainsFunc(list, func(line string) bool { return says(line, start+k.Name, ok && start == "") }) {
			t.Errorf("../convert/testdata/lines.txt has no line with %s: %s", k.Context, k.Usage)
		}
	}
	if n < 400 {
		t.Errorf("looked at %d keywords", n)
	}
}

// says reports whether a line begins with a keyword, or where anywhere is true has it in it.
func says(line, keyword string, anywhere bool) bool {
	line = strings.TrimPrefix(strings.TrimPrefix(line, "no "), "default ") + " "
	for _, end := range []string{" ", "("} {
		if strings.HasPrefix(line, keyword+end) || anywhere && strings.Contains(line, " "+keyword+end) {
			return true
		}
	}
	return false
}
