package tlsconf

import (
	"crypto/sha256"
	"crypto/x509"
	"encoding/pem"
	"errors"
	"fmt"
	"slices"
	"strconv"
	"time"
)

// Numbers of what can be wrong with a certificate, as OpenSSL has them (X509_V_ERR): logs, rules and crt-ignore-err use them.
const (
	errUnspecified    = 1
	errNoIssuerOfCA   = 2
	errNoCRL          = 3
	errSignature      = 7
	errCRLSignature   = 8
	errNotYetValid    = 9
	errExpired        = 10
	errCRLYoung       = 11
	errCRLExpired     = 12
	errSelfSigned     = 18
	errSelfSignedCA   = 19
	errNoIssuer       = 20
	errNoIssuerOfLeaf = 21
	errTooLong        = 22
	errRevoked        = 23
	errPathLength     = 25
	errPurpose        = 26
	errNoCertSign     = 32
	errNoCRLIssuer    = 33
	errCritical       = 34
	errNoCRLSign      = 35
	errCRLCritical    = 36
	errCRLScope       = 44
	errNotPermitted   = 47
	errHostname       = 62
	errWeakKey        = 66
	errWeakCAKey      = 67
	errWeakDigest     = 68
	errInvalidCA      = 79
)

// errorTexts are for people.
var errorTexts = map[int]string{
	errUnspecified: "it cannot be verified", errNoCRL: "there is no revocation list of its issuer", errNotYetValid: "it is not valid yet", errExpired: "it has expired",
	errCRLExpired: "the revocation list has expired", errSelfSigned: "it is signed by itself and not trusted", errNoIssuer: "its issuer is not trusted",
	errRevoked: "it is revoked", errInvalidCA: "its issuer may not sign certificates", errPathLength: "the chain below it is longer than it lets", errPurpose: "it is not for this purpose",
	errNoIssuerOfCA: "its own issuer is not trusted", errSignature: "its signature is not its issuer's", errCRLSignature: "the signature of the revocation list is not its issuer's",
	errCRLYoung: "the revocation list is not valid yet", errSelfSignedCA: "it is signed by itself and not trusted", errNoIssuerOfLeaf: "its issuer is not trusted",
	errTooLong: "the chain is too long", errNoCertSign: "its key may not sign certificates", errNoCRLIssuer: "the issuer of the revocation list is not known", errCritical: "it has an extension that is critical and not known",
	errNoCRLSign: "its issuer may not sign revocation lists", errCRLCritical: "the revocation list has something in it that is critical and not known",
	errCRLScope: "the revocation list is not about such certificates", errNotPermitted: "its issuer may not sign for this name", errHostname: "it is not for this name",
	errWeakKey: "its key is too small for ssl-security-level", errWeakCAKey: "its key is too small for ssl-security-level", errWeakDigest: "its signature is too weak for ssl-security-level",
}

// VerifyError is why a certificate was not accepted.
type VerifyError struct {
	Code  int
	Depth int    // 0 = the peer's own certificate, else one of its issuers'
	About string // whose it is and what it says; "" = nothing is known
}

func (e *VerifyError) Error() string {
	text := errorTexts[e.Code]
	if e.Depth > 0 {
		text = "an issuer's certificate: " + text
	}
	if e.About != "" {
		text += ": " + e.About
	}
	return text
}

// describe adds what the certificate of the chain says that the error is about, beside the name that was expected.
func (e *VerifyError) describe(certs []*x509.Certificate, host string) *VerifyError {
	c := certs[e.Depth]
	whose := quote(c.Subject.String())
	switch e.Code {
	case errHostname:
		e.About = fmt.Sprintf("want %s, got one for %s", quote(host), certNames(c))
	case errExpired:
		e.About = whose + " was good until " + c.NotAfter.UTC().Format(time.RFC3339)
	case errNotYetValid:
		e.About = whose + " is good from " + c.NotBefore.UTC().Format(time.RFC3339)
	case errSelfSigned, errSelfSignedCA:
		e.About = whose
	case errWeakKey, errWeakCAKey:
		_, what := strength(c.PublicKey)
		e.About = whose + " has " + what
	default:
		e.About = whose + " of " + quote(c.Issuer.String())
	}
	return e
}

// certNames are the names that a certificate is for, and its subject where there are none.
func certNames(c *x509.Certificate) string {
	var list []string
	for _, n := range c.DNSNames {
		list = append(list, quote(n))
	}
	for _, ip := range c.IPAddresses {
		list = append(list, ip.String())
	}
	if list == nil {
		return "no name; its subject is " + quote(c.Subject.String())
	}
	return few(list)
}

// OtherName reports that a certificate is good and for another name.
func (e *VerifyError) OtherName() bool { return e.Code == errHostname }

// authorities are trusted certificates and revocation lists.
type authorities struct {
	trusted  anchors
	names    *x509.CertPool // those that clients are told of
	crls     []*crl
	needList bool // every certificate needs a revocation list
	level    level
	of       []any             // the files
	id       [sha256.Size]byte // of who is trusted, and whether lists are needed
}

// certsOf reads the certificates of a CA file; none is an error.
func certsOf(b []byte) ([]*x509.Certificate, error) {
	var list []*x509.Certificate
	for block, rest := pem.Decode(b); block != nil; block, rest = pem.Decode(rest) {
		if block.Type != "CERTIFICATE" && block.Type != "TRUSTED CERTIFICATE" && block.Type != "X509 CERTIFICATE" {
			continue
		}
		c, err := x509.ParseCertificate(block.Bytes)
		if err != nil {
			return nil, fmt.Errorf("certificate %d: %w", len(list)+1, err)
		}
		list = append(list, c)
	}
	if list == nil {
		return nil, errors.New("no certificate in it, and without any nobody could be trusted")
	}
	return list, nil
}

// certsAmong are the certificates in a file of the system's: one that cannot be read is nobody's fault here.
func certsAmong(b []byte) (list []*x509.Certificate) {
	for block, rest := pem.Decode(b); block != nil; block, rest = pem.Decode(rest) {
		if c, err := x509.ParseCertificate(block.Bytes); err == nil && block.Type == "CERTIFICATE" {
			list = append(list, c)
		}
	}
	return list
}

// ignored is a set of error numbers that are let pass.
type ignored struct {
	all   bool
	codes []int
}

const wantIgnored = `got %q; want "all" alone, numbers of errors from 1 to 94 or names such as X509_V_ERR_CERT_HAS_EXPIRED`

func parseIgnored(list []string) (g ignored, bad string) {
	if len(list) == 1 && list[0] == "all" {
		return ignored{all: true}, ""
	}
	for _, w := range list {
		n, err := strconv.Atoi(w)
		if err != nil { // HAProxy 2.9 has names too
			n = slices.Index(VerifyNames[:], w)
		}
		if n < 1 || n >= len(VerifyNames) {
			return g, w
		}
		g.codes = append(g.codes, n)
	}
	return g, ""
}

func (g *ignored) has(code int) bool { return g.all || slices.Contains(g.codes, code) }
