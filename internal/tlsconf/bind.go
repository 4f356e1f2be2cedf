package tlsconf

import (
	"crypto/tls"
	"crypto/x509"
	"errors"
	"fmt"
	"os"
	"slices"
	"strings"
	"sync/atomic"
	"time"

	"weir/conf"
	"weir/internal/tlsio"
)

// Bind is the TLS of a bind line.
type Bind struct {
	s     *Store
	p     *conf.Proxy
	b     *conf.Bind
	t     conf.BindTLS // with the defaults
	lists []*listFile
	names atomic.Pointer[names]
	keys  tickets
	base  *tls.Config
	gen   *generator // of generate-certificates; nil = none are made
}

// Config is for tlsio.Server. It never changes; what it refers to does.
func (b *Bind) Config() *tls.Config { return b.base }

// Bind makes the TLS of a bind line. Errors are conf.Errors.
func (s *Store) Bind(p *conf.Proxy, cb *conf.Bind) (*Bind, error) {
	s.mu.Lock()
	defer s.mu.Unlock()
	b := &Bind{s: s, p: p, b: cb, t: cb.TLS}
	g := &s.cfg.Global.TLS.Bind
	b.t.TLS = merge(cb.TLS.TLS, g.TLS)
	b.t.StrictSNI = cb.TLS.StrictSNI || g.StrictSNI
	b.t.NoCANames = cb.TLS.NoCANames || g.NoCANames
	var errs conf.Errors
	r := b.reporter(&errs)
	b.setKeys(r)
	b.readLines(r)
	errs, s.clashes = append(errs, s.clashes...), nil
	if b.t.Generate {
		b.gen = b.generator(r)
	} else if b.t.CASignFile != "" {
		r.warn("ca-sign-file", "does nothing without %s", r.name("generate-certificates"))
	}
	if len(errs) > 0 {
		return nil, errs
	}
	n, err := b.build(r)
	if len(errs) > 0 {
		return nil, errs
	}
	if err != nil {
		each(err, func(e error) { r.bad("crt", "%s", e) })
		return nil, errs
	}
	b.names.Store(n)
	b.unmet(r)
	b.base = &tls.Config{GetConfigForClient: b.configFor}
	params(b.base, &b.t.TLS, s.levelOf(&b.t.TLS), &report{bad: ignore, warn: ignore})
	s.binds = append(s.binds, b)
	return b, nil
}

func ignore(string, string, ...any) {}

// reporter tells of the bind line: errors into errs, and each doubt once.
func (b *Bind) reporter(errs *conf.Errors) *report {
	title := b.p.Title() + ": bind"
	if b.b.Places != nil { // as errors of weir.hcl have it
		title += fmt.Sprintf(" %q", b.b.Addr.String())
	}
	return b.s.reportOn(title, b.b.Pos, b.b.Places, errs)
}

// doubt tells a warning once.
func (s *Store) doubt(e *conf.Error) {
	if text := e.Error(); !s.warned[text] {
		s.warned[text] = true
		s.warn(e)
	}
}

// setKeys makes the keys of session tickets.
func (b *Bind) setKeys(r *report) {
	b.keys = tickets{keys: &tls.Config{}, life: ticketLife}
	if life := b.s.cfg.Global.TLS.Lifetime; life > 0 {
		b.keys.life = life
	}
	if b.t.TicketKeys == "" {
		return
	}
	f, err := b.s.keyFile(b.s.file(b.t.TicketKeys, "", b.b.Pos))
	if err != nil {
		r.bad("tls-ticket-keys", "%q: %s", b.t.TicketKeys, err)
		return
	}
	b.keys.keys = f.cfg
}

// readLines reads the certificates: default-crt first, then crt, then crt-list, each in order.
func (b *Bind) readLines(r *report) {
	base, told := b.s.cfg.Global.TLS.CrtBase, false
	add := func(keyword string, names []string, def bool) {
		for _, name := range names {
			path := b.s.file(name, base, b.b.Pos)
			l, err := b.s.crt(path, def)
			if err != nil {
				r.bad(keyword, "%q: %s", name, err)
				told = true
				continue
			}
			b.lists = append(b.lists, l)
		}
	}
	add("default-crt", b.t.DefaultCerts, true)
	add("crt", b.t.Certs, false)
	for _, name := range b.t.Lists {
		l, err := b.s.list(b.s.file(name, base, b.b.Pos), b.b.Pos)
		if err != nil {
			each(err, func(e error) { r.bad("crt-list", "%q: %s", name, e) })
			told = true
			continue
		}
		b.lists = append(b.lists, l)
	}
	b.bindLines(r)
	if told || len(b.lines()) > 0 || b.t.Generate {
		return
	}
	if b.t.StrictSNI {
		r.warn("ssl", "no certificate: every handshake fails until one is added (strict-sni)")
		return
	}
	for _, l := range b.lists {
		if l.folder {
			r.bad("crt", "%q: %s", l.path, errNoFiles)
			return
		}
	}
	r.bad("ssl", "no certificate; want crt, %s or acme", r.name("crt-list"))
}

// lines are the certificates of the bind line, in order, as they stand now.
func (b *Bind) lines() []*line {
	var all []*line
	for _, l := range b.lists {
		all = append(all, l.lines...)
	}
	return all
}

// crt is what a crt names. A folder is a list of its own, to which certificates can be added at run time.
func (s *Store) crt(path string, def bool) (*listFile, error) {
	if l := s.lists[path]; l != nil && l.folder && !def {
		return l, nil
	}
	paths, err := s.certPaths(path)
	if err != nil && (err != errNoFiles || def) {
		return nil, err
	}
	l := &listFile{path: path}
	if st, err := os.Stat(path); err == nil && st.IsDir() && !def {
		l.folder = true
		s.lists[path] = l
	}
	for i, p := range paths {
		n := &line{path: p, number: 1, isDefault: def} // those of a bundle are one
		if l.folder {
			n.number += i
		}
		l.lines = append(l.lines, n)
	}
	return l, nil
}

// listed is where the file of a crt-list's line is.
func (s *Store) listed(name string, pos conf.Pos) string {
	return s.file(name, s.cfg.Global.TLS.CrtBase, pos)
}

// certPaths are the certificates that a name stands for.
func (s *Store) certPaths(path string) ([]string, error) {
	if s.pairs[path] != nil || s.issued[path] != nil || strings.HasPrefix(path, "@") {
		return []string{path}, nil
	}
	return s.x.pathsOf(path)
}

// build makes the table of names of what the files hold now.
func (b *Bind) build(r *report) (*names, error) {
	n := &names{exact: map[string][]*choice{}, wild: map[string][]*choice{}, strict: b.t.StrictSNI}
	var errs []error
	lines := b.lines()
	for _, l := range lines {
		e, err := b.s.pair(l.path)
		if err != nil {
			if b.s.issued[l.path] != nil {
				r.bad("acme", "%s%q: %s", l.where(), l.path, err)
			} else {
				errs = append(errs, fmt.Errorf("%s%q: %w", l.where(), l.path, err))
			}
			continue
		}
		if e.pair == nil {
			continue
		}
		for _, note := range e.pair.notes {
			if b.s.issued[l.path] != nil {
				break // it is renewed, and must not be what keeps Weir from starting (zero-warning)
			}
			r.warn("crt", "%q: %s", l.path, note)
		}
		b.s.wantOCSP(l, e, r)
		c := b.choice(l, e.pair, r)
		if l.isDefault {
			n.def = append(n.def, c)
		}
		n.add(c, l.filters)
	}
	if len(errs) > 0 {
		return nil, errors.Join(errs...)
	}
	n.def = n.defaults(lines)
	return n, nil
}

func (l *line) where() string {
	if l.list == "" {
		return ""
	}
	return fmt.Sprintf("%s:%d: ", l.list, l.number)
}

// defaults are the certificates for names that nothing is for: of default-crt and "*", else the first one, with those of its bundle.
func (n *names) defaults(lines []*line) []*choice {
	if len(n.def) > 0 || len(lines) == 0 {
		return n.def
	}
	first := lines[0]
	base := bundleBase(first.path)
	var list []*choice
	for _, c := range n.all {
		if c.line == first || base != "" && bundleBase(c.line.path) == base && c.line.number == first.number && c.line.list == first.list {
			list = append(list, c)
		}
	}
	return list
}

// bundleBase is a bundle's name, of one of its files; "" = it is none.
func bundleBase(path string) string {
	for _, e := range bundleEndings {
		if base, ok := strings.CutSuffix(path, e); ok {
			return base
		}
	}
	return ""
}

// choice makes the configuration of handshakes that show p.
func (b *Bind) choice(l *line, p *Pair, r *report) *choice {
	l.unhonoured(r)
	t := l.over(&b.t)
	c := &choice{pair: p, line: l, cfg: &tls.Config{GetCertificate: func(*tls.ClientHelloInfo) (*tls.Certificate, error) { return p.certificate(time.Now()), nil }}}
	level := b.s.levelOf(&t.TLS)
	params(c.cfg, &t.TLS, level, r)
	level.own("crt", p, r)
	if !t.NoALPN {
		c.cfg.NextProtos = t.ALPN
	}
	var bad string
	if c.crtIgnore, bad = parseIgnored(t.CrtIgnore); bad != "" {
		r.bad("crt-ignore-err", wantIgnored, bad)
	}
	if c.caIgnore, bad = parseIgnored(t.CAIgnore); bad != "" {
		r.bad("ca-ignore-err", wantIgnored, bad)
	}
	if t.Verify == "optional" || t.Verify == "required" {
		b.clients(c, &t, r)
	} else {
		b.s.readable(b.b.Pos, &t, r)
	}
	b.keys.bind(c.cfg, c.policy())
	return c
}

// clients has clients asked for a certificate.
func (b *Bind) clients(c *choice, t *conf.BindTLS, r *report) {
	c.cfg.ClientAuth = tls.RequestClientCert
	if t.Verify == "required" {
		c.cfg.ClientAuth = tls.RequireAnyClientCert
	}
	if t.CAFile == "" && t.CAVerifyFile == "" {
		r.bad("verify", "%s: no authority to trust; want %s", t.Verify, r.name("ca-file"))
		return
	}
	c.auth = b.s.authorities(b.b.Pos, t, r)
	if !t.NoCANames {
		c.cfg.ClientCAs = c.auth.names
	}
}

// errStrict is for names that no certificate is for.
var errStrict = &tls.Config{GetCertificate: func(*tls.ClientHelloInfo) (*tls.Certificate, error) { return nil, nil }}

// choose finds the certificate for a hello, or has one made; nil = the handshake must fail.
func (b *Bind) choose(hello *tls.ClientHelloInfo, conn *tlsio.Conn) *choice {
	n := b.names.Load()
	if b.gen != nil && hello.ServerName != "" {
		name := strings.ToLower(hello.ServerName)
		if c := n.named(name); len(c) > 0 {
			return best(c, hello)
		}
		if c := b.generated(n, name, conn); c != nil {
			return c
		}
	}
	list := n.find(hello.ServerName)
	if len(list) == 0 {
		return nil
	}
	return best(list, hello)
}

// Names reports whether a certificate is for that very name, or would be made for it.
func (b *Bind) Names(server string) bool {
	name := strings.ToLower(strings.TrimSuffix(server, "."))
	return name != "" && (b.names.Load().named(name) != nil || b.gen != nil)
}

// generated is a certificate that is made for the name. Making it takes a signature, which the loop is not held up by.
func (b *Bind) generated(n *names, name string, conn *tlsio.Conn) *choice {
	now := time.Now()
	if c := b.gen.find(name, n, now); c != nil {
		return c
	}
	if hostName(name) != nil {
		return nil
	}
	var c *choice
	work := func() {
		if p, err := b.gen.pair(name, now); err == nil {
			c = b.gen.keep(p, b.generatedChoice(p, n), now)
		}
	}
	if conn == nil {
		work()
	} else if conn.Await(work) != nil {
		return nil
	}
	return c
}

// generatedChoice is choice for a certificate that was made.
func (b *Bind) generatedChoice(p *Pair, n *names) *choice {
	b.s.mu.Lock()
	defer b.s.mu.Unlock()
	c := b.choice(&line{path: p.Path}, p, &report{bad: ignore, warn: ignore})
	c.of = n
	return c
}

// configFor chooses by the name that the client asks for.
func (b *Bind) configFor(hello *tls.ClientHelloInfo) (*tls.Config, error) {
	if cfg := b.s.challenged(hello); cfg != nil {
		return cfg, nil
	}
	conn := tlsio.OfHello(hello)
	if conn != nil {
		conn.Info().Asked = hello
	}
	c := b.choose(hello, conn)
	if c == nil {
		return errStrict, nil
	}
	if conn != nil {
		conn.Info().Own, conn.Info().OwnName = c.pair.Leaf, c.pair.Path
	}
	cfg := c.cfg
	none := len(cfg.NextProtos) > 0 && len(hello.SupportedProtos) > 0 && !overlap(cfg.NextProtos, hello.SupportedProtos)
	log := b.s.cfg.Global.TLS.KeyLog && conn != nil
	if c.auth == nil && !none && !log {
		return cfg, nil
	}
	cfg = cfg.Clone()
	if log {
		cfg.KeyLogWriter = conn.KeyLog()
	}
	if none { // go on without one, as OpenSSL does, where RFC 7301, 3.2, has an alert
		cfg.NextProtos = nil
	}
	if c.auth != nil {
		cfg.VerifyConnection = func(cs tls.ConnectionState) error { return c.verify(conn, cs.PeerCertificates, time.Now()) }
	}
	return cfg, nil
}

func overlap(a, b []string) bool {
	return slices.ContainsFunc(a, func(s string) bool { return slices.Contains(b, s) })
}

// verify checks the certificate that a client has shown, in a handshake and again whenever its session is resumed: authorities and
// revocation lists may have changed since.
func (c *choice) verify(conn *tlsio.Conn, certs []*x509.Certificate, now time.Time) error {
	if len(certs) == 0 { // crypto/tls has seen to it that there may be none
		return nil
	}
	v := c.auth.check(certs, x509.ExtKeyUsageClientAuth, now, c.passes)
	if conn != nil {
		f := conn.Info()
		f.Root, f.Result, f.Verify, f.CAErr, f.Depth = v.root, v.last, v.own, v.ca, v.depth
	}
	if v.bad != nil {
		return v.bad.describe(v.chain, "")
	}
	return nil
}

// passes says which errors are let pass: with the client's own certificate by crt-ignore-err, with its issuers' by ca-ignore-err.
func (c *choice) passes(code, depth int) bool {
	if depth > 0 {
		return c.caIgnore.has(code)
	}
	return c.crtIgnore.has(code)
}
