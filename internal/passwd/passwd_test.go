package passwd

import (
	"encoding/hex"
	"errors"
	"os"
	"strings"
	"testing"
)

// The cases are crypt(3)'s own.
func TestMatch(t *testing.T) {
	text, err := os.ReadFile("testdata/crypt.txt")
	if err != nil {
		t.Fatal(err)
	}
	n := 0
	for line := range strings.Lines(string(text)) {
		if line[0] == '#' {
			continue
		}
		n++
		digits, hash, _ := strings.Cut(strings.TrimSuffix(line, "\n"), "\t")
		password, err := hex.DecodeString(digits)
		if err != nil {
			t.Fatal(err)
		}
		h, err := Parse(hash)
		if err != nil {
			t.Errorf("Parse(%q): %v", hash, err)
			continue
		}
		if !h.Match(password) {
			t.Errorf("%q does not match %q", password, hash)
		}
		if h.Match(append([]byte{'x'}, password...)) || h.Match(append(password[:len(password):len(password)], 0, 'x')) {
			t.Errorf("other passwords than %q match %q too", password, hash)
		}
	}
	if n < 60 {
		t.Errorf("only %d cases", n)
	}
}

func TestParseErrors(t *testing.T) {
	f := func(text, want string, notDone bool) {
		t.Helper()
		_, err := Parse(text)
		if err == nil || !strings.HasPrefix(err.Error(), want) || errors.Is(err, ErrNotDone) != notDone {
			t.Errorf("Parse(%q) = %v; want %s", text, err, want)
		}
	}
	f("_J9..abcd/H6HLCcf7n", "it is no BSDi DES hash: want 19 ", false)
	f("_J9..abcd/H6HLCcf7n!", "it is no BSDi DES hash: want 19 ", false)
	f("_....abcd/H6HLCcf7nw", "it is no BSDi DES hash: it has no rounds", false)
	f("abNANd1rDfiN!", "it is no hash", false)
	f("$7$C6..../....salt$3wjfweQErd.xZEhiPuoSBzzIWQ1rd4HkGCOPIixQ5EB", "scrypt is not done", true)
	f("$gy$j75$abcdefgh1234$44yLq0HmXtlkP3D8Ei45GOumZYZDpbFa8mTnZWBNAn.", "gost-yescrypt is not done", true)
	f("$3$$878d8014606cda29677a44efa1353fc7", "NTHASH is not done", true)
	f("", "it is no hash", false)
	f("secret", "it is no hash", false)
	f("$9$x$y", "it is no hash", false)
	f("$6$k6y3o.eP$JlKBx9za9667qe4(...)xHSwRv6J.C0/D7cV91", "it is no SHA-512 hash: ", false)
	f("$2b$04$abcdefghijklmnopqrstuu2r9OfJnf", "it is no bcrypt hash: ", false)
}

func FuzzParse(f *testing.F) {
	for _, s := range []string{"$1$$ysVNzQc4CTMkp5daOdZ.3/", "$md5,rounds=904$abcdefgh$$F0wg/9HMU1uj639d5fTRh/", "$sha1$480$abcdefgh$8Oz/XwJxCwamH1ACb5YPe2ZW5AKg",
		"$5$rounds=1000$saltstring$AH5PD0i.riCRu4BNDy9v7OPV7u3dfLBApcXI6khquVA", "$2a$04$abcdefghijklmnopqrstuu2r9OfJnfCsdneAXAGHnS4UpFFP8WIrW",
		"$y$j9T$abcdefgh1234$O.W/fZtv12.N9ht3gQuL016K0pjXyFOibZfl7YkpZE9", "abNANd1rDfiNc"} {
		f.Add(s)
	}
	f.Fuzz(func(t *testing.T, text string) {
		if h, err := Parse(text); (h == nil) == (err == nil) {
			t.Fatalf("Parse(%q) = %v, %v", text, h, err)
		}
	})
}
