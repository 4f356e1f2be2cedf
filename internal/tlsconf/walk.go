package tlsconf

import (
	"crypto/x509"
	"crypto/x509/pkix"
	"errors"
	"slices"
	"time"
)

// verdict is what a check of a peer's certificates has found.
type verdict struct {
	root      *x509.Certificate // the authority at the end; nil = none
	last      int               // the last error, as SSL_get_verify_result tells it
	own       int               // the first error with the peer's own certificate
	ca, depth int               // the first error with one of its issuers', and whose
	bad       *VerifyError      // what is not let pass; nil = the peer is accepted
	chain     []*x509.Certificate
}

// walk goes over a chain as OpenSSL does: each error is judged by itself, and what is let pass ends nothing. crypto/x509, which ends at the first error,
// has the word for chains that have none, and for the constraints on names.
type walk struct {
	verdict
	*chain
	a      *authorities
	usage  x509.ExtKeyUsage
	now    time.Time
	pass   func(code, depth int) bool
	proved bool // crypto/x509 finds nothing wrong
}

// noPass lets no error pass.
func noPass(int, int) bool { return false }

// check verifies a peer's certificates, the first of which is its own. usage is what for. pass says which errors are let pass.
func (a *authorities) check(certs []*x509.Certificate, usage x509.ExtKeyUsage, now time.Time, pass func(code, depth int) bool) *verdict {
	b := &builder{trusted: a.trusted, told: certs[1:], now: now, checks: maxSignatureChecks}
	w := &walk{chain: b.build(certs[0]), a: a, usage: usage, now: now, pass: pass}
	w.verdict.chain = w.certs
	if w.end != nil {
		w.root = w.end.cert
		w.proved = w.prove(w.certs, w.end.pool, now, usage) == nil
	}
	for _, step := range []func() bool{w.ends, w.extensions, w.strength, w.revocation, w.signatures, w.names} {
		if !step() {
			return &w.verdict
		}
	}
	if !w.proved && w.last == 0 { // it knows of something that nobody here has found
		w.found(errUnspecified, 0)
	}
	return &w.verdict
}

// prove has crypto/x509 verify exactly this chain.
func (w *walk) prove(certs []*x509.Certificate, root *x509.CertPool, now time.Time, usage x509.ExtKeyUsage) error {
	o := x509.VerifyOptions{Roots: root, CurrentTime: now, KeyUsages: []x509.ExtKeyUsage{usage}, Intermediates: x509.NewCertPool()}
	for _, c := range certs[1:] {
		o.Intermediates.AddCert(c)
	}
	_, err := certs[0].Verify(o)
	return err
}

// found takes an error. false = it is not let pass.
func (w *walk) found(code, depth int) bool {
	switch w.last = code; {
	case depth > 0 && w.ca == 0:
		w.ca, w.depth = code, depth
	case depth == 0 && w.own == 0:
		w.own = code
	}
	if w.pass(code, depth) {
		return true
	}
	w.bad = &VerifyError{Code: code, Depth: depth}
	return false
}

// ends checks that the chain has an end that is trusted.
func (w *walk) ends() bool {
	top := len(w.certs) - 1
	switch {
	case w.end != nil:
		return true
	case w.long:
		return w.found(errTooLong, top)
	case selfIssuedEnd(w.certs[top]) && top == 0:
		return w.found(errSelfSigned, 0)
	case selfIssuedEnd(w.certs[top]):
		return w.found(errSelfSignedCA, top)
	case w.told < len(w.certs):
		return w.found(errNoIssuerOfCA, top)
	}
	return w.found(errNoIssuer, top)
}

// extensions checks what certificates may do (RFC 5280, 4.2.1 and 6.1.4).
func (w *walk) extensions() bool {
	below := 0 // issuers that are not their own, between here and the peer's
	for d, c := range w.certs {
		if len(c.UnhandledCriticalExtensions) > 0 && !w.found(errCritical, d) {
			return false
		}
		if d > 0 && !isCA(c) && !w.found(errInvalidCA, d) {
			return false
		}
		if !serves(c, w.usage, d) && !w.found(errPurpose, d) {
			return false
		}
		if d > 0 && c.BasicConstraintsValid && c.MaxPathLen >= 0 && below > c.MaxPathLen && !w.found(errPathLength, d) {
			return false
		}
		if d > 0 && string(c.RawIssuer) != string(c.RawSubject) {
			below++
		}
	}
	return true
}

// isCA reports whether a certificate may sign others. Version 1 has no word for it, and counts where a file has it that is trusted.
func isCA(c *x509.Certificate) bool {
	if c.Version < 3 {
		return selfIssuedEnd(c)
	}
	return c.BasicConstraintsValid && c.IsCA
}

// serves reports whether a certificate is for the usage, as OpenSSL judges: any usage is not this one, and issuers' must have it too.
func serves(c *x509.Certificate, usage x509.ExtKeyUsage, depth int) bool {
	if len(c.ExtKeyUsage)+len(c.UnknownExtKeyUsage) > 0 && !slices.Contains(c.ExtKeyUsage, usage) {
		return false
	}
	if depth > 0 {
		return isCA(c)
	}
	if c.KeyUsage == 0 {
		return true
	}
	want := x509.KeyUsageDigitalSignature | x509.KeyUsageKeyAgreement
	if usage == x509.ExtKeyUsageServerAuth {
		want |= x509.KeyUsageKeyEncipherment
	}
	return c.KeyUsage&want != 0
}

// strength holds keys and signatures to ssl-security-level. A hash that is broken is never taken. Nobody relies on the signature of the last.
func (w *walk) strength() bool {
	for d, c := range w.certs {
		code := errWeakKey
		if d > 0 {
			code = errWeakCAKey
		}
		if bits, _ := strength(c.PublicKey); bits < w.a.level.bits() && !w.found(code, d) {
			return false
		}
		bits := digestBits(c.SignatureAlgorithm)
		if d < len(w.certs)-1 && c.SignatureAlgorithm != x509.UnknownSignatureAlgorithm && (bits == 0 || bits < w.a.level.bits()) && !w.found(errWeakDigest, d) {
			return false
		}
	}
	return true
}

// signatures checks those and the times, beginning with the authority.
func (w *walk) signatures() bool {
	if w.proved {
		return true
	}
	top := len(w.certs) - 1
	for d := top; d >= 0; d-- {
		c := w.certs[d]
		if d < top && !signs(w.certs[d+1]) && !w.found(errNoCertSign, d+1) {
			return false
		}
		switch {
		case d < top && w.certs[d+1].CheckSignature(c.SignatureAlgorithm, c.RawTBSCertificate, c.Signature) != nil:
			if !w.found(errSignature, d) {
				return false
			}
		case top == 0 && !selfIssuedEnd(c):
			if !w.found(errNoIssuerOfLeaf, 0) {
				return false
			}
		}
		if code := timely(c, w.now); code != 0 && !w.found(code, d) {
			return false
		}
	}
	return true
}

// signs reports whether a key may sign certificates.
func signs(c *x509.Certificate) bool {
	return c.KeyUsage == 0 || c.KeyUsage&x509.KeyUsageCertSign != 0
}

// names checks the constraints on names (RFC 5280, 4.2.1.10) where something else is wrong that is let pass: copies that are good in every other way are
// shown to crypto/x509.
func (w *walk) names() bool {
	if w.proved || !slices.ContainsFunc(w.certs[1:], constrains) {
		return true
	}
	var list []*x509.Certificate
	for d, c := range w.certs {
		good := *c
		good.NotBefore, good.NotAfter, good.UnhandledCriticalExtensions = w.now.Add(-time.Hour), w.now.Add(time.Hour), nil
		if d > 0 {
			good.IsCA, good.BasicConstraintsValid, good.MaxPathLen = true, true, -1
			good.KeyUsage |= x509.KeyUsageCertSign
		}
		list = append(list, &good)
	}
	root := x509.NewCertPool()
	root.AddCert(list[len(list)-1])
	err := w.prove(list, root, w.now, x509.ExtKeyUsageAny)
	var invalid x509.CertificateInvalidError
	switch {
	case err == nil:
		return true
	case errors.As(err, &invalid) && invalid.Reason == x509.CANotAuthorizedForThisName:
		return w.found(errNotPermitted, 0)
	}
	return w.found(errUnspecified, 0)
}

// constrains reports whether an issuer constrains names.
func constrains(c *x509.Certificate) bool {
	return slices.ContainsFunc(c.Extensions, func(e pkix.Extension) bool { return e.Id.Equal(oidNameConstraints) })
}
