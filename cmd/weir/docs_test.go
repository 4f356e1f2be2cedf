package main

import (
	"os"
	"path/filepath"
	"regexp"
	"strings"
	"testing"
)

// shown is a block of configuration in a document, with the language that it says.
var shown = regexp.MustCompile("(?m)^```(hcl|haproxy)\n((?s).*?)^```$")

// Every configuration in README.md and docs checks as it is printed, and what is in HCL is a whole one, of which nothing is doubtful.
func TestDocumentsAreGood(t *testing.T) {
	docs, err := filepath.Glob("../../docs/*.md")
	if err != nil {
		t.Fatal(err)
	}
	n := map[string]int{}
	for _, doc := range append(docs, "../../README.md") {
		text, err := os.ReadFile(doc)
		if err != nil {
			t.Fatal(err)
		}
		for _, at := range shown.FindAllSubmatchIndex(text, -1) {
			language, block := string(text[at[2]:at[3]]), string(text[at[4]:at[5]])
			n[filepath.Base(doc)+" "+language]++
			if said := checkShown(t, language, block); said != "" {
				t.Errorf("%s, the block at line %d:\n%s", doc, 1+strings.Count(string(text[:at[0]]), "\n"), said)
			}
		}
	}
	if n["README.md hcl"] < 1 || n["hcl.md hcl"] < 1 || n["tls.md haproxy"] < 2 {
		t.Errorf("blocks found: %v", n)
	}
}

// checkShown says what is wrong with a block. The files that it names are those of an example.
func checkShown(t *testing.T, language, block string) string {
	dir := t.TempDir()
	if err := os.CopyFS(dir, os.DirFS("../../examples/tls")); err != nil {
		t.Fatal(err)
	}
	block = strings.NewReplacer("/etc/weir/me.pem", dir+"/certs/www.example.com.pem", "/etc/weir/", dir+"/", "/var/lib/weir/", dir+"/").Replace(block)
	path := filepath.Join(dir, "shown."+map[string]string{"hcl": "hcl", "haproxy": "cfg"}[language])
	if err := os.WriteFile(path, []byte(block), 0o600); err != nil {
		t.Fatal(err)
	}
	_, diags := loadWith([]string{path}, loadOptions{noListener: language != "hcl"})
	said := diags.Errors
	if language == "hcl" {
		said = append(said, diags.Warnings...)
	}
	return said.Error()
}
