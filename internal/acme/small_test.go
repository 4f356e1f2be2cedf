package acme

import (
	"errors"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"

	rfc "github.com/mholt/acmez/v3/acme"

	"weir/conf"
	"weir/internal/tlsconf"
)

func TestTable(t *testing.T) {
	now := time.Date(2026, 11, 26, 12, 0, 0, 0, time.UTC)
	got := Table([]Status{
		{Name: "a.pem", Section: "le", State: "Scheduled", Expires: now.Add(89*day + 23*time.Hour + time.Minute + 13*time.Second), Next: now.Add(time.Hour)},
		{Name: "b.pem", Section: "le", State: "Running", Error: "it\tsays\n\"no\"", ErrorAt: now, Failures: 3},
	}, now)
	want := "# certificate\tsection\tstate\texpiration date (UTC)\texpires in\tscheduled date (UTC)\tscheduled in\tlast error\n" +
		"a.pem\tle\tScheduled\t2027-02-24T11:01:13Z\t89d 23h01m13s\t2026-11-26T13:00:00Z\t0d 1h00m00s\t-\n" +
		"b.pem\tle\tRunning\t-\t0d 0h00m00s\t-\t0d 0h00m00s\tit says \"no\" (2026-11-26T12:00:00Z, failure 3 in a row)\n"
	if got != want {
		t.Errorf("got\n%s\nwant\n%s", got, want)
	}
	if (*Keeper)(nil).Status() != nil || (*Keeper)(nil).Renew("x") || (*Keeper)(nil).Answer([]byte("/x")) != nil {
		t.Error("no Keeper keeps something")
	}
}

// TestSolver: each kind of challenge is answered where it is looked for, while it is pending and no longer.
func TestSolver(t *testing.T) {
	entries := map[string]string{}
	k := &Keeper{opt: Options{SetMap: func(file, key, value string) {
		if entries[file+" "+key] = value; value == "" {
			delete(entries, file+" "+key)
		}
	}}}
	path := []byte(challengePath + "tok")
	id := rfc.Identifier{Type: "dns", Value: "A.example.com"}
	f := func(a *conf.ACME, kind string, there func() bool) {
		t.Helper()
		s := &solver{&authority{k: k, a: a}}
		c := rfc.Challenge{Type: kind, Token: "tok", KeyAuthorization: "tok.thumb", Identifier: id}
		for range 2 {
			if there() {
				t.Errorf("%s: answered before", kind)
			}
			if err := s.Present(t.Context(), c); err != nil || !there() {
				t.Errorf("%s: %v, not answered", kind, err)
			}
			if err := s.CleanUp(t.Context(), c); err != nil || there() {
				t.Errorf("%s: %v, answered afterwards", kind, err)
			}
		}
	}
	f(&conf.ACME{}, "http-01", func() bool { return string(k.Answer(path)) == "tok.thumb" })
	f(&conf.ACME{Map: "virt@acme"}, "http-01", func() bool { return entries["virt@acme tok"] == "thumb" && k.Answer(path) == nil })
	f(&conf.ACME{}, "tls-alpn-01", func() bool { c := k.pending.cert("a.example.com"); return c != nil && len(c.Certificate) == 1 })

	swap(&k.pending, &k.pending.tokens, func(m map[string][]byte) { m["tok"] = []byte("x") })
	for _, p := range []string{"/", challengePath, challengePath + "tok2", challengePath + "tok/", "/tok", "tok", challengePath + "../tok", ""} {
		if k.Answer([]byte(p)) != nil {
			t.Errorf("%q is answered", p)
		}
	}
	allocs := testing.AllocsPerRun(100, func() {
		if k.Answer(path) == nil || k.Answer([]byte("/index.html")) != nil {
			t.Fatal("answers are wrong")
		}
	})
	if allocs != 0 {
		t.Errorf("%v allocations for an answer", allocs)
	}
}

func TestDisk(t *testing.T) {
	dir := t.TempDir()
	storage := filepath.Join(dir, "a", "b")
	d := newDisk(&conf.Global{}, func(string, string) {})
	defer d.close()
	file := filepath.Join(storage, "x.pem")
	if err := d.open(file, storage); err != nil {
		t.Fatal(err)
	}
	if st, err := os.Stat(storage); err != nil || st.Mode().Perm() != 0o700 {
		t.Errorf("%v, %v", st, err)
	}
	old := filepath.Join(storage, "old.pem")
	if err := os.WriteFile(old, []byte("old"), 0o644); err != nil {
		t.Fatal(err)
	}
	for _, path := range []string{file, old} {
		if err := d.write(path, []byte("new")); err != nil {
			t.Fatal(err)
		}
		st, err := os.Stat(path)
		text, _ := d.read(path)
		if err != nil || st.Mode().Perm() != 0o600 || string(text) != "new" {
			t.Errorf("%v, %v, %q", st, err, text)
		}
	}
	entries, err := os.ReadDir(storage)
	if err != nil || len(entries) != 2 {
		t.Errorf("%v, %v: want nothing left over", entries, err)
	}
	f := func(path, want string) {
		t.Helper()
		if err := d.open(path, storage); err == nil || !strings.Contains(err.Error(), want) {
			t.Errorf("%s: %v; want %q", path, err, want)
		}
	}
	f(filepath.Join(dir, "none", "x.pem"), "no such file") // only storage is made
	f(filepath.Join(old, "x.pem"), "not a directory")
	if err := d.write("/elsewhere/x", nil); err == nil {
		t.Error("written outside")
	}
	if _, err := d.read(filepath.Join(storage, "none")); !os.IsNotExist(err) {
		t.Error(err)
	}
}

// TestSaveBoth: a certificate and its key are written together or not at all.
func TestSaveBoth(t *testing.T) {
	dir := t.TempDir()
	d := newDisk(&conf.Global{}, func(string, string) {})
	defer d.close()
	is := &tlsconf.Issued{Crt: filepath.Join(dir, "x.pem"), Key: filepath.Join(dir, "x.key")}
	if err := errors.Join(d.open(is.Crt, dir), d.save(is, &made{chain: []byte("c1"), key: []byte("k1")})); err != nil {
		t.Fatal(err)
	}
	has := func(crt, key string) {
		t.Helper()
		a, errA := d.read(is.Crt)
		b, errB := d.read(is.Key)
		if string(a) != crt || string(b) != key {
			t.Errorf("%q with %q, %v, %v", a, b, errA, errB)
		}
	}
	has("c1", "k1")
	for _, temp := range []string{".x.pem.new", ".x.key.new"} { // it cannot be written
		if err := os.Mkdir(filepath.Join(dir, temp), 0o700); err != nil {
			t.Fatal(err)
		}
		if err := d.save(is, &made{chain: []byte("c2"), key: []byte("k2")}); err == nil {
			t.Error("saved")
		}
		has("c1", "k1")
		if err := os.Remove(filepath.Join(dir, temp)); err != nil {
			t.Fatal(err)
		}
	}
	if err := d.save(is, &made{chain: []byte("c3"), key: []byte("k3")}); err != nil {
		t.Fatal(err)
	}
	has("c3", "k3")
	if list, err := os.ReadDir(dir); err != nil || len(list) != 2 {
		t.Errorf("%v, %v: want nothing left over", list, err)
	}
}

func TestKeys(t *testing.T) {
	for _, a := range []*conf.ACME{{KeyType: "ECDSA", Curve: "P-256"}, {KeyType: "ECDSA", Curve: "P-384"}, {KeyType: "ECDSA", Curve: "P-521"}, {KeyType: "RSA"}} {
		key, err := newKey(a)
		if err != nil {
			t.Fatal(err)
		}
		text, err := keyPEM(key)
		if err != nil {
			t.Fatal(err)
		}
		back, err := parseKey(text)
		if k, ok := key.Public().(interface{ Equal(any) bool }); err != nil || ok && !k.Equal(back.Public()) {
			t.Errorf("%+v: %v", a, err)
		}
	}
	for _, text := range []string{"", "x", "-----BEGIN CERTIFICATE-----\nAAAA\n-----END CERTIFICATE-----\n", "-----BEGIN PRIVATE KEY-----\nAAAA\n-----END PRIVATE KEY-----\n"} {
		if _, err := parseKey([]byte(text)); err == nil {
			t.Errorf("%q is a key", text)
		}
	}
}

// TestNewErrors: what is wrong with a section's files is told when the configuration is read.
func TestNewErrors(t *testing.T) {
	dir := t.TempDir()
	two := filepath.Join(dir, "two")
	if err := os.WriteFile(two, []byte("two words\n"), 0o600); err != nil {
		t.Fatal(err)
	}
	f := func(change func(*conf.Config, *conf.ACME), want string) {
		t.Helper()
		a := &conf.ACME{Pos: conf.Pos{File: "x.cfg", Line: 7, Col: 1}, Name: "le", Storage: dir}
		bind := &conf.Bind{TLS: conf.BindTLS{On: true, Issue: conf.Issue{ACME: "le", Domains: []string{"a.example.com"}}}}
		cfg := &conf.Config{ACMEs: []*conf.ACME{a}, Proxies: []*conf.Proxy{{Binds: []*conf.Bind{bind}}}}
		change(cfg, a)
		_, err := New(cfg, tlsconf.New(cfg, nil), Options{})
		if err == nil || err.Error() != want {
			t.Errorf("got %v; want %s", err, want)
		}
	}
	none := filepath.Join(dir, "none")
	f(func(_ *conf.Config, a *conf.ACME) { a.CAFile = none }, `x.cfg:7:1: acme "le": ca-file "`+none+`": no such file or directory`)
	f(func(_ *conf.Config, a *conf.ACME) { a.CAFile = two }, `x.cfg:7:1: acme "le": ca-file "`+two+`": no certificate in it`)
	f(func(c *conf.Config, a *conf.ACME) { c.Global.HTTPClient.CAFile = none }, `x.cfg:7:1: acme "le": ca-file "`+none+`": no such file or directory`)
	f(func(_ *conf.Config, a *conf.ACME) { a.EABKeyID, a.EABMACKey = two, two }, `x.cfg:7:1: acme "le": eab-key-id "`+two+`": want one word in it`)
	f(func(_ *conf.Config, a *conf.ACME) { a.EABKeyID, a.EABMACKey = none, none }, `x.cfg:7:1: acme "le": eab-key-id "`+none+`": no such file or directory`)
	cfg := &conf.Config{}
	if k, err := New(cfg, tlsconf.New(cfg, nil), Options{}); k != nil || err != nil {
		t.Error(k, err)
	}
}
