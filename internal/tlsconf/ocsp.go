package tlsconf

import (
	"crypto/sha1"
	"crypto/tls"
	"crypto/x509"
	"crypto/x509/pkix"
	"encoding/asn1"
	"encoding/hex"
	"errors"
	"fmt"
	"math/big"
	"slices"
	"time"

	"golang.org/x/crypto/ocsp"
)

// staple is an OCSP response that is sent with a certificate, until it is out of date. It is immutable.
type staple struct {
	raw  []byte
	resp *ocsp.Response
	with *tls.Certificate
}

// parseStaple checks a response of any origin: it must be about the certificate, good, of today, and signed by the issuer or by somebody
// whom the issuer lets sign them.
func parseStaple(p *Pair, raw []byte, now time.Time) (*staple, error) {
	if p.issuer == nil {
		return nil, errors.New("its issuer's certificate is not known")
	}
	r, err := ocsp.ParseResponseForCert(raw, p.Leaf, nil) // a certificate in it has signed it then
	if err == nil {
		err = vouched(r, p.issuer)
	}
	switch {
	case err != nil:
		return nil, notOCSP(err)
	case !mayRespond(r.Certificate, p.issuer, now):
		return nil, errors.New("it is signed with a certificate that is not for OCSP (RFC 6960, 4.2.2.2)")
	case r.Status != ocsp.Good:
		return nil, errors.New("it does not say that the certificate is good")
	case r.ThisUpdate.After(now.Add(maxSkew)):
		return nil, fmt.Errorf("it is not valid before %s", r.ThisUpdate.UTC().Format(time.RFC3339))
	case !r.NextUpdate.IsZero() && now.After(r.NextUpdate):
		return nil, fmt.Errorf("it is out of date since %s", r.NextUpdate.UTC().Format(time.RFC3339))
	}
	with := p.tls
	with.OCSPStaple = raw
	return &staple{raw, r, &with}, nil
}

// vouched checks that the issuer has signed a response, or the certificate in it which has. That one may be the issuer's own, which
// somebody else has signed.
func vouched(r *ocsp.Response, issuer *x509.Certificate) error {
	var err error
	switch c := r.Certificate; {
	case c == nil:
		err = r.CheckSignatureFrom(issuer)
	case !c.Equal(issuer):
		err = issuer.CheckSignature(c.SignatureAlgorithm, c.RawTBSCertificate, c.Signature)
	}
	if err != nil {
		return errors.New("its signature is neither the issuer's nor that of somebody whom the issuer lets sign (RFC 6960, 4.2.2.2)")
	}
	return nil
}

// notOCSP says in our words why something is no response that can be used.
func notOCSP(err error) error {
	var answer ocsp.ResponseError
	switch {
	case errors.As(err, new(asn1.StructuralError)), errors.As(err, new(asn1.SyntaxError)):
		return errors.New("it is no OCSP response (RFC 6960, 4.2.1)")
	case errors.As(err, &answer):
		return fmt.Errorf("it says %q in place of a status (RFC 6960, 4.2.1)", answer.Status)
	}
	return err
}

// mayRespond reports whether a certificate of a response, which the issuer has signed, is one that signs responses (RFC 6960, 4.2.2.2).
// Without this every certificate of the authority could vouch for any other.
func mayRespond(c, issuer *x509.Certificate, now time.Time) bool {
	if c == nil || c.Equal(issuer) {
		return true
	}
	return slices.Contains(c.ExtKeyUsage, x509.ExtKeyUsageOCSPSigning) && !now.After(c.NotAfter) && !now.Before(c.NotBefore.Add(-maxSkew))
}

// certificate is what a handshake shows: with the response, as long as it is good. Clients that insist on one would take an old one
// for an attack (RFC 6960, 4.2.2.1).
func (p *Pair) certificate(now time.Time) *tls.Certificate {
	s := p.staple.Load()
	if s == nil || !s.resp.NextUpdate.IsZero() && now.After(s.resp.NextUpdate) {
		return &p.tls
	}
	return s.with
}

// certID is what a responder knows a certificate by (RFC 6960, 4.1.1).
type certID struct {
	Algorithm pkix.AlgorithmIdentifier
	NameHash  []byte
	KeyHash   []byte
	Serial    *big.Int
}

var oidSHA1 = asn1.ObjectIdentifier{1, 3, 14, 3, 2, 26}

// id is the certificate's; ok is false where its issuer is not known.
func (p *Pair) id() (id certID, ok bool) {
	if p.issuer == nil {
		return id, false
	}
	var key struct {
		Algorithm pkix.AlgorithmIdentifier
		Key       asn1.BitString
	}
	if _, err := asn1.Unmarshal(p.issuer.RawSubjectPublicKeyInfo, &key); err != nil {
		return id, false
	}
	name, hash := sha1.Sum(p.issuer.RawSubject), sha1.Sum(key.Key.RightAlign())
	return certID{pkix.AlgorithmIdentifier{Algorithm: oidSHA1, Parameters: asn1.NullRawValue}, name[:], hash[:], p.Leaf.SerialNumber}, true
}

// idText is the id as commands write it: its DER in hexadecimal. "" = the issuer is not known.
func (p *Pair) idText() string {
	id, ok := p.id()
	if !ok {
		return ""
	}
	der, err := asn1.Marshal(id)
	if err != nil {
		return ""
	}
	return hex.EncodeToString(der)
}
