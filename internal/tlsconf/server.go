package tlsconf

import (
	"crypto/tls"
	"crypto/x509"
	"net"
	"slices"
	"strings"
	"sync"
	"sync/atomic"
	"time"

	"weir/conf"
)

// Server is the TLS of a server line.
type Server struct {
	s    *Store
	p    *conf.Proxy
	srv  *conf.Server
	t    conf.ServerTLS // with the defaults
	path string         // of crt
	now  atomic.Pointer[client]
	told func() // its configuration has changed
}

// OnChange has f called when what the server is shown, or what it is trusted for, changes: connections of before must not be used again.
func (v *Server) OnChange(f func()) { v.told = f }

// Drop gives the server up: commands on certificates do not ask for it any more.
func (v *Server) Drop() {
	v.s.mu.Lock()
	defer v.s.mu.Unlock()
	v.s.servers = slices.DeleteFunc(v.s.servers, func(o *Server) bool { return o == v })
}

// client is what a Server's handshakes use. It is replaced whole when a certificate is.
type client struct {
	base  *tls.Config
	check *tls.Config // of health checks
	auth  *authorities
	host  string // verifyhost
	of    []any  // the certificates and files that it was made of

	mu     sync.Mutex
	byName map[clientKey]*tls.Config
}

// clientKey is what connections ask for: a server name, and perhaps no HTTP/2.
type clientKey struct {
	name string
	old  bool
}

// Server makes the TLS of a server line. Errors are conf.Errors.
func (s *Store) Server(p *conf.Proxy, srv *conf.Server) (*Server, error) {
	s.mu.Lock()
	defer s.mu.Unlock()
	v := &Server{s: s, p: p, srv: srv, t: srv.TLS}
	g := &s.cfg.Global.TLS
	v.t.TLS = merge(srv.TLS.TLS, g.Server.TLS)
	if v.t.Verify == "" {
		v.t.Verify = g.ServerVerify
	}
	if v.t.Verify == "" {
		v.t.Verify = "required"
	}
	if v.t.Cert != "" {
		v.path = s.file(v.t.Cert, g.CrtBase, srv.Pos)
	}
	var errs conf.Errors
	c := v.build(v.reporter(&errs))
	if len(errs) > 0 {
		return nil, errs
	}
	v.now.Store(c)
	s.unmetServerDefaults()
	var u unmet
	u.common("", &srv.TLS.TLS)
	u.tell(v.reporter(&errs))
	s.servers = append(s.servers, v)
	return v, nil
}

func (v *Server) reporter(errs *conf.Errors) *report {
	return v.s.reportOn(v.p.Title()+": "+v.srv.Title(), v.srv.Pos, v.srv.Places, errs)
}

// build makes what handshakes use of what the files hold now.
func (v *Server) build(r *report) *client {
	t := &v.t
	c := &client{base: &tls.Config{}, host: t.VerifyHost, byName: map[clientKey]*tls.Config{}}
	params(c.base, &t.TLS, v.s.levelOf(&t.TLS), r)
	c.base.InsecureSkipVerify = true // crypto/tls checks a chain and a name together or neither: verify does
	c.base.NextProtos = t.ALPN
	if !t.NoReuse && !c.base.SessionTicketsDisabled {
		c.base.ClientSessionCache = tls.NewLRUClientSessionCache(maxSessions)
	}
	if v.path != "" {
		v.setCert(c, r)
	}
	if t.Verify == "required" {
		if t.CAFile == "" {
			r.bad("verify", "required: no authority to trust; want %s, or verify none", r.name("ca-file"))
			return c
		}
		c.auth = v.s.authorities(v.srv.Pos, &conf.BindTLS{TLS: t.TLS}, r)
		c.of = append(c.of, c.auth.of...)
	} else {
		v.s.readable(v.srv.Pos, &conf.BindTLS{TLS: t.TLS}, r)
		if t.CRLFile != "" {
			r.warn("crl-file", "nothing is checked with verify none")
		}
	}
	c.base = c.named(c.base, "")
	if c.check = c.named(c.base, v.p.CheckName(t)); t.CheckALPN != nil {
		c.check = c.check.Clone()
		c.check.NextProtos = t.CheckALPN
	}
	return c
}

func (v *Server) setCert(c *client, r *report) {
	paths, err := v.s.certPaths(v.path)
	if err != nil {
		r.bad("crt", "%q: %s", v.t.Cert, err)
		return
	}
	for _, p := range paths {
		e, err := v.s.pair(p)
		if err != nil {
			r.bad("crt", "%q: %s", v.t.Cert, err)
			return
		}
		if e.pair == nil {
			r.bad("crt", "%q: %s", v.t.Cert, errEmpty)
			return
		}
		for _, note := range e.pair.notes {
			r.warn("crt", "%q: %s", v.t.Cert, note)
		}
		v.s.levelOf(&v.t.TLS).own("crt", e.pair, r)
		c.base.Certificates = append(c.base.Certificates, e.pair.tls)
		c.of = append(c.of, e.pair)
	}
}

// Config is for tlsio.Client, with the server name to ask for; "" = none.
func (v *Server) Config(name string) *tls.Config { return v.config(name, false) }

// ConfigHTTP1 is Config that does not offer HTTP/2, where anything is offered.
func (v *Server) ConfigHTTP1(name string) *tls.Config { return v.config(name, true) }

func (v *Server) config(name string, old bool) *tls.Config {
	c := v.now.Load()
	name = strings.TrimSuffix(name, ".")
	if name == "" && !old {
		return c.base
	}
	c.mu.Lock()
	defer c.mu.Unlock()
	key := clientKey{name, old}
	cfg := c.byName[key]
	if cfg == nil {
		if len(c.byName) >= maxSessions { // clients choose the names: do not keep them all
			clear(c.byName)
		}
		cfg = c.named(c.base, name)
		if old && len(cfg.NextProtos) > 0 {
			cfg.NextProtos = []string{"http/1.1"}
		}
		c.byName[key] = cfg
	}
	return cfg
}

// CheckConfig is for health checks.
func (v *Server) CheckConfig() *tls.Config { return v.now.Load().check }

// ConnectConfig is for a rule of a health check that opens a connection with names of its own.
func (v *Server) ConnectConfig(a *conf.CheckConnect) *tls.Config {
	c := v.now.Load()
	sni, alpn := a.SNI, a.ALPN
	if a.Default && sni == "" {
		sni = v.p.CheckName(&v.t)
	}
	if a.Default && alpn == nil {
		alpn = c.check.NextProtos
	}
	cfg := c.named(c.base, sni)
	cfg.NextProtos = alpn
	return cfg
}

// named is base for one server name. The certificate must have that one; where there is none, verifyhost's.
func (c *client) named(base *tls.Config, name string) *tls.Config {
	cfg := base.Clone()
	cfg.ServerName = name
	if c.auth == nil {
		return cfg
	}
	host := firstSet(name, c.host)
	cfg.VerifyConnection = func(cs tls.ConnectionState) error { return c.verify(cs.PeerCertificates, host, time.Now()) }
	return cfg
}

// verify checks a server's certificate: also of a session that is resumed, since it may have expired.
func (c *client) verify(certs []*x509.Certificate, host string, now time.Time) error {
	if len(certs) == 0 {
		return &VerifyError{Code: errUnspecified}
	}
	if v := c.auth.check(certs, x509.ExtKeyUsageServerAuth, now, noPass); v.bad != nil {
		return v.bad.describe(v.chain, host)
	}
	if host == "" {
		return nil
	}
	if net.ParseIP(host) != nil {
		host = "[" + strings.Trim(host, "[]") + "]"
	}
	if certs[0].VerifyHostname(host) != nil && !commonName(certs[0], host) {
		return (&VerifyError{Code: errHostname}).describe(certs, strings.Trim(host, "[]"))
	}
	return nil
}

// commonName reports whether the name stands in the certificate's subject, which counts where there are no alternative names.
func commonName(c *x509.Certificate, host string) bool {
	if len(c.DNSNames)+len(c.IPAddresses) > 0 {
		return false
	}
	cn := strings.ToLower(c.Subject.CommonName)
	host = strings.ToLower(host)
	if rest, ok := strings.CutPrefix(cn, "*."); ok {
		_, after, _ := strings.Cut(host, ".")
		return rest != "" && rest == after
	}
	return cn == host
}
