package conf

import (
	"net"
	"strconv"
	"strings"
)

// ocspUpdate checks how OCSP responses are fetched.
func (v *validator) ocspUpdate() {
	g := &v.cfg.Global
	o := &g.TLS.OCSP
	if o.Min != 0 && o.Max != 0 && o.Min > o.Max {
		v.add(Bad(g.Pos, v.path("global", "ocsp-update.mindelay"), "%s is longer than ocsp-update.maxdelay, which is %s", o.Min, o.Max))
	}
	if o.Proxy == "" {
		return
	}
	if _, ok := o.ProxyAddr(); !ok {
		v.add(BadValue(g.Pos, v.path("global", "ocsp-update.httpproxy"), o.Proxy, "HOST or HOST:PORT"))
	}
}

// notOpenSSL warns of what is said to OpenSSL alone.
func (v *validator) notOpenSSL() {
	g := &v.cfg.Global
	o := &g.TLS.OpenSSL
	warn := func(keyword, value, why string) {
		if value != "" {
			v.warn(Bad(g.Pos, v.path("global", keyword), "%q does nothing: %s", value, why))
		}
	}
	const none = "Weir's TLS is Go's crypto/tls, which has no providers and no engines of OpenSSL"
	warn("ssl-propquery", o.PropQuery, none)
	for _, x := range []struct {
		keyword string
		list    []string
	}{{"ssl-provider", o.Providers}, {"ssl-provider-path", o.ProviderPaths}, {"ssl-engine", o.Engines}} {
		for _, value := range x.list {
			warn(x.keyword, value, none)
		}
	}
	v.within(g.Pos, "ssl-security-level", max(g.TLS.SecurityLevel, 0), 0, MaxSecurityLevel, "global")
}

// Why settings of lines do nothing, which a warning says.
const (
	WhyNoKTLS  = "does nothing: records are encrypted by Weir itself, never by the kernel"
	WhyNoEarly = "does nothing: no early data is taken and none is sent; requests wait for the end of the handshake, and all of them work"
)

// unhonoured warns of what a bind or server line asks for and does not get.
func (v *validator) unhonoured(pos Pos, path string, t *TLS) {
	if t.KTLS {
		v.warn(Bad(pos, v.path(path, "ktls"), "on %s", WhyNoKTLS))
	}
	if t.Early {
		v.warn(Bad(pos, v.path(path, "allow-0rtt"), "%s", WhyNoEarly))
	}
}

// ProxyAddr is the HTTP proxy as HOST:PORT; the port is 80 where none is given.
func (o *OCSPUpdate) ProxyAddr() (addr string, ok bool) {
	host, port, err := net.SplitHostPort(o.Proxy)
	if err != nil {
		host, port = strings.Trim(o.Proxy, "[]"), "80"
		if strings.Contains(host, ":") && net.ParseIP(host) == nil {
			return "", false
		}
	}
	if n, err := strconv.Atoi(port); err != nil || n < 1 || n > 65535 || host == "" || strings.ContainsAny(host, "/@ ") {
		return "", false
	}
	return net.JoinHostPort(host, port), true
}
