package acme

import (
	"context"
	"crypto/tls"
	"crypto/x509"
	"errors"
	"fmt"
	"io"
	"net"
	"net/http"
	"os"
	"strconv"
	"sync"
	"time"

	"weir/conf"
	"weir/internal/tlsconf"
)

// wire carries requests to an authority. It notes how long that wants to be left alone, and reads no more of an answer than maxAnswer.
type wire struct {
	base *http.Transport
}

// rest is how long an authority wants to be left alone, as it has said in the course of one order.
type rest struct {
	mu    sync.Mutex
	after time.Time
}

type restKey struct{}

// within has what is said in answer to requests of ctx noted.
func (r *rest) within(ctx context.Context) context.Context {
	return context.WithValue(ctx, restKey{}, r)
}

func newWire(cfg *conf.Config, a *conf.ACME, store *tlsconf.Store) (*wire, error) {
	h := &cfg.Global.HTTPClient
	file := a.CAFile
	if file == "" {
		file = h.CAFile
	}
	t := &tls.Config{InsecureSkipVerify: h.VerifyNone && a.CAFile == ""}
	var err error
	switch file {
	case "", "@system-ca": // read now: after chroot it is out of reach
		t.RootCAs, err = x509.SystemCertPool()
	default:
		t.RootCAs, err = pool(store.Path(file, cfg.Global.TLS.CABase, a.Pos))
	}
	if err != nil {
		return nil, fmt.Errorf("ca-file %q: %w", file, err)
	}
	d := &dialer{net.Dialer{Timeout: h.ConnectTimeout}, h.Prefer}
	if d.Timeout == 0 {
		d.Timeout = connectTime
	}
	return &wire{base: &http.Transport{TLSClientConfig: t, DialContext: d.dial, ForceAttemptHTTP2: true, Proxy: http.ProxyFromEnvironment,
		IdleConnTimeout: requestTime, TLSHandshakeTimeout: requestTime, MaxIdleConnsPerHost: maxAtOnce}}, nil
}

func pool(path string) (*x509.CertPool, error) {
	f, err := os.Open(path)
	if err != nil {
		return nil, plain(err)
	}
	defer f.Close()
	b, err := readBounded(f)
	if err != nil {
		return nil, plain(err)
	}
	p := x509.NewCertPool()
	if !p.AppendCertsFromPEM(b) {
		return nil, errors.New("no certificate in it")
	}
	return p, nil
}

// dialer tries the addresses of one family first.
type dialer struct {
	net.Dialer
	prefer string
}

func (d *dialer) dial(ctx context.Context, network, addr string) (net.Conn, error) {
	family := map[string]string{"ipv4": "tcp4", "ipv6": "tcp6"}[d.prefer]
	if family != "" {
		if c, err := d.DialContext(ctx, family, addr); err == nil {
			return c, nil
		}
	}
	return d.DialContext(ctx, network, addr)
}

// RoundTrip is http.RoundTripper's.
func (w *wire) RoundTrip(r *http.Request) (*http.Response, error) {
	resp, err := w.base.RoundTrip(r)
	if err != nil {
		return nil, err
	}
	if resp.StatusCode == http.StatusTooManyRequests || resp.StatusCode == http.StatusServiceUnavailable {
		if to, ok := r.Context().Value(restKey{}).(*rest); ok {
			to.note(resp.Header.Get("Retry-After"), time.Now())
		}
	}
	resp.Body = struct {
		io.Reader
		io.Closer
	}{io.LimitReader(resp.Body, maxAnswer), resp.Body}
	return resp, nil
}

// note reads a Retry-After field (RFC 9110, 10.2.3).
func (r *rest) note(text string, now time.Time) {
	at, err := http.ParseTime(text)
	if n, bad := strconv.ParseUint(text, 10, 31); bad == nil {
		at, err = now.Add(time.Duration(n)*time.Second), nil
	}
	if err != nil {
		return
	}
	r.mu.Lock()
	defer r.mu.Unlock()
	if at.After(r.after) {
		r.after = at
	}
}

// left is how long that is from now on.
func (r *rest) left() time.Duration {
	r.mu.Lock()
	defer r.mu.Unlock()
	if r.after.IsZero() {
		return 0
	}
	return max(0, time.Until(r.after))
}
