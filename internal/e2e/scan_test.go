package e2e

import (
	"bytes"
	"encoding/json"
	"encoding/xml"
	"flag"
	"os"
	"os/exec"
	"path/filepath"
	"slices"
	"strings"
	"testing"
	"time"

	"weir/internal/peer"
	"weir/internal/testpki"
)

var scanAll = flag.Bool("testssl-all", false, "run every check of testssl, not only those that the configuration of TLS decides")

// scanConf is TLS as it is without a word about how: an RSA and an elliptic certificate, and nothing else.
const scanConf = `defaults
  mode http
  timeout client 20s
  timeout server 20s
  timeout connect 20s
frontend fe
  bind 127.0.0.1:{{port}} ssl crt {{dir}}/site.pem
  http-request return status 200
`

// scanLab runs Weir on a configuration with certificates that scanners have nothing to say about.
func scanLab(t *testing.T, text string) (addr, ca string) {
	t.Helper()
	l := &tlsLab{dir: shortDir(t), ca: testpki.NewCA(t, "Root")}
	ca = testpki.Write(t, l.dir, "ca.pem", l.ca.PEM())
	leaf := testpki.Leaf{Names: []string{"localhost"}, IPs: []string{"127.0.0.1"}, To: 90 * 24 * time.Hour, OCSP: "http://127.0.0.1:1/"}
	for _, kind := range []string{".ecdsa", ".rsa"} {
		leaf.RSA = kind == ".rsa"
		cert, key := l.ca.Issue(t, leaf)
		testpki.Write(t, l.dir, "site.pem"+kind, slices.Concat(cert, l.ca.PEM(), key))
	}
	addr, _ = l.start(t, "weir", text)
	return addr, ca
}

// sslscanReport is what is looked at of sslscan's XML.
type sslscanReport struct {
	Test struct {
		Protocols []struct {
			Type    string `xml:"type,attr"`
			Version string `xml:"version,attr"`
			Enabled bool   `xml:"enabled,attr"`
		} `xml:"protocol"`
		Renegotiation struct {
			Supported bool `xml:"supported,attr"`
		} `xml:"renegotiation"`
		Heartbleed []struct {
			Vulnerable bool `xml:"vulnerable,attr"`
		} `xml:"heartbleed"`
		Ciphers []struct {
			Version  string `xml:"sslversion,attr"`
			Bits     int    `xml:"bits,attr"`
			Name     string `xml:"cipher,attr"`
			Strength string `xml:"strength,attr"`
		} `xml:"cipher"`
		Groups []struct {
			Bits int    `xml:"bits,attr"`
			Name string `xml:"name,attr"`
		} `xml:"group"`
	} `xml:"ssltest"`
}

// sslscan returns what it finds wrong at an address.
func sslscan(t *testing.T, addr string) (bad []string) {
	t.Helper()
	out, err := exec.Command(peer.Need(t, "sslscan"), "--xml=-", "--no-colour", addr).Output()
	if err != nil {
		t.Fatalf("sslscan: %v", err)
	}
	var r sslscanReport
	if err := xml.Unmarshal(out, &r); err != nil {
		t.Fatal(err)
	}
	x := &r.Test
	if len(x.Ciphers) < 8 || len(x.Protocols) < 6 || len(x.Heartbleed) < 2 || len(x.Groups) < 4 {
		t.Fatalf("sslscan did not see it all:\n%s", out)
	}
	for _, p := range x.Protocols {
		if p.Enabled && (p.Type != "tls" || p.Version < "1.2") {
			bad = append(bad, "it speaks "+p.Type+" "+p.Version)
		}
	}
	for _, c := range x.Ciphers {
		if c.Bits < 128 || c.Strength != "strong" && c.Strength != "acceptable" || strings.Contains(c.Name, "RC4") || strings.Contains(c.Name, "3DES") || strings.Contains(c.Name, "CBC3") {
			bad = append(bad, "a "+c.Strength+" cipher: "+c.Version+" "+c.Name)
		}
	}
	for _, g := range x.Groups {
		if g.Bits < 112 {
			bad = append(bad, "a weak group: "+g.Name)
		}
	}
	for _, h := range x.Heartbleed {
		if h.Vulnerable {
			bad = append(bad, "heartbleed")
		}
	}
	if x.Renegotiation.Supported {
		bad = append(bad, "it renegotiates")
	}
	return bad
}

// TestSSLScan: sslscan finds nothing weak in the default configuration; in one that asks for what is old, it does.
func TestSSLScan(t *testing.T) {
	t.Parallel()
	peer.Need(t, "sslscan")
	addr, _ := scanLab(t, scanConf)
	if bad := sslscan(t, addr); bad != nil {
		t.Errorf("found: %s", strings.Join(bad, "; "))
	}
	addr, _ = scanLab(t, strings.Replace(scanConf, "site.pem\n", "site.pem ssl-min-ver TLSv1.0\n", 1))
	if bad := sslscan(t, addr); len(bad) < 2 {
		t.Errorf("with ssl-min-ver TLSv1.0 found %q; want TLS 1.0 and 1.1", bad)
	}
}

// testsslFinding is one of testssl's.
type testsslFinding struct{ ID, Severity, Finding string }

// TestTestSSL: testssl finds nothing above "low" in the default configuration.
func TestTestSSL(t *testing.T) {
	t.Parallel()
	if testing.Short() {
		t.Skip("-short: testssl takes the better part of a minute")
	}
	bin := peer.Need(t, "testssl")
	addr, ca := scanLab(t, scanConf)
	report := filepath.Join(shortDir(t), "report.json")
	args := []string{"--quiet", "--color", "0", "--warnings", "batch", "--nodns", "none", "--add-ca", ca, "--jsonfile", report}
	if !*scanAll {
		// Protocols, categories of ciphers, certificates and vulnerabilities: not what sslscan has seen, nor what the HTTP of the site decides.
		args = append(args, "-p", "-s", "-S", "-U")
	}
	var noise bytes.Buffer
	cmd := exec.Command(bin, append(args, addr)...)
	cmd.Dir, cmd.Stdout, cmd.Stderr = shortDir(t), &noise, &noise
	err := cmd.Run() // its code is how much it found
	b, readErr := os.ReadFile(report)
	var found []testsslFinding
	if readErr != nil || json.Unmarshal(b, &found) != nil {
		t.Fatalf("testssl: %v: no report\n%s", err, clipText(noise.String()))
	}
	ids := map[string]bool{}
	for _, f := range found {
		ids[f.ID] = true
		switch {
		case f.Severity == "OK" || f.Severity == "INFO" || f.Severity == "LOW":
		case f.ID == "engine_problem": // of the scanner's own OpenSSL
		case f.ID == "security_headers": // of the site
		default:
			t.Errorf("%s: %s: %s", f.Severity, f.ID, f.Finding)
		}
	}
	for _, id := range []string{"TLS1", "TLS1_2", "TLS1_3", "cipherlist_NULL", "cert_chain_of_trust <cert#1>", "cert_chain_of_trust <cert#2>", "heartbleed", "ROBOT", "CRIME_TLS", "secure_renego"} {
		if !ids[id] && !slices.ContainsFunc(found, func(f testsslFinding) bool { return strings.HasPrefix(f.ID, id) }) {
			t.Errorf("testssl did not look at %s\n%s", id, clipText(noise.String()))
		}
	}
	t.Logf("%d findings", len(found))
}
