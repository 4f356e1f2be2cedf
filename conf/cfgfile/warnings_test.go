package cfgfile

import (
	"strings"
	"testing"
)

// warningsOf are those of a configuration, without the ones about timeouts.
func warningsOf(t *testing.T, text string) string {
	t.Helper()
	_, diags := Parse("x.cfg", []byte("defaults\n timeout client 1s\n timeout connect 1s\n timeout server 1s\n mode http\n"+text))
	if err := diags.Err(); err != nil {
		t.Fatal(err)
	}
	var out []string
	for _, w := range diags.Warnings {
		out = append(out, w.Error())
	}
	return strings.Join(out, "\n")
}

// HAProxy 2.6 warns in the same places, and nowhere else: its rules in each order of two were tried.
func TestOrderOfRules(t *testing.T) {
	kinds := []struct{ keyword, line string }{
		{"tcp-request connection", "tcp-request connection accept"},
		{"tcp-request session", "tcp-request session accept"},
		{"tcp-request content", "tcp-request content accept"},
		{"monitor fail", "monitor fail if FALSE"},
		{"http-request", "http-request set-header a b"},
		{"redirect", "redirect location / if FALSE"},
		{"use_backend", "use_backend b if FALSE"},
		{"use-server", "use-server s if FALSE"},
	}
	others := []string{"tcp-request inspect-delay 5s", "tcp-response content accept", "http-response set-header a b", "http-after-response set-header a b",
		"default_backend b", "acl q always_true", "stats http-request allow", "force-persist if FALSE", "capture request header a len 5"}
	for i, a := range kinds {
		for j, b := range kinds {
			want := ""
			if j < i && j < len(kinds)-2 {
				want = `x.cfg:10:` + place(b.line) + `: listen "l": ` + b.keyword + `: stands behind a rule of ` + a.keyword + ` (at x.cfg:9:` + place(a.line) + `) and is carried out before it all the same`
			}
			text := "listen l\n bind 127.0.0.1:80\n server s 127.0.0.1:1\n " + a.line + "\n " + b.line + "\nbackend b\n server s 127.0.0.1:1\n"
			if got := warningsOf(t, text); got != want {
				t.Errorf("%s, %s: got\n%s\nwant\n%s", a.line, b.line, got, want)
			}
		}
		for _, b := range others {
			for _, two := range []string{a.line + "\n " + b, b + "\n " + a.line} {
				if got := warningsOf(t, "listen l\n bind 127.0.0.1:80\n server s 127.0.0.1:1\n "+two+"\nbackend b\n server s 127.0.0.1:1\n"); got != "" {
					t.Errorf("%s: got %s", two, got)
				}
			}
		}
	}
}

// place is the column of what a rule is told at.
func place(line string) string {
	switch {
	case strings.HasPrefix(line, "tcp-request connection"):
		return "25"
	case strings.HasPrefix(line, "tcp-request session"), strings.HasPrefix(line, "tcp-request content"):
		return "22"
	case strings.HasPrefix(line, "monitor fail"):
		return "18"
	case strings.HasPrefix(line, "http-request"):
		return "15"
	}
	return "2"
}

// What a defaults section says is in no order with the section's own lines.
func TestOrderOfDefaults(t *testing.T) {
	text := `defaults d
 mode http
 timeout client 1s
 http-request set-header a b
frontend f from d
 bind 127.0.0.1:80
 redirect location / if FALSE
 default_backend b
defaults e
 mode http
 timeout connect 1s
 timeout server 1s
backend b from e
 server s 127.0.0.1:1
`
	if got := warningsOf(t, text); got != "" {
		t.Error(got)
	}
}

func TestLogAddress(t *testing.T) {
	f := func(global, lines, want string) {
		t.Helper()
		if want != "" {
			want += `: listen "l": its log format does nothing: there is no address to log to; `
		}
		got := warningsOf(t, "global\n"+global+"listen l\n bind 127.0.0.1:80\n server s 127.0.0.1:1\n"+lines)
		if !strings.HasPrefix(got, want) || want == "" && got != "" {
			t.Errorf("%s: got %s", lines, got)
		}
	}
	f("", " option httplog\n", "x.cfg:7:1")
	f("", " log-format x\n", "x.cfg:10:13")
	f("", " log-format-sd x\n", "x.cfg:7:1")
	f("", " option tcplog\n log global\n", "x.cfg:7:1")
	f(" log stdout local0\n", " option tcplog\n", "x.cfg:8:1")
	f(" log stdout local0\n", " option tcplog\n log global\n", "")
	f("", " option httplog\n log stdout local0\n", "")
	f("", " option httplog\n disabled\n", "")
	f("", " error-log-format x\n", "")
	f("", "", "")
}

func TestLogOfBackend(t *testing.T) {
	text := "frontend f\n bind 127.0.0.1:80\n default_backend b\nbackend b\n server s 127.0.0.1:1\n option httplog\n"
	if got, want := warningsOf(t, text), `x.cfg:11:9: backend "b": option: httplog: does nothing in a backend: lines are the frontend's`; got != want {
		t.Errorf("got %s\nwant %s", got, want)
	}
	if got := warningsOf(t, " option tcplog\nfrontend f\n bind 127.0.0.1:80\n log stdout local0\n default_backend b\nbackend b\n server s 127.0.0.1:1\n"); got != "" {
		t.Errorf("got %s", got)
	}
}

func TestCheckSNIAutoWarns(t *testing.T) {
	f := func(lines, want string) {
		t.Helper()
		got := warningsOf(t, "frontend f\n bind 127.0.0.1:80\n default_backend b\nbackend b\n"+lines)
		if got != want {
			t.Errorf("%s: got %s", lines, got)
		}
	}
	const server = " server s 127.0.0.1:1 ssl verify none check-sni-auto"
	const want = `backend "b": server "s": check-sni-auto: does nothing: the first request of the health checks (option httpchk) has no Host field that is known beforehand`
	f(server+" check\n", "x.cfg:10:2: "+want)
	f(" option httpchk\n"+server+" check\n", "x.cfg:11:2: "+want)
	f(" option httpchk\n http-check send hdr host %[rand]\n"+server+" check\n", "x.cfg:12:2: "+want)
	f(" option httpchk\n http-check send hdr host a.example.com\n"+server+" check\n", "")
	f(server+" check check-sni a\n", "")
	f(server+"\n", "")
}
