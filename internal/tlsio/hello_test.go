package tlsio

import (
	"bytes"
	"crypto/tls"
	"encoding/hex"
	"io"
	"net"
	"testing"
	"time"

	"weir/internal/testpki"
)

// tape is a connection that keeps what is read from and written to it.
type tape struct {
	net.Conn
	in, out []byte
}

func (r *tape) Read(b []byte) (int, error) {
	n, err := r.Conn.Read(b)
	r.in = append(r.in, b[:n]...)
	return n, err
}

func (r *tape) Write(b []byte) (int, error) {
	r.out = append(r.out, b...)
	return r.Conn.Write(b)
}

// record has a real handshake at a server, and a line each way behind it. random is the client's, which the key log tells.
func record(t testing.TB, server, client *tls.Config) (fromClient, fromServer []byte, state tls.ConnectionState, random string) {
	t.Helper()
	ln, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	defer ln.Close()
	far, err := net.Dial("tcp", ln.Addr().String())
	if err != nil {
		t.Fatal(err)
	}
	defer far.Close()
	near, err := ln.Accept()
	if err != nil {
		t.Fatal(err)
	}
	defer near.Close()
	near.SetDeadline(time.Now().Add(waitTime))
	far.SetDeadline(time.Now().Add(waitTime))
	log := &Conn{}
	client.KeyLogWriter = &tee{log.KeyLog(), &random}
	r, c, done := &tape{Conn: near}, tls.Client(far, client), make(chan error, 1)
	go func() {
		_, err := io.WriteString(c, "hello")
		if err == nil {
			_, err = io.ReadFull(c, make([]byte, 5))
		}
		done <- err
	}()
	s := tls.Server(r, server)
	if _, err := io.ReadFull(s, make([]byte, 5)); err != nil {
		t.Fatal(err)
	}
	io.WriteString(s, "world")
	if err := wait(t, done, "the client's end"); err != nil {
		t.Fatal(err)
	}
	return r.in, r.out, s.ConnectionState(), random
}

// tee notes the client's random of a key log's line.
type tee struct {
	w      io.Writer
	random *string
}

func (e *tee) Write(b []byte) (int, error) {
	if words := bytes.Fields(b); len(words) == 3 {
		*e.random = string(words[1])
	}
	return e.w.Write(b)
}

// kinds are handshakes whose records differ.
var kinds = []struct {
	name string
	set  func(server, client *tls.Config)
}{
	{"TLS 1.3", func(_, _ *tls.Config) {}},
	{"TLS 1.3, another hello", func(s, c *tls.Config) {
		c.CurvePreferences, s.CurvePreferences = []tls.CurveID{tls.X25519, tls.CurveP384}, []tls.CurveID{tls.CurveP384}
	}},
	{"TLS 1.2", func(s, _ *tls.Config) { s.MaxVersion = tls.VersionTLS12 }},
	{"TLS 1.2 without ECDHE's signature", func(s, _ *tls.Config) {
		s.MaxVersion, s.CipherSuites = tls.VersionTLS12, []uint16{tls.TLS_RSA_WITH_AES_128_GCM_SHA256}
	}},
}

// TestHellos: the randoms and the session id of real handshakes are found however the bytes come, and nothing that comes behind is taken for them.
func TestHellos(t *testing.T) {
	ca := testpki.NewCA(t, "Root")
	pair := ca.Pair(t, testpki.Leaf{Names: []string{"a"}, RSA: true})
	for _, k := range kinds {
		server, client := &tls.Config{Certificates: []tls.Certificate{pair}}, &tls.Config{RootCAs: ca.Pool(), ServerName: "a", CipherSuites: []uint16{tls.TLS_RSA_WITH_AES_128_GCM_SHA256, tls.TLS_ECDHE_RSA_WITH_AES_128_GCM_SHA256}}
		k.set(server, client)
		in, out, _, random := record(t, server, client)
		for _, size := range []int{1, 5, 43, 1 << 20} {
			var f Info
			for side, b := range [][]byte{in, out} {
				h := listener{peer: side == 0}
				for at := 0; at < len(b); at += size {
					h.hear(b[at:min(at+size, len(b))], &f)
				}
				if !h.over {
					t.Errorf("%s: side %d has not said hello", k.name, side)
				}
			}
			c, s := f.Randoms()
			if got := hex.EncodeToString(c); got != random {
				t.Errorf("%s in pieces of %d: the client's random is %s; want %s", k.name, size, got, random)
			}
			if !bytes.Contains(out, s) || bytes.Equal(s, retryRandom[:]) || bytes.Equal(s, make([]byte, randomSize)) {
				t.Errorf("%s in pieces of %d: the server's random is %x", k.name, size, s)
			}
			if at := recordHead + sessionAt; !bytes.Equal(f.Session(), in[at+1:at+1+int(in[at])]) {
				t.Errorf("%s in pieces of %d: the session id is %x", k.name, size, f.Session())
			}
		}
	}
}

// TestFinishedIsNoHello: a Finished of TLS 1.2 is encrypted and may begin as a hello does.
func TestFinishedIsNoHello(t *testing.T) {
	ca := testpki.NewCA(t, "Root")
	server := &tls.Config{Certificates: []tls.Certificate{ca.Pair(t, testpki.Leaf{Names: []string{"a"}})}, MaxVersion: tls.VersionTLS12}
	in, out, state, _ := record(t, server, &tls.Config{RootCAs: ca.Pool(), ServerName: "a"})
	if state.Version != tls.VersionTLS12 {
		t.Fatal(state.Version)
	}
	var want, got Info
	for side, b := range [][]byte{in, out} {
		(&listener{peer: side == 0}).hear(b, &want)
		forged := bytes.Clone(b)
		for at, changed := 0, false; at < len(forged); at += recordHead + int(forged[at+3])<<8 + int(forged[at+4]) {
			if changed && forged[at] == handshakeRec {
				forged[at+recordHead] = byte(clientHello + side)
			}
			changed = changed || forged[at] == changeRec
		}
		if bytes.Equal(b, forged) {
			t.Fatal("there is no Finished")
		}
		h := &listener{peer: side == 0}
		for at := 0; at < len(forged); { // by records, as they are written
			n := recordHead + int(forged[at+3])<<8 + int(forged[at+4])
			h.hear(forged[at:at+n], &got)
			at += n
		}
	}
	if got.randoms != want.randoms || got.session != want.session {
		t.Errorf("got %x; want %x", got.randoms, want.randoms)
	}
}

// FuzzHello: no bytes and no way to cut them break what hears them, and the cut makes no difference.
func FuzzHello(f *testing.F) {
	f.Add([]byte{22, 3, 1, 0, 4, 1, 0, 0, 0, 20, 3, 3, 0, 1, 1}, 3)
	f.Fuzz(func(t *testing.T, b []byte, size int) {
		kept := takeApart(b[:helloRecords(b)]).digest(size & 0xff)
		if again := takeApart(kept).digest(size & 0xff); !bytes.Equal(again, kept) {
			t.Fatalf("of %x %x is kept, and of that %x", b, kept, again)
		}
		var one, many Info
		(&listener{peer: true}).hear(b, &one)
		h := listener{peer: true}
		for size = max(size, 1); len(b) > 0; {
			n := min(size, len(b))
			h.hear(b[:n], &many)
			b = b[n:]
		}
		if one.randoms != many.randoms || one.session != many.session || one.nsess != many.nsess {
			t.Fatal("the pieces make a difference")
		}
	})
}

// TestHelloRecords: a hello is the records that it takes, however many, and nothing behind.
func TestHelloRecords(t *testing.T) {
	f := func(b string, want int) {
		t.Helper()
		if n := helloRecords([]byte(b)); n != want {
			t.Errorf("%q: %d bytes are the hello's; want %d", b, n, want)
		}
	}
	const head = "\x16\x03\x01\x00"
	f("", 0)
	f(head, 4)
	f(head+"\x06\x01\x00\x00\x02ab", 11)
	f(head+"\x06\x01\x00\x00\x02ab"+"\x14\x03\x03\x00\x01\x01", 11)
	f(head+"\x05\x01\x00\x00\x02a"+head+"\x01b"+head+"\x01c", 16)
	f(head+"\x02\x01\x00"+head+"\x04\x00\x02ab"+"\x14\x03\x03\x00\x01\x01", 16)
	f(head+"\x05\x01\x00\x00\x09a"+head+"\x01b", 16) // there was no room for the rest
	f(head+"\x05\x01\x00\x00\x02a"+"\x15\x03\x03\x00\x02\x01\x00behind", 17)
}
