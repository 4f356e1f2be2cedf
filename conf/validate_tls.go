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
