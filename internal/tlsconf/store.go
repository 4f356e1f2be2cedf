package tlsconf

import (
	"crypto/tls"
	"crypto/x509"
	"errors"
	"fmt"
	"path/filepath"
	"strings"
	"sync"
	"sync/atomic"

	"weir/conf"
)

// Store is all of a configuration's TLS: every certificate, authority and list by its file, each read once. Its methods may be called
// from any goroutine.
type Store struct {
	cfg *conf.Config
	x   extras

	mu      sync.Mutex
	pairs   map[string]*entry
	cas     map[string]*caFile
	crls    map[string]*crlFile
	lists   map[string]*listFile
	keys    []*keyFile // of tls-ticket-keys, in the order of lines
	binds   []*Bind
	servers []*Server
	loads   map[string]*conf.CrtLoad // of crt-store sections, by @store/alias
	warned  map[string]bool          // files whose doubts were told
	warn    func(*conf.Error)
	txn     txns

	ocspFetcher *fetcher
	ocspWake    chan struct{}

	issued    map[string]*Issued // by name
	clashes   conf.Errors        // of lines about them
	challenge atomic.Pointer[func(string) *tls.Certificate]
}

// entry is a certificate that can be swapped.
type entry struct {
	path string
	pair *Pair // nil = announced by "new ssl cert" and not set yet
	ocsp ocspState
}

type caFile struct {
	path  string
	certs []*x509.Certificate
	pem   []byte
	sys   bool // @system-ca: clients are not told of those
}

type crlFile struct {
	path string
	list []*crl
}

type listFile struct {
	path   string
	folder bool // of a crt that names one
	lines  []*line
}

// New makes the Store of a configuration, of which nothing is read yet. warn is told what is doubtful; nil = nobody.
func New(cfg *conf.Config, warn func(*conf.Error)) *Store {
	if warn == nil {
		warn = func(*conf.Error) {}
	}
	s := &Store{cfg: cfg, x: extrasOf(&cfg.Global.TLS), pairs: map[string]*entry{}, cas: map[string]*caFile{}, crls: map[string]*crlFile{},
		lists: map[string]*listFile{}, loads: map[string]*conf.CrtLoad{}, issued: map[string]*Issued{}, warned: map[string]bool{}, warn: warn}
	proxy, _ := cfg.Global.TLS.OCSP.ProxyAddr()
	s.ocspFetcher, s.ocspWake = newFetcher(proxy, &cfg.Global.HTTPClient), make(chan struct{}, 1)
	for _, st := range cfg.CrtStores {
		for _, l := range st.Loads {
			s.loads["@"+st.Name+"/"+loadName(l)] = l
		}
	}
	s.noteIssued()
	return s
}

func loadName(l *conf.CrtLoad) string {
	if l.Alias != "" {
		return l.Alias
	}
	return l.Crt
}

// file is where a file is: under base, or where default-path says.
func (s *Store) file(name, base string, pos conf.Pos) string {
	switch {
	case filepath.IsAbs(name) || strings.HasPrefix(name, "@"):
		return name
	case base != "":
		return s.file(base, "", pos) + "/" + name // the commands of a stats socket know it by this name, as in HAProxy
	}
	return s.cfg.Global.FilePath(pos, name)
}

// pair is the certificate of that file, read once.
func (s *Store) pair(path string) (*entry, error) {
	if e := s.pairs[path]; e != nil {
		return e, nil
	}
	load := func() (*Pair, error) {
		if l := s.loads[path]; l != nil {
			return s.loadStored(path, l)
		} else if strings.HasPrefix(path, "@") {
			return nil, errors.New("no crt-store section has it")
		}
		return s.x.load(path)
	}
	var p *Pair
	var err error
	if is := s.issued[path]; is != nil {
		p, err = s.loadIssued(is, load)
	} else {
		p, err = load()
	}
	if err != nil {
		return nil, err
	}
	e := &entry{path: path, pair: p}
	s.pairs[path] = e
	return e, nil
}

// loadStored reads what a load line of a crt-store names.
func (s *Store) loadStored(path string, l *conf.CrtLoad) (*Pair, error) {
	st := &conf.CrtStore{} // of ssl-f-use there is none
	for _, c := range s.cfg.CrtStores {
		for _, o := range c.Loads {
			if o == l {
				st = c
			}
		}
	}
	crtBase, keyBase := firstSet(st.CrtBase, s.cfg.Global.TLS.CrtBase), firstSet(st.KeyBase, s.cfg.Global.TLS.KeyBase)
	f, err := s.x.read(s.file(l.Crt, crtBase, l.Pos))
	for _, x := range []struct {
		name, base string
		to         *[]byte
	}{{l.Key, keyBase, &f.key}, {l.OCSP, crtBase, &f.ocsp}, {l.Chain, crtBase, &f.issuer}, {l.SCTL, crtBase, &f.sctl}} {
		if x.name != "" && err == nil {
			if *x.to, err = readFile(s.file(x.name, x.base, l.Pos)); err != nil {
				err = fmt.Errorf("%s: %w", x.name, err)
			}
		}
	}
	if err != nil {
		return nil, err
	}
	return s.x.parsePair(path, f)
}

// ca reads a CA file, a folder of them, or the system's.
func (s *Store) ca(path string) (*caFile, error) {
	if c := s.cas[path]; c != nil {
		return c, nil
	}
	c := &caFile{path: path}
	if path == "@system-ca" {
		certs, err := systemCerts()
		if err != nil {
			return nil, err
		}
		c.sys, c.certs = true, certs
		s.cas[path] = c
		return c, nil
	}
	paths, err := (&extras{}).pathsOf(path)
	if err != nil {
		return nil, err
	}
	for _, p := range paths {
		b, err := readFile(p)
		if err != nil {
			return nil, err
		}
		c.pem = append(append(c.pem, b...), '\n')
	}
	if c.certs, err = certsOf(c.pem); err != nil {
		return nil, err
	}
	c.certs = asAdded(c.certs)
	s.cas[path] = c
	return c, nil
}

func (s *Store) crl(path string) (*crlFile, error) {
	if c := s.crls[path]; c != nil {
		return c, nil
	}
	b, err := readFile(path)
	if err != nil {
		return nil, err
	}
	list, err := parseCRLs(b)
	if err != nil {
		return nil, err
	}
	c := &crlFile{path: path, list: list}
	s.crls[path] = c
	return c, nil
}

// list reads a crt-list, and tells everything that is wrong with it. A line that names a bundle stands for each of its files.
func (s *Store) list(path string, pos conf.Pos) (*listFile, error) {
	if l := s.lists[path]; l != nil {
		return l, nil
	}
	b, err := readFile(path)
	if err != nil {
		return nil, err
	}
	lines, err := parseList(path, b)
	l := &listFile{path: path}
	errs := []error{err}
	for _, ln := range lines {
		err := s.listIssue(path, ln, s.listed(ln.path, pos), pos)
		var paths []string
		if err == nil {
			paths, err = s.certPaths(s.listed(ln.path, pos))
		}
		if err != nil {
			errs = append(errs, fmt.Errorf("line %d: %q: %w", ln.number, ln.path, err))
		}
		for _, p := range paths {
			one := *ln
			one.path = p
			l.lines = append(l.lines, &one)
		}
	}
	if err := errors.Join(errs...); err != nil {
		return nil, err
	}
	s.lists[path] = l
	return l, nil
}

// readable wants the files that nothing is checked by to be there all the same, as HAProxy does.
func (s *Store) readable(pos conf.Pos, t *conf.BindTLS, r *report) {
	base := s.cfg.Global.TLS.CABase
	for _, f := range []struct{ keyword, name string }{{"ca-file", t.CAFile}, {"ca-verify-file", t.CAVerifyFile}} {
		if f.name == "" {
			continue
		}
		if _, err := s.ca(s.file(f.name, base, pos)); err != nil {
			r.bad(f.keyword, "%q: %s", f.name, err)
		}
	}
	if t.CRLFile == "" {
		return
	}
	if _, err := s.crl(s.file(t.CRLFile, base, pos)); err != nil {
		r.bad("crl-file", "%q: %s", t.CRLFile, err)
	}
}

// authorities are those that a line trusts. Without a file for them nobody is trusted: that is an error of the caller's.
func (s *Store) authorities(pos conf.Pos, t *conf.BindTLS, r *report) *authorities {
	base := s.cfg.Global.TLS.CABase
	a := &authorities{trusted: anchors{}, names: x509.NewCertPool(), level: s.levelOf(&t.TLS).ofPeers()}
	add := func(keyword, name string, tell bool) {
		c, err := s.ca(s.file(name, base, pos))
		if err != nil {
			r.bad(keyword, "%q: %s", name, err)
			return
		}
		a.of = append(a.of, c)
		for _, x := range c.certs {
			a.trusted.add(x)
			if tell && !c.sys {
				a.names.AddCert(x)
			}
		}
	}
	if t.CAFile != "" {
		add("ca-file", t.CAFile, true)
	}
	if t.CAVerifyFile != "" {
		add("ca-verify-file", t.CAVerifyFile, false)
	}
	if t.CRLFile != "" {
		c, err := s.crl(s.file(t.CRLFile, base, pos))
		if err != nil {
			r.bad("crl-file", "%q: %s", t.CRLFile, err)
			return a
		}
		a.crls, a.needList, a.of = c.list, true, append(a.of, c)
	}
	if len(a.trusted) > 0 && !a.trusted.end() {
		r.warn("ca-file", "no certificate in it is signed by itself: chains end at one that is, and without it nobody is trusted")
	}
	a.id = a.identity()
	return a
}
