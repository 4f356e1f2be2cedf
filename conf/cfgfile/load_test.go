package cfgfile

import (
	"os"
	"path/filepath"
	"strings"
	"testing"
)

func writeFiles(t *testing.T, files map[string]string) string {
	t.Helper()
	dir := t.TempDir()
	for name, text := range files {
		path := filepath.Join(dir, name)
		if err := os.MkdirAll(filepath.Dir(path), 0o755); err != nil {
			t.Fatal(err)
		}
		if err := os.WriteFile(path, []byte(text), 0o600); err != nil {
			t.Fatal(err)
		}
	}
	return dir
}

// Files are read in the order in which they are named, those of a folder by name. Defaults go on in the files after them.
func TestLoadFiles(t *testing.T) {
	dir := writeFiles(t, map[string]string{
		"z.cfg": "defaults\n    retries 1\nbackend z\n", "d/b.cfg": "backend b\n    retries 7\n", "d/a.cfg": "defaults\n    retries 2\nbackend a\n",
		"d/.c.cfg": "foo", "d/c.txt": "foo", "e.conf": "backend e\n",
	})
	cfg, diags := LoadFiles([]string{filepath.Join(dir, "z.cfg"), filepath.Join(dir, "d"), filepath.Join(dir, "e.conf")})
	if err := diags.Err(); err != nil {
		t.Fatal(err)
	}
	var got []string
	for _, p := range cfg.Proxies {
		got = append(got, p.Name, string(rune('0'+p.Retries)))
	}
	if s := strings.Join(got, " "); s != "z 1 a 2 b 7 e 2" {
		t.Errorf("got %s", s)
	}
	var names []string
	for _, f := range cfg.Files {
		names = append(names, filepath.Base(f))
	}
	if s := strings.Join(names, " "); s != "z.cfg a.cfg b.cfg e.conf" {
		t.Errorf("files %s", s)
	}
}

func TestLoadErrors(t *testing.T) {
	dir := writeFiles(t, map[string]string{"empty/x.txt": "", "a.cfg": "frontend f\n    bind :80\n    default_backend b\n    moed http\n",
		"cut.cfg": "backend b\n    http-request deny"})
	f := func(want string, names ...string) {
		t.Helper()
		var paths []string
		for _, n := range names {
			paths = append(paths, filepath.Join(dir, n))
		}
		_, diags := LoadFiles(paths)
		if got := strings.ReplaceAll(diags.Errors.Error(), dir+"/", ""); got != want {
			t.Errorf("%v: got:\n%s\nwant:\n%s", names, got, want)
		}
	}
	f("nosuch.cfg: cannot be read: no such file or directory", "nosuch.cfg")
	f("empty: the directory has no *.cfg file", "empty")
	f("cut.cfg:2:22: missing LF on the last line: the file might have been truncated", "cut.cfg")
	// What one file is missing is not told of the other.
	f("a.cfg:4:5: frontend \"f\": unknown keyword: got \"moed\" (did you mean \"mode\"?)\nnosuch.cfg: cannot be read: no such file or directory", "nosuch.cfg", "a.cfg")
}

// An .if must end in its own file.
func TestBlocksEndWithTheirFile(t *testing.T) {
	_, diags := ParseSources([]Source{{"a", []byte(".if 1\n")}, {"b", []byte("backend b\n.endif\n")}})
	want := "a:1:1: .if: without .endif\nb:2:1: .endif: without .if"
	if got := diags.Errors.Error(); got != want {
		t.Errorf("got:\n%s\nwant:\n%s", got, want)
	}
}

// A section ends with its file, as in HAProxy.
func TestSectionsEndWithTheirFile(t *testing.T) {
	_, diags := ParseSources([]Source{{"a", []byte("backend b\n")}, {"b", []byte("    retries 5\n    mode tcp\nbackend c\n")}})
	want := `b:1:5: "retries" stands outside of any section; want global, defaults, frontend, backend, listen, userlist, http-errors, crt-store, acme or mailers`
	if got := diags.Errors.Error(); got != want {
		t.Errorf("got:\n%s\nwant:\n%s", got, want)
	}
}

// Two names that only ACLs have are those of fetches with another name.
func TestOlderACLNames(t *testing.T) {
	cfg, diags := Parse("t.cfg", []byte("frontend f\n mode tcp\n bind :1\n tcp-request content reject if { req_rdp_cookie_cnt 1 } { req_rdp_cookie a }\n"))
	if len(diags.Errors) > 0 {
		t.Fatal(diags.Errors)
	}
	kids := cfg.Frontend("f").TCPReqRules[0].Cond.Kids
	for i, want := range []string{"req.rdp_cookie_cnt int", "req.rdp_cookie str"} {
		if test := kids[i].Test; test.Expr.Fetch.Name+" "+test.Match != want {
			t.Errorf("got %s %s; want %s", test.Expr.Fetch.Name, test.Match, want)
		}
	}
}
