package tlsconf

import (
	"bytes"
	"crypto/x509/pkix"
	"encoding/asn1"
	"encoding/pem"
	"fmt"
	"slices"
	"strings"
	"time"

	"golang.org/x/crypto/ocsp"
)

// describeOCSP writes a response as OpenSSL does, whose text the scripts of operators look into. The responder's certificate is written as PEM alone.
func describeOCSP(s *staple) string {
	r := s.resp
	id := idOf(r)
	out := []string{
		"OCSP Response Data:",
		"    OCSP Response Status: successful (0x0)",
		"    Response Type: Basic OCSP Response",
		"    Version: 1 (0x0)",
		"    Responder Id: " + signerName(r),
		"    Produced At: " + sslTime(r.ProducedAt),
		"    Responses:",
		"    Certificate ID:",
		"      Hash Algorithm: " + strings.ToLower(strings.ReplaceAll(r.IssuerHash.String(), "-", "")),
		fmt.Sprintf("      Issuer Name Hash: %X", id.NameHash),
		fmt.Sprintf("      Issuer Key Hash: %X", id.KeyHash),
		"      Serial Number: " + serialText(r.SerialNumber),
		"    Cert Status: " + map[int]string{ocsp.Good: "good", ocsp.Revoked: "revoked"}[r.Status],
		"    This Update: " + sslTime(r.ThisUpdate),
	}
	if !r.NextUpdate.IsZero() {
		out = append(out, "    Next Update: "+sslTime(r.NextUpdate))
	}
	out = append(out, extensions("        ", "Response Single Extensions:", r.Extensions)...)
	out = append(out, " ")
	out = append(out, extensions("    ", "Response Extensions:", responseExtensions(r))...)
	out = append(out, "    Signature Algorithm: "+longAlg(SigAlgName(r.SignatureAlgorithm)), "    Signature Value:")
	out = append(out, colons(r.Signature)...)
	if r.Certificate != nil {
		out = append(out, strings.TrimSpace(string(pem.EncodeToMemory(&pem.Block{Type: "CERTIFICATE", Bytes: r.Certificate.Raw}))))
	}
	return answer(out...)
}

func sslTime(t time.Time) string { return t.UTC().Format("Jan _2 15:04:05 2006 GMT") }

// responseData is what a response says (RFC 6960, 4.2.1).
type responseData struct {
	Version   int           `asn1:"optional,default:0,explicit,tag:0"`
	Responder asn1.RawValue // name or key hash
	Produced  time.Time     `asn1:"generalized"`
	Responses []struct {
		ID   certID
		Rest asn1.RawValue   // the status
		This time.Time       `asn1:"generalized"`
		Next time.Time       `asn1:"generalized,explicit,tag:0,optional"`
		Exts []asn1.RawValue `asn1:"explicit,tag:1,optional"`
	}
	Exts []pkix.Extension `asn1:"explicit,tag:1,optional"`
}

// idOf is what a response calls its certificate, or nothing where that cannot be read.
func idOf(r *ocsp.Response) (id certID) {
	var d responseData
	if _, err := asn1.Unmarshal(r.TBSResponseData, &d); err != nil {
		return id
	}
	for i := range d.Responses {
		if d.Responses[i].ID.Serial.Cmp(r.SerialNumber) == 0 {
			return d.Responses[i].ID
		}
	}
	return id
}

// responseExtensions are those of the response as a whole.
func responseExtensions(r *ocsp.Response) []pkix.Extension {
	var d responseData
	if _, err := asn1.Unmarshal(r.TBSResponseData, &d); err != nil {
		return nil
	}
	return d.Exts
}

// Extensions that OpenSSL writes in a way of their own (RFC 6960, 4.4).
var (
	oidNonce  = asn1.ObjectIdentifier{1, 3, 6, 1, 5, 5, 7, 48, 1, 2}
	oidCutoff = asn1.ObjectIdentifier{1, 3, 6, 1, 5, 5, 7, 48, 1, 6}
)

// extensions writes a list of them under its title.
func extensions(indent, title string, list []pkix.Extension) (lines []string) {
	if len(list) == 0 {
		return nil
	}
	lines = append(lines, indent+title)
	for _, e := range list {
		name, value := e.Id.String(), printable(e.Value)
		var cutoff time.Time
		switch {
		case e.Id.Equal(oidNonce):
			name, value = "OCSP Nonce", fmt.Sprintf("%X", e.Value)
		case e.Id.Equal(oidCutoff):
			name = "OCSP Archive Cutoff"
			if _, err := asn1.UnmarshalWithParams(e.Value, &cutoff, "generalized"); err == nil {
				value = sslTime(cutoff)
			}
		}
		critical := ""
		if e.Critical {
			critical = "critical"
		}
		lines = append(lines, indent+"    "+name+": "+critical, indent+"        "+value)
	}
	return lines
}

// printable has dots in the place of what is no letter.
func printable(b []byte) string {
	out := slices.Clone(b)
	for i, c := range out {
		if c < ' ' || c > '~' {
			out[i] = '.'
		}
	}
	return string(out)
}

// signerName is who has signed: a name as OpenSSL's "oneline" has it, or the hash of a key.
func signerName(r *ocsp.Response) string {
	if r.RawResponderName == nil {
		return fmt.Sprintf("%X", r.ResponderKeyHash)
	}
	// "/C=FR/O=Weir" becomes "C = FR, O = Weir".
	parts := strings.Split(strings.TrimPrefix(DNText(r.RawResponderName), "/"), "/")
	for i, p := range parts {
		parts[i] = strings.Replace(p, "=", " = ", 1)
	}
	return strings.Join(parts, ", ")
}

// colons writes bytes as OpenSSL does, 18 a line.
func colons(b []byte) (lines []string) {
	for len(b) > 0 {
		n := min(18, len(b))
		var l bytes.Buffer
		for i, c := range b[:n] {
			if i > 0 {
				l.WriteByte(':')
			}
			fmt.Fprintf(&l, "%02x", c)
		}
		if b = b[n:]; len(b) > 0 {
			l.WriteByte(':')
		}
		lines = append(lines, "        "+l.String())
	}
	return lines
}

// longAlg is OpenSSL's long name for RSA-SHA256 and its kin.
func longAlg(name string) string {
	if hash, ok := strings.CutPrefix(name, "RSA-"); ok {
		return strings.ToLower(hash) + "WithRSAEncryption"
	}
	return name
}
