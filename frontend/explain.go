package frontend

import (
	"context"
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
	"weir/internal/proxyproto"
	"weir/internal/tlsio"
	"weir/stats"
)

// Question is a connection, with what its client sends, whose way through the configuration is asked for.
type Question struct {
	Frontend string
	Bind     *conf.Bind // one of the frontend's
	Src, Dst netip.AddrPort
	Via      netip.AddrPort // where the connection comes from, if that is a proxy which says by a header that Src is the client
	Bytes    []byte         // what the client says, where Talk is nil
	// Talk is the client, over a connection of its own: it says what it wants and returns what it has heard. It ends when the connection
	// or its deadline does.
	Talk func(net.Conn) ([]byte, error)
}

// Outcome is where it ended.
type Outcome struct {
	Backend, Server string // of the server that would have been contacted; empty where it came to none
	Keyed           bool   // balancing found a hash key
	Key             uint32
	Request         []byte       // the head as it would have left; nil in TCP mode
	Response        []byte       // what the client got instead
	Headers         conf.Headers // what the connection had to begin with, by its bind or by a rule, and did
	// Certificate is what the configuration calls the one that the client was shown; "" = there was no TLS, or it failed. Named: it was
	// chosen for the name that the client asked for.
	Certificate string
	Named       bool
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

// shook notes what came of the handshake.
func (x *explained) shook(ln *listener, y *tlsio.Conn) {
	x.Certificate, x.Named = y.Info().OwnName, ln.tls.Names(y.State().ServerName)
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
		ln: &loop.Listener{Addr: loop.UnixAddr("")}, tls: fe.tls[q.Bind]}
	l := px.loops[0]
	if !l.Post(func() {
		if ln.Admit() {
			ln.Accept(l.NewConn(theirs, q.from()))
		}
	}) {
		syscall.Close(theirs)
		return nil, errors.New("the loop has ended")
	}
	wanted := make(chan conf.Headers, 1)
	l.Post(func() { wanted <- x.Headers }) // the rules on the connection have been asked by then
	response, err := q.talk(ctx, ours, <-wanted)
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

// from is where the connection itself comes from.
func (q *Question) from() netip.AddrPort {
	if q.Via.IsValid() {
		return q.Via
	}
	return q.Src
}

// talk is the client's part of the conversation. Who wants to be told by a header who the client is, is told.
func (q *Question) talk(ctx context.Context, c net.Conn, wanted conf.Headers) ([]byte, error) {
	if deadline, ok := ctx.Deadline(); ok {
		c.SetDeadline(deadline)
	}
	var begin []byte
	if wanted&conf.HeaderCIP != 0 {
		begin = proxyproto.AppendCIP(begin, uint32(q.Bind.CIPMagic), q.Src, q.Dst)
	}
	if wanted&conf.HeaderProxy != 0 {
		begin = proxyproto.AppendV1(begin, q.Src, q.Dst)
	}
	if len(begin) > 0 {
		if _, err := c.Write(begin); err != nil {
			return nil, err
		}
	}
	if q.Talk != nil {
		return q.Talk(c)
	}
	return Converse(c, q.Bytes)
}

// Converse says everything and hears everything. The client says that it is done: nobody waits for more of it.
func Converse(c net.Conn, say []byte) ([]byte, error) {
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
