package tlsio

import (
	"crypto/tls"
	"crypto/x509"
	"io"
	"strings"

	"github.com/cespare/xxhash/v2"
)

// Info is what the handshake has found out and crypto/tls does not remember.
type Info struct {
	Hello []byte // the records of the client's hello; once the handshake is over its lists, as far as KeepHello asks
	// Suites is the xxh64 of all suites in it, once the handshake is over; 0 = nothing is kept.
	Suites uint64
	// Asked is what a client asks for, while its handshake lasts and after one that has failed.
	Asked *tls.ClientHelloInfo
	Own   *x509.Certificate // the certificate that was shown to the peer; nil = none
	// OwnName is what the configuration calls that certificate, and Root the authority that the peer's was found to be of; nil = none.
	OwnName string
	Root    *x509.Certificate
	// Result is the last thing that the check of the peer's certificates found, as X509_V_ERR numbers say it; 0 = nothing wrong. Verify is
	// its first error with the peer's own certificate, CAErr and Depth are those of the first with an issuer's.
	Result, Verify, CAErr, Depth int

	// Newest is the newest version that a server was offered.
	Newest uint16

	session [maxSession]byte
	nsess   uint8
	randoms [2][randomSize]byte // of the client's and of the server's hello
	secrets map[string]string   // of tune.ssl.keylog
}

// trim leaves of what was kept the lists of the hello, up to keep octets of them, and of what a failure would have been told with nothing.
func (f *Info) trim(keep int) {
	f.Asked = nil
	if len(f.Hello) > 0 {
		p := takeApart(f.Hello[:helloRecords(f.Hello)])
		f.Suites, f.Hello = xxhash.Sum64(p.suites), p.digest(keep)
	}
}

// Session is the session id in the peer's hello; empty where it has none.
func (f *Info) Session() []byte { return f.session[:f.nsess] }

// Randoms are those of the client's and of the server's hello.
func (f *Info) Randoms() (client, server []byte) { return f.randoms[0][:], f.randoms[1][:] }

// Secret is one of the handshake's secrets in hexadecimal, by its label in NSS's key log; "" where it is not kept or there is none.
func (f *Info) Secret(label string) string { return f.secrets[label] }

// keyLog is a Conn as crypto/tls writes secrets to it.
type keyLog Conn

// KeyLog is for tls.Config's KeyLogWriter: what is written is kept for Info.Secret.
func (c *Conn) KeyLog() io.Writer { return (*keyLog)(c) }

// Write takes a line: a label, the client's random, the secret.
func (k *keyLog) Write(b []byte) (int, error) {
	if words := strings.Fields(string(b)); len(words) == 3 {
		if k.info.secrets == nil {
			k.info.secrets = map[string]string{}
		}
		k.info.secrets[words[0]] = words[2]
	}
	return len(b), nil
}
