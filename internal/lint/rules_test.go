package lint

import (
	"go/ast"
	"os"
	"path/filepath"
	"sort"
	"strings"
	"testing"
)

// maxLines keeps a file readable in one sitting; see the size budget in the contributor's guide.
const maxLines = 800

func TestPackageComments(t *testing.T) {
	_, files := goFiles(t)
	comments := make(map[string][]string) // by folder: the files that have one
	for _, f := range files {
		if f.test {
			continue
		}
		if comments[f.dir] == nil {
			comments[f.dir] = []string{}
		}
		if f.ast.Doc != nil && strings.HasPrefix(f.ast.Doc.Text(), want(f)) {
			comments[f.dir] = append(comments[f.dir], f.path)
		}
	}
	for dir, have := range comments {
		sort.Strings(have)
		if len(have) != 1 {
			t.Errorf("%s: %d package comments %v; want exactly one that begins like %q", dir, len(have), have, "Package "+filepath.Base(dir))
		}
	}
}

// want is how a package comment begins: "Package x", or for a program "Weir", "Command x" and the like, which Go leaves open.
func want(f *source) string {
	if f.ast.Name.Name == "main" {
		return ""
	}
	return "Package " + f.ast.Name.Name + " "
}

func TestFileSizes(t *testing.T) {
	_, files := goFiles(t)
	for _, f := range files {
		if n := strings.Count(f.text, "\n"); n > maxLines {
			t.Errorf("%s has %d lines; want at most %d", f.path, n, maxLines)
		}
	}
}

// An error is handled, returned, or the call says by itself that it does not matter (a Close after a failure).
func TestNoErrorThrownAway(t *testing.T) {
	fset, files := goFiles(t)
	for _, f := range files {
		ast.Inspect(f.ast, func(n ast.Node) bool {
			a, ok := n.(*ast.AssignStmt)
			if !ok || len(a.Lhs) != 1 || len(a.Rhs) != 1 {
				return true
			}
			left, blank := a.Lhs[0].(*ast.Ident)
			right, plain := a.Rhs[0].(*ast.Ident)
			if blank && plain && left.Name == "_" && strings.HasPrefix(strings.ToLower(right.Name), "err") {
				t.Errorf("%s: %s is thrown away", f.place(fset, a), right.Name)
			}
			return true
		})
	}
}

// Of the program only internal/loop names epoll, so that another poller is one file there.
func TestOnlyLoopPolls(t *testing.T) {
	fset, files := goFiles(t)
	for _, f := range files {
		if within(f.dir, "internal/loop") || within(f.dir, "bench") { // bench's floor is not the program
			continue
		}
		ast.Inspect(f.ast, func(n ast.Node) bool {
			if s, ok := n.(*ast.SelectorExpr); ok {
				if pkg, ok := s.X.(*ast.Ident); ok && (pkg.Name == "unix" || pkg.Name == "syscall") && strings.HasPrefix(strings.ToLower(s.Sel.Name), "epoll") {
					t.Errorf("%s: %s.%s outside internal/loop", f.place(fset, s), pkg.Name, s.Sel.Name)
				}
			}
			return true
		})
	}
}

// A fuzz target without a corpus starts from nothing on every machine.
func TestFuzzTargetsHaveACorpus(t *testing.T) {
	fset, files := goFiles(t)
	for _, f := range files {
		if !f.test {
			continue
		}
		for _, d := range f.ast.Decls {
			fn, ok := d.(*ast.FuncDecl)
			if !ok || fn.Recv != nil || !strings.HasPrefix(fn.Name.Name, "Fuzz") {
				continue
			}
			corpus := filepath.Join(root, f.dir, "testdata", "fuzz", fn.Name.Name)
			entries, err := os.ReadDir(corpus)
			if err != nil || len(entries) == 0 {
				t.Errorf("%s: %s has no corpus in %s/testdata/fuzz/%s", f.place(fset, fn), fn.Name.Name, f.dir, fn.Name.Name)
			}
		}
	}
}

// A test is skipped in internal/peer only, which fails in CI instead, or because somebody said -short.
func TestSkips(t *testing.T) {
	fset, files := goFiles(t)
	for _, f := range files {
		if within(f.dir, "internal/peer") {
			continue
		}
		ast.Inspect(f.ast, func(n ast.Node) bool {
			if c, ok := n.(*ast.IfStmt); ok && asksShort(c.Cond) {
				return false
			}
			if s, ok := n.(*ast.SelectorExpr); ok && (s.Sel.Name == "Skip" || s.Sel.Name == "Skipf" || s.Sel.Name == "SkipNow") {
				t.Errorf("%s: a skipped test hides what is missing; ask internal/peer for a program that must be there", f.place(fset, s))
			}
			return true
		})
	}
}

func asksShort(cond ast.Expr) bool {
	call, ok := cond.(*ast.CallExpr)
	if !ok {
		return false
	}
	s, ok := call.Fun.(*ast.SelectorExpr)
	return ok && s.Sel.Name == "Short"
}
