package tlsconf

import (
	"errors"
	"fmt"
	"strings"

	"weir/conf"
)

// line is one certificate of a bind line: a crt, or a line of a crt-list.
type line struct {
	list       string // the crt-list's file; "" = a crt
	number     int    // the line in it
	path       string
	options    string // as written in the list
	ocspUpdate string // "on", "off" or "": its option
	filters    []string
	tls        conf.BindTLS // over the bind line's
	isDefault  bool         // default-crt
	issue      conf.Issue   // "acme" and "domains"
}

// parseList reads a crt-list:
//
//	<crtfile> [\[<sslbindconf> ...\]] [[!]<snifilter> ...]
//
// The error is all that is wrong, joined; the lines are those without fault.
func parseList(file string, b []byte) ([]*line, error) {
	var list []*line
	var errs []error
	number := 0
	for text := range strings.SplitSeq(string(b), "\n") {
		number++
		if len(text) > maxList {
			errs = append(errs, fmt.Errorf("line %d: longer than %d bytes", number, maxList))
			continue
		}
		l, err := parseListLine(text)
		if err != nil {
			errs = append(errs, fmt.Errorf("line %d: %w", number, err))
			if len(errs) == conf.MaxErrors {
				break
			}
		}
		if l != nil {
			l.list, l.number = file, number
			list = append(list, l)
		}
	}
	return list, errors.Join(errs...)
}

var errNoFile = errors.New("file must start with a cert: no file stands before the options")

var errBrackets = errors.New("too many '[': the options stand in one pair of brackets")

var errNoBracket = errors.New("missing '[' before the options")

// parseListLine returns nil for an empty line or a comment.
func parseListLine(text string) (*line, error) {
	text = strings.TrimSpace(text)
	if text == "" || text[0] == '#' {
		return nil, nil
	}
	l := &line{}
	end := strings.IndexAny(text, " \t[")
	if end < 0 {
		end = len(text)
	}
	l.path, text = text[:end], strings.TrimSpace(text[end:])
	if l.path == "" {
		return nil, errNoFile
	}
	if strings.HasPrefix(text, "[") {
		opts, rest, ok := strings.Cut(text[1:], "]")
		if !ok {
			return nil, fmt.Errorf("no ] at the end of the options")
		}
		l.options = strings.Join(strings.Fields(opts), " ")
		if err := l.setOptions(strings.Fields(opts)); err != nil {
			return nil, err
		}
		text = rest
	}
	l.filters = strings.Fields(text)
	for _, f := range l.filters {
		if strings.HasSuffix(f, "]") && !strings.Contains(f, "[") {
			return nil, errNoBracket
		}
		if strings.HasPrefix(f, "[") {
			return nil, errBrackets
		}
		if strings.ContainsAny(f, "[]#") {
			return nil, fmt.Errorf("got %q; want a name such as www.example.com, *.example.com or !x.example.com", f)
		}
	}
	return l, nil
}

// listOptions are the options of a line that take a value.
var listOptions = map[string]func(*conf.BindTLS, string){
	"alpn":           func(t *conf.BindTLS, v string) { t.ALPN = strings.FieldsFunc(v, func(c rune) bool { return c == ',' }) },
	"ca-file":        func(t *conf.BindTLS, v string) { t.CAFile = v },
	"ca-verify-file": func(t *conf.BindTLS, v string) { t.CAVerifyFile = v },
	"ciphers":        func(t *conf.BindTLS, v string) { t.Ciphers = v },
	"ciphersuites":   func(t *conf.BindTLS, v string) { t.CipherSuites = v },
	"client-sigalgs": func(t *conf.BindTLS, v string) { t.ClientSigAlgs = v },
	"crl-file":       func(t *conf.BindTLS, v string) { t.CRLFile = v },
	"curves":         func(t *conf.BindTLS, v string) { t.Curves = v },
	"ecdhe":          func(t *conf.BindTLS, v string) { t.Curves = v },
	"npn":            func(t *conf.BindTLS, v string) { t.NPN = v },
	"sigalgs":        func(t *conf.BindTLS, v string) { t.SigAlgs = v },
	"verify":         func(t *conf.BindTLS, v string) { t.Verify = v },
	"ssl-min-ver":    func(t *conf.BindTLS, v string) { t.MinVer = v },
	"ssl-max-ver":    func(t *conf.BindTLS, v string) { t.MaxVer = v },
}

func (l *line) setOptions(words []string) error {
	for i := 0; i < len(words); i++ {
		w := words[i]
		switch w {
		case "no-ca-names":
			l.tls.NoCANames = true
			continue
		case "no-alpn":
			l.tls.NoALPN = true
			continue
		case "ocsp-update":
			if i++; i == len(words) || words[i] != "on" && words[i] != "off" {
				return fmt.Errorf("ocsp-update: want on or off")
			}
			l.ocspUpdate = words[i]
			continue
		case "ktls":
			if i++; i == len(words) || words[i] != "on" && words[i] != "off" {
				return fmt.Errorf("ktls: want on or off")
			}
			l.tls.KTLS = words[i] == "on"
			continue
		case "allow-0rtt":
			l.tls.Early = true
			continue
		}
		if w == "acme" || w == "domains" {
			if i++; i == len(words) {
				return fmt.Errorf("no value of %q", w)
			}
			if w == "acme" {
				l.issue.ACME = words[i]
			} else {
				l.issue.Domains = strings.FieldsFunc(words[i], func(c rune) bool { return c == ',' })
			}
			continue
		}
		set := listOptions[w]
		if set == nil {
			known := []string{"no-ca-names", "no-alpn", "ocsp-update", "acme", "domains", "ktls", "allow-0rtt"}
			for k := range listOptions {
				known = append(known, k)
			}
			return &optionError{word: w, near: conf.Nearest(w, known)}
		}
		if i++; i == len(words) {
			return &optionError{word: w, short: true}
		}
		set(&l.tls, words[i])
	}
	return l.checkOptions()
}

// optionError is an option that is unknown, or short of its value.
type optionError struct {
	word, near string
	short      bool
}

func (e *optionError) Error() string {
	switch {
	case e.short:
		return fmt.Sprintf("no value of %q", e.word)
	case e.near != "":
		return fmt.Sprintf("unknown option %q (did you mean %q?)", e.word, e.near)
	}
	return fmt.Sprintf("unknown option %q", e.word)
}

// haproxy says it in HAProxy's words.
func (e *optionError) haproxy() string {
	if e.short {
		return "ssl args out of '[]' for " + e.word
	}
	return "unknown ssl keyword " + e.word
}

func (l *line) checkOptions() error {
	t := &l.tls
	for _, v := range []string{t.MinVer, t.MaxVer} {
		if v != "" && !contains(conf.TLSVersions, v) {
			return &valueError{v, "'" + v + "' : unknown ssl/tls version", "got %q; want a version such as TLSv1.2"}
		}
	}
	if t.Verify != "" && !contains([]string{"none", "optional", "required"}, t.Verify) {
		said := "'verify' : unknown verify method '" + t.Verify + "', only 'none', 'optional', and 'required' are supported\n"
		return &valueError{t.Verify, said, "verify: got %q; want none, optional or required"}
	}
	return nil
}

// valueError is a word that an option does not take.
type valueError struct {
	got, haproxy string // haproxy says it in HAProxy's words
	format       string
}

func (e *valueError) Error() string { return fmt.Sprintf(e.format, e.got) }

// unhonoured warns of what the line asks for and does not get.
func (l *line) unhonoured(r *report) {
	var u unmet
	u.common("", &l.tls.TLS)
	for _, a := range u.list {
		r.warn("crt-list", "%s%q: %s: %s", l.where(), l.path, a.keyword, a.why)
	}
	if l.tls.KTLS {
		r.warn("crt-list", "%s%q: ktls on %s", l.where(), l.path, conf.WhyNoKTLS)
	}
	if l.tls.Early {
		r.warn("crt-list", "%s%q: allow-0rtt %s", l.where(), l.path, conf.WhyNoEarly)
	}
}

// over is the line's options over those of its bind line.
func (l *line) over(b *conf.BindTLS) conf.BindTLS {
	t := *b
	t.TLS = merge(l.tls.TLS, b.TLS)
	set := func(to *string, v string) {
		if v != "" {
			*to = v
		}
	}
	set(&t.Verify, b.Verify)
	set(&t.Verify, l.tls.Verify)
	set(&t.CAFile, b.CAFile)
	set(&t.CAFile, l.tls.CAFile)
	set(&t.CRLFile, b.CRLFile)
	set(&t.CRLFile, l.tls.CRLFile)
	set(&t.CAVerifyFile, l.tls.CAVerifyFile)
	t.ALPN = b.ALPN
	if l.tls.ALPN != nil {
		t.ALPN = l.tls.ALPN
	}
	t.NoALPN = b.NoALPN || l.tls.NoALPN
	t.NoCANames = b.NoCANames || l.tls.NoCANames
	return t
}

func contains(list []string, s string) bool {
	for _, x := range list {
		if x == s {
			return true
		}
	}
	return false
}

// text writes the line as a crt-list has it.
func (l *line) text() string { return l.textWith(l.options) }

func (l *line) textWith(options string) string {
	s := l.path
	if options != "" {
		s += " [" + options + "]"
	}
	if len(l.filters) > 0 {
		s += " " + strings.Join(l.filters, " ")
	}
	return s
}
