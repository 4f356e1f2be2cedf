package main

import (
	"bytes"
	"os/exec"
	"regexp"
	"slices"
	"strings"
	"testing"

	"weir/internal/peer"
)

// dumped parts what -dK writes into classes.
func dumped(text string) (titles []string, classes map[string][]string) {
	classes = map[string][]string{}
	for line := range strings.Lines(text) {
		line = strings.TrimSuffix(line, "\n")
		if title, ok := strings.CutPrefix(line, "# List of registered "); ok {
			titles = append(titles, title)
			continue
		}
		if len(titles) > 0 {
			title := titles[len(titles)-1]
			classes[title] = append(classes[title], line)
		}
	}
	return titles, classes
}

// peerDump is what haproxy itself writes.
func peerDump(t *testing.T, what string) string {
	t.Helper()
	haproxy := peer.Need(t, "haproxy")
	file := write(t, "defaults\n    timeout connect 1s\n    timeout client 1s\n    timeout server 1s\nfrontend f\n    bind 127.0.0.1:8999\n")
	out, err := exec.Command(haproxy, "-dK"+what, "-q", "-c", "-f", file).Output()
	if err != nil {
		t.Fatal(err)
	}
	return string(out)
}

func ourDump(what string) string {
	var b bytes.Buffer
	dumpKeywords(&b, strings.Split(what, ","))
	return b.String()
}

// layouts is how each class's lines are written.
var layouts = map[string]string{
	"ACL keywords:":               `^\S+ = \S+ -m [a-z]+$`,
	"configuration keywords:":     `^(\S+|\t\S+|\t.+ <addr> (ssl )?\S+( \+-?1)?|\toption \S+ \[ (FE )?(BE )?(HTTP )?\]|\t(tcp|http)-\S+( \S+)? \S+?\*?|\t\S+ \+-?1)$`,
	"CLI keywords:":               `^.+? (\[MASTER\] )?(\[WORKER\] )?$`,
	"sample converter functions:": `^[^\s(]+(\(.*\))?: \S+ => \S+$`,
	"filter names:":               `^\S+ \[\S+\]$`,
	"sample fetch functions:":     `^(#.*|\[ ([Y.] ){22}\] [^\s(]+(\(.*\))?: \S+)$`,
	"service names:":              `^\S+$`,
}

// The inventory comes in HAProxy's layout: the same classes in the same order, each line of the same form. The layout is held against
// haproxy's own first.
func TestDumpLayout(t *testing.T) {
	titles, ours := dumped(ourDump("all"))
	theirTitles, theirs := dumped(peerDump(t, "all"))
	if !slices.Equal(titles, theirTitles) {
		t.Errorf("classes %q; haproxy has %q", titles, theirTitles)
	}
	for title, layout := range layouts {
		re := regexp.MustCompile(layout)
		for who, lines := range map[string][]string{"haproxy": theirs[title], "weir": ours[title]} {
			for _, line := range lines {
				if !re.MatchString(line) {
					t.Errorf("%s: %s writes %q", title, who, line)
				}
			}
		}
	}
	if len(ours["configuration keywords:"]) < 500 {
		t.Errorf("%d configuration keywords", len(ours["configuration keywords:"]))
	}
}

// dumpNewer are the lines that HAProxy 3.5 writes as Weir does, and 2.6 in another way; and "set var", which needs no mode here.
var dumpNewer = []string{"\toption abortonclose [ FE BE ]", "set var [WORKER] "}

// What both have is written alike, letter by letter.
func TestDumpLines(t *testing.T) {
	_, ours := dumped(ourDump("all"))
	_, theirs := dumped(peerDump(t, "all"))
	name := regexp.MustCompile(`^(.+?)( = | \[| \+|\*|$)`)
	for _, title := range []string{"ACL keywords:", "configuration keywords:", "CLI keywords:", "service names:"} {
		byName := map[string]string{}
		for _, line := range theirs[title] {
			byName[strings.Replace(name.FindStringSubmatch(line)[1], " ssl ", " ", 1)] = line
		}
		same := 0
		for _, line := range ours[title] {
			theirs, ok := byName[strings.Replace(name.FindStringSubmatch(line)[1], " ssl ", " ", 1)]
			switch {
			case !ok || slices.Contains(dumpNewer, line):
			case theirs != line:
				t.Errorf("%s got %q; haproxy writes %q", title, line, theirs)
			default:
				same++
			}
		}
		if same == 0 {
			t.Errorf("%s nothing in common", title)
		}
	}
	header := func(lines []string) string {
		return strings.Join(slices.DeleteFunc(slices.Clone(lines), func(s string) bool { return s[0] != '#' }), "\n")
	}
	if got, want := header(ours["sample fetch functions:"]), header(theirs["sample fetch functions:"]); got != want {
		t.Errorf("got:\n%s\nhaproxy writes:\n%s", got, want)
	}
}

// -dKhelp, several classes at once, and one that nobody has.
func TestDumpClasses(t *testing.T) {
	for _, what := range []string{"help", "foo", "svc,foo"} {
		if got, want := ourDump(what), peerDump(t, what); got != want {
			t.Errorf("-dK%s: got:\n%s\nhaproxy writes:\n%s", what, got, want)
		}
	}
	titles, _ := dumped(ourDump("svc,acl"))
	theirs, _ := dumped(peerDump(t, "svc,acl"))
	slices.Sort(theirs) // in the order of the command line there, of the list here
	slices.Sort(titles)
	if !slices.Equal(titles, theirs) {
		t.Errorf("-dKsvc,acl: got %q; haproxy writes %q", titles, theirs)
	}
}

// The command line leads there, after the configuration has been checked.
func TestDumpCommand(t *testing.T) {
	file := write(t, "frontend \"f\" {\n  bind \"127.0.0.1:8999\" {}\n}\n")
	var out, errs bytes.Buffer
	if code := haproxyMain(&streams{&out, &errs}, []string{"-dKcfg", "-q", "-c", "-f", file}); code != 0 {
		t.Fatalf("exit code %d: %s", code, errs.String())
	}
	if !strings.HasPrefix(out.String(), "# List of registered configuration keywords:\nglobal\n\t") {
		t.Errorf("got %q", out.String()[:min(out.Len(), 80)])
	}
}
