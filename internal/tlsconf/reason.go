package tlsconf

import (
	"crypto/tls"
	"crypto/x509"
	"errors"
	"fmt"
	"io"
	"net"
	"os"
	"reflect"
	"strings"

	"weir/internal/loop"
	"weir/internal/tlsio"
)

// Failure is why a handshake failed. The zero value is none.
type Failure struct {
	Name string // of the counter
	Text string // for people: what the other side did, who is "it"
	Conn string // HAProxy's name of a connection's error (fc_err_name)
	Code uint32 // OpenSSL's number; 0 = it has none
}

// failures are what there is of each kind beside the text.
var failures = map[string]Failure{
	"ssl_timeout":        {Conn: "SSL_TIMEOUT"},
	"ssl_closed":         {Conn: "SSL_EMPTY"},
	"ssl_maxconn":        {Conn: "SSL_TOO_MANY"},
	"ssl_certificate":    {Conn: "SSL_CRT_FAIL", Code: sslVerifyFailed},
	"ssl_plain_http":     {Code: sslHTTPRequest},
	"ssl_not_tls":        {Code: sslWrongVersion},
	"ssl_version":        {Code: sslUnsupported},
	"ssl_no_common":      {Code: sslNoCipher},
	"ssl_no_algorithm":   {Code: sslNoAlgorithm},
	"ssl_no_certificate": {Code: sslNoCertificate},
	"ssl_no_name":        {Code: sslCallback},
	"ssl_alert":          {},
	"ssl_failed":         {},
}

// Explain is why a handshake failed. y is its connection, which knows what was asked for; nil = there is none.
func Explain(err error, y *tlsio.Conn) Failure {
	if err == nil {
		return Failure{}
	}
	name, text := kindOf(err)
	f := failures[name]
	f.Name, f.Text = name, text
	if f.Conn == "" {
		f.Conn = "SSL_HANDSHAKE"
	}
	var bad *VerifyError
	switch {
	case name == "ssl_alert":
		f.alert(err, y)
	case errors.As(err, &bad) && bad.Depth > 0:
		f.Conn = "SSL_CA_FAIL"
	case y != nil && y.Info().Asked != nil:
		f.asked(y.Info().Asked)
	}
	return f
}

// kindOf tells the kinds apart. Most errors of crypto/tls have no type of their own: their words are all there is, and what is not known is told as it is.
func kindOf(err error) (name, text string) {
	var bad *VerifyError
	var header tls.RecordHeaderError
	var op *net.OpError
	var cert *tls.CertificateVerificationError
	var unknown x509.UnknownAuthorityError
	switch {
	case err == loop.ErrTimeout || errors.Is(err, os.ErrDeadlineExceeded):
		return "ssl_timeout", "it took too long"
	case err == io.EOF, err == io.ErrUnexpectedEOF, errors.Is(err, loop.ErrClosed):
		return "ssl_closed", "the other side closed the connection"
	case err == tlsio.ErrTooMany:
		return "ssl_maxconn", err.Error()
	case errors.As(err, &bad):
		return "ssl_certificate", "its certificate was not accepted: " + bad.Error()
	case errors.As(err, &cert), errors.As(err, &unknown):
		return "ssl_certificate", "its certificate was not accepted"
	case errors.As(err, &header):
		if plainHTTP(header.RecordHeader) {
			return "ssl_plain_http", "it speaks HTTP without TLS"
		}
		return "ssl_not_tls", fmt.Sprintf("what it says is not TLS: it begins with %q", header.RecordHeader[:])
	case errors.As(err, &op) && op.Op == "remote error":
		return "ssl_alert", "it gave up: " + strings.TrimPrefix(op.Err.Error(), "tls: ")
	}
	text = strings.TrimPrefix(err.Error(), "tls: ")
	has := func(words ...string) bool {
		for _, w := range words {
			if strings.Contains(text, w) {
				return true
			}
		}
		return false
	}
	switch {
	case has("unsupported versions", "protocol version"):
		return "ssl_version", text
	case has("signature algorithm"):
		return "ssl_no_algorithm", text
	case has("no cipher suite", "no mutual", "no supported", "no ECDHE"):
		return "ssl_no_common", text
	case has("didn't provide a certificate"):
		return "ssl_no_certificate", "it has shown no certificate"
	case has("no certificates configured"):
		return "ssl_no_name", "there is no certificate for the name that it asks for"
	}
	return "ssl_failed", text
}

// asked says in the text what the client asked for in vain.
func (f *Failure) asked(h *tls.ClientHelloInfo) {
	switch f.Name {
	case "ssl_no_name":
		if f.Text = "it asks for no name, and strict-sni has no certificate then"; h.ServerName != "" {
			f.Text = "there is no certificate for the name that it asks for: " + quote(h.ServerName)
		}
	case "ssl_version":
		var list []string
		for _, v := range h.SupportedVersions {
			if name := VersionName(v); name != "" {
				list = append(list, name)
			}
		}
		if list == nil {
			list = []string{"what is older than TLSv1"}
		}
		f.Text = "it speaks no version of TLS that is taken here: only " + few(list)
	case "ssl_no_common":
		if !strings.Contains(f.Text, "cipher suite") {
			return
		}
		var list []string
		for _, id := range h.CipherSuites {
			if name := OfferName(id); name != "" && id != 0x00ff && id != 0x5600 { // two are signs and no suites
				list = append(list, name)
			}
		}
		f.Text = "it offers no cipher suite that is taken here: " + few(list)
	}
}

// ofCertificate are alerts about the certificate that their sender was shown (RFC 8446, 6.2).
var ofCertificate = map[uint64]bool{42: true, 43: true, 44: true, 45: true, 46: true, 48: true, 113: true}

const alertCertificateRequired = 116

// alertOf is the number of an alert that was received, and what crypto/tls calls it.
func alertOf(err error) (n uint64, text string, ok bool) {
	var op *net.OpError
	if !errors.As(err, &op) || op.Op != "remote error" {
		return 0, "", false
	}
	v := reflect.ValueOf(op.Err) // crypto/tls has no name for the type
	if v.Kind() != reflect.Uint8 {
		return 0, "", false
	}
	return v.Uint(), strings.TrimPrefix(op.Err.Error(), "tls: "), true
}

// Unwelcome reports whether the other side has ended the connection over the certificate that it was shown, or that it was shown none. In TLS 1.3 a
// server says so after the handshake, and has looked at nothing that came behind it (RFC 8446, 4.4.2.4).
func Unwelcome(err error) bool {
	n, _, ok := alertOf(err)
	return ok && (ofCertificate[n] || n == alertCertificateRequired)
}

// alert explains one that was received.
func (f *Failure) alert(err error, y *tlsio.Conn) {
	n, what, ok := alertOf(err)
	if !ok {
		return
	}
	f.Code = sslAlert + uint32(n)
	switch {
	case n == alertCertificateRequired:
		f.Text = "it wants to be shown a certificate"
	case ofCertificate[n] && y != nil && y.Info().OwnName != "":
		f.Text = fmt.Sprintf("it does not accept our certificate %q: %s", y.Info().OwnName, what)
	case ofCertificate[n]:
		f.Text = "it does not accept our certificate: " + what
	}
}

// quote quotes what was received, and no more of it than a name may be long.
func quote(s string) string {
	if len(s) > maxHostName {
		return fmt.Sprintf("%q and so on", s[:maxHostName])
	}
	return fmt.Sprintf("%q", s)
}

// plainHTTP reports whether five octets look like the beginning of a request.
func plainHTTP(b [5]byte) bool {
	switch string(b[:4]) {
	case "GET ", "HEAD", "POST", "PUT ", "DELE", "OPTI", "CONN", "TRAC", "PATC":
		return true
	}
	return false
}
