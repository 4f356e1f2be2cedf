package main

import (
	"os"
	"path/filepath"
	"strings"
	"testing"
)

// Files of server states that cannot be read are warnings when the configuration is read, as in HAProxy.
func TestStateFileWarnings(t *testing.T) {
	dir := t.TempDir()
	for name, text := range map[string]string{"good": "1\n", "bad": "nonsense\n"} {
		if err := os.WriteFile(filepath.Join(dir, name), []byte(text), 0o600); err != nil {
			t.Fatal(err)
		}
	}
	f := func(global, backend string, want ...string) {
		t.Helper()
		path := filepath.Join(dir, "x.cfg")
		text := "global\n server-state-base " + dir + "\n" + global + "defaults\n timeout client 1s\n timeout connect 1s\n timeout server 1s\nfrontend f\n bind 127.0.0.1:8080\n default_backend b\n" +
			"backend b\n server s 127.0.0.1:1\n" + backend
		if err := os.WriteFile(path, []byte(text), 0o600); err != nil {
			t.Fatal(err)
		}
		code, _, said := weir("check", "-c", path)
		var warnings []string
		for line := range strings.Lines(said) {
			if strings.Contains(line, "state") {
				warnings = append(warnings, strings.TrimSpace(strings.ReplaceAll(line, dir+"/", "")))
			}
		}
		if got := strings.Join(warnings, "\n"); code != exitOK || got != strings.Join(want, "\n") {
			t.Errorf("%s%s: code %d, got\n%s\nwant\n%s", global, backend, code, got, strings.Join(want, "\n"))
		}
	}
	const gone = " cannot be read: No such file or directory; servers begin as their lines say (warning)"
	f(" server-state-file good\n", " load-server-state-from-file global\n")
	f(" server-state-file gone\n", "", `x.cfg:3:20: global: server-state-file: "gone"`+gone)
	f(" server-state-file bad\n", "", `x.cfg:3:20: global: server-state-file: "bad" has errors: line 1: got "nonsense"; want the version of the format, 1 (warning)`)
	f("", " load-server-state-from-file global\n",
		`x.cfg:12:2: backend "b": load-server-state-from-file: "global" means the file of the global section, which names none; set server-state-file there (warning)`)
	f("", " load-server-state-from-file local\n", `x.cfg:12:2: backend "b": load-server-state-from-file: "b"`+gone)
	f("", " load-server-state-from-file local\n server-state-file-name good\n")
	f("", " load-server-state-from-file local\n server-state-file-name gone\n", `x.cfg:12:2: backend "b": load-server-state-from-file: "gone"`+gone)
	f("", " load-server-state-from-file local\n server-state-file-name gone\n disabled\n")
}
