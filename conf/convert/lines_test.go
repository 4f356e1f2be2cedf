package convert

import (
	"os"
	"strings"
	"testing"

	"weir/conf/cfgfile"
)

// readLines reads testdata/lines.txt: lines by heading.
func readLines(t testing.TB) map[string][]string {
	t.Helper()
	data, err := os.ReadFile("testdata/lines.txt")
	if err != nil {
		t.Fatal(err)
	}
	lines, heading := map[string][]string{}, ""
	for _, line := range strings.Split(strings.TrimSpace(string(data)), "\n") {
		switch {
		case strings.HasPrefix(line, "//"):
		case strings.HasPrefix(line, "["):
			heading = strings.Trim(line, "[]")
		default:
			lines[heading] = append(lines[heading], line)
		}
	}
	return lines
}

// headings are those whose lines may stand in a section of the kind.
var headings = map[string][]string{
	"global": {"global"}, "userlist": {"userlist"}, "http-errors": {"http-errors"}, "crt-store": {"crt-store"}, "acme": {"acme"}, "mailers": {"mailers"},
	"defaults": {"any", "front", "back"},
	"frontend": {"any", "front", "frontonly", "both", "http-request", "http-response", "http-after-response", "tcp-front", "tcp-any"},
	"backend":  {"any", "back", "backonly", "both", "http-request", "http-response", "http-after-response", "tcp-any", "tcp-back"},
	"listen": {"any", "front", "back", "frontonly", "backonly", "both", "http-request", "http-response", "http-after-response", "tcp-front",
		"tcp-any", "tcp-back"},
}

// around is a configuration that a section may stand in: what its lines name is there.
const around = `global
    external-check
    insecure-fork-wanted
userlist users
    user x insecure-password y
http-errors pages
    errorfile 503 testdata/errors/503.http
    errorfile 404 testdata/errors/400.http
acme le
    directory https://ca.example.com/dir
    storage /var/lib/weir/acme
mailers mails
    mailer one 127.0.0.1:25
backend b0
    mode http
    server t1 127.0.0.1:9 check
`

// begin is the first lines of a section of the kind.
func begin(kind, name string) string {
	text := kind
	if kind != "global" {
		text += " " + name
	}
	text += "\n"
	switch kind {
	case "acme":
		text += "    directory https://ca.example.com/first\n"
	case "userlist":
		text += "    user u9\n    group g9\n    group g2\n"
	case "frontend", "listen":
		text += "    mode http\n    bind 127.0.0.1:80\n    declare capture request len 9\n    declare capture response len 9\n"
	case "backend":
		text += "    mode http\n"
	}
	if kind == "backend" || kind == "listen" {
		text += "    server s1 127.0.0.1:1\n"
	}
	return text
}

// TestEachLine converts every line in every section that it may stand in. It must be good somewhere.
func TestEachLine(t *testing.T) {
	lines := readLines(t)
	good := map[string]bool{}
	for kind, names := range headings {
		for _, heading := range names {
			for _, line := range lines[heading] {
				t.Run(kind+"/"+line, func(t *testing.T) {
					good[line] = oneLine(t, kind, line) || good[line]
				})
			}
		}
	}
	for _, arg := range lines["server"] {
		t.Run("server/"+arg, func(t *testing.T) {
			good[arg] = oneLine(t, "backend", "server one 127.0.0.1:2 "+arg)
			oneLine(t, "backend", "default-server "+arg+"\n    server one 127.0.0.1:2 weight 3 inter 9s")
			oneLine(t, "defaults", "default-server "+arg)
		})
	}
	for _, arg := range lines["bind"] {
		t.Run("bind/"+arg, func(t *testing.T) { good[arg] = oneLine(t, "frontend", "bind 127.0.0.1:81 "+arg) })
	}
	for heading, list := range lines {
		for _, line := range list {
			if !good[line] {
				t.Errorf("[%s] %s: is no good line", heading, line)
			}
		}
	}
}

// oneLine converts a section with one line, as it is and after one that says otherwise; false where the line is wrong.
func oneLine(t *testing.T, kind, line string) bool {
	t.Helper()
	line = strings.NewReplacer("{port}", "4711", " ;; ", "\n    ").Replace(line)
	text := around + begin(kind, "one") + "    " + line + " # the comment\n"
	if kind == "defaults" {
		text += begin("listen", "two")
	}
	if _, diags := cfgfile.Parse("x.cfg", []byte(text)); diags.Err() != nil {
		if testing.Verbose() {
			t.Log(diags.Err())
		}
		return false
	}
	converted(t, []cfgfile.Source{{Name: "x.cfg", Text: []byte(text)}})
	return true
}
