package e2e

import (
	"fmt"
	"os"
	"strings"
)

const attackIntro = "# Inputs that have broken proxies\n\n" +
	"Each row is a sequence of bytes in [internal/e2e/testdata/attacks](../internal/e2e/testdata/attacks), sent as it stands through one proxy to an\n" +
	"origin that takes apart what it receives. The cell says what the client got, whether the proxy closed the connection, and\n" +
	"the requests that the origin saw; what was not canonical on the wire to the origin is in bold. In the last class the origin is the\n" +
	"attacker, and the cell says what the next request got: `clean` is the answer to it, `poisoned` is somebody else's.\n\n" +
	"The test `TestAttacks` holds Weir to its column. `go test ./internal/e2e -run TestAttacks -update` writes this page with the\n" +
	"haproxy and nginx that are installed; here HAProxy 2.6 and nginx 1.22 of Debian 12, with their defaults.\n"

// attackDoc renders the table.
func attackDoc(classes []*attackClass, results map[string]string) string {
	var b strings.Builder
	b.WriteString(attackIntro)
	for _, c := range classes {
		fmt.Fprintf(&b, "\n## %d. %s\n\n| case | Weir | HAProxy | nginx |\n|---|---|---|---|\n", c.number, c.title)
		for _, a := range c.cases {
			name := a.name
			if a.note != "" {
				name += "<br>" + a.note
			}
			fmt.Fprintf(&b, "| %s | %s | %s | %s |\n", cell(name), cell(results["weir/"+a.name]), cell(results["haproxy/"+a.name]), cell(results["nginx/"+a.name]))
		}
	}
	return b.String()
}

var cellEscape = strings.NewReplacer("|", "&#124;", "\n", " ")

func cell(s string) string { return cellEscape.Replace(s) }

// readTable returns Weir's column by case.
func readTable(path string) (map[string]string, error) {
	text, err := os.ReadFile(path)
	if err != nil {
		return nil, err
	}
	rows := map[string]string{}
	for _, line := range strings.Split(string(text), "\n") {
		cells := strings.Split(line, " | ")
		if !strings.HasPrefix(line, "| ") || len(cells) < 4 {
			continue
		}
		name, _, _ := strings.Cut(strings.TrimPrefix(cells[0], "| "), "<br>")
		rows[name] = strings.NewReplacer("&#124;", "|").Replace(cells[1])
	}
	return rows, nil
}
