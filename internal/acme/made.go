package acme

import (
	"bytes"
	"crypto"
	"crypto/ecdsa"
	"crypto/elliptic"
	"crypto/rand"
	"crypto/rsa"
	"crypto/x509"
	"encoding/pem"
	"errors"
	"fmt"
	"time"

	"weir/conf"
	"weir/internal/tlsconf"
)

// made is a certificate as it was issued, with its key.
type made struct {
	leaf  leaf
	chain []byte // PEM
	key   []byte // PEM
}

// check finds out whether it can take the place of another.
func (m *made) check(is *tlsconf.Issued, now time.Time) error {
	block, _ := pem.Decode(m.chain)
	if block == nil {
		return errors.New("the authority has sent no certificate")
	}
	var err error
	if m.leaf, err = x509.ParseCertificate(block.Bytes); err != nil {
		return fmt.Errorf("the authority has sent a certificate that cannot be read: %w", err)
	}
	if d := missing(m.leaf, is.Domains); d != "" {
		return fmt.Errorf("the authority has sent a certificate that is not for %q", d)
	}
	if !now.Before(m.leaf.NotAfter) {
		return fmt.Errorf("the authority has sent a certificate that expired at %s", m.leaf.NotAfter.UTC().Format(time.RFC3339))
	}
	return nil
}

// crtFile is what the file of the certificate holds: the key too, unless that has a file of its own.
func (m *made) crtFile(is *tlsconf.Issued) []byte {
	if is.Key != "" {
		return m.chain
	}
	return append(append(bytes.TrimSpace(bytes.Clone(m.chain)), '\n'), m.key...)
}

func (m *made) keyFile(is *tlsconf.Issued) []byte {
	if is.Key == "" {
		return nil
	}
	return m.key
}

var curves = map[string]elliptic.Curve{"P-256": elliptic.P256(), "P-384": elliptic.P384(), "P-521": elliptic.P521()}

// newKey makes a key as the section wants it.
func newKey(a *conf.ACME) (crypto.Signer, error) {
	if a.KeyType == "RSA" {
		return rsa.GenerateKey(rand.Reader, max(a.Bits, conf.MinACMEBits))
	}
	return ecdsa.GenerateKey(curves[a.Curve], rand.Reader)
}

func keyPEM(key crypto.Signer) ([]byte, error) {
	der, err := x509.MarshalPKCS8PrivateKey(key)
	if err != nil {
		return nil, err
	}
	return pem.EncodeToMemory(&pem.Block{Type: "PRIVATE KEY", Bytes: der}), nil
}

// parseKey reads a private key of any of the usual kinds.
func parseKey(text []byte) (crypto.Signer, error) {
	for block, rest := pem.Decode(text); block != nil; block, rest = pem.Decode(rest) {
		var key any
		var err error
		switch block.Type {
		case "PRIVATE KEY":
			key, err = x509.ParsePKCS8PrivateKey(block.Bytes)
		case "EC PRIVATE KEY":
			key, err = x509.ParseECPrivateKey(block.Bytes)
		case "RSA PRIVATE KEY":
			key, err = x509.ParsePKCS1PrivateKey(block.Bytes)
		default:
			continue
		}
		if err != nil {
			return nil, err
		}
		if s, ok := key.(crypto.Signer); ok {
			return s, nil
		}
		return nil, errors.New("a key that cannot sign")
	}
	return nil, errors.New("no private key in it")
}
