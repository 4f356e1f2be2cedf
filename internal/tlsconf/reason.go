package tlsconf

import (
	"crypto/tls"
	"crypto/x509"
	"errors"
	"io"
	"net"
	"os"
	"strings"

	"weir/internal/loop"
	"weir/internal/tlsio"
)

// Reason is why a handshake failed, for counters and for people.
func Reason(err error) (name, text string) {
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
		return "ssl_not_tls", "what it says is not TLS"
	case errors.As(err, &op) && op.Op == "remote error":
		return "ssl_alert", "the other side gave up: " + strings.TrimPrefix(op.Err.Error(), "tls: ")
	}
	text = strings.TrimPrefix(err.Error(), "tls: ")
	switch {
	case strings.Contains(text, "unsupported versions"), strings.Contains(text, "protocol version"):
		return "ssl_version", text
	case strings.Contains(text, "no cipher suite"), strings.Contains(text, "no mutual"), strings.Contains(text, "no supported"), strings.Contains(text, "no ECDHE"):
		return "ssl_no_common", text
	case strings.Contains(text, "didn't provide a certificate"):
		return "ssl_no_certificate", "it has shown no certificate"
	case strings.Contains(text, "no certificates configured"):
		return "ssl_no_name", "there is no certificate for the name that it asks for"
	}
	return "ssl_failed", text
}

// plainHTTP reports whether five octets look like the beginning of a request.
func plainHTTP(b [5]byte) bool {
	switch string(b[:4]) {
	case "GET ", "HEAD", "POST", "PUT ", "DELE", "OPTI", "CONN", "TRAC", "PATC":
		return true
	}
	return false
}
