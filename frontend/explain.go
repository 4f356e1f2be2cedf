package frontend

import (
	"bytes"
	"context"
	"crypto/tls"
	"errors"
	"fmt"
	"io"
	"net"
	"net/netip"
	"os"
	"syscall"
	"time"

	"weir/conf"
	"weir/internal/fault"
	"weir/internal/http1"
	"weir/internal/loop"
	"weir/internal/tlsio"
	"weir/stats"
)

// Question is a connection, with what its client sends, whose way through the configuration is asked for.
type Question struct {
	Frontend string
	Bind     *conf.Bind // one of the frontend's
	Src, Dst netip.AddrPort
	Bytes    []byte
}

// Outcome is where it ended.
type Outcome struct {
	Backend, Server string // of the server that would have been contacted; empty where it came to none
	Keyed           bool   // balancing found a hash key
	Key             uint32
	Request         []byte // the head as it would have left; nil in TCP mode
	Response        []byte // what the client got instead
}

// errExplained ends a stream that would contact a server now. The client gets no word.
var errExplained = &fault.Fault{Name: "explained", Text: "this is as far as an explanation goes"}

// explained is an Outcome in the making; it belongs to the loop.
type explained struct{ Outcome }

// arrived is called in the place of the connection to the server that the stream was assigned.
func (x *explained) arrived(st *stream) *fault.Fault {
	x.Backend, x.Server = st.route.p.Name, st.lease.Server.Name()
	x.Key, x.Keyed = st.route.b.Key(&st.sub)
	if !st.tcp {
		x.Request = http1.AppendRequest(nil, &st.req, st.requestOptions())
	}
	return errExplained
}

// explainTime bounds an explanation: rules that wait for something that does not come must not hold it for ever.
const explainTime = 10 * time.Second

// Explain sends a client's bytes through the frontend as live traffic goes, over a pair of sockets that only this process has, up to
// where a server would be contacted. The Proxy must not have been started: its servers count as up, and nothing is bound.
func (px *Proxy) Explain(ctx context.Context, q *Question) (*Outcome, error) {
	fe := px.frontend(q.Frontend)
	if fe == nil {
		return nil, fmt.Errorf("no frontend %q", q.Frontend)
	}
	ctx, cancel := context.WithTimeout(ctx, explainTime)
	defer cancel()
	ours, theirs, err := socketPair()
	if err != nil {
		return nil, err
	}
	defer ours.Close()
	x := new(explained)
	ln := &listener{fe: fe, b: q.Bind, name: q.Bind.Name, id: q.Bind.ID, local: make([]stats.Traffic, len(px.loops)), dst: q.Dst, explain: x,
		ln: &loop.Listener{Addr: loop.UnixAddr("")}}
	if q.Bind.TLS.On {
		ln.assumed = assumeTLS(q.Bytes)
	}
	l := px.loops[0]
	if !l.Post(func() {
		if ln.Admit() {
			ln.Accept(l.NewConn(theirs, q.Src))
		}
	}) {
		syscall.Close(theirs)
		return nil, errors.New("the loop has ended")
	}
	response, err := converse(ctx, ours, q.Bytes)
	if err != nil {
		return nil, err
	}
	out := make(chan Outcome, 1)
	l.Post(func() { out <- x.Outcome })
	o := <-out
	o.Response = response
	return &o, nil
}

func (px *Proxy) frontend(name string) *Frontend {
	for _, fe := range px.frontends {
		if fe.p.Name == name {
			return fe
		}
	}
	return nil
}

// socketPair is a client's connection and the fd of its other end.
func socketPair() (net.Conn, int, error) {
	fds, err := syscall.Socketpair(syscall.AF_UNIX, syscall.SOCK_STREAM|syscall.SOCK_CLOEXEC|syscall.SOCK_NONBLOCK, 0)
	if err != nil {
		return nil, -1, err
	}
	f := os.NewFile(uintptr(fds[0]), "client")
	defer f.Close()
	c, err := net.FileConn(f)
	if err != nil {
		syscall.Close(fds[1])
		return nil, -1, err
	}
	return c, fds[1], nil
}

// converse says everything and hears everything. The client says that it is done: nobody waits for more of it.
func converse(ctx context.Context, c net.Conn, say []byte) ([]byte, error) {
	if deadline, ok := ctx.Deadline(); ok {
		c.SetDeadline(deadline)
	}
	go func() {
		c.Write(say)
		if half, ok := c.(interface{ CloseWrite() error }); ok {
			half.CloseWrite()
		}
	}()
	heard, err := io.ReadAll(c)
	if err != nil && !errors.Is(err, syscall.ECONNRESET) {
		return nil, err
	}
	return heard, nil
}

// assumeTLS is what rules are told of a client's TLS where there is none: the newest version, and the request's host as the name.
func assumeTLS(request []byte) *tlsio.Conn {
	st := tls.ConnectionState{Version: tls.VersionTLS13, CipherSuite: tls.TLS_AES_128_GCM_SHA256, HandshakeComplete: true}
	for line := range bytes.Lines(request) {
		if name, value, ok := bytes.Cut(line, []byte(":")); ok && bytes.EqualFold(name, []byte("Host")) {
			st.ServerName = string(hostName(bytes.TrimSpace(value)))
			break
		}
	}
	return tlsio.Fixed(st, tlsio.Info{})
}
