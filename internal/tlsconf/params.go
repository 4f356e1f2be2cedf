package tlsconf

import (
	"crypto/tls"
	"fmt"
	"slices"
	"strings"

	"weir/conf"
)

// merge is a line's TLS over that of the defaults.
func merge(t, def conf.TLS) conf.TLS {
	or := func(a *string, b string) {
		if *a == "" {
			*a = b
		}
	}
	or(&t.MinVer, def.MinVer)
	or(&t.MaxVer, def.MaxVer)
	or(&t.Ciphers, def.Ciphers)
	or(&t.CipherSuites, def.CipherSuites)
	or(&t.Curves, def.Curves)
	or(&t.SigAlgs, def.SigAlgs)
	or(&t.ClientSigAlgs, def.ClientSigAlgs)
	for _, v := range def.NoVersions {
		t.Forbid(v, true)
	}
	t.NoTickets = t.NoTickets || def.NoTickets
	return t
}

// report takes what is wrong, or doubtful, with a keyword of a line.
type report struct {
	bad, warn func(keyword, format string, args ...any)
	own       bool // the line is of weir.hcl
}

// name is a keyword as the file has it.
func (r *report) name(keyword string) string {
	if r.own {
		return strings.ReplaceAll(keyword, "-", "_")
	}
	return keyword
}

// reportOn reports on the line at pos, whose title is title, and whose keywords stand at places.
func (s *Store) reportOn(title string, pos conf.Pos, places conf.Places, errs *conf.Errors) *report {
	r := &report{own: places != nil}
	at := func(keyword, format string, args []any) *conf.Error {
		keyword, where := r.name(keyword), pos
		if p, ok := places[keyword]; ok {
			where = p
		}
		return conf.Bad(where, title+": "+keyword, format, args...)
	}
	r.bad = func(keyword, format string, args ...any) { *errs = append(*errs, at(keyword, format, args)) }
	r.warn = func(keyword, format string, args ...any) { s.doubt(at(keyword, format, args)) }
	return r
}

// each tells f of every error that err is made of.
func each(err error, f func(error)) {
	if all, ok := err.(interface{ Unwrap() []error }); ok {
		for _, e := range all.Unwrap() {
			each(e, f)
		}
	} else if err != nil {
		f(err)
	}
}

// params puts what both sides have in common into cfg.
func params(cfg *tls.Config, t *conf.TLS, l level, r *report) {
	cfg.MinVersion, cfg.MaxVersion = versions(t, r)
	cfg.DynamicRecordSizingDisabled = true
	cfg.SessionTicketsDisabled = t.NoTickets
	if t.Ciphers != "" {
		cfg.CipherSuites = ciphers(t.Ciphers, r)
	}
	if t.Curves != "" {
		cfg.CurvePreferences = curves(t.Curves, r)
	}
	l.apply(cfg, t, r)
}

// versionIDs go with conf.TLSVersions; crypto/tls has no SSLv3.
var versionIDs = []uint16{0, tls.VersionTLS10, tls.VersionTLS11, tls.VersionTLS12, tls.VersionTLS13}

// versions are the oldest and the newest version.
func versions(t *conf.TLS, r *report) (low, high uint16) {
	lo, hi := slices.Index(conf.TLSVersions, "TLSv1.2"), len(conf.TLSVersions)-1
	if t.MinVer != "" {
		lo = slices.Index(conf.TLSVersions, t.MinVer)
	} else if i := slices.Index(conf.TLSVersions, t.MaxVer); i >= 0 && i < lo {
		lo = i
	}
	if t.MaxVer != "" {
		hi = slices.Index(conf.TLSVersions, t.MaxVer)
	}
	no := func(i int) bool { return slices.Contains(t.NoVersions, conf.TLSVersions[i]) }
	for lo <= hi && (no(lo) || lo == 0) { // crypto/tls has no SSLv3
		lo++
	}
	for hi >= lo && no(hi) {
		hi--
	}
	if lo > hi {
		r.bad("ssl-max-ver", "no version of TLS is left")
		return tls.VersionTLS12, tls.VersionTLS13
	}
	for i := lo; i <= hi; i++ {
		if no(i) {
			r.warn("no-"+strings.ToLower(strings.ReplaceAll(conf.TLSVersions[i], ".", "")), "%s is between versions that are allowed, where crypto/tls has no gaps: versions before it are left out", conf.TLSVersions[i])
			lo = i + 1
		}
	}
	return versionIDs[lo], versionIDs[hi]
}

// group names by OpenSSL, in lower case.
var groups = map[string]tls.CurveID{
	"x25519": tls.X25519, "p-256": tls.CurveP256, "prime256v1": tls.CurveP256, "secp256r1": tls.CurveP256,
	"p-384": tls.CurveP384, "secp384r1": tls.CurveP384, "p-521": tls.CurveP521, "secp521r1": tls.CurveP521,
	"x25519mlkem768": tls.X25519MLKEM768, "secp256r1mlkem768": tls.SecP256r1MLKEM768, "secp384r1mlkem1024": tls.SecP384r1MLKEM1024,
}

func parseCurves(text string) (list []tls.CurveID, unknown []string) {
	for _, name := range strings.FieldsFunc(text, isListSep) {
		if id, ok := groups[strings.ToLower(strings.TrimLeft(name, "?*"))]; ok {
			list = append(list, id)
		} else {
			unknown = append(unknown, name)
		}
	}
	return list, unknown
}

func curves(text string, r *report) []tls.CurveID {
	list, _ := parseCurves(text)
	if list == nil {
		r.bad("curves", "got %q; want groups that crypto/tls has: X25519MLKEM768, X25519, P-256, P-384, P-521", text)
	}
	return list
}

func isListSep(c rune) bool { return c == ':' || c == ',' || c == ' ' || c == '/' }

// few writes up to maxDiffers words.
func few(words []string) string {
	if n := len(words); n > maxDiffers {
		return strings.Join(words[:maxDiffers], ", ") + fmt.Sprintf(" and %d more", n-maxDiffers)
	}
	return strings.Join(words, ", ")
}
