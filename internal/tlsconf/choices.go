package tlsconf

import (
	"cmp"
	"crypto/tls"
	"crypto/x509"
	"encoding/pem"
	"fmt"
	"slices"
	"strings"

	"weir/conf"
)

// What crypto/tls chooses by itself: among suites and groups in an order of its own, all suites of TLS 1.3, signature algorithms. Who asks for
// something else is told so at the start, in one line for all that a bind or server line says, and one for the defaults of all such lines.

// unmet are what is asked for and not done, each with its keyword.
type unmet struct{ list []asked }

type asked struct{ keyword, why string }

func (u *unmet) add(keyword, format string, args ...any) {
	u.list = append(u.list, asked{keyword, fmt.Sprintf(format, args...)})
}

// tell says it in one warning.
func (u *unmet) tell(r *report) {
	if len(u.list) == 0 {
		return
	}
	var b strings.Builder
	b.WriteString(u.list[0].why)
	for _, a := range u.list[1:] {
		b.WriteString("; " + r.name(a.keyword) + ": " + a.why)
	}
	r.warn(u.list[0].keyword, "%s", b.String())
}

// common adds what bind and server lines have in common; prefix goes before the keywords of defaults.
func (u *unmet) common(prefix string, t *conf.TLS) {
	if t.Ciphers != "" {
		u.ciphers(prefix+"ciphers", parseCiphers(t.Ciphers))
	}
	if t.CipherSuites != "" {
		u.suites13(prefix+"ciphersuites", t.CipherSuites)
	}
	if t.Curves != "" {
		u.curves(prefix+"curves", t.Curves)
	}
	if t.SigAlgs != "" {
		u.add(prefix+"sigalgs", "crypto/tls chooses signature algorithms by itself: %q is left out", t.SigAlgs)
	}
	if t.ClientSigAlgs != "" {
		u.add(prefix+"client-sigalgs", "crypto/tls chooses signature algorithms by itself: %q is left out", t.ClientSigAlgs)
	}
	if t.NPN != "" {
		u.add("npn", "NPN was given up for ALPN: %q is offered to nobody; alpn does that", t.NPN)
	}
}

func (u *unmet) ciphers(keyword string, c cipherList) {
	order := ""
	if first, second := c.disorder(); first != nil {
		order = fmt.Sprintf("chooses in an order of its own: %s before %s", first.name, second.name)
	}
	switch {
	case c.unknown != nil && order != "":
		u.add(keyword, "crypto/tls has no %s: left out; and it %s", few(c.unknown), order)
	case c.unknown != nil:
		u.add(keyword, "crypto/tls has no %s: left out", few(c.unknown))
	case order != "":
		u.add(keyword, "crypto/tls %s", order)
	}
}

// preferred is the order in which crypto/tls chooses where a processor has AES; where a client shows that its own has not, ChaCha20 comes first.
var preferred = []uint16{
	tls.TLS_ECDHE_ECDSA_WITH_AES_128_GCM_SHA256, tls.TLS_ECDHE_RSA_WITH_AES_128_GCM_SHA256, tls.TLS_ECDHE_ECDSA_WITH_AES_256_GCM_SHA384,
	tls.TLS_ECDHE_RSA_WITH_AES_256_GCM_SHA384, tls.TLS_ECDHE_ECDSA_WITH_CHACHA20_POLY1305_SHA256, tls.TLS_ECDHE_RSA_WITH_CHACHA20_POLY1305_SHA256,
	tls.TLS_ECDHE_ECDSA_WITH_AES_128_CBC_SHA, tls.TLS_ECDHE_RSA_WITH_AES_128_CBC_SHA, tls.TLS_ECDHE_ECDSA_WITH_AES_256_CBC_SHA,
	tls.TLS_ECDHE_RSA_WITH_AES_256_CBC_SHA, tls.TLS_RSA_WITH_AES_128_GCM_SHA256, tls.TLS_RSA_WITH_AES_256_GCM_SHA384, tls.TLS_RSA_WITH_AES_128_CBC_SHA,
	tls.TLS_RSA_WITH_AES_256_CBC_SHA, tls.TLS_ECDHE_RSA_WITH_3DES_EDE_CBC_SHA, tls.TLS_RSA_WITH_3DES_EDE_CBC_SHA,
	tls.TLS_ECDHE_ECDSA_WITH_AES_128_CBC_SHA256, tls.TLS_ECDHE_RSA_WITH_AES_128_CBC_SHA256, tls.TLS_RSA_WITH_AES_128_CBC_SHA256,
}

// disorder is the first pair that the list has the other way round; nil = there is none. What only differs in the kind of certificate that it needs
// counts as one: a server mostly has one kind.
func (c *cipherList) disorder() (first, second *suite) {
	list := slices.Clone(c.list)
	slices.SortFunc(list, func(a, b *suite) int {
		return cmp.Compare(slices.Index(preferred, a.id), slices.Index(preferred, b.id))
	})
	for i, a := range list {
		for _, b := range list[i+1:] {
			if c.place[a.id] > c.place[b.id] && a.kind() != b.kind() {
				return a, b
			}
		}
	}
	return nil, nil
}

// kind is the suite's name without the kind of certificate.
func (s *suite) kind() string {
	return strings.NewReplacer("-ECDSA-", "-", "-RSA-", "-").Replace(s.name)
}

// suites13 tells where the suites of TLS 1.3 are to be others than crypto/tls has, or in another order.
func (u *unmet) suites13(keyword, text string) {
	all := []string{"TLS_AES_128_GCM_SHA256", "TLS_AES_256_GCM_SHA384", "TLS_CHACHA20_POLY1305_SHA256"}
	var unknown, have, why []string
	for _, name := range strings.FieldsFunc(text, isListSep) {
		if slices.Contains(all, name) {
			have = append(have, name)
		} else {
			unknown = append(unknown, name)
		}
	}
	if unknown != nil {
		why = append(why, fmt.Sprintf("it has no %s: left out", few(unknown)))
	}
	if len(have) < len(all) {
		missing := slices.DeleteFunc(slices.Clone(all), func(s string) bool { return slices.Contains(have, s) })
		why = append(why, fmt.Sprintf("it always has all suites of TLS 1.3: %s cannot be left out", strings.Join(missing, ", ")))
	}
	if !slices.IsSortedFunc(have, func(a, b string) int { return slices.Index(all, a) - slices.Index(all, b) }) {
		why = append(why, "its order is "+strings.Join(all, ", "))
	}
	if why != nil {
		u.add(keyword, "crypto/tls chooses by itself: %s", strings.Join(why, "; "))
	}
}

// curves tells of groups that crypto/tls does not have, and of an order that is not its own, which is that of curveOrder.
func (u *unmet) curves(keyword, text string) {
	list, unknown := parseCurves(text)
	sorted := slices.IsSortedFunc(list, func(a, b tls.CurveID) int { return slices.Index(curveOrder, a) - slices.Index(curveOrder, b) })
	switch {
	case unknown != nil && !sorted:
		u.add(keyword, "crypto/tls has no %s: left out; and it chooses in an order of its own", few(unknown))
	case unknown != nil:
		u.add(keyword, "crypto/tls has no %s: left out", few(unknown))
	case !sorted:
		u.add(keyword, "crypto/tls chooses in an order of its own: groups that withstand a quantum computer, then X25519, P-256, P-384, P-521")
	}
}

var curveOrder = []tls.CurveID{tls.X25519MLKEM768, tls.SecP256r1MLKEM768, tls.SecP384r1MLKEM1024, tls.X25519, tls.CurveP256, tls.CurveP384, tls.CurveP521}

// client adds prefer-client-ciphers.
func (u *unmet) client(keyword string, t *conf.BindTLS) {
	if t.PreferClient {
		word := ""
		if keyword != "prefer-client-ciphers" {
			word = "prefer-client-ciphers does nothing: "
		}
		u.add(keyword, "%scrypto/tls chooses by itself, between AES and ChaCha20 by what the client's hardware is good at", word)
	}
}

// unmetDefaults tells of the defaults of all bind lines, once.
func (s *Store) unmetDefaults() {
	g := &s.cfg.Global
	var u unmet
	u.common("ssl-default-bind-", &g.TLS.Bind.TLS)
	u.client("ssl-default-bind-options", &g.TLS.Bind)
	if path := g.TLS.DHParam; path != "" {
		u.add("ssl-dh-param-file", "%q does nothing%s: crypto/tls exchanges keys over elliptic curves only", path, wrongDH(s.file(path, "", g.Pos)))
	}
	u.tell(s.globalReport())
}

// wrongDH says what is wrong with a file of parameters besides.
func wrongDH(path string) string {
	b, err := readFile(path)
	if err != nil {
		return ", and cannot be read (" + err.Error() + ")"
	}
	for block, rest := pem.Decode(b); block != nil; block, rest = pem.Decode(rest) {
		if strings.HasSuffix(block.Type, "DH PARAMETERS") {
			return ""
		}
	}
	return ", and holds no DH parameters"
}

// unmetServerDefaults is unmetDefaults of server lines.
func (s *Store) unmetServerDefaults() {
	var u unmet
	u.common("ssl-default-server-", &s.cfg.Global.TLS.Server.TLS)
	u.tell(s.globalReport())
}

// globalReport reports on the global section.
func (s *Store) globalReport() *report {
	r := s.reportOn("global", s.cfg.Global.Pos, nil, &conf.Errors{})
	r.own = strings.HasSuffix(s.cfg.Global.Pos.File, ".hcl")
	return r
}

// unmet tells of the bind line.
func (b *Bind) unmet(r *report) {
	b.s.unmetDefaults()
	var u unmet
	u.common("", &b.b.TLS.TLS)
	u.client("prefer-client-ciphers", &b.b.TLS)
	if names := b.useless(); names != nil {
		u.add("ciphers", "%s: there is no RSA certificate, without which they are never chosen", few(names))
	}
	u.tell(r)
}

// useless are suites that the line's ciphers name one by one and that no certificate of it is good for: those whose key exchange is RSA's.
func (b *Bind) useless() []string {
	if b.t.Ciphers == "" {
		return nil
	}
	for _, c := range b.names.Load().all {
		if c.pair.Leaf.PublicKeyAlgorithm == x509.RSA {
			return nil
		}
	}
	var names []string
	for _, s := range parseCiphers(b.t.Ciphers).list {
		if slices.Contains(s.words, "kRSA") && slices.Contains(strings.FieldsFunc(b.t.Ciphers, isListSep), s.name) {
			names = append(names, s.name)
		}
	}
	return names
}
