package tlsio

import (
	"crypto/tls"
	"errors"
	"net"
)

// A client of OpenSSL that does not accept a certificate over TLS 1.3 says so without encryption, since it has no keys to write with yet. crypto/tls
// takes that for a record that cannot be decrypted, and would have the log speak of a bad MAC in the place of a certificate.

// alertRecord is the type of a record with an alert, and what follows it in one that is not encrypted: a version 3.x, the length 2, a level, the alert
// (RFC 8446, 5.1 and 6).
const (
	alertRecord = 21
	alertSize   = recordHead + 2
)

// tail is the end of what was received.
type tail [alertSize]byte

func (t *tail) add(b []byte) {
	n := min(len(b), len(t))
	copy(t[:], t[n:])
	copy(t[len(t)-n:], b[len(b)-n:])
}

// alert is the one that stands there in plain text; false: something else does.
func (t *tail) alert() (tls.AlertError, bool) {
	return tls.AlertError(t[6]), t[0] == alertRecord && t[1] == 3 && t[3] == 0 && t[4] == 2 && t[5] <= 2
}

// badRecordMAC is crypto/tls's word for what it cannot decrypt.
const badRecordMAC = tls.AlertError(20)

// told is why the handshake has failed: where the peer has said it in plain text and crypto/tls did not understand, that.
func (s *shake) told(err error) error {
	var op *net.OpError
	if !errors.As(err, &op) || op.Op != "local error" || op.Err.Error() != badRecordMAC.Error() {
		return err
	}
	if a, ok := s.tail.alert(); ok {
		return &net.OpError{Op: "remote error", Err: a}
	}
	return err
}
