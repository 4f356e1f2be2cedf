package main

import (
	"fmt"
	"io"
	"slices"
	"strings"

	"weir/conf/cfgfile"
)

// dumpGroups are the parts of HAProxy's list of what a configuration may say, in its order: the section that a part stands under, and
// the table of keywords that it is.
var dumpGroups = []struct {
	section, context string
	line             func(cfgfile.Keyword) string
}{
	{"global", "global", func(k cfgfile.Keyword) string { return k.Name }},
	{"listen", "proxy", func(k cfgfile.Keyword) string { return k.Name }},
	{"listen", "bind", dumpBind},
	{"listen", "server", func(k cfgfile.Keyword) string { return "server <name> <addr> " + k.Name + dumpArgs(k) }},
	{"listen", "option", dumpOption},
	{"listen", "tcp-request connection", dumpAction},
	{"listen", "tcp-request session", dumpAction},
	{"listen", "tcp-request content", dumpAction},
	{"listen", "tcp-response content", dumpAction},
	{"listen", "http-request", dumpAction},
	{"listen", "http-response", dumpAction},
	{"listen", "http-after-response", dumpAction},
	{"userlist", "userlist", func(k cfgfile.Keyword) string { return k.Name }},
	{"crt-list", "crt-list", func(k cfgfile.Keyword) string { return k.Name + dumpArgs(k) }},
}

// dumpConfig writes what a configuration may say: what is carried out, and what is taken without effect.
func dumpConfig(w io.Writer) {
	keywords := cfgfile.Keywords()
	section := ""
	for _, g := range dumpGroups {
		lines := map[string]bool{}
		for _, k := range keywords {
			k.Name = dumpName(k)
			if k.Context == g.context && (k.Status == cfgfile.Done || k.Status == cfgfile.Inert) {
				lines[g.line(k)] = true
			}
		}
		if g.section != section && len(lines) > 0 {
			fmt.Fprintln(w, g.section)
			section = g.section
		}
		for _, line := range sortedKeys(lines) {
			fmt.Fprintf(w, "\t%s\n", line)
		}
	}
}

// dumpName is the name that HAProxy lists: of a section's keywords of several words the first.
func dumpName(k cfgfile.Keyword) string {
	if k.Context == "proxy" || k.Context == "global" {
		name, _, _ := strings.Cut(k.Name, " ")
		return name
	}
	return k.Name
}

func sortedKeys(m map[string]bool) []string {
	var out []string
	for k := range m {
		out = append(out, k)
	}
	slices.Sort(out)
	return out
}

// dumpArgs says how many words follow a keyword: " +1", or " +-1" where that varies.
func dumpArgs(k cfgfile.Keyword) string {
	args := strings.TrimSpace(strings.TrimPrefix(k.Usage, k.Name))
	switch {
	case args == "":
		return ""
	case strings.Contains(args, "] [") || strings.Contains(args, "> <"):
		return " +-1"
	}
	return " +1"
}

// tlsBind are the keywords of a bind line that HAProxy lists behind "ssl".
var tlsBind = strings.Fields(`allow-0rtt alpn ca-file ca-ignore-err ca-sign-file ca-sign-pass ca-verify-file ciphers ciphersuites client-sigalgs crl-file crt
	crt-ignore-err crt-list curves default-crt ecdhe force-sslv3 force-tlsv10 force-tlsv11 force-tlsv12 force-tlsv13 generate-certificates ktls no-alpn
	no-ca-names no-sslv3 no-strict-sni no-tls-tickets no-tlsv10 no-tlsv11 no-tlsv12 no-tlsv13 npn prefer-client-ciphers sigalgs ssl-max-ver ssl-min-ver
	strict-sni tls-ticket-keys tls-tickets verify`)

func dumpBind(k cfgfile.Keyword) string {
	line := "bind <addr> "
	if slices.Contains(tlsBind, k.Name) {
		line += "ssl "
	}
	return line + k.Name + dumpArgs(k)
}

// httpOptions are the options that HAProxy marks as being of HTTP mode.
var httpOptions = strings.Fields(`accept-invalid-http-request accept-invalid-http-response accept-unsafe-violations-in-http-request
	accept-unsafe-violations-in-http-response checkcache disable-h2-upgrade http-buffer-request http-drop-request-trailers http-drop-response-trailers
	http-ignore-probes http-no-delay http-pretend-keepalive http-use-proxy-header idle-close-on-response prefer-last-server`)

func dumpOption(k cfgfile.Keyword) string {
	line := "option " + k.Name + " [ "
	if slices.Contains(k.Sections, "frontend") {
		line += "FE "
	}
	if slices.Contains(k.Sections, "backend") {
		line += "BE "
	}
	if slices.Contains(httpOptions, k.Name) {
		line += "HTTP "
	}
	return line + "]"
}

// dumpAction marks an action that takes arguments in parentheses with an asterisk.
func dumpAction(k cfgfile.Keyword) string {
	line := k.Context + " " + k.Name
	if strings.HasPrefix(strings.TrimSpace(strings.TrimPrefix(k.Usage, k.Name)), "(") {
		line += "*"
	}
	return line
}
