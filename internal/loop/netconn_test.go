package loop

import (
	"bytes"
	"crypto/ecdsa"
	"crypto/elliptic"
	"crypto/rand"
	"crypto/tls"
	"crypto/x509"
	"errors"
	"io"
	"math/big"
	"net"
	"os"
	"testing"
	"time"
)

// certificate is one for "weir.test", signed by itself.
func certificate(t testing.TB) (tls.Certificate, *x509.CertPool) {
	t.Helper()
	key, err := ecdsa.GenerateKey(elliptic.P256(), rand.Reader)
	if err != nil {
		t.Fatal(err)
	}
	tmpl := &x509.Certificate{
		SerialNumber: big.NewInt(1), DNSNames: []string{"weir.test"}, NotAfter: time.Now().Add(time.Hour),
		IsCA: true, BasicConstraintsValid: true,
	}
	der, err := x509.CreateCertificate(rand.Reader, tmpl, tmpl, key.Public(), key)
	if err != nil {
		t.Fatal(err)
	}
	leaf, _ := x509.ParseCertificate(der)
	pool := x509.NewCertPool()
	pool.AddCert(leaf)
	return tls.Certificate{Certificate: [][]byte{der}, PrivateKey: key}, pool
}

// TestTLSOnBothSides runs a client and a server of crypto/tls in two tasks of one loop: neither may ever block it.
func TestTLSOnBothSides(t *testing.T) {
	cert, roots := certificate(t)
	l := startLoop(t)
	a, b := unixPair(t)
	const size = 4 << 20 // far more than the sockets hold, so that both suspend in the middle of a record
	data := bytes.Repeat([]byte("0123456789abcdef"), size/16)
	serverErr, clientErr := make(chan error, 1), make(chan error, 1)
	onLoop(t, l, func() {
		sc, cc := l.NewConn(a, netipNone), l.NewConn(b, netipNone)
		l.Go(func(tk *Task) { serverErr <- echoTLS(sc.NetConn(tk), cert) })
		l.Go(func(tk *Task) {
			n := cc.NetConn(tk)
			clientErr <- callTLS(n, &tls.Config{RootCAs: roots, ServerName: "weir.test"}, data)
		})
	})
	if err := wait(t, clientErr, "the client did not end"); err != nil {
		t.Errorf("client: %v", err)
	}
	if err := wait(t, serverErr, "the server did not end"); err != nil {
		t.Errorf("server: %v", err)
	}
	if n := l.Stats.Conns.Load(); n != 0 {
		t.Errorf("%d connections left open", n)
	}
}

func echoTLS(n *NetConn, cert tls.Certificate) error {
	c := tls.Server(n, &tls.Config{Certificates: []tls.Certificate{cert}})
	defer c.Close()
	buf := make([]byte, 32<<10)
	for {
		m, err := c.Read(buf)
		if err == io.EOF {
			return n.Flush()
		}
		if err != nil {
			return err
		}
		if _, err := c.Write(buf[:m]); err != nil {
			return err
		}
		if err := n.Flush(); err != nil {
			return err
		}
	}
}

// callTLS sends data piece by piece and wants each back.
func callTLS(n *NetConn, cfg *tls.Config, data []byte) error {
	c := tls.Client(n, cfg)
	defer c.Close()
	const piece = 256 << 10
	got := make([]byte, piece)
	for ; len(data) > 0; data = data[piece:] {
		if _, err := c.Write(data[:piece]); err != nil {
			return err
		}
		// The echo comes while we still send: read before all is flushed, or both sides stand against full sockets.
		if _, err := io.ReadFull(c, got[:16]); err != nil {
			return err
		}
		if _, err := io.ReadFull(c, got[16:]); err != nil {
			return err
		}
		if !bytes.Equal(got, data[:piece]) {
			return errors.New("the echo differs")
		}
	}
	return nil
}

// TestNetConnQueues: Write never suspends, Flush does, and the bytes come whole and in order.
func TestNetConnQueues(t *testing.T) {
	l := startLoop(t)
	c, peer := newConn(t, l)
	const chunks, size = 512, 32 << 10
	done := make(chan error, 1)
	onLoop(t, l, func() {
		l.Go(func(tk *Task) {
			n := c.NetConn(tk)
			for i := range chunks {
				if m, err := n.Write(bytes.Repeat([]byte{byte(i)}, size)); m != size || err != nil {
					t.Errorf("Write = %d, %v", m, err)
				}
			}
			if n.Pending() == 0 {
				t.Error("16 MiB went into the socket at once")
			}
			err := n.Flush()
			if n.Pending() != 0 || n.out != nil {
				t.Error("Flush kept the buffer")
			}
			n.Close()
			done <- err
		})
	})
	onLoop(t, l, func() {}) // Write and Flush hold nobody up
	got, err := io.ReadAll(peer)
	if err != nil || len(got) != chunks*size {
		t.Fatalf("the peer read %d, %v", len(got), err)
	}
	for i := range chunks {
		if got[i*size] != byte(i) || got[(i+1)*size-1] != byte(i) {
			t.Fatalf("chunk %d is not in its place", i)
		}
	}
	if err := wait(t, done, "no end"); err != nil {
		t.Error(err)
	}
}

func TestNetConnDeadlines(t *testing.T) {
	f := NewFake()
	defer stop(f.Loop)
	c, _ := newConn(t, f.Loop)
	var readErr, pastErr, flushErr, writeErr, closedErr, closedReadErr error
	done := f.task(t, func(tk *Task) {
		n := c.NetConn(tk)
		n.SetReadDeadline(f.Wall().Add(time.Second))
		_, readErr = n.Read(make([]byte, 1))
		n.SetReadDeadline(f.Wall().Add(-time.Second))
		_, pastErr = n.Read(make([]byte, 1))
		n.SetDeadline(time.Time{})
		n.SetWriteDeadline(f.Wall().Add(time.Second))
		for n.Pending() == 0 {
			n.Write(make([]byte, 1<<20))
		}
		flushErr = n.Flush()
		_, writeErr = n.Write([]byte("after bytes that were lost"))
		n.Close()
		_, closedReadErr = n.Read(make([]byte, 1))
		_, closedErr = c.NetConn(tk).Write([]byte("x"))
	})
	for end := time.Now().Add(deadline); !over(done) && time.Now().Before(end); {
		f.Advance(100 * time.Millisecond)
	}
	for what, err := range map[string]error{"read": readErr, "read in the past": pastErr, "flush": flushErr, "write after a failed flush": writeErr} {
		if !errors.Is(err, os.ErrDeadlineExceeded) {
			t.Errorf("%s: %v; want %v", what, err, os.ErrDeadlineExceeded)
		}
	}
	for what, err := range map[string]error{"write": closedErr, "read": closedReadErr} {
		if !errors.Is(err, net.ErrClosed) {
			t.Errorf("%s on a closed connection: %v; want %v", what, err, net.ErrClosed)
		}
	}
}

func TestNetConnAddrs(t *testing.T) {
	l := startLoop(t)
	fd, peer := tcpPair(t)
	a, b := unixPair(t)
	onLoop(t, l, func() {
		n := l.NewConn(fd, peer.LocalAddr().(*net.TCPAddr).AddrPort()).NetConn(nil)
		if n.RemoteAddr().String() != peer.LocalAddr().String() || n.LocalAddr().String() != peer.RemoteAddr().String() {
			t.Errorf("addresses %s, %s; want %s, %s", n.RemoteAddr(), n.LocalAddr(), peer.LocalAddr(), peer.RemoteAddr())
		}
		u := l.NewConn(a, netipNone).NetConn(nil)
		if u.RemoteAddr().Network() != "unix" || u.LocalAddr().Network() != "unix" {
			t.Errorf("addresses of a unix socket: %v, %v", u.RemoteAddr(), u.LocalAddr())
		}
		l.NewConn(b, netipNone).Close()
	})
}
