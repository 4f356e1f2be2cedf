package tlsconf

import (
	"bytes"
	"cmp"
	"crypto/sha256"
	"crypto/x509"
	"errors"
	"os"
	"path/filepath"
	"slices"
)

// anchor is a certificate that a CA file has. Only one that is signed by itself ends a chain, as with OpenSSL without
// X509_V_FLAG_PARTIAL_CHAIN: the others are ways to such a one, and may be revoked.
type anchor struct {
	cert *x509.Certificate
	pool *x509.CertPool // holds it; nil = it is not signed by itself
}

// anchors are the certificates of CA files, by their subject.
type anchors map[string][]*anchor

// add adds a certificate, once.
func (a anchors) add(c *x509.Certificate) {
	if a.find(c) != nil {
		return
	}
	n := &anchor{cert: c}
	if ownIssuer(c) {
		n.pool = x509.NewCertPool()
		n.pool.AddCert(c)
	}
	a[string(c.RawSubject)] = append(a[string(c.RawSubject)], n)
}

// find is the anchor that is this very certificate; nil = there is none.
func (a anchors) find(c *x509.Certificate) *anchor {
	for _, n := range a[string(c.RawSubject)] {
		if n.cert.Equal(c) {
			return n
		}
	}
	return nil
}

// end reports whether a chain can end at one of them.
func (a anchors) end() bool {
	for _, list := range a {
		if slices.ContainsFunc(list, func(n *anchor) bool { return n.pool != nil }) {
			return true
		}
	}
	return false
}

// ownIssuer reports whether a certificate is its own issuer. Of one whose algorithm is too old to be checked, or not known here, the names and key identifiers count:
// nobody relies on the signature of an authority that a file names.
func ownIssuer(c *x509.Certificate) bool {
	if !mayIssue(c, c) {
		return false
	}
	err := c.CheckSignature(c.SignatureAlgorithm, c.RawTBSCertificate, c.Signature)
	var old x509.InsecureAlgorithmError
	return err == nil || errors.As(err, &old) || errors.Is(err, x509.ErrUnsupportedAlgorithm)
}

// mayIssue reports whether x is the issuer of c as far as names and key identifiers tell.
func mayIssue(x, c *x509.Certificate) bool {
	if !bytes.Equal(x.RawSubject, c.RawIssuer) {
		return false
	}
	return len(c.AuthorityKeyId) == 0 || len(x.SubjectKeyId) == 0 || bytes.Equal(c.AuthorityKeyId, x.SubjectKeyId)
}

// systemFiles and systemDirs are where systems have their authorities, as crypto/x509 looks for them, which has no list of what it found.
var (
	systemFiles = []string{"/etc/ssl/certs/ca-certificates.crt", "/etc/pki/tls/certs/ca-bundle.crt", "/etc/ssl/ca-bundle.pem", "/etc/pki/tls/cacert.pem",
		"/etc/pki/ca-trust/extracted/pem/tls-ca-bundle.pem", "/etc/ssl/cert.pem"}
	systemDirs = []string{"/etc/ssl/certs", "/etc/pki/tls/certs"}
)

// systemCerts are the authorities of the system, or of SSL_CERT_FILE and SSL_CERT_DIR, where they are set.
func systemCerts() ([]*x509.Certificate, error) {
	files, dirs := systemFiles, systemDirs
	if f := os.Getenv("SSL_CERT_FILE"); f != "" {
		files, dirs = []string{f}, nil
	}
	if d := os.Getenv("SSL_CERT_DIR"); d != "" {
		dirs = filepath.SplitList(d)
		if os.Getenv("SSL_CERT_FILE") == "" {
			files = nil
		}
	}
	var list []*x509.Certificate
	for _, f := range files {
		if b, err := readFile(f); err == nil {
			list = append(list, certsAmong(b)...)
			break
		}
	}
	for _, d := range dirs { // besides, as HAProxy and crypto/x509 do
		paths, _ := dirFiles(d)
		for _, p := range paths {
			if b, err := readFile(p); err == nil {
				list = append(list, certsAmong(b)...)
			}
		}
	}
	if list == nil {
		return nil, errors.New("the system has no authorities")
	}
	return inOrder(list), nil
}

// asAdded leaves one of each, in the order that OpenSSL has them in once they were added one after the other: it puts those in order that are there whenever
// it looks whether the next one is.
func asAdded(list []*x509.Certificate) []*x509.Certificate {
	if len(list) == 0 {
		return list
	}
	last := list[len(list)-1]
	before := inOrder(slices.Clone(list[:len(list)-1]))
	if slices.ContainsFunc(before, last.Equal) {
		return before
	}
	return append(before, last)
}

// inOrder leaves one of each, in the order that OpenSSL keeps them in: by their subjects, the shortest first.
func inOrder(list []*x509.Certificate) []*x509.Certificate {
	names := map[*x509.Certificate][]byte{}
	for _, c := range list {
		names[c] = canonicalName(c.RawSubject)
	}
	slices.SortStableFunc(list, func(a, b *x509.Certificate) int {
		return cmp.Or(cmp.Compare(len(names[a]), len(names[b])), bytes.Compare(names[a], names[b]))
	})
	seen := map[string]bool{}
	return slices.DeleteFunc(list, func(c *x509.Certificate) bool {
		was := seen[string(c.Raw)]
		seen[string(c.Raw)] = true
		return was
	})
}

// identity tells what is trusted from what else could be: equal ones are equal wherever the files are, on every machine. Revocation lists change
// every day, and count only in that they are asked for.
func (a *authorities) identity() (id [sha256.Size]byte) {
	var all [][]byte
	for _, list := range a.trusted {
		for _, n := range list {
			h := sha256.Sum256(n.cert.Raw)
			all = append(all, h[:])
		}
	}
	slices.SortFunc(all, bytes.Compare)
	h := sha256.New()
	for _, x := range all {
		h.Write(x)
	}
	if a.needList {
		h.Write([]byte{1})
	}
	return [sha256.Size]byte(h.Sum(nil))
}
