package tlsconf

import (
	"crypto/ecdsa"
	"crypto/ed25519"
	"crypto/rsa"
	"crypto/tls"
	"crypto/x509"
	"fmt"
	"slices"
	"strings"

	"weir/conf"
)

// level is a security level of OpenSSL (SSL_CTX_set_security_level(3)): how many bits of security everything must have at least. 0 = nothing was said;
// OpenSSL's own level 0 is conf.NoSecurity.
type level int

var levelBits = [conf.MaxSecurityLevel + 1]int{0, 80, 112, 128, 192, 256}

func (l level) bits() int { return levelBits[max(l, 0)] }

// ofPeers is what the certificates of others are held to: where nothing was said, to what OpenSSL holds them since its version 3.2, and before in Debian.
func (l level) ofPeers() level {
	if l == 0 {
		return levelDebian
	}
	return l
}

// levelOf is the level of a line: that of its ciphers (@SECLEVEL), else ssl-security-level.
func (s *Store) levelOf(t *conf.TLS) level {
	if l := parseCiphers(t.Ciphers).level; l != 0 {
		return l
	}
	return level(s.cfg.Global.TLS.SecurityLevel)
}

const (
	// levelDebian is that of OpenSSL in Debian.
	levelDebian level = 2
	// levelPFS is the first that wants a key exchange with forward secrecy, and no session tickets.
	levelPFS = 3
	// levelSHA1 is the first without suites whose MAC is SHA-1.
	levelSHA1 = 4
	// level13 is the first that suites and signatures of TLS 1.3 are too weak for which crypto/tls always has.
	level13 = 4
)

// apply takes from cfg what the level forbids.
func (l level) apply(cfg *tls.Config, t *conf.TLS, r *report) {
	if l <= 0 {
		return
	}
	l.versions(cfg, t, r)
	l.suites(cfg, r)
	l.curves(cfg, r)
	if l >= levelPFS {
		cfg.SessionTicketsDisabled = true
	}
	if l >= level13 && cfg.MaxVersion >= tls.VersionTLS13 {
		r.warn("ssl-security-level", "%d: crypto/tls always has all suites and signatures of TLS 1.3: TLS_AES_128_GCM_SHA256 and signatures with SHA-256 cannot be left out", l)
	}
}

// versions leaves out those whose signatures are of SHA-1.
func (l level) versions(cfg *tls.Config, t *conf.TLS, r *report) {
	if cfg.MinVersion >= tls.VersionTLS12 {
		return
	}
	if cfg.MaxVersion < tls.VersionTLS12 {
		r.bad("ssl-max-ver", "%s: ssl-security-level %d wants TLSv1.2 or newer", VersionName(cfg.MaxVersion), l)
		return
	}
	if t.MinVer != "" {
		r.warn("ssl-min-ver", "%s: ssl-security-level %d begins at TLSv1.2", t.MinVer, l)
	}
	cfg.MinVersion = tls.VersionTLS12
}

func (l level) allows(s *suite) bool {
	return s.bits >= l.bits() && (l < levelPFS || slices.Contains(s.words, "ECDHE")) && (l < levelSHA1 || !slices.Contains(s.words, "SHA1"))
}

// suites leaves the suites up to TLS 1.2 that are strong enough.
func (l level) suites(cfg *tls.Config, r *report) {
	list := cfg.CipherSuites
	if list == nil {
		if l < levelSHA1 { // all that crypto/tls has by itself are strong enough
			return
		}
		for _, s := range tls.CipherSuites() {
			list = append(list, s.ID)
		}
	}
	var left []uint16
	for i := range suites {
		if s := &suites[i]; slices.Contains(list, s.id) && l.allows(s) {
			left = append(left, s.id)
		}
	}
	switch {
	case left != nil:
		cfg.CipherSuites = left
	case cfg.MaxVersion < tls.VersionTLS13:
		r.bad("ciphers", "ssl-security-level %d leaves none of them", l)
	default:
		cfg.MinVersion = tls.VersionTLS13
	}
}

// curveBits are the bits of security of the groups that crypto/tls has. Of those that are two in one the classical half counts.
var curveBits = []struct {
	id   tls.CurveID
	bits int
}{
	{tls.X25519MLKEM768, 128}, {tls.SecP256r1MLKEM768, 128}, {tls.X25519, 128}, {tls.CurveP256, 128}, {tls.SecP384r1MLKEM1024, 192}, {tls.CurveP384, 192}, {tls.CurveP521, 256},
}

// curves leaves the groups that are strong enough.
func (l level) curves(cfg *tls.Config, r *report) {
	if l.bits() <= 128 { // all are
		return
	}
	var left []tls.CurveID
	for _, c := range curveBits {
		if c.bits >= l.bits() && (cfg.CurvePreferences == nil || slices.Contains(cfg.CurvePreferences, c.id)) {
			left = append(left, c.id)
		}
	}
	if left == nil {
		r.bad("curves", "ssl-security-level %d leaves none of them", l)
		return
	}
	cfg.CurvePreferences = left
}

// strength is how many bits of security a public key has (NIST SP 800-57 part 1, table 2), and what it is.
func strength(key any) (bits int, what string) {
	switch k := key.(type) {
	case *rsa.PublicKey:
		n := k.N.BitLen()
		for _, s := range [][2]int{{15360, 256}, {7680, 192}, {3072, 128}, {2048, 112}, {1024, 80}} {
			if n >= s[0] {
				return s[1], fmt.Sprintf("an RSA key of %d bits", n)
			}
		}
		return 0, fmt.Sprintf("an RSA key of %d bits", n)
	case *ecdsa.PublicKey:
		n := k.Curve.Params().BitSize
		return min(n/2, 256), fmt.Sprintf("an ECDSA key of %d bits", n) // P-521 counts as 256
	case ed25519.PublicKey:
		return 128, "an Ed25519 key"
	}
	return 0, "a key of an unknown kind"
}

// digestBits are the bits of security of a signature's hash.
func digestBits(a x509.SignatureAlgorithm) int {
	switch {
	case a == x509.PureEd25519:
		return 128
	case strings.Contains(a.String(), "512"):
		return 256
	case strings.Contains(a.String(), "384"):
		return 192
	case strings.Contains(a.String(), "256"):
		return 128
	}
	return 0 // SHA-1 and older, which crypto/x509 does not take either
}

// judge finds what is too weak in a chain, the first of which is a peer's or our own; nil = nothing. what says it for people.
func (l level) judge(chain []*x509.Certificate) (bad *VerifyError, what string) {
	if l <= 0 {
		return nil, ""
	}
	for depth, c := range chain {
		if bits, what := strength(c.PublicKey); bits < l.bits() {
			code := errWeakKey
			if depth > 0 {
				code = errWeakCAKey
			}
			return &VerifyError{Code: code, Depth: depth}, what
		}
		if root := string(c.RawIssuer) == string(c.RawSubject); !root && digestBits(c.SignatureAlgorithm) < l.bits() {
			return &VerifyError{Code: errWeakDigest, Depth: depth}, "a signature by " + c.SignatureAlgorithm.String()
		}
	}
	return nil, ""
}

// own reports a certificate of ours that the level forbids to show.
func (l level) own(keyword string, p *Pair, r *report) {
	chain := []*x509.Certificate{p.Leaf}
	for _, der := range p.tls.Certificate[min(1, len(p.tls.Certificate)):] {
		if c, err := x509.ParseCertificate(der); err == nil {
			chain = append(chain, c)
		}
	}
	least := l
	if l == 0 {
		least = levelDebian
	}
	if bad, what := least.judge(chain); bad != nil {
		whose := "it has"
		if bad.Depth > 0 {
			whose = fmt.Sprintf("certificate %d of its chain has", bad.Depth+1)
		}
		if l == 0 {
			r.warn(keyword, "%q: %s %s, of less than %d bits of security: OpenSSL as Debian has it shows no such certificate, nor would ssl-security-level %d", p.Path, whose, what, least.bits(), least)
			return
		}
		r.bad(keyword, "%q: %s %s, of less than the %d bits of security that ssl-security-level %d wants", p.Path, whose, what, l.bits(), l)
	}
}
