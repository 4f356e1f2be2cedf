package main

import (
	"os"
	"path/filepath"
	"strings"
	"testing"
)

const convertible = `# about it
defaults
    mode http
    timeout client 1s
    timeout server 1s
    timeout connect 1s # short
frontend web
    bind 127.0.0.1:8080
    default_backend app
`

// cfgFiles writes files into a new folder and returns their paths.
func cfgFiles(t *testing.T, texts ...string) []string {
	t.Helper()
	dir := t.TempDir()
	var paths []string
	for i, text := range texts {
		path := filepath.Join(dir, string(rune('a'+i))+".cfg")
		if err := os.WriteFile(path, []byte(text), 0o640); err != nil {
			t.Fatal(err)
		}
		paths = append(paths, path)
	}
	return paths
}

const appBackend = "backend app\n    server s 127.0.0.1:8081\n"

func TestConvert(t *testing.T) {
	paths := cfgFiles(t, convertible, appBackend)
	code, out, err := weir("convert", paths[0], paths[1])
	for _, want := range []string{"# about it\n", `connect = "1s" # short`, "frontend \"web\" {\n  bind \"127.0.0.1:8080\" {}\n", `backend "app" {`} {
		if !strings.Contains(out, want) {
			t.Errorf("no %q in\n%s", want, out)
		}
	}
	if code != exitOK || err != "" {
		t.Errorf("code %d, %s", code, err)
	}
	dir := filepath.Dir(paths[0])
	if code, again, err := weir("convert", dir); code != exitOK || again != out || err != "" {
		t.Errorf("the folder: code %d, %s\n%s", code, err, again)
	}
	if code, out, err := weir("convert", "-check", dir); code != exitOK || out != "what would be written means the same\n" || err != "" {
		t.Errorf("-check: code %d, %s%s", code, out, err)
	}
}

func TestConvertToFile(t *testing.T) {
	path := cfgFiles(t, convertible+appBackend)[0]
	to := filepath.Join(filepath.Dir(path), "weir.hcl")
	f := func(wantCode int, wantErr string, args ...string) {
		t.Helper()
		if code, out, err := weir(append([]string{"convert"}, args...)...); code != wantCode || out != "" || !strings.Contains(err, wantErr) || (wantErr == "") != (err == "") {
			t.Fatalf("%q: code %d, out %q, err %q; want %d, %q", args, code, out, err, wantCode, wantErr)
		}
	}
	f(exitOK, "", "-o", to, path)
	text, err := os.ReadFile(to)
	if err != nil {
		t.Fatal(err)
	}
	if st, err := os.Stat(to); err != nil || st.Mode().Perm() != 0o640 {
		t.Errorf("rights %v, %v", st.Mode(), err)
	}
	if code, _, err := weir("check", "-c", to); code != exitOK || err != "" {
		t.Errorf("what was written: code %d, %s", code, err)
	}
	f(exitFail, "weir.hcl: is there already; -force writes over it", path, "-o", to)
	if err := os.WriteFile(to, []byte("x"), 0o600); err != nil {
		t.Fatal(err)
	}
	f(exitOK, "", path, "-o", to, "--force")
	f(exitOK, "", path, "-o", to, "-force")
	if now, err := os.ReadFile(to); err != nil || string(now) != string(text) {
		t.Errorf("-force wrote %q, %v", now, err)
	}
	f(exitUsage, "-force without -o", "-force", path)
	f(exitUsage, "missing FILE")
	f(exitFail, "is HCL already", to)
	f(exitFail, "no such file or directory", "-o", filepath.Join(t.TempDir(), "no", "weir.hcl"), path)
	left, err := filepath.Glob(filepath.Join(filepath.Dir(to), ".weir*"))
	if err != nil || left != nil {
		t.Errorf("left behind: %q, %v", left, err)
	}
}

// What is wrong is told as by check, all of it, and nothing is written.
func TestConvertTellsErrors(t *testing.T) {
	path := cfgFiles(t, convertible+"backend app\n    balance rundrobin\n    servr s 127.0.0.1:1\n")[0]
	to := filepath.Join(filepath.Dir(path), "weir.hcl")
	_, _, want := weir("check", "-c", path)
	code, out, got := weir("convert", "-o", to, path)
	if want = strings.ReplaceAll(want, "weir check:", "weir convert:"); code != exitFail || out != "" || got != want || !strings.Contains(got, "2 errors") {
		t.Errorf("code %d, out %q, got\n%s\nwant\n%s", code, out, got, want)
	}
	if _, err := os.Stat(to); err == nil {
		t.Error("a file was written")
	}
}

// With default-path config the names are relative to where the configuration is: what is written elsewhere would mean other files.
func TestConvertElsewhere(t *testing.T) {
	path := cfgFiles(t, "global\n    default-path config\n"+convertible+appBackend+"    errorfile 503 503.http\n")[0]
	if err := os.WriteFile(filepath.Join(filepath.Dir(path), "503.http"), []byte("HTTP/1.0 503 No\r\n\r\n"), 0o600); err != nil {
		t.Fatal(err)
	}
	to := filepath.Join(t.TempDir(), "weir.hcl")
	code, _, err := weir("convert", "-o", to, path)
	if code != exitFail || !strings.Contains(err, "want -o "+filepath.Join(filepath.Dir(path), "weir.hcl")) {
		t.Errorf("code %d, %s", code, err)
	}
	if code, _, err := weir("convert", "-o", filepath.Join(filepath.Dir(path), "weir.hcl"), path); code != exitOK || err != "" {
		t.Errorf("beside it: code %d, %s", code, err)
	}
}
