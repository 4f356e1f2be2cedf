package e2e

import (
	"fmt"
	"io"
	"net"
	"os"
	"path/filepath"
	"regexp"
	"strings"
	"testing"
	"time"

	"weir/internal/peer"
)

// cliScript is what is asked of the stats socket of a proxy.
//
//	file a.map                       a file beside the configuration, whose lines begin with "| "
//	frontend web                     the configuration; {{port}} is a free one
//	> show map                       a command, in which \n is a line's end: both answer the same
//	~ show map                       the same, but for the counts of entries: HAProxy's go astray
type cliScript struct {
	files    map[string]string
	conf     []string
	commands []string
}

func parseCLI(text string) *cliScript {
	s := &cliScript{files: map[string]string{}}
	file := ""
	for _, line := range strings.Split(text, "\n") {
		switch {
		case strings.HasPrefix(line, "#") || strings.TrimSpace(line) == "":
		case strings.HasPrefix(line, "file "):
			file = line[5:]
		case strings.HasPrefix(line, "| "):
			s.files[file] += line[2:] + "\n"
		case strings.HasPrefix(line, "> ") || strings.HasPrefix(line, "~ "):
			s.commands = append(s.commands, line)
		default:
			s.conf = append(s.conf, line)
		}
	}
	return s
}

// config is the configuration with the socket.
func (s *cliScript) config(dir string, port int) string {
	head := []string{"global", "  stats socket " + filepath.Join(dir, "sock") + " level admin", "  set-var proc.start int(5)", "defaults", "  mode http",
		"  timeout client 5s", "  timeout server 5s", "  timeout connect 5s"}
	return strings.ReplaceAll(strings.Join(append(head, s.conf...), "\n")+"\n", "{{port}}", fmt.Sprint(port))
}

// run asks one proxy everything.
func (s *cliScript) run(t *testing.T, kind string) []string {
	t.Helper()
	dir := shortDir(t)
	for name, text := range s.files {
		if err := os.WriteFile(filepath.Join(dir, name), []byte(text), 0o644); err != nil {
			t.Fatal(err)
		}
	}
	port := newPlaces(dir, kind).port("f")
	conf := filepath.Join(dir, "proxy.cfg")
	// The names of files are relative to the configuration.
	text := strings.Replace(s.config(dir, port), "global\n", "global\n  default-path config\n", 1)
	if err := os.WriteFile(conf, []byte(text), 0o644); err != nil {
		t.Fatal(err)
	}
	p, err := startProc(kind, conf)
	if err != nil {
		t.Fatal(err)
	}
	defer p.end()
	if err := p.ready([]int{port}, nil); err != nil {
		t.Fatalf("%s: %v", kind, err)
	}
	var answers []string
	for _, command := range s.commands {
		a, err := askSocket(filepath.Join(dir, "sock"), strings.ReplaceAll(command[2:], `\n`, "\n")+"\n")
		if err != nil {
			t.Fatalf("%s: %s: %v", kind, command, err)
		}
		answers = append(answers, maskCLI(a, conf, command[0] == '~'))
	}
	return answers
}

func askSocket(path, command string) (string, error) {
	c, err := net.Dial("unix", path)
	if err != nil {
		return "", err
	}
	defer c.Close()
	if err := c.SetDeadline(time.Now().Add(patience)); err != nil {
		return "", err
	}
	if _, err := io.WriteString(c, command); err != nil {
		return "", err
	}
	b, err := io.ReadAll(c)
	return string(b), err
}

var (
	entryRefs   = regexp.MustCompile(`(?m)^0x[0-9a-f]+ `)
	entryCounts = regexp.MustCompile(`entry_cnt=\d+`)
	aclKeywords = regexp.MustCompile(`acl '(\w+)_(beg|dir|dom|end|len|reg|sub)'`)       // Weir tells the fetch of "path_beg"
	ownSinks    = regexp.MustCompile(`(?m)^ +dpapi +: .*\n`)                            // of versions with acme
	stateTimes  = regexp.MustCompile(`(?m)^(\d+ \S+ \d+ \S+ \S+ \d+ \d+ \d+ \d+) \d+ `) // since a server's last change, in show servers state
	ownLists    = regexp.MustCompile(`(?m)^\d+ \(\) acl 'var' file 'httpclient' .*\n`)
)

// maskCLI hides what differs in every process.
func maskCLI(answer, conf string, counts bool) string {
	answer = entryRefs.ReplaceAllString(answer, "0x0 ")
	answer = ownSinks.ReplaceAllString(answer, "")
	answer = ownLists.ReplaceAllString(answer, "")
	answer = stateTimes.ReplaceAllString(answer, "$1 T ")
	answer = aclKeywords.ReplaceAllString(answer, "acl '$1'")
	answer = strings.ReplaceAll(answer, conf, "proxy.cfg")
	if counts {
		answer = entryCounts.ReplaceAllString(answer, "entry_cnt=")
	}
	return answer
}

// TestCLI asks Debian's haproxy and Weir the same and wants the same answers.
func TestCLI(t *testing.T) {
	t.Parallel()
	peer.Need(t, "haproxy")
	scripts, err := filepath.Glob("testdata/cli/*.txt")
	if err != nil || len(scripts) == 0 {
		t.Fatal(scripts, err)
	}
	for _, path := range scripts {
		t.Run(strings.TrimSuffix(filepath.Base(path), ".txt"), func(t *testing.T) {
			t.Parallel()
			text, err := os.ReadFile(path)
			if err != nil {
				t.Fatal(err)
			}
			s := parseCLI(string(text))
			want, got := s.run(t, "haproxy"), s.run(t, "weir")
			for i, command := range s.commands {
				if got[i] != want[i] {
					t.Errorf("%s\nWeir answers\n%s\nHAProxy answers\n%s", command, got[i], want[i])
				}
			}
		})
	}
}
