package hclfile

import (
	"os"
	"path/filepath"
	"strconv"
	"strings"
	"testing"
	"time"

	"weir/conf"
)

// TestSeeds reads configurations of real sites, written in HCL with the parts that they had commented out and without what is not
// done yet (daemon, option contstats).
func TestSeeds(t *testing.T) {
	files, _ := filepath.Glob("testdata/seeds/*.hcl")
	if len(files) != 2 {
		t.Fatalf("found %q", files)
	}
	for _, file := range files {
		cfg, diags := Load(file)
		if err := diags.Err(); err != nil {
			t.Fatal(err)
		}
		if len(diags.Warnings) > 0 {
			t.Errorf("warnings: %v", diags.Warnings)
		}
		roundTrip(t, file, cfg)
	}
}

// TestSeedWebSocket looks at what was understood of one of them.
func TestSeedWebSocket(t *testing.T) {
	cfg, diags := Load("testdata/seeds/haproxy-websocket.hcl")
	if err := diags.Err(); err != nil {
		t.Fatal(err)
	}
	f, b := cfg.Frontend("ft_web"), cfg.Backend("bk_ws")
	if f == nil || b == nil || f.ID != 2 || b.ID != 4 {
		t.Fatalf("frontend %v, backend %v", f, b)
	}
	if got := f.Timeouts; got.Client != 25*time.Second || got.Connect != 0 {
		t.Errorf("frontend's timeouts: %+v", got)
	}
	if len(f.Logs) != 2 || !f.Logs[0].Global || f.Logs[1].Addr.Path != "/dev/log" {
		t.Errorf("logs: %v", f.Logs)
	}
	if len(f.UseBackends) != 2 || f.UseBackends[1].Cond.Op != conf.OpAnd {
		t.Errorf("use_backend: %v", f.UseBackends)
	}
	if test := f.ACLs[1].Cond.Test; test.Match != "str" || !test.IgnoreCase || test.Expr.Fetch.Name != "hdr" {
		t.Errorf("hdr(\"Connection\") == is %+v", test)
	}
	if b.Balance.Algo != conf.URLParam || b.Balance.Name != "tableId" || b.Check.Request.Headers[4].Value.Parts[0].Text != "echo-protocol" {
		t.Errorf("balance %+v, check %+v", b.Balance, b.Check)
	}
	if s := b.Servers[1]; s.ID != 2 || s.Checks.Inter != 3*time.Second || !s.Check || s.Weight != 10 || s.Maxconn != 30000 {
		t.Errorf("server: %+v", s)
	}
	if data := f.ErrorFiles[503]; data == nil || len(data.Data) == 0 {
		t.Error("error file not read")
	}
}

func TestDirectory(t *testing.T) {
	dir := t.TempDir()
	write := func(name, text string) {
		if err := os.WriteFile(filepath.Join(dir, name), []byte(text), 0o600); err != nil {
			t.Fatal(err)
		}
	}
	write("20-front.hcl", "frontend \"f\" {\n  bind \":80\" {}\n  default_backend = \"b\"\n  maxconn = local.most\n}\n")
	write("10-common.hcl", "locals { most = 7 }\nglobal { maxconn = 9 }\n")
	write("30-back.hcl", "backend \"b\" { server \"s\" { address = \"127.0.0.1:1\" } }\n")
	write("notes.txt", "not read")
	cfg, diags := Load(dir)
	if err := diags.Err(); err != nil {
		t.Fatal(err)
	}
	if cfg.Global.Maxconn != 9 || cfg.Frontend("f").Maxconn != 7 || cfg.Backend("b") == nil || len(cfg.Files) != 3 {
		t.Errorf("got %+v", cfg)
	}
	write("40-bad.hcl", "backend \"b\" {}\nbackend \"c\" {\n  retries = x\n}\n")
	_, diags = Load(dir)
	if len(diags.Errors) != 2 || filepath.Base(diags.Errors[0].Pos.File) != "40-bad.hcl" || diags.Errors[1].Pos.Line != 3 {
		t.Errorf("got %v", diags.Err())
	}
}

func TestUnreadable(t *testing.T) {
	f := func(path, want string) {
		t.Helper()
		_, diags := Load(path)
		if err := diags.Err(); err == nil || err.Error() != want {
			t.Errorf("got %v; want %s", err, want)
		}
	}
	f("testdata/none.hcl", "testdata/none.hcl: cannot be read: no such file or directory")
	dir := t.TempDir()
	f(dir, dir+": the directory has no *.hcl file")
	big := filepath.Join(dir, "big.hcl")
	if err := os.WriteFile(big, make([]byte, maxFile+10), 0o600); err != nil {
		t.Fatal(err)
	}
	f(big, big+": the file has 4194305 bytes; at most 4194304 are read")
}

func TestEnv(t *testing.T) {
	t.Setenv("WEIR_TEST_RETRIES", "5")
	t.Setenv("WEIR_TEST_ON", "true")
	cfg, diags := Parse("e.hcl", []byte(`backend "b" {
		retries = env("WEIR_TEST_RETRIES", 1)
		fullconn = env("WEIR_TEST_UNSET", 12)
		option { allbackups = env("WEIR_TEST_ON") }
	}`))
	b := cfg.Backend("b")
	if diags.Err() != nil || b.Retries != 5 || b.Fullconn != 12 || !b.AllBackups {
		t.Errorf("got %+v, %v", b, diags.Err())
	}
}

// TestOneLine checks that places are right where line ends had to be added, and that values of any shape
// end where the next item begins.
func TestOneLine(t *testing.T) {
	text := `frontend "f" { mode = "http" /* c */ maxconn = 5 backlog = local.n errorfile = {} bind ":80" {} id = (7) log = "x" }` +
		"\nlocals { n = 3 }"
	_, diags := Parse("o.hcl", []byte(text))
	col := strings.Index(text, `"x"`) + 1
	want := "o.hcl:1:" + strconv.Itoa(col) + `: frontend "f": log: got "x"; want global or none`
	if err := diags.Err(); err == nil || err.Error() != want {
		t.Errorf("got %v; want %s", err, want)
	}
}

// TestDeep checks that what would make the parser recurse without end is refused.
func TestDeep(t *testing.T) {
	for _, piece := range []string{"(", "[", "{a=", "!", "-", `"${`, "a{", "f("} {
		text := "backend \"b\" { retries = "
		if piece == "a{" {
			text = ""
		}
		text += strings.Repeat(piece, 20_000)
		_, diags := Parse("d.hcl", []byte(text))
		if len(diags.Errors) != 1 {
			t.Errorf("%q: got %d errors: %.300s", piece, len(diags.Errors), diags.Err())
		}
	}
}
