package tlsconf

import (
	"crypto/tls"
	"crypto/x509"
	"encoding/pem"
	"errors"
	"fmt"
	"io"
	"os"
	"path/filepath"
	"strings"
	"sync/atomic"
	"time"
)

// Pair is a certificate with its key and what is sent with it. It is immutable but for the staple.
type Pair struct {
	Path   string // as configured
	tls    tls.Certificate
	Leaf   *x509.Certificate
	issuer *x509.Certificate // nil = not known
	names  []string          // its own: in lower case, a wildcard's as *.rest
	staple atomic.Pointer[staple]
	source files
	notes  []string // what is doubtful about it
	// temporary: it stands for one that is not issued yet.
	temporary bool
}

// files are the bytes that a Pair is made of.
type files struct {
	pem, key, ocsp, issuer, sctl []byte
}

// parsePair makes a Pair of what its files hold.
func (x *extras) parsePair(path string, f files) (*Pair, error) {
	p := &Pair{Path: path, source: f}
	var err error
	if p.tls, err = x.unlock.pair(path, f); err != nil {
		return nil, err
	}
	p.Leaf = p.tls.Leaf
	p.names = namesOf(p.Leaf)
	if err := p.setIssuer(); err != nil {
		return nil, err
	}
	if err := x.complete(p); err != nil {
		return nil, err
	}
	if err := p.setSCTs(f.sctl); err != nil {
		return nil, err
	}
	p.setOCSP()
	switch now := time.Now(); {
	case now.After(p.Leaf.NotAfter):
		p.note("the certificate expired at %s", p.Leaf.NotAfter.UTC().Format(time.RFC3339))
	case now.Before(p.Leaf.NotBefore):
		p.note("the certificate is not valid before %s", p.Leaf.NotBefore.UTC().Format(time.RFC3339))
	}
	return p, nil
}

func (p *Pair) note(format string, args ...any) {
	p.notes = append(p.notes, fmt.Sprintf(format, args...))
}

// errOtherKey is a private key that belongs to another certificate.
var errOtherKey = errors.New("the private key is not that of the certificate")

// pairError says in words of people what crypto/tls has found.
func pairError(f files, err error) error {
	certs, keys := 0, 0
	for _, b := range [2][]byte{f.pem, f.key} {
		for block, rest := pem.Decode(b); block != nil; block, rest = pem.Decode(rest) {
			switch {
			case block.Type == "CERTIFICATE":
				certs++
			case block.Type == "PRIVATE KEY" || strings.HasSuffix(block.Type, " PRIVATE KEY"):
				keys++
			}
		}
	}
	switch text := err.Error(); {
	case certs == 0:
		return errors.New("no certificate in it")
	case keys == 0:
		return errors.New("no private key in it, nor in a file of its name with .key")
	case strings.Contains(text, "does not match"), strings.Contains(text, "private key type"):
		return errOtherKey
	default:
		return errors.New(strings.TrimPrefix(text, "tls: "))
	}
}

// namesOf are the names of a certificate: its common name and its alternative names.
func namesOf(c *x509.Certificate) []string {
	var list []string
	seen := map[string]bool{}
	for _, n := range append([]string{c.Subject.CommonName}, c.DNSNames...) {
		n = strings.ToLower(strings.TrimSuffix(n, "."))
		if n != "" && !seen[n] {
			seen[n] = true
			list = append(list, n)
		}
	}
	return list
}

// setIssuer finds who signed it: the next certificate of its file, or that of an .issuer file, which is for OCSP and is not
// sent.
func (p *Pair) setIssuer() error {
	for _, der := range p.tls.Certificate[1:] {
		if c, err := x509.ParseCertificate(der); err == nil && p.Leaf.CheckSignatureFrom(c) == nil {
			p.issuer = c
			return nil
		}
	}
	if len(p.source.issuer) == 0 {
		return nil
	}
	block, _ := pem.Decode(p.source.issuer)
	if block == nil {
		return errors.New("no certificate in its .issuer file")
	}
	c, err := x509.ParseCertificate(block.Bytes)
	if err != nil {
		return fmt.Errorf("its .issuer file: %w", err)
	}
	p.issuer = c
	return nil
}

// setOCSP takes a response that may be stapled; one that may not is left out with a note.
func (p *Pair) setOCSP() {
	if len(p.source.ocsp) == 0 {
		return
	}
	st, err := parseStaple(p, p.source.ocsp, time.Now())
	if err != nil {
		p.note("its OCSP response is left out: %s", err)
		return
	}
	p.staple.Store(st)
}

// setSCTs takes a list of signed certificate timestamps (RFC 6962, 3.3).
func (p *Pair) setSCTs(b []byte) error {
	if len(b) == 0 {
		return nil
	}
	bad := errors.New("its .sctl file is no list of signed certificate timestamps (RFC 6962)")
	if len(b) < 2 || int(b[0])<<8|int(b[1]) != len(b)-2 {
		return bad
	}
	for b = b[2:]; len(b) > 0; {
		if len(b) < 2 {
			return bad
		}
		n := int(b[0])<<8 | int(b[1])
		if b = b[2:]; n == 0 || n > len(b) {
			return bad
		}
		p.tls.SignedCertificateTimestamps = append(p.tls.SignedCertificateTimestamps, b[:n])
		b = b[n:]
	}
	return nil
}

// readFile reads a file of bounded size. Its errors do not repeat the path.
func readFile(path string) ([]byte, error) {
	f, err := os.Open(path)
	if err != nil {
		return nil, plain(err)
	}
	defer f.Close()
	b, err := io.ReadAll(io.LimitReader(f, maxFile+1))
	if err != nil {
		return nil, plain(err)
	}
	if len(b) > maxFile {
		return nil, fmt.Errorf("it is larger than %d bytes", maxFile)
	}
	return b, nil
}

// plain drops the path from a file's error.
func plain(err error) error {
	var p *os.PathError
	if errors.As(err, &p) {
		return p.Err
	}
	return err
}

// readBeside reads a file that need not be there.
func readBeside(path string) ([]byte, error) {
	b, err := readFile(path)
	if errors.Is(err, os.ErrNotExist) {
		return nil, nil
	}
	if err != nil {
		return nil, fmt.Errorf("%s: %w", filepath.Base(path), err)
	}
	if b == nil {
		b = []byte{}
	}
	return b, nil
}
