package tlsconf

import (
	"container/list"
	"crypto"
	"crypto/ecdsa"
	"crypto/elliptic"
	"crypto/rand"
	"crypto/rsa"
	"crypto/tls"
	"crypto/x509"
	"crypto/x509/pkix"
	"errors"
	"fmt"
	"math/big"
	"strings"
	"sync"
	"time"
)

// generator makes certificates for names that no other is for (generate-certificates). All of a bind line have one key, made at start: making
// one for each name would cost as much as a thousand handshakes, and let a client ask for them. What it made last is kept.
type generator struct {
	ca     tls.Certificate
	key    crypto.Signer
	most   int
	mu     sync.Mutex
	byName map[string]*list.Element // of *made
	recent *list.List               // the last one asked for first
}

// made is a certificate that was generated.
type made struct {
	c     *choice
	until time.Time // from when on another is made
}

// generator reads the authority of a bind line.
func (b *Bind) generator(r *report) *generator {
	t := &b.t
	if t.CASignFile == "" {
		r.bad("generate-certificates", "no authority to sign them; want ca-sign-file")
		return nil
	}
	path := b.s.file(t.CASignFile, b.s.cfg.Global.TLS.CABase, b.b.Pos)
	g := &generator{most: b.s.cfg.Global.TLS.Generated, byName: map[string]*list.Element{}, recent: list.New()}
	if g.most == 0 {
		g.most = maxGenerated
	}
	var err error
	if g.ca, err = b.s.x.signer(path, t.CASignPass); err == nil {
		g.key, err = keyLike(g.ca.PrivateKey)
	}
	if err != nil {
		r.bad("ca-sign-file", "%q: %s", t.CASignFile, err)
		return nil
	}
	l := b.s.levelOf(&b.t.TLS)
	l.own("ca-sign-file", &Pair{Path: t.CASignFile, Leaf: g.ca.Leaf, tls: g.ca}, r)
	if bits, what := strength(g.key.Public()); bits < l.bits() {
		r.bad("generate-certificates", "what is made has %s, which is less than ssl-security-level %d wants", what, l)
	}
	return g
}

// signer reads an authority with its key.
func (x *extras) signer(path, pass string) (tls.Certificate, error) {
	var c tls.Certificate
	f, err := x.read(path)
	if err != nil {
		return c, err
	}
	unlock := x.unlock
	if pass != "" {
		unlock = &unlocker{known: []string{pass}}
	}
	p, err := unlock.pair(path, f)
	if err != nil {
		return c, err
	}
	if _, ok := p.PrivateKey.(crypto.Signer); !ok || !p.Leaf.IsCA || p.Leaf.KeyUsage != 0 && p.Leaf.KeyUsage&x509.KeyUsageCertSign == 0 {
		return c, errors.New("it may not sign certificates; want that of an authority")
	}
	return p, nil
}

// keyLike makes a key of the kind of another: who can check the authority can check what it signs.
func keyLike(k crypto.PrivateKey) (crypto.Signer, error) {
	if _, ok := k.(*rsa.PrivateKey); ok {
		return rsa.GenerateKey(rand.Reader, generatedBits)
	}
	return ecdsa.GenerateKey(elliptic.P256(), rand.Reader)
}

// find is what was made for the name before, for that table of names; nil = something has to be done.
func (g *generator) find(name string, n *names, now time.Time) *choice {
	g.mu.Lock()
	defer g.mu.Unlock()
	e := g.byName[name]
	if e == nil {
		return nil
	}
	m := e.Value.(*made)
	if now.After(m.until) || m.c.of != n {
		return nil
	}
	g.recent.MoveToFront(e)
	return m.c
}

// pair is a certificate for the name: the one that is there, or a new one. That takes a signature: not on a loop.
func (g *generator) pair(name string, now time.Time) (*Pair, error) {
	g.mu.Lock()
	if e := g.byName[name]; e != nil && now.Before(e.Value.(*made).until) {
		defer g.mu.Unlock()
		return e.Value.(*made).c.pair, nil
	}
	g.mu.Unlock()
	serial, err := rand.Int(rand.Reader, new(big.Int).Lsh(big.NewInt(1), serialBits))
	if err != nil {
		return nil, err
	}
	tmpl := &x509.Certificate{SerialNumber: serial, Subject: pkix.Name{CommonName: name}, DNSNames: []string{name}, NotBefore: now.Add(-generatedBack), NotAfter: now.Add(generatedLife),
		KeyUsage: x509.KeyUsageDigitalSignature, ExtKeyUsage: []x509.ExtKeyUsage{x509.ExtKeyUsageServerAuth}, BasicConstraintsValid: true}
	if len(name) > maxCommonName { // the alternative name says it too
		tmpl.Subject.CommonName = ""
	}
	if end := g.ca.Leaf.NotAfter; tmpl.NotAfter.After(end) {
		tmpl.NotAfter = end
	}
	der, err := x509.CreateCertificate(rand.Reader, tmpl, g.ca.Leaf, g.key.Public(), g.ca.PrivateKey)
	if err != nil {
		return nil, err
	}
	leaf, err := x509.ParseCertificate(der)
	if err != nil {
		return nil, err
	}
	p := &Pair{Path: name, Leaf: leaf, issuer: g.ca.Leaf, names: []string{name}}
	p.tls = tls.Certificate{Certificate: append([][]byte{der}, g.ca.Certificate...), PrivateKey: g.key, Leaf: leaf}
	return p, nil
}

// keep remembers what was made until half of its time is over; the one that was asked for longest ago goes.
func (g *generator) keep(p *Pair, c *choice, now time.Time) *choice {
	g.mu.Lock()
	defer g.mu.Unlock()
	if e := g.byName[p.Path]; e != nil {
		g.recent.Remove(e)
	}
	g.byName[p.Path] = g.recent.PushFront(&made{c: c, until: now.Add(p.Leaf.NotAfter.Sub(now) / 2)})
	for g.recent.Len() > g.most {
		last := g.recent.Back()
		delete(g.byName, last.Value.(*made).c.pair.Path)
		g.recent.Remove(last)
	}
	return c
}

// hostName reports whether a name is one that a certificate can be made for: nothing of what a client sends gets into one unseen.
func hostName(name string) error {
	if len(name) > maxHostName {
		return fmt.Errorf("longer than %d bytes", maxHostName)
	}
	for label := range strings.SplitSeq(name, ".") {
		if label == "" || len(label) > maxLabel || strings.HasPrefix(label, "-") || strings.HasSuffix(label, "-") {
			return fmt.Errorf("%q is no label", label)
		}
		for _, c := range []byte(label) {
			if c != '-' && c != '_' && (c < '0' || c > '9') && (c < 'a' || c > 'z') {
				return fmt.Errorf("%q is no label", label)
			}
		}
	}
	return nil
}
