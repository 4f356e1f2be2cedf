package tlsconf

import (
	"crypto/ecdsa"
	"crypto/rsa"
	"crypto/x509"
	"encoding/pem"
	"fmt"
	"strings"
	"time"
)

// showSNI is "show ssl sni [-f <frontend>] [-A]": every name that a certificate is chosen for. -A leaves out those that are valid.
func (s *Store) showSNI(args []string) string {
	frontend, expired := "", false
	for i := 0; i < len(args); i++ {
		switch {
		case args[i] == "-A":
			expired = true
		case args[i] == "-f" && i+1 < len(args):
			i++
			frontend = args[i]
		default:
			return "'show ssl sni' expects [-f <frontend>] [-A]"
		}
	}
	out := []string{"# Frontend/Bind\tSNI\tNegative Filter\tType\tFilename\tNotAfter\tNotBefore"}
	for _, b := range s.binds {
		if frontend != "" && b.p.Name != frontend {
			continue
		}
		for _, c := range b.names.Load().all {
			if expired && time.Now().Before(c.pair.Leaf.NotAfter) {
				continue
			}
			for _, name := range c.shownFor() {
				out = append(out, strings.Join([]string{fmt.Sprintf("%s/%s:%d", b.p.Name, b.b.Pos.File, b.b.Pos.Line), name, c.refused(), keyKind(c.pair.Leaf), c.pair.Path,
					sslTime(c.pair.Leaf.NotAfter), sslTime(c.pair.Leaf.NotBefore)}, "\t"))
			}
		}
	}
	return answer(out...)
}

// shownFor are the names that the certificate is chosen for: of its filters, or its own.
func (c *choice) shownFor() []string {
	var list []string
	for _, f := range c.line.filters {
		if !strings.HasPrefix(f, "!") {
			list = append(list, strings.ToLower(f))
		}
	}
	if len(c.line.filters) == 0 {
		list = c.pair.names
	}
	return list
}

// refused are the names of filters that take some out, "-" where there are none.
func (c *choice) refused() string {
	if len(c.not) == 0 {
		return "-"
	}
	return "!" + strings.Join(c.not, " !")
}

func keyKind(c *x509.Certificate) string {
	switch c.PublicKey.(type) {
	case *rsa.PublicKey:
		return "rsa"
	case *ecdsa.PublicKey:
		return "ecdsa"
	}
	return "dsa"
}

// dumpCert writes a certificate with its chain and its key, as a file of a crt holds it.
func (s *Store) dumpCert(path string) string {
	if path == "" {
		return "'dump ssl cert' expects a filename"
	}
	e := s.pairs[path]
	if e == nil || e.pair == nil {
		return "Can't dump the certificate: certificate '" + path + "' doesn't exist!"
	}
	key, err := x509.MarshalPKCS8PrivateKey(e.pair.tls.PrivateKey)
	if err != nil {
		return "Can't dump the certificate: " + err.Error()
	}
	text := pem.EncodeToMemory(&pem.Block{Type: "PRIVATE KEY", Bytes: key})
	for _, der := range e.pair.tls.Certificate {
		text = append(text, pem.EncodeToMemory(&pem.Block{Type: "CERTIFICATE", Bytes: der})...)
	}
	return strings.TrimSpace(string(text))
}
