package tlsconf

import (
	"crypto/fips140"
	"crypto/sha1"
	"crypto/x509"
	"encoding/base64"
	"errors"
	"fmt"
	"maps"
	"math/big"
	"slices"
	"strings"
)

func unbase64(text string) ([]byte, error) {
	b, err := base64.StdEncoding.DecodeString(strings.Join(strings.Fields(text), ""))
	if err != nil {
		return nil, errors.New("it is not base64")
	}
	return b, nil
}

// showProviders tells what does the cryptography, which is nothing of OpenSSL's.
func showProviders() string {
	name := "crypto/tls"
	if fips140.Enabled() {
		name += " (FIPS 140-3)"
	}
	return answer("Loaded providers : ", "\t- "+name)
}

func (s *Store) showCert(path string) string {
	if path == "" {
		var out []string
		if t := s.txn.cert; t != nil {
			out = append(out, "# transaction", "*"+t.path)
		}
		out = append(out, "# filename")
		return answer(append(out, slices.Sorted(maps.Keys(s.pairs))...)...)
	}
	if base, ok := strings.CutSuffix(path, ".ocsp"); ok && s.pairs[path] == nil && s.pairs[base] != nil {
		if p := s.pairs[base].pair; p != nil && p.staple.Load() != nil {
			return describeOCSP(p.staple.Load())
		}
		return ""
	}
	const missing = "Can't display the certificate: Not found or the certificate is a bundle!"
	if of, ok := strings.CutPrefix(path, "*"); ok {
		t := s.txn.cert
		if t == nil || t.path != of {
			return missing
		}
		p, err := s.x.parsePair(of, t.files)
		if err != nil {
			return answer("Filename: "+path, "Status: Invalid ("+err.Error()+")")
		}
		return describePair(path, "Unused", p)
	}
	e := s.pairs[path]
	switch {
	case e == nil:
		return missing
	case e.pair == nil:
		return answer("Filename: "+path, "Status: Empty", "OCSP Response Key: ")
	case s.users(path) == 0:
		return describePair(path, "Unused", e.pair)
	}
	return describePair(path, "Used", e.pair)
}

func describePair(path, status string, p *Pair) string {
	out := append([]string{"Filename: " + path, "Status: " + status}, describe(p.Leaf)...)
	for _, der := range p.tls.Certificate[1:] {
		if c, err := x509.ParseCertificate(der); err == nil {
			out = append(out, "Chain Subject: "+DNText(c.RawSubject), "Chain Issuer: "+DNText(c.RawIssuer))
		}
	}
	key := "OCSP Response Key: "
	if p.staple.Load() != nil {
		key += p.idText()
	}
	return answer(append(out, key)...)
}

// serialText is a serial number as OpenSSL has it.
func serialText(n *big.Int) string {
	if n.Sign() == 0 {
		return "00"
	}
	return fmt.Sprintf("%X", n.Bytes())
}

// describe are the lines about one certificate.
func describe(c *x509.Certificate) []string {
	const layout = "Jan _2 15:04:05 2006 GMT"
	var names []string
	for _, n := range c.DNSNames {
		names = append(names, "DNS:"+n)
	}
	for _, n := range c.IPAddresses {
		names = append(names, "IP Address:"+n.String())
	}
	return []string{
		"Serial: " + serialText(c.SerialNumber),
		"notBefore: " + c.NotBefore.UTC().Format(layout),
		"notAfter: " + c.NotAfter.UTC().Format(layout),
		"Subject Alternative Name: " + strings.Join(names, ", "),
		"Algorithm: " + KeyName(c),
		"SHA1 FingerPrint: " + fmt.Sprintf("%X", sha1.Sum(c.Raw)),
		"Subject: " + DNText(c.RawSubject),
		"Issuer: " + DNText(c.RawIssuer),
	}
}

func describeCAs(path, status string, certs []*x509.Certificate, one int) string {
	out := []string{"Filename: " + path, "Status: " + status}
	if one > len(certs) {
		return ""
	}
	for i, c := range certs {
		if one > 0 && one != i+1 {
			continue
		}
		out = append(out, " ", fmt.Sprintf("Certificate #%d:", i+1))
		out = append(out, describe(c)...)
	}
	return answer(out...)
}

// crlVersion is that of a list: 2 where it has extensions (RFC 5280, 5.1.2.1).
func crlVersion(l *x509.RevocationList) string {
	if len(l.Extensions) > 0 {
		return "Version 2"
	}
	return "Version 1"
}

func describeCRLs(path, status string, list []*crl, one int) string {
	out := []string{"Filename: " + path, "Status: " + status}
	for i, c := range list {
		if one > 0 && one != i+1 {
			continue
		}
		out = append(out, " ", fmt.Sprintf("Certificate Revocation List #%d:", i+1), crlVersion(c.list), "Signature Algorithm: "+longAlg(SigAlgName(c.list.SignatureAlgorithm)),
			"Issuer: "+DNText(c.list.RawIssuer), "Last Update: "+sslTime(c.list.ThisUpdate))
		if !c.list.NextUpdate.IsZero() {
			out = append(out, "Next Update: "+sslTime(c.list.NextUpdate))
		}
		if len(c.list.RevokedCertificateEntries) == 0 {
			out = append(out, "No Revoked Certificates.")
			continue
		}
		out = append(out, "Revoked Certificates:")
		for _, r := range c.list.RevokedCertificateEntries {
			out = append(out, "    Serial Number: "+serialText(r.SerialNumber), "        Revocation Date: "+sslTime(r.RevocationTime))
		}
	}
	return answer(out...)
}
