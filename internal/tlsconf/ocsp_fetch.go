package tlsconf

import (
	"bytes"
	"context"
	"encoding/base64"
	"errors"
	"fmt"
	"io"
	"net"
	"net/http"
	"net/url"
	"strings"
	"time"

	"golang.org/x/crypto/ocsp"

	"weir/conf"
)

// How an update ended, by HAProxy's numbers.
const (
	ocspUnknown = iota
	ocspDone
	ocspBadStatus
	ocspBadType
	ocspBadResponse
)

var ocspWords = [...]string{ocspUnknown: "Unknown", ocspDone: "Update successful", ocspBadStatus: "HTTP error",
	ocspBadType: "Missing \"ocsp-response\" header", ocspBadResponse: "OCSP response check failure"}

// responderOf is where the certificate's responder is asked. Only the first address counts, as in HAProxy, and only over HTTP: responses are
// signed, and a responder behind TLS might need one itself (RFC 6960, A.1; RFC 5280, 4.2.2.1).
func responderOf(p *Pair) (string, error) {
	switch {
	case len(p.Leaf.OCSPServer) == 0:
		return "", errors.New("it names no OCSP responder")
	case p.issuer == nil:
		return "", errors.New("its issuer's certificate is not known; want it behind the certificate, or in an .issuer file")
	case !strings.HasPrefix(strings.ToLower(p.Leaf.OCSPServer[0]), "http://"):
		return "", fmt.Errorf("its OCSP responder is %q; want an address that begins with http://", p.Leaf.OCSPServer[0])
	}
	return p.Leaf.OCSPServer[0], nil
}

// fetcher asks responders.
type fetcher struct {
	client *http.Client
}

func newFetcher(proxy string, h *conf.HTTPClient) *fetcher {
	t := &http.Transport{DisableKeepAlives: true, DisableCompression: true, MaxResponseHeaderBytes: maxOCSP, DialContext: dialer(h)}
	if proxy != "" {
		t.Proxy = http.ProxyURL(&url.URL{Scheme: "http", Host: proxy})
	}
	return &fetcher{&http.Client{Transport: t, Timeout: ocspTimeout, CheckRedirect: func(*http.Request, []*http.Request) error { return http.ErrUseLastResponse }}}
}

// dialer connects as the httpclient settings say: in time, and to the family of addresses that they prefer.
func dialer(h *conf.HTTPClient) func(ctx context.Context, network, addr string) (net.Conn, error) {
	d := &net.Dialer{Timeout: h.ConnectTimeout}
	return func(ctx context.Context, network, addr string) (net.Conn, error) {
		if family := map[string]string{"ipv4": "tcp4", "ipv6": "tcp6"}[h.Prefer]; family != "" {
			if c, err := d.DialContext(ctx, family, addr); err == nil {
				return c, nil
			}
		}
		return d.DialContext(ctx, network, addr)
	}
}

// ask gets a response for the certificate and checks it. code is how it ended.
func (f *fetcher) ask(ctx context.Context, p *Pair, now time.Time) (s *staple, code int, err error) {
	base, err := responderOf(p)
	if err != nil {
		return nil, ocspUnknown, err
	}
	req, err := ocspRequest(ctx, p, base)
	if err != nil {
		return nil, ocspUnknown, err
	}
	res, err := f.client.Do(req)
	if err != nil {
		var u *url.Error
		if errors.As(err, &u) { // it repeats the whole question
			err = fmt.Errorf("%s: %w", base, u.Err)
		}
		return nil, ocspBadStatus, err
	}
	defer res.Body.Close()
	if res.StatusCode != http.StatusOK {
		return nil, ocspBadStatus, fmt.Errorf("%s answers %s", base, res.Status)
	}
	if kind := res.Header.Get("Content-Type"); kind != "application/ocsp-response" {
		return nil, ocspBadType, fmt.Errorf("%s answers with a body of type %q; want application/ocsp-response", base, kind)
	}
	raw, err := io.ReadAll(io.LimitReader(res.Body, maxOCSP+1))
	if err == nil && len(raw) > maxOCSP {
		err = fmt.Errorf("%s answers with more than %d bytes", base, maxOCSP)
	}
	if err != nil {
		return nil, ocspBadResponse, err
	}
	if s, err = parseStaple(p, raw, now); err != nil {
		return nil, ocspBadResponse, fmt.Errorf("the response of %s is left out: %w", base, err)
	}
	return s, ocspDone, nil
}

// ocspRequest is a GET where that is short enough to be cached on the way, else a POST (RFC 6960, A.1).
func ocspRequest(ctx context.Context, p *Pair, base string) (*http.Request, error) {
	der, err := ocsp.CreateRequest(p.Leaf, p.issuer, nil)
	if err != nil {
		return nil, err
	}
	if text := url.QueryEscape(base64.StdEncoding.EncodeToString(der)); len(text) < maxOCSPGet {
		return http.NewRequestWithContext(ctx, http.MethodGet, strings.TrimSuffix(base, "/")+"/"+text, nil)
	}
	req, err := http.NewRequestWithContext(ctx, http.MethodPost, base, bytes.NewReader(der))
	if err == nil {
		req.Header.Set("Content-Type", "application/ocsp-request")
	}
	return req, err
}
