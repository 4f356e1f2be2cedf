package frontend

import (
	"bytes"
	"context"
	"crypto/tls"
	"errors"
	"fmt"
	"io"
	"net"
	"strings"
	"testing"
	"time"

	"google.golang.org/grpc"
	"google.golang.org/grpc/codes"
	"google.golang.org/grpc/credentials"
	"google.golang.org/grpc/credentials/insecure"
	"google.golang.org/grpc/metadata"
	grpcstatus "google.golang.org/grpc/status"
	"google.golang.org/protobuf/types/known/wrapperspb"

	"weir/internal/testpki"
)

// grpcEcho is a gRPC service: what it is sent in one call it sends back.
type grpcEcho struct {
	began, canceled chan struct{} // of a call that waits; they hold one word
}

func newGRPCEcho() *grpcEcho {
	return &grpcEcho{began: make(chan struct{}, 1), canceled: make(chan struct{}, 1)}
}

// tell says something once to whoever comes to ask.
func tell(c chan struct{}) {
	select {
	case c <- struct{}{}:
	default:
	}
}

func (e *grpcEcho) unary(ctx context.Context, in *wrapperspb.BytesValue) (*wrapperspb.BytesValue, error) {
	md, _ := metadata.FromIncomingContext(ctx)
	switch string(in.Value) {
	case "fail":
		return nil, grpcstatus.Error(codes.FailedPrecondition, "no: ä\n%")
	case "wait":
		tell(e.began)
		<-ctx.Done()
		tell(e.canceled)
		return nil, ctx.Err()
	case "meta":
		grpc.SetTrailer(ctx, metadata.Pairs("x-end", "1", "x-raw-bin", "\x00\x01"))
		return wrapperspb.Bytes([]byte(strings.Join(md.Get("x-asked"), ","))), nil
	}
	return in, nil
}

// stream sends every message back, and how many there were once the client has sent its last.
func (e *grpcEcho) stream(_ any, s grpc.ServerStream) error {
	for n := 0; ; n++ {
		m := new(wrapperspb.BytesValue)
		err := s.RecvMsg(m)
		if err == io.EOF {
			return s.SendMsg(wrapperspb.Bytes(fmt.Append(nil, n)))
		}
		if err != nil {
			return err
		}
		if err := s.SendMsg(m); err != nil {
			return err
		}
	}
}

// pour sends as many messages as it is asked for.
func (e *grpcEcho) pour(_ any, s grpc.ServerStream) error {
	m := new(wrapperspb.BytesValue)
	if err := s.RecvMsg(m); err != nil {
		return err
	}
	for i := range len(m.Value) {
		if err := s.SendMsg(wrapperspb.Bytes(bytes.Repeat([]byte{byte(i)}, 10_000))); err != nil {
			return err
		}
	}
	return nil
}

// collect takes all messages and answers with how long they were.
func (e *grpcEcho) collect(_ any, s grpc.ServerStream) error {
	n := 0
	for {
		m := new(wrapperspb.BytesValue)
		err := s.RecvMsg(m)
		if err == io.EOF {
			return s.SendMsg(wrapperspb.Bytes(fmt.Append(nil, n)))
		}
		if err != nil {
			return err
		}
		n += len(m.Value)
	}
}

func (e *grpcEcho) desc() *grpc.ServiceDesc {
	return &grpc.ServiceDesc{
		ServiceName: "weir.Echo", HandlerType: (*any)(nil),
		Methods: []grpc.MethodDesc{{MethodName: "Unary", Handler: func(_ any, ctx context.Context, dec func(any) error, _ grpc.UnaryServerInterceptor) (any, error) {
			in := new(wrapperspb.BytesValue)
			if err := dec(in); err != nil {
				return nil, err
			}
			return e.unary(ctx, in)
		}}},
		Streams: []grpc.StreamDesc{
			{StreamName: "Stream", Handler: e.stream, ServerStreams: true, ClientStreams: true},
			{StreamName: "Pour", Handler: e.pour, ServerStreams: true},
			{StreamName: "Collect", Handler: e.collect, ClientStreams: true},
		},
	}
}

// grpcServer runs the service; with a certificate over TLS.
func grpcServer(t *testing.T, e *grpcEcho, opts ...grpc.ServerOption) string {
	t.Helper()
	l, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	srv := grpc.NewServer(append(opts, grpc.MaxRecvMsgSize(1<<26))...)
	srv.RegisterService(e.desc(), nil)
	go srv.Serve(l)
	t.Cleanup(srv.Stop)
	return l.Addr().String()
}

// gRPC's own client and server do through Weir what they do without, in the clear and over TLS.
func TestGRPC(t *testing.T) {
	t.Run("h2c", func(t *testing.T) {
		e := newGRPCEcho()
		px := newTestProxy(t, simple(grpcServer(t, e), "", `default_server { proto = "h2" }`))
		testGRPC(t, e, px, px.addr("f", 0), insecure.NewCredentials())
	})
	t.Run("tls", func(t *testing.T) {
		b := newTLSBench(t, nil)
		cert := b.ca.Pair(t, testpki.Leaf{Names: []string{"inner.example"}})
		e := newGRPCEcho()
		addr := grpcServer(t, e, grpc.Creds(credentials.NewServerTLSFromCert(&cert)))
		px := newTestProxy(t, fmt.Sprintf(`
listen "f" {
  bind "127.0.0.1:1" {
    ssl  = true
    crt  = [%q]
    alpn = ["h2", "http/1.1"]
  }
  server "s" {
    address    = %q
    ssl        = true
    verify     = "required"
    ca_file    = %q
    verifyhost = "inner.example"
    alpn       = ["h2", "http/1.1"]
  }
}`, b.dir+"/site.pem", addr, b.dir+"/ca.pem"))
		testGRPC(t, e, px, px.addr("f", 0), credentials.NewTLS(&tls.Config{RootCAs: b.ca.Pool(), ServerName: "www.example.com"}))
	})
}

func testGRPC(t *testing.T, e *grpcEcho, px *testProxy, addr string, creds credentials.TransportCredentials) {
	cc, err := grpc.NewClient("passthrough:///"+addr, grpc.WithTransportCredentials(creds), grpc.WithDefaultCallOptions(grpc.MaxCallRecvMsgSize(1<<26)))
	if err != nil {
		t.Fatal(err)
	}
	ctx, cancel := context.WithTimeout(t.Context(), 2*waitTime)
	defer cancel()
	call := func(in []byte, opts ...grpc.CallOption) ([]byte, error) {
		out := new(wrapperspb.BytesValue)
		err := cc.Invoke(ctx, "/weir.Echo/Unary", wrapperspb.Bytes(in), out, opts...)
		return out.Value, err
	}

	// Unary, small and large.
	big := bytes.Repeat([]byte("0123456789abcdef"), 1<<19) // 8 MiB
	for _, in := range [][]byte{nil, []byte("hello"), big} {
		if out, err := call(in); err != nil || !bytes.Equal(out, in) {
			t.Errorf("%d octets: got %d, %v", len(in), len(out), err)
		}
	}

	// Metadata and trailers.
	var trailer metadata.MD
	plain := ctx
	ctx = metadata.AppendToOutgoingContext(ctx, "x-asked", "a", "x-asked", "b")
	if out, err := call([]byte("meta"), grpc.Trailer(&trailer)); err != nil || string(out) != "a,b" {
		t.Errorf("metadata: %q, %v", out, err)
	}
	ctx = plain
	if got := trailer.Get("x-end"); len(got) != 1 || got[0] != "1" || trailer.Get("x-raw-bin")[0] != "\x00\x01" {
		t.Errorf("trailers %v", trailer)
	}

	// An error, which is trailers only, and a method that there is not.
	if _, err := call([]byte("fail")); grpcstatus.Code(err) != codes.FailedPrecondition || grpcstatus.Convert(err).Message() != "no: ä\n%" {
		t.Errorf("an error: %v", err)
	}
	if err := cc.Invoke(ctx, "/weir.Echo/None", wrapperspb.Bytes(nil), new(wrapperspb.BytesValue)); grpcstatus.Code(err) != codes.Unimplemented {
		t.Errorf("an unknown method: %v", err)
	}

	// A call that is cancelled, of which the server hears, and one whose time is over.
	wait := func(ctx context.Context) codes.Code {
		return grpcstatus.Code(cc.Invoke(ctx, "/weir.Echo/Unary", wrapperspb.Bytes([]byte("wait")), new(wrapperspb.BytesValue)))
	}
	soon, stop := context.WithCancel(ctx)
	ended := make(chan codes.Code, 1)
	go func() { ended <- wait(soon) }()
	<-e.began
	stop()
	if code := <-ended; code != codes.Canceled {
		t.Errorf("cancelled: %v", code)
	}
	<-e.canceled
	short, stop := context.WithTimeout(ctx, 20*time.Millisecond)
	// The server knows the deadline too, and where it is the first to reset the stream that is a 502.
	if code := wait(short); code != codes.DeadlineExceeded && code != codes.Unavailable {
		t.Errorf("a deadline: %v", code)
	}
	stop()

	grpcStreams(ctx, t, cc)
	cc.Close()
	px.balanced()
}

func grpcStreams(ctx context.Context, t *testing.T, cc *grpc.ClientConn) {
	open := func(name string) grpc.ClientStream {
		t.Helper()
		s, err := cc.NewStream(ctx, &grpc.StreamDesc{ServerStreams: true, ClientStreams: true}, "/weir.Echo/"+name)
		if err != nil {
			t.Fatal(err)
		}
		return s
	}
	send := func(s grpc.ClientStream, b []byte) {
		t.Helper()
		if err := s.SendMsg(wrapperspb.Bytes(b)); err != nil && !errors.Is(err, io.EOF) {
			t.Fatal(err)
		}
	}
	recv := func(s grpc.ClientStream) ([]byte, error) {
		m := new(wrapperspb.BytesValue)
		err := s.RecvMsg(m)
		return m.Value, err
	}

	// In both directions: each message comes back before the next is sent, on two streams at once.
	first, second := open("Stream"), open("Stream")
	for i := range 50 {
		for _, s := range []grpc.ClientStream{first, second} {
			in := fmt.Append(nil, "message ", i)
			send(s, in)
			if out, err := recv(s); err != nil || !bytes.Equal(out, in) {
				t.Fatalf("message %d: got %q, %v", i, out, err)
			}
		}
	}
	for _, s := range []grpc.ClientStream{first, second} {
		s.CloseSend()
		if out, err := recv(s); err != nil || string(out) != "50" {
			t.Errorf("the last message: %q, %v", out, err)
		}
		if _, err := recv(s); err != io.EOF {
			t.Errorf("behind it: %v", err)
		}
	}

	// From the server.
	s := open("Pour")
	send(s, make([]byte, 200))
	s.CloseSend()
	n := 0
	for {
		m, err := recv(s)
		if err == io.EOF {
			break
		}
		if err != nil || len(m) != 10_000 || m[0] != byte(n) {
			t.Fatalf("message %d: %d octets, %v", n, len(m), err)
		}
		n++
	}
	if n != 200 {
		t.Errorf("%d messages", n)
	}

	// From the client.
	s = open("Collect")
	for range 200 {
		send(s, make([]byte, 10_000))
	}
	s.CloseSend()
	if out, err := recv(s); err != nil || string(out) != "2000000" {
		t.Errorf("collected %q, %v", out, err)
	}
}
