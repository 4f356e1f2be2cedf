package convert

import (
	"testing"

	"weir/conf/cfgfile"
)

// TestWhereCommentsGo converts what has comments in every kind of place, a conditional block and variables.
func TestWhereCommentsGo(t *testing.T) {
	t.Setenv("CONVERT_PORT", "8080")
	f := func(text, want string) {
		t.Helper()
		got := converted(t, []cfgfile.Source{{Name: "x.cfg", Text: []byte(text)}})
		const head = "global {\n  default_path = \"current\" # haproxy.cfg's default: file names are relative to where Weir is started\n  log_tag      = \"haproxy\" # haproxy.cfg's default: what log lines are found by\n}\n\n"
		if got != head+want {
			t.Errorf("got\n%s\nwant\n%s", got, head+want)
		}
	}
	f("# of b\nbackend b # beside b\n  # of retries\n  retries 2 # beside retries\n\n  # alone\n\n  # last\n# of c\nbackend c\n",
		"# of b\nbackend \"b\" { # beside b\n  # of retries\n  retries = 2 # beside retries\n\n  # alone\n\n  # last\n}\n\n# of c\nbackend \"c\" {}\n")
	f("backend b\nretries 2\n# alone\n\n# of c\nbackend c\n# end", "backend \"b\" {\n  retries = 2\n  # alone\n}\n\n# of c\nbackend \"c\" {}\n\n# end\n")
	f("backend b\n  retries 2 # first\n  retries 3 # second\n  option http-use-htx # inert\n",
		"backend \"b\" {\n  # retries 2: undone by a line after it # first\n  retries = 3 # second\n  # option http-use-htx: it is what Weir does anyway # inert\n}\n")
	f("backend b\n  timeout server 1s # s\n  retries 2\n  # of connect\n  timeout connect 2s # c\n",
		"backend \"b\" {\n  timeout {\n    server = \"1s\" # s\n    # of connect\n    connect = \"2s\" # c\n  }\n  retries = 2\n}\n")
	f("backend b\n  acl a src 1.2.3.4 # one\n  # two\n  acl a src 5.6.7.8\n", "backend \"b\" {\n  # two\n  acl \"a\" { when = src() == \"1.2.3.4\" || src() == \"5.6.7.8\" } # one\n}\n")
	f("backend b\n  .if defined(NO_SUCH) # why\n  retries 1 # left\n  .else\n  retries 2\n  .endif\n",
		"backend \"b\" {\n  # .if defined(NO_SUCH): does not hold; the lines after it are left out # why\n  # retries 1 # left\n"+
			"  # .else: holds; the lines after it are taken\n  retries = 2\n  # .endif\n}\n")
	f("backend b\n  server s \"127.0.0.1:$CONVERT_PORT\" # s\n",
		"backend \"b\" {\n  # was: server s \"127.0.0.1:$CONVERT_PORT\" (CONVERT_PORT=8080)\n  server \"s\" { address = \"127.0.0.1:8080\" } # s\n}\n")
	f("backend b\n  retries 2 # \x01 \xff */ ${x} %{y}\n", "backend \"b\" {\n  retries = 2 # \\x01 \uFFFD */ ${x} %{y}\n}\n")
}
