package main

import (
	"bufio"
	"bytes"
	"context"
	"crypto/tls"
	"crypto/x509"
	"errors"
	"flag"
	"fmt"
	"io"
	"net"
	"net/http"
	"net/http/httputil"
	"slices"
	"strings"

	"weir/conf"
	"weir/frontend"
	"weir/internal/tlsconf"
)

// tlsFlags are of the client's TLS; they have the names that curl has for them.
type tlsFlags struct {
	sni, cert, key string
	http1          bool
	min, max       uint16
}

// tlsVersions are what the flags call them.
var tlsVersions = map[string]uint16{"1.0": tls.VersionTLS10, "1.1": tls.VersionTLS11, "1.2": tls.VersionTLS12, "1.3": tls.VersionTLS13}

func (f *tlsFlags) define(set *flag.FlagSet) {
	set.StringVar(&f.sni, "sni", "", "")
	set.StringVar(&f.cert, "cert", "", "")
	set.StringVar(&f.key, "key", "", "")
	set.BoolVar(&f.http1, "http1.1", false, "")
	set.BoolFunc("http2", "", func(string) error { f.http1 = false; return nil })
	for name, v := range tlsVersions {
		set.BoolFunc("tlsv"+name, "", func(string) error { f.min = v; return nil })
	}
	set.Func("tls-max", "", func(text string) error {
		if f.max = tlsVersions[text]; f.max == 0 {
			return errors.New("want 1.0, 1.1, 1.2 or 1.3")
		}
		if f.min == 0 {
			f.min = min(f.max, tls.VersionTLS12)
		}
		return nil
	})
}

// config is that of curl: it offers HTTP/2 unless the request is one that HTTP/1.1 alone has. Whose certificate the server has is not asked.
func (f *tlsFlags) config(r *asked) (*tls.Config, error) {
	cfg := &tls.Config{ServerName: f.sni, InsecureSkipVerify: true, MinVersion: f.min, MaxVersion: f.max, NextProtos: []string{"h2", "http/1.1"}}
	if cfg.ServerName == "" {
		cfg.ServerName = r.url.Hostname() // crypto/tls sends no address
	}
	if f.http1 || r.upgrades() {
		cfg.NextProtos = []string{"http/1.1"}
	}
	if f.cert != "" {
		key := f.key
		if key == "" {
			key = f.cert
		}
		pair, err := tls.LoadX509KeyPair(f.cert, key)
		if err != nil {
			return nil, fmt.Errorf("--cert: %w", err)
		}
		cfg.Certificates = []tls.Certificate{pair}
	}
	return cfg, nil
}

// upgrades reports whether the request asks for another protocol, which HTTP/2 has no word for.
func (r *asked) upgrades() bool {
	return slices.ContainsFunc(r.headers, func(h string) bool { return len(h) > 8 && strings.EqualFold(h[:8], "upgrade:") })
}

// tlsShown is what the client saw of TLS; its JSON names are part of the interface.
type tlsShown struct {
	SNI         string `json:"sni,omitempty"`
	Version     string `json:"version,omitempty"`
	ALPN        string `json:"alpn,omitempty"`
	Certificate string `json:"certificate,omitempty"` // what the configuration calls it
	Subject     string `json:"subject,omitempty"`
	Why         string `json:"why,omitempty"`
	Error       string `json:"error,omitempty"` // the handshake failed

	leaf   *x509.Certificate
	opaque bool // the bind speaks no TLS: rules see the hello, and nothing after it
	plain  bool // the bind speaks TLS, and the client does not
}

// client is the one that speaks: in TLS or in plain text, as the URL says, to a bind that may speak the other.
func (r *asked) client(f *explainFlags) (func(net.Conn) ([]byte, error), error) {
	ssl := r.bind.TLS.On
	if r.bare && ssl {
		r.url.Scheme = "https"
	}
	say := func(b []byte) func(net.Conn) ([]byte, error) {
		return func(c net.Conn) ([]byte, error) { return frontend.Converse(c, b) }
	}
	if r.url.Scheme != "https" {
		r.shown.plain = ssl
		return say(r.bytes()), nil
	}
	cfg, err := f.tls.config(r)
	if err != nil {
		return nil, err
	}
	if net.ParseIP(cfg.ServerName) == nil {
		r.shown.SNI = cfg.ServerName
	}
	if ssl {
		return func(c net.Conn) ([]byte, error) { return r.secretly(c, cfg) }, nil
	}
	r.shown.opaque = true
	hello, err := helloOf(cfg)
	return say(hello), err
}

// recorder is a connection that keeps what is written to it and answers nothing.
type recorder struct {
	net.Conn
	said bytes.Buffer
}

func (c *recorder) Write(b []byte) (int, error) { return c.said.Write(b) }
func (c *recorder) Read([]byte) (int, error)    { return 0, io.EOF }

// helloOf is the first thing that a client says.
func helloOf(cfg *tls.Config) ([]byte, error) {
	c := new(recorder)
	if err := tls.Client(c, cfg).Handshake(); c.said.Len() == 0 {
		return nil, fmt.Errorf("the TLS hello: %w", err)
	}
	return c.said.Bytes(), nil
}

// secretly makes the handshake and sends the request in the protocol that it agreed on.
func (r *asked) secretly(c net.Conn, cfg *tls.Config) ([]byte, error) {
	y := tls.Client(c, cfg)
	if err := y.Handshake(); err != nil {
		r.shown.Error = err.Error()
		return nil, ignoreEnd(err)
	}
	st := y.ConnectionState()
	r.shown.Version, r.shown.ALPN, r.shown.leaf = tlsconf.VersionName(st.Version), st.NegotiatedProtocol, st.PeerCertificates[0]
	if st.NegotiatedProtocol == "h2" {
		return r.inFrames(y)
	}
	heard, err := frontend.Converse(y, r.bytes())
	return heard, r.ended(err)
}

// ended notes an alert: with TLS 1.3 a client hears after its own handshake that its certificate will not do (RFC 8446, 4.4.2.4).
func (r *asked) ended(err error) error {
	var alert *net.OpError
	if errors.As(err, &alert) && alert.Op == "remote error" {
		r.shown.Error = err.Error()
	}
	return ignoreEnd(err)
}

// ignoreEnd leaves out what is but the end of the conversation.
func ignoreEnd(err error) error {
	var timeout net.Error
	if errors.As(err, &timeout) && timeout.Timeout() {
		return err
	}
	return nil
}

// inFrames sends the request as HTTP/2. What is heard is told in the words of HTTP/1.1.
func (r *asked) inFrames(y *tls.Conn) ([]byte, error) {
	req, err := http.ReadRequest(bufio.NewReader(bytes.NewReader(r.bytes())))
	if err != nil {
		return nil, err
	}
	req.RequestURI, req.URL.Scheme, req.URL.Host = "", "https", req.Host
	if req.UserAgent() == "" {
		req.Header["User-Agent"] = []string{""} // none, rather than this library's
	}
	tr := &http.Transport{DisableCompression: true, ForceAttemptHTTP2: true,
		DialTLSContext: func(context.Context, string, string) (net.Conn, error) { return y, nil }}
	defer tr.CloseIdleConnections()
	res, err := tr.RoundTrip(req)
	if err != nil {
		return nil, r.ended(err)
	}
	defer res.Body.Close()
	return httputil.DumpResponse(res, true)
}

// tell adds what the client saw of TLS to an explanation, and says what a protocol that was not meant for the bind comes to.
func (r *asked) tell(x *explanation, out *frontend.Outcome) {
	t := &r.shown
	if x.Request.URL = r.url.String(); r.url.Scheme == "https" {
		x.TLS = t
	}
	note := func(format string, args ...any) { x.Notes = append(x.Notes, fmt.Sprintf(format, args...)) }
	r.tellHeaders(out.Headers, note)
	switch {
	case t.plain:
		out.Response = nil
		note("the bind speaks TLS (ssl) and an http URL does not: the handshake fails, and no rule sees a request. Say https://")
	case t.opaque && r.frontend.Mode == conf.ModeHTTP:
		note("the bind speaks no TLS (it has no ssl) and the client does: what arrives is no HTTP. Say http:// if something before Weir ends the TLS")
	case t.opaque:
		note("the bind speaks no TLS: rules see the client's hello, and what follows is the client's and the server's secret")
	}
	if out.Certificate == "" {
		if t.Error == "" && t.leaf == nil && x.TLS != nil && !t.opaque {
			t.Error = "it did not begin"
		}
		return
	}
	t.Certificate = out.Certificate
	if t.leaf != nil {
		t.Subject = t.leaf.Subject.String()
	}
	switch {
	case out.Named:
		t.Why = "it is for " + t.SNI
	case t.SNI == "":
		t.Why = "the client asks for no name: it is the bind's first"
	default:
		t.Why = "none is for " + t.SNI + ": it is the bind's first"
	}
}

// tellHeaders says what the connection began with before the client's first byte.
func (r *asked) tellHeaders(h conf.Headers, note func(string, ...any)) {
	from := "the same address"
	if r.via.IsValid() {
		from = r.via.String()
	}
	for _, known := range []struct {
		header conf.Headers
		name   string
	}{{conf.HeaderProxy, "a PROXY header"}, {conf.HeaderCIP, "the header that a NetScaler inserts"}} {
		if h&known.header != 0 {
			note("the connection comes from %s and must begin with %s; the one it began with says that the client is %s", from, known.name, r.src)
		}
	}
	if h == 0 && r.via.IsValid() {
		note("nothing has the connection begin with a header that says who the client is: it is who it comes from, %s (--via), and --src counts for nothing", r.via)
	}
}

func (t *tlsShown) print(w io.Writer) {
	name := t.SNI
	if name == "" {
		name = "no name"
	}
	fmt.Fprintf(w, "TLS, asking for %s", name)
	if t.Version != "" {
		fmt.Fprintf(w, ": %s", t.Version)
	}
	if t.ALPN != "" {
		fmt.Fprintf(w, ", %s", t.ALPN)
	}
	fmt.Fprintln(w)
	if t.Certificate != "" {
		fmt.Fprintf(w, "certificate %s (%s): %s\n", t.Certificate, t.Subject, t.Why)
	}
	if t.Error != "" {
		fmt.Fprintf(w, "the handshake fails: %s\n", t.Error)
	}
}
