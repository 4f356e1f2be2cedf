package main

import (
	"os"
	"os/exec"
	"path/filepath"
	"testing"

	"weir/internal/peer"
)

// default-path: a configuration in conf/ names an error page, a map and a pattern file of where each policy finds them.
func TestDefaultPath(t *testing.T) {
	haproxy := peer.Need(t, "haproxy")
	self, err := os.Executable()
	if err != nil {
		t.Fatal(err)
	}
	dir := t.TempDir()
	put := func(name, text string) {
		t.Helper()
		path := filepath.Join(dir, name)
		if err := os.MkdirAll(filepath.Dir(path), 0o755); err != nil {
			t.Fatal(err)
		}
		if err := os.WriteFile(path, []byte(text), 0o644); err != nil {
			t.Fatal(err)
		}
	}
	files := func(under string) {
		put(under+"/503.http", "HTTP/1.0 503 no\r\n\r\n")
		put(under+"/m.map", "a b\n")
		put(under+"/p.lst", "/a\n")
	}
	files("here/files")
	files("etc/conf/beside")
	files("etc/above")
	files("far/away/there")
	f := func(policy, folder string, code int) {
		t.Helper()
		put("etc/conf/h.cfg", "global\n default-path "+policy+"\ndefaults\n mode http\n timeout client 1m\n timeout server 1m\n timeout connect 1m\n"+
			"frontend f\n bind 127.0.0.1:1\n errorfile 503 "+folder+"/503.http\n acl p path -f "+folder+"/p.lst\n"+
			" http-request return status 200 content-type text/plain file "+folder+"/m.map if p\n"+
			" http-request return status 200 content-type text/plain lf-string %[path,map("+folder+"/m.map)]\n")
		for _, args := range [][]string{{haproxy}, {self, "haproxy"}} {
			cmd := exec.Command(args[0], append(args[1:], "-c", "-f", "../etc/conf/h.cfg")...)
			cmd.Dir = filepath.Join(dir, "here")
			cmd.Env = append(os.Environ(), "WEIR_TEST_MAIN=1")
			said, _ := cmd.CombinedOutput()
			if got := cmd.ProcessState.ExitCode(); got != code {
				t.Errorf("%v, default-path %s, %s: code %d; want %d: %s", args, policy, folder, got, code, said)
			}
		}
	}
	f("current", "files", 0)
	f("current", "beside", 1)
	f("config", "beside", 0)
	f("config", "above", 1)
	f("parent", "above", 0)
	f("parent", "beside", 1)
	f("origin ../far/away", "there", 0)
	f("origin "+filepath.Join(dir, "far/away"), "there", 0)
	f("origin ../far/away", "files", 1)
	f("origin nowhere", "there", 1)
}
