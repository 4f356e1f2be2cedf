package acl

import (
	"crypto/tls"
	"errors"

	"weir/internal/loop"
	"weir/internal/tlsconf"
	"weir/internal/tlsio"
)

// What is said of the TLS with a server whose handshake has not come to its end: what OpenSSL, and with it HAProxy, tells then.

// noCipher is OpenSSL's word for none.
const noCipher = "(NONE)"

// serverProtocol is the version that was agreed on, or the newest that was offered.
func serverProtocol(_ *Context, y *tlsio.Conn, s *Sample) bool {
	v := y.State().Version
	if v == 0 {
		v = y.Info().Newest
	}
	return setText(tlsconf.VersionName(v), s)
}

// suiteOf is the suite that was agreed on; 0 = none. Up to TLS 1.2 OpenSSL has one only once it has accepted the server's certificate.
func suiteOf(y *tlsio.Conn) uint16 {
	st := y.State()
	if err := y.Err(); st.Version < tls.VersionTLS13 && errors.As(err, new(*tlsconf.VerifyError)) {
		return 0
	}
	return st.CipherSuite
}

func serverCipher(_ *Context, y *tlsio.Conn, s *Sample) bool {
	if id := suiteOf(y); id != 0 {
		return setText(tlsconf.CipherName(id), s)
	}
	return s.setStr(stringBytes(noCipher))
}

func serverKeySize(_ *Context, y *tlsio.Conn, s *Sample) bool {
	id := suiteOf(y)
	return id != 0 && s.setInt(int64(tlsconf.CipherBits(id)))
}

// serverErr finds nothing where there was no handshake, or no time to end it.
func serverErr(c *Context, y *tlsio.Conn, s *Sample) bool {
	if err := y.Err(); err == loop.ErrTimeout || err == nil && y.State().Version == 0 {
		return false
	}
	return tlsErr(c, y, s)
}
