package tlsconf

import (
	"crypto/tls"
	"errors"
	"io"
	"net"
	"strings"
	"testing"
	"time"

	"weir/conf"
	"weir/internal/testpki"
)

// waitTime bounds every wait of a test: it is only reached when something is broken.
const waitTime = time.Minute

// lab is an authority and a folder.
type lab struct {
	t   testing.TB
	ca  *testpki.CA
	dir string
	cfg *conf.Config
	// warnings are what the Store found doubtful.
	warnings []string
}

func newLab(t testing.TB) *lab {
	l := &lab{t: t, ca: testpki.NewCA(t, "Root"), dir: t.TempDir(), cfg: &conf.Config{}}
	testpki.Write(t, l.dir, "ca.pem", l.ca.PEM())
	l.cfg.Global.TLS.CrtBase, l.cfg.Global.TLS.CABase = l.dir, l.dir
	return l
}

func (l *lab) file(name string, leaf testpki.Leaf) { l.t.Helper(); l.ca.File(l.t, l.dir, name, leaf) }

func (l *lab) write(name, text string) { l.t.Helper(); testpki.Write(l.t, l.dir, name, []byte(text)) }

// store is a new one of the lab's configuration.
func (l *lab) store() *Store {
	l.warnings = nil
	return New(l.cfg, func(e *conf.Error) { l.warnings = append(l.warnings, e.Error()) })
}

func (l *lab) bind(t conf.BindTLS) (*Bind, error) {
	t.On = true
	return l.store().Bind(&conf.Proxy{Name: "f", Kind: conf.Frontend, Mode: conf.ModeHTTP}, &conf.Bind{Pos: conf.Pos{File: "x.cfg", Line: 3, Col: 8}, TLS: t})
}

func (l *lab) mustBind(t conf.BindTLS) *Bind {
	l.t.Helper()
	b, err := l.bind(t)
	if err != nil {
		l.t.Fatal(err)
	}
	return b
}

func (l *lab) server(t conf.ServerTLS) (*Server, error) {
	t.On = true
	return l.store().Server(&conf.Proxy{Name: "b", Kind: conf.Backend, Mode: conf.ModeHTTP}, &conf.Server{Name: "s", Pos: conf.Pos{File: "x.cfg", Line: 5, Col: 3}, TLS: t})
}

// shaken is what came of a handshake: the state on both sides.
type shaken struct{ client, server tls.ConnectionState }

// handshake runs both sides and one byte each way, so that tickets arrive. The error is of both.
func handshake(t testing.TB, server, client *tls.Config) (shaken, error) {
	t.Helper()
	ln, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	defer ln.Close()
	b, err := net.Dial("tcp", ln.Addr().String())
	if err != nil {
		t.Fatal(err)
	}
	defer b.Close()
	a, err := ln.Accept()
	if err != nil {
		t.Fatal(err)
	}
	a.SetDeadline(time.Now().Add(waitTime))
	b.SetDeadline(time.Now().Add(waitTime))
	srv, cli := tls.Server(a, server), tls.Client(b, client)
	result := make(chan error, 1)
	go func() {
		defer a.Close()
		err := srv.Handshake()
		if err == nil {
			_, err = srv.Write([]byte("x"))
		}
		if err == nil {
			_, err = io.ReadFull(srv, make([]byte, 1))
		}
		result <- err
	}()
	err = cli.Handshake()
	if err == nil {
		_, err = io.ReadFull(cli, make([]byte, 1))
	}
	if err == nil {
		_, err = cli.Write([]byte("y"))
	}
	if err != nil {
		b.Close()
	}
	err = errors.Join(err, <-result)
	return shaken{cli.ConnectionState(), srv.ConnectionState()}, err
}

func want(t *testing.T, err error, text string) {
	t.Helper()
	switch {
	case text == "" && err != nil:
		t.Errorf("got %v; want no error", err)
	case text != "" && (err == nil || !strings.Contains(err.Error(), text)):
		t.Errorf("got %v; want %q", err, text)
	}
}

func leafFor(name string) testpki.Leaf { return testpki.Leaf{Names: []string{name}} }
