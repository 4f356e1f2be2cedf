package tlsconf

import (
	"bytes"
	"crypto/x509"
	"crypto/x509/pkix"
	"encoding/asn1"
	"encoding/pem"
	"errors"
	"slices"
	"sync/atomic"
	"time"

	"golang.org/x/crypto/cryptobyte"
	cryptobyteasn1 "golang.org/x/crypto/cryptobyte/asn1"
)

var (
	oidNameConstraints = asn1.ObjectIdentifier{2, 5, 29, 30}
	oidDeltaCRL        = asn1.ObjectIdentifier{2, 5, 29, 27}
	oidScope           = asn1.ObjectIdentifier{2, 5, 29, 28}
)

// removeFromCRL is the reason of an entry that takes one back (RFC 5280, 5.3.1).
const removeFromCRL = 8

// crl is a revocation list.
type crl struct {
	list    *x509.RevocationList
	revoked map[string]bool
	scope   scope
	delta   bool                             // it tells of changes only
	strange bool                             // it has something critical in it that is not known here
	signer  atomic.Pointer[x509.Certificate] // the last that was found to have signed it: a long list is not hashed for each handshake
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
			e := &r.RevokedCertificateEntries[i]
			if serial := e.SerialNumber.String(); e.ReasonCode != removeFromCRL {
				c.revoked[serial] = true
			}
			c.strange = c.strange || slices.ContainsFunc(e.Extensions, func(x pkix.Extension) bool { return x.Critical }) // of an indirect list
		}
		for _, x := range r.Extensions {
			switch {
			case x.Id.Equal(oidDeltaCRL):
				c.delta = true
			case x.Id.Equal(oidScope):
				c.scope, c.strange = parseScope(x.Value, c.strange)
			case x.Critical:
				c.strange = true
			}
		}
		list = append(list, c)
	}
	if list == nil {
		return nil, errors.New("no revocation list in it")
	}
	return list, nil
}

// scope is which certificates a list is about (RFC 5280, 5.2.5).
type scope struct {
	users, cas, others bool
	points             [][]byte // addresses of the list, of which the certificate must name one; nil = any
	pointed            bool
}

// parseScope reads an IssuingDistributionPoint. strange is true where it was, or where it cannot be read.
func parseScope(der []byte, strange bool) (s scope, _ bool) {
	var seq, point, names cryptobyte.String
	in := cryptobyte.String(der)
	ctx := func(n uint8) cryptobyteasn1.Tag { return cryptobyteasn1.Tag(n).ContextSpecific() }
	flag := func(n uint8) (on bool) {
		var v cryptobyte.String
		var have bool
		if !seq.ReadOptionalASN1(&v, &have, ctx(n)) {
			strange = true
			return false
		}
		return have && len(v) == 1 && v[0] != 0
	}
	if !in.ReadASN1(&seq, cryptobyteasn1.SEQUENCE) || !in.Empty() || !seq.ReadOptionalASN1(&point, &s.pointed, ctx(0).Constructed()) {
		return s, true
	}
	if s.pointed && point.ReadASN1(&names, ctx(0).Constructed()) {
		for !names.Empty() {
			var name cryptobyte.String
			var tag cryptobyteasn1.Tag
			if !names.ReadAnyASN1(&name, &tag) {
				return s, true
			}
			s.points = append(s.points, name)
		}
	}
	s.users, s.cas = flag(1), flag(2)
	var reasons cryptobyte.String
	var some bool
	strange = !seq.ReadOptionalASN1(&reasons, &some, ctx(3)) || strange
	indirect, attributes := flag(4), flag(5)
	s.others = some || indirect || attributes // of some reasons only, of others' certificates, of other things
	return s, strange || !seq.Empty()
}

// covers reports whether the list is about the certificate.
func (s *scope) covers(c *x509.Certificate) bool {
	ca := c.BasicConstraintsValid && c.IsCA
	if s.others || s.users && ca || s.cas && !ca {
		return false
	}
	return !s.pointed || slices.ContainsFunc(c.CRLDistributionPoints, func(p string) bool {
		return slices.ContainsFunc(s.points, func(b []byte) bool { return string(b) == p })
	})
}

// signedBy reports whether the issuer has signed the list.
func (l *crl) signedBy(issuer *x509.Certificate) bool {
	if c := l.signer.Load(); c != nil && c.Equal(issuer) {
		return true
	}
	r := l.list
	if issuer.CheckSignature(r.SignatureAlgorithm, r.RawTBSRevocationList, r.Signature) != nil {
		return false
	}
	l.signer.Store(issuer)
	return true
}

func (l *crl) timely(now time.Time) int {
	switch {
	case now.Before(l.list.ThisUpdate):
		return errCRLYoung
	case !l.list.NextUpdate.IsZero() && now.After(l.list.NextUpdate):
		return errCRLExpired
	}
	return 0
}

// worth tells the lists of one issuer apart: the one that is best in most ways decides.
func (l *crl) worth(c, issuer *x509.Certificate, now time.Time) (n int) {
	for _, good := range []bool{issuer != nil && l.signedBy(issuer), l.scope.covers(c), !l.strange, l.timely(now) == 0} {
		if n *= 2; good {
			n++
		}
	}
	return n
}

// crlFor is the list that decides about c; nil = its issuer has none. One that tells of changes only says of nobody that he is still good.
func (a *authorities) crlFor(c, issuer *x509.Certificate, now time.Time) *crl {
	var best *crl
	top := 0
	for _, l := range a.crls {
		if l.delta || !bytes.Equal(l.list.RawIssuer, c.RawIssuer) || issuer != nil && !ofKey(l.list, issuer) {
			continue
		}
		n := l.worth(c, issuer, now)
		if best == nil || n > top || n == top && l.list.ThisUpdate.After(best.list.ThisUpdate) {
			best, top = l, n
		}
	}
	return best
}

// changed reports whether a list of changes has it that c is revoked.
func (a *authorities) changed(c, issuer *x509.Certificate) bool {
	return slices.ContainsFunc(a.crls, func(l *crl) bool {
		return l.delta && l.revoked[c.SerialNumber.String()] && bytes.Equal(l.list.RawIssuer, c.RawIssuer) && (issuer == nil || l.signedBy(issuer))
	})
}

// ofKey reports whether the list may be of the issuer's key, as far as identifiers tell.
func ofKey(l *x509.RevocationList, issuer *x509.Certificate) bool {
	return len(l.AuthorityKeyId) == 0 || len(issuer.SubjectKeyId) == 0 || bytes.Equal(l.AuthorityKeyId, issuer.SubjectKeyId)
}

// revocation asks for every certificate of the chain the list of its issuer, which must have one.
func (w *walk) revocation() bool {
	if !w.a.needList {
		return true
	}
	for d, c := range w.certs {
		var issuer *x509.Certificate
		if d+1 < len(w.certs) {
			issuer = w.certs[d+1]
		} else if selfIssuedEnd(c) {
			issuer = c
		}
		if !w.listed(c, issuer, d) {
			return false
		}
	}
	return true
}

// listed asks the list about one certificate.
func (w *walk) listed(c, issuer *x509.Certificate, d int) bool {
	l := w.a.crlFor(c, issuer, w.now)
	if l == nil {
		return w.found(errNoCRL, d)
	}
	late := l.timely(w.now)
	for _, x := range []struct {
		wrong bool
		code  int
	}{
		{issuer == nil, errNoCRLIssuer},
		{issuer != nil && issuer.KeyUsage != 0 && issuer.KeyUsage&x509.KeyUsageCRLSign == 0, errNoCRLSign},
		{!l.scope.covers(c), errCRLScope},
		{late != 0, late},
		{issuer != nil && !l.signedBy(issuer), errCRLSignature},
		{l.strange, errCRLCritical},
		{l.revoked[c.SerialNumber.String()] || w.a.changed(c, issuer), errRevoked},
	} {
		if x.wrong && !w.found(x.code, d) {
			return false
		}
	}
	return true
}
