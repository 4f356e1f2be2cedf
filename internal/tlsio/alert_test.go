package tlsio

import (
	"crypto/tls"
	"crypto/x509"
	"errors"
	"net"
	"testing"

	"weir/internal/loop"
)

// TestPlainAlert: a client that refuses the certificate without encryption, as OpenSSL does over TLS 1.3, is understood, also where the alert comes in pieces.
func TestPlainAlert(t *testing.T) {
	for _, cut := range []int{0, 1, 5, 6} {
		n := newBench(t)
		failed := make(chan error, 1)
		far := n.pair(func(task *loop.Task, c *loop.Conn) {
			_, err := Server(task, c, n.server, Options{}, n.deadline())
			failed <- err
			c.Close()
		})
		var err error
		n.client.VerifyPeerCertificate = func([][]byte, [][]*x509.Certificate) error {
			alert := []byte{alertRecord, 3, 3, 0, 2, 2, 48}
			for _, part := range [][]byte{alert[:cut], alert[cut:]} {
				if _, err := far.Write(part); err != nil {
					t.Error(err)
				}
			}
			err = wait(t, failed, "the end of the handshake")
			return errors.New("not accepted")
		}
		if tls.Client(far, n.client).Handshake() == nil {
			t.Fatal("the client has accepted it")
		}
		if op := (*net.OpError)(nil); !errors.As(err, &op) || op.Op != "remote error" || op.Err != tls.AlertError(48) {
			t.Errorf("in pieces of %d: got %v", cut, err)
		}
	}
}

// TestTail: the end is known however it came, and what is no alert is none.
func TestTail(t *testing.T) {
	f := func(want bool, parts ...string) {
		t.Helper()
		var x tail
		for _, p := range parts {
			x.add([]byte(p))
		}
		if a, ok := x.alert(); ok != want || ok && a != 42 {
			t.Errorf("%q: got %v %v", parts, a, ok)
		}
	}
	f(true, "\x15\x03\x03\x00\x02\x02\x2a")
	f(true, "before", "more than seven", "\x15\x03\x03", "", "\x00\x02\x02\x2a")
	f(true, "more than seven\x15\x03\x01\x00\x02\x01\x2a")
	f(false, "\x15\x03\x03\x00\x02\x02\x2a", "x")
	f(false, "\x17\x03\x03\x00\x02\x02\x2a")
	f(false, "\x03\x03\x00\x02\x02\x2a")
	f(false)
}
