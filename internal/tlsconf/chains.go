package tlsconf

import (
	"bytes"
	"crypto/x509"
	"fmt"
	"sync"
)

// chainsIn reads the chains of a folder once: each file's certificates, the issuer of those that it completes first (issuers-chain-path).
func chainsIn(dir string) func() ([][]*x509.Certificate, error) {
	if dir == "" {
		return func() ([][]*x509.Certificate, error) { return nil, nil }
	}
	return sync.OnceValues(func() ([][]*x509.Certificate, error) {
		paths, err := dirFiles(dir)
		if err != nil {
			return nil, fmt.Errorf("issuers-chain-path %q: %w", dir, err)
		}
		var list [][]*x509.Certificate
		for _, p := range paths {
			b, err := readFile(p)
			var certs []*x509.Certificate
			if err == nil {
				certs, err = certsOf(b)
			}
			if err != nil {
				return nil, fmt.Errorf("issuers-chain-path: %q: %w", p, err)
			}
			list = append(list, certs)
		}
		return list, nil
	})
}

// complete adds the chain of a certificate that came without.
func (x *extras) complete(p *Pair) error {
	if len(p.tls.Certificate) > 1 {
		return nil
	}
	chains, err := x.chains()
	if err != nil {
		return err
	}
	for _, c := range chains {
		if bytes.Equal(c[0].RawSubject, p.Leaf.RawIssuer) && p.Leaf.CheckSignatureFrom(c[0]) == nil {
			p.issuer = c[0]
			for _, x := range c {
				p.tls.Certificate = append(p.tls.Certificate, x.Raw)
			}
			return nil
		}
	}
	return nil
}
