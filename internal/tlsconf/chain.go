package tlsconf

import (
	"crypto/x509"
	"slices"
	"time"
)

// chain is a peer's certificate and its issuers, one after the other, as far as they were found. It is built as OpenSSL does: the issuer is
// looked for among the trusted first, and behind the first of them among no others.
type chain struct {
	certs []*x509.Certificate
	told  int     // how many are the peer's own word; those behind are trusted files'
	end   *anchor // nil = it ends in none
	long  bool    // it was cut at maxChain
}

// builder builds chains.
type builder struct {
	trusted anchors
	told    []*x509.Certificate // what the peer has sent beside its own
	now     time.Time
	checks  int // of signatures that are left
}

// build finds the chain of a peer's certificates, the first of which is its own. Signatures are looked at only where several could be the
// issuer: whoever uses the chain checks them.
func (b *builder) build(leaf *x509.Certificate) *chain {
	ch := &chain{certs: []*x509.Certificate{leaf}, told: 1}
	if n := b.trusted.find(leaf); n != nil && n.pool != nil {
		ch.end = n
		return ch
	}
	for c := leaf; !selfIssuedEnd(c); c = ch.certs[len(ch.certs)-1] {
		if len(ch.certs) == maxChain {
			ch.long = true
			return ch
		}
		if n := b.anchor(c, ch); n != nil {
			ch.certs = append(ch.certs, n.cert)
			if n.pool != nil {
				ch.end = n
				return ch
			}
			continue
		}
		if ch.told < len(ch.certs) {
			return ch
		}
		x := b.best(c, b.issuers(c, ch))
		if x == nil {
			return ch
		}
		ch.certs, ch.told = append(ch.certs, x), ch.told+1
	}
	return ch
}

// selfIssuedEnd reports whether nothing can come behind a certificate that is not trusted: it names itself as its issuer.
func selfIssuedEnd(c *x509.Certificate) bool { return mayIssue(c, c) }

// anchor is the trusted issuer of c; nil = there is none.
func (b *builder) anchor(c *x509.Certificate, ch *chain) *anchor {
	var fit []*x509.Certificate
	list := b.trusted[string(c.RawIssuer)]
	for _, n := range list {
		if mayIssue(n.cert, c) && !ch.has(n.cert) {
			fit = append(fit, n.cert)
		}
	}
	x := b.best(c, fit)
	i := slices.IndexFunc(list, func(n *anchor) bool { return n.cert == x })
	if i < 0 {
		return nil
	}
	return list[i]
}

// issuers are those among what the peer has sent that could have issued c.
func (b *builder) issuers(c *x509.Certificate, ch *chain) (fit []*x509.Certificate) {
	for _, x := range b.told {
		if mayIssue(x, c) && !ch.has(x) {
			fit = append(fit, x)
		}
	}
	return fit
}

// has reports whether the chain has the certificate: no chain goes in a circle.
func (ch *chain) has(x *x509.Certificate) bool {
	return slices.ContainsFunc(ch.certs, func(c *x509.Certificate) bool { return c.Equal(x) })
}

// best chooses the issuer of c: one that has signed it, then one that ends the chain, then one whose time it is, then the one that lasts
// longest. nil = there is none.
func (b *builder) best(c *x509.Certificate, fit []*x509.Certificate) *x509.Certificate {
	if len(fit) > 1 {
		if signed := b.signers(c, fit); len(signed) > 0 {
			fit = signed
		}
	}
	var best *x509.Certificate
	for _, x := range fit {
		if best == nil || b.before(x, best) {
			best = x
		}
	}
	return best
}

func (b *builder) before(x, y *x509.Certificate) bool {
	if sx, sy := selfIssuedEnd(x), selfIssuedEnd(y); sx != sy {
		return sx
	}
	if vx, vy := timely(x, b.now) == 0, timely(y, b.now) == 0; vx != vy {
		return vx
	}
	return x.NotAfter.After(y.NotAfter)
}

// signers are those of fit whose signature c bears.
func (b *builder) signers(c *x509.Certificate, fit []*x509.Certificate) (list []*x509.Certificate) {
	for _, x := range fit {
		if b.checks--; b.checks < 0 {
			return list
		}
		if x.CheckSignature(c.SignatureAlgorithm, c.RawTBSCertificate, c.Signature) == nil {
			list = append(list, x)
		}
	}
	return list
}

// timely is the error of a certificate's time; 0 = there is none.
func timely(c *x509.Certificate, now time.Time) int {
	switch {
	case now.Before(c.NotBefore):
		return errNotYetValid
	case now.After(c.NotAfter):
		return errExpired
	}
	return 0
}
