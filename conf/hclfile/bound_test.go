package hclfile

import (
	"strings"
	"testing"

	"weir/conf"
)

// TestManyErrors checks that a file of nothing but mistakes stays readable and cheap.
func TestManyErrors(t *testing.T) {
	for _, piece := range []string{"a{}\n", "=\n", "a=\n", "backend \"b\" { b = 1 }\n", "bakend {", "\"\n", "frontend \"f\" { acl \"a\" { when = x } }\n"} {
		_, diags := Parse("m.hcl", []byte(strings.Repeat(piece, 100_000/len(piece))))
		if n := len(diags.Errors); n == 0 || n > 3*conf.MaxErrors {
			t.Errorf("%q: %d errors", piece, n)
		}
	}
}

// TestLocalsBounded checks that constants which repeat each other do not fill the memory.
func TestLocalsBounded(t *testing.T) {
	text := "locals {\n  a0 = \"xxxxxxxxxxxxxxxx\"\n  b0 = [1, 2, 3, 4]\n"
	for i := range 40 {
		last, next := string(rune('0'+i/10))+string(rune('0'+i%10)), string(rune('0'+(i+1)/10))+string(rune('0'+(i+1)%10))
		if i == 0 {
			last = "0"
		}
		text += "  a" + next + " = \"${local.a" + last + "}${local.a" + last + "}\"\n  b" + next + " = [local.b" + last + ", local.b" + last + "]\n"
	}
	_, diags := Parse("l.hcl", []byte(text+"}\n"))
	if err := diags.Err(); err == nil || !strings.Contains(err.Error(), "want a string of at most 65536 bytes") || !strings.Contains(err.Error(), "want a list of at most 65536 elements") {
		t.Errorf("got %v", err)
	}
}

func TestNumbers(t *testing.T) {
	f := func(number, want string) {
		t.Helper()
		_, diags := Parse("n.hcl", []byte("backend \"b\" { retries = "+number+" }"))
		if err := diags.Err(); err == nil || !strings.HasSuffix(err.Error(), want) {
			t.Errorf("%.40s: got %v; want %s", number, err, want)
		}
	}
	f("1e-999999999", "want a whole number")
	f("1e999999999", "want a whole number")
	f("99999999999999999999", "want a whole number")
	f("4294967296", "want a number from 0 to 1000")
	f(strings.Repeat("9", 1<<20), "a number of more than 40 digits")
}
