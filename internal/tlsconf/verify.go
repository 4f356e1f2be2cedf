package tlsconf

import (
	"bytes"
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
	errUnspecified  = 1
	errNoCRL        = 3
	errNotYetValid  = 9
	errExpired      = 10
	errCRLExpired   = 12
	errSelfSigned   = 18
	errNoIssuer     = 20
	errRevoked      = 23
	errInvalidCA    = 24
	errPathLength   = 25
	errPurpose      = 26
	errNotPermitted = 47
	errHostname     = 62
	errWeakKey      = 66
	errWeakCAKey    = 67
	errWeakDigest   = 68
)

// errorTexts are for people.
var errorTexts = map[int]string{
	errUnspecified: "it cannot be verified", errNoCRL: "there is no revocation list of its issuer", errNotYetValid: "it is not valid yet", errExpired: "it has expired",
	errCRLExpired: "the revocation list has expired", errSelfSigned: "it is signed by itself and not trusted", errNoIssuer: "its issuer is not trusted",
	errRevoked: "it is revoked", errInvalidCA: "its issuer may not sign certificates", errPathLength: "the chain is too long", errPurpose: "it is not for this purpose",
	errNotPermitted: "its issuer may not sign for this name", errHostname: "it is not for this name",
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

// describe adds what the certificate says that the error is about, beside the name that was expected.
func (e *VerifyError) describe(certs []*x509.Certificate, host string) *VerifyError {
	if e.Depth >= len(certs) { // one of the trusted
		return e
	}
	c := certs[e.Depth]
	whose := quote(c.Subject.String())
	switch e.Code {
	case errHostname:
		e.About = fmt.Sprintf("want %s, got one for %s", quote(host), certNames(c))
	case errExpired:
		e.About = whose + " was good until " + c.NotAfter.UTC().Format(time.RFC3339)
	case errNotYetValid:
		e.About = whose + " is good from " + c.NotBefore.UTC().Format(time.RFC3339)
	case errSelfSigned:
		e.About = whose
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

// authorities are trusted certificates and revocation lists.
type authorities struct {
	roots *x509.CertPool
	names *x509.CertPool // those that clients are told of
	crls  []*crl
	check bool // every certificate needs a revocation list
	level level
}

type crl struct {
	list    *x509.RevocationList
	revoked map[string]bool
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

// parseCRLs reads revocation lists; a CA file may hold them too, but there none is asked for.
func parseCRLs(b []byte) ([]*crl, error) {
	var list []*crl
	for block, rest := pem.Decode(b); block != nil; block, rest = pem.Decode(rest) {
		if block.Type != "X509 CRL" {
			continue
		}
		r, err := x509.ParseRevocationList(block.Bytes)
		if err != nil {
			return nil, err
		}
		c := &crl{list: r, revoked: map[string]bool{}}
		for i := range r.RevokedCertificateEntries {
			c.revoked[r.RevokedCertificateEntries[i].SerialNumber.String()] = true
		}
		list = append(list, c)
	}
	if list == nil {
		return nil, errors.New("no revocation list in it")
	}
	return list, nil
}

// ignored is a set of error numbers that are let pass.
type ignored struct {
	all   bool
	codes []int
}

func parseIgnored(list []string) (g ignored, bad string) {
	for _, w := range list {
		if w == "all" {
			g.all = true
			continue
		}
		n, err := strconv.Atoi(w)
		if err != nil { // HAProxy 2.9 has names too
			n = slices.Index(VerifyNames[:], w)
		}
		if n < 1 {
			return g, w
		}
		g.codes = append(g.codes, n)
	}
	return g, ""
}

func (g *ignored) has(code int) bool { return g.all || slices.Contains(g.codes, code) }

// chain verifies a peer's certificates, the first of which is its own. usage is what for. root is the authority at the end.
func (a *authorities) chain(certs []*x509.Certificate, usage x509.ExtKeyUsage, now time.Time) (root *x509.Certificate, bad *VerifyError) {
	o := x509.VerifyOptions{Roots: a.roots, CurrentTime: now, KeyUsages: []x509.ExtKeyUsage{usage}, Intermediates: x509.NewCertPool()}
	for _, c := range certs[1:] {
		o.Intermediates.AddCert(c)
	}
	chains, err := certs[0].Verify(o)
	if err != nil {
		return nil, verdict(certs, err, now)
	}
	root = chains[0][len(chains[0])-1]
	if bad, _ := a.level.judge(chains[0]); bad != nil {
		return root, bad
	}
	if !a.check {
		return root, nil
	}
	return root, a.revoked(chains[0], now)
}

// verdict is OpenSSL's number for what x509 says.
func verdict(certs []*x509.Certificate, err error, now time.Time) *VerifyError {
	depth := func(c *x509.Certificate) int {
		return max(slices.IndexFunc(certs, func(o *x509.Certificate) bool { return o.Equal(c) }), 0)
	}
	var invalid x509.CertificateInvalidError
	var unknown x509.UnknownAuthorityError
	switch {
	case errors.As(err, &invalid):
		code := errUnspecified
		d := 0
		if invalid.Cert != nil {
			if d = depth(invalid.Cert); d == 0 && !invalid.Cert.Equal(certs[0]) {
				d = len(certs) // a root
			}
		}
		switch invalid.Reason {
		case x509.Expired:
			if code = errExpired; invalid.Cert != nil && now.Before(invalid.Cert.NotBefore) {
				code = errNotYetValid
			}
		case x509.NotAuthorizedToSign:
			code = errInvalidCA
		case x509.TooManyIntermediates:
			code = errPathLength
		case x509.IncompatibleUsage:
			code = errPurpose
		case x509.CANotAuthorizedForThisName, x509.CANotAuthorizedForExtKeyUsage:
			code = errNotPermitted
		}
		return &VerifyError{Code: code, Depth: d}
	case errors.As(err, &unknown):
		if bytes.Equal(certs[0].RawIssuer, certs[0].RawSubject) {
			return &VerifyError{Code: errSelfSigned, Depth: 0}
		}
		return &VerifyError{Code: errNoIssuer, Depth: 0}
	}
	return &VerifyError{Code: errUnspecified, Depth: 0}
}

// revoked checks a whole chain: each of its certificates needs a list of its issuer.
func (a *authorities) revoked(chain []*x509.Certificate, now time.Time) *VerifyError {
	for d, c := range chain {
		issuer := chain[min(d+1, len(chain)-1)]
		l := a.crlOf(issuer)
		switch {
		case l == nil:
			return &VerifyError{Code: errNoCRL, Depth: d}
		case !l.list.NextUpdate.IsZero() && now.After(l.list.NextUpdate):
			return &VerifyError{Code: errCRLExpired, Depth: d}
		case l.revoked[c.SerialNumber.String()]:
			return &VerifyError{Code: errRevoked, Depth: d}
		}
	}
	return nil
}

// crlOf is the newest list that the issuer has signed.
func (a *authorities) crlOf(issuer *x509.Certificate) *crl {
	var best *crl
	for _, l := range a.crls {
		if !bytes.Equal(l.list.RawIssuer, issuer.RawSubject) || l.list.CheckSignatureFrom(issuer) != nil {
			continue
		}
		if best == nil || l.list.ThisUpdate.After(best.list.ThisUpdate) {
			best = l
		}
	}
	return best
}
