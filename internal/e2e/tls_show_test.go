package e2e

import (
	"crypto/x509"
	"crypto/x509/pkix"
	"encoding/asn1"
	"encoding/pem"
	"fmt"
	"os"
	"path/filepath"
	"regexp"
	"slices"
	"strings"
	"testing"
	"time"

	"golang.org/x/crypto/ocsp"

	"weir/internal/peer"
	"weir/internal/testpki"
)

const showConf = `global
  stats socket {{sock}} level admin
  crt-base .
defaults
  mode http
  timeout client 1m
  timeout server 1m
  timeout connect 20s
frontend fe
  bind 127.0.0.1:{{port}} ssl crt show/chain.pem
  bind {{sock}}.2 ssl crt ./show/bare.pem
  bind {{sock}}.3 ssl crt show/../show/bare.pem
  default_backend b
backend b
  server s 127.0.0.1:1 ssl verify required ca-file @system-ca
`

// showLab writes the certificates, and an OCSP response.
func showLab(t *testing.T, l *tlsLab) {
	t.Helper()
	dir := filepath.Join(l.dir, "show")
	if err := os.Mkdir(dir, 0o755); err != nil {
		t.Fatal(err)
	}
	sub := l.ca.Sub(t, "Inter")
	cert, key := sub.Issue(t, testpki.Leaf{CN: "leaf", Names: []string{"leaf.example.com"}})
	testpki.Write(t, dir, "chain.pem", []byte(string(cert)+string(sub.PEM())+string(l.ca.PEM())+string(key)))
	testpki.Write(t, dir, "bare.pem", []byte(string(cert)+string(key)))
	testpki.Write(t, dir, "bare.pem.issuer", sub.PEM())
	block, _ := pem.Decode(cert)
	leaf, err := x509.ParseCertificate(block.Bytes)
	if err != nil {
		t.Fatal(err)
	}
	cutoff, err := asn1.MarshalWithParams(time.Date(2020, 3, 4, 5, 6, 7, 0, time.UTC), "generalized")
	if err != nil {
		t.Fatal(err)
	}
	now := time.Now()
	raw, err := ocsp.CreateResponse(sub.Cert, sub.Cert, ocsp.Response{Status: ocsp.Good, SerialNumber: leaf.SerialNumber, ThisUpdate: now.Add(-time.Hour), NextUpdate: now.Add(time.Hour),
		ExtraExtensions: []pkix.Extension{
			{Id: asn1.ObjectIdentifier{1, 3, 6, 1, 5, 5, 7, 48, 1, 6}, Value: cutoff},
			{Id: asn1.ObjectIdentifier{1, 2, 3, 4, 5}, Critical: false, Value: []byte("\x0c\x04text")},
		}}, sub.Key())
	if err != nil {
		t.Fatal(err)
	}
	testpki.Write(t, dir, "chain.pem.ocsp", raw)
	for _, name := range []string{"SSL_CERT_FILE", "SSL_CERT_DIR"} { // which HAProxy does not look at
		t.Setenv(name, "")
	}
}

// TestTLSShowOracle: a stats socket names and describes certificates, chains, OCSP responses and the system's authorities as HAProxy does.
func TestTLSShowOracle(t *testing.T) {
	peer.Need(t, "haproxy")
	l := newTLSLab(t)
	showLab(t, l)
	commands := []string{
		"show ssl cert", "show ssl cert ./show/chain.pem", "show ssl cert show/chain.pem", "show ssl cert ././show/bare.pem", "show ssl cert ./show/../show/bare.pem",
		"show ssl ocsp-response", "show ssl ocsp-response {{id}}", "show ssl ca-file", "show ssl ca-file @system-ca",
	}
	var id string
	answers := map[string][]string{}
	for _, kind := range []string{"haproxy", "weir"} {
		port, sock := newPlaces("", kind).port("show"), filepath.Join(l.dir, kind+".sock")
		conf := filepath.Join(l.dir, kind+".cfg")
		text := strings.NewReplacer("{{port}}", fmt.Sprint(port), "{{sock}}", sock).Replace(showConf)
		if err := os.WriteFile(conf, []byte(text), 0o644); err != nil {
			t.Fatal(err)
		}
		p, err := startProc(kind, conf)
		if err != nil {
			t.Fatal(err)
		}
		t.Cleanup(p.end)
		if err := p.ready([]int{port}, []string{sock}); err != nil {
			t.Fatalf("%s: %v\n%s", kind, err, p.stderr.String())
		}
		for _, c := range commands {
			answer, err := askSocket(sock, strings.ReplaceAll(c, "{{id}}", id)+"\n")
			if err != nil {
				t.Fatal(err)
			}
			if line, ok := strings.CutPrefix(answer, "# Certificate IDs\nCertificate ID key : "); ok && id == "" {
				id, _, _ = strings.Cut(line, "\n")
			}
			answers[kind] = append(answers[kind], answer)
		}
	}
	for i, c := range commands {
		h, w := answers["haproxy"][i], answers["weir"][i]
		if strings.Contains(c, "ca-file @") {
			h, w = unnumbered(h), unnumbered(strings.Replace(w, "Status: Used", "Status: Unused", 1)) // it is of a server line, which HAProxy does not count
		}
		if c == "show ssl ocsp-response" { // newer releases tell the paths
			w = strings.Replace(w, "\nCertificate path : ./show/chain.pem", "", 1)
		}
		if h != w || h == "" {
			t.Errorf("%s: - haproxy, + weir:\n%s", c, lineDiff(h, w))
		}
	}
}

// unnumbered is a description of authorities in an order of its own: HAProxy has them in order but for what it has read last. Of alternative names
// it writes those of hosts.
func unnumbered(text string) string {
	text = titles.ReplaceAllString(text, "") // again and again, where an answer is longer than a buffer
	list := strings.Split(altNames.ReplaceAllString(text, ""), "Certificate #")
	for i, part := range list {
		_, rest, _ := strings.Cut(part, ":\n")
		list[i] = strings.TrimSpace(rest)
	}
	slices.Sort(list)
	return strings.Join(list, "\n")
}

var (
	altNames = regexp.MustCompile(`(?m)^Subject Alternative Name:.*$`)
	titles   = regexp.MustCompile(`(?m)^(?:Filename|Status): .*$`)
)
