package tlsconf

import (
	"crypto/ecdsa"
	"crypto/elliptic"
	"crypto/rand"
	"crypto/tls"
	"crypto/x509"
	"crypto/x509/pkix"
	"encoding/pem"
	"errors"
	"fmt"
	"maps"
	"math/big"
	"net"
	"os"
	"os/exec"
	"path/filepath"
	"slices"
	"strings"
	"syscall"
	"time"

	"weir/conf"
)

// Issued is a certificate that an acme section keeps. It need not be there when the configuration is read: until the first one is
// issued, the handshake shows one that is signed by itself.
type Issued struct {
	conf.Issue
	Pos      conf.Pos
	Name     string // as "show ssl cert" has it
	Crt, Key string // its files; no Key: it stands in Crt
	// Broken is why its files could not be used, whatever they are: another certificate is to be ordered. It is set when they are read.
	Broken error
}

// ChallengeProto is the protocol that an authority's validation agrees on (RFC 8737, 3).
const ChallengeProto = "acme-tls/1"

// temporaryLife is how long the certificate would be good that stands for one that is not issued yet.
const temporaryLife = 30 * 24 * time.Hour

// noteIssued notes everything that configurations say of such certificates, but for those of crt-lists.
func (s *Store) noteIssued() {
	g := &s.cfg.Global.TLS
	for _, st := range s.cfg.CrtStores {
		for _, l := range st.Loads {
			crt, key := s.storedFiles(st, l)
			s.issue(&Issued{Issue: l.Issue, Pos: l.Pos, Name: "@" + st.Name + "/" + loadName(l), Crt: crt, Key: key})
		}
	}
	for _, p := range s.cfg.Proxies {
		for _, c := range p.CrtUses {
			name := s.file(c.Crt, g.CrtBase, c.Pos)
			if strings.HasPrefix(name, "@") {
				continue
			}
			s.loads[name] = &c.CrtLoad
			crt, key := s.storedFiles(&conf.CrtStore{}, &c.CrtLoad)
			s.issue(&Issued{Issue: c.Issue, Pos: c.Pos, Name: name, Crt: crt, Key: key})
		}
		for _, b := range p.Binds {
			if name := s.bindIssue(b); name != "" {
				s.issue(&Issued{Issue: b.TLS.Issue, Pos: b.Pos, Name: name, Crt: name})
			}
		}
	}
}

// storedFiles are where a load line has its certificate and its key.
func (s *Store) storedFiles(st *conf.CrtStore, l *conf.CrtLoad) (crt, key string) {
	g := &s.cfg.Global.TLS
	crt = s.file(l.Crt, firstSet(st.CrtBase, g.CrtBase), l.Pos)
	if l.Key != "" {
		key = s.file(l.Key, firstSet(st.KeyBase, g.KeyBase), l.Pos)
	}
	return crt, key
}

func firstSet(a, b string) string {
	if a != "" {
		return a
	}
	return b
}

// bindIssue is the file of the certificate that a bind line has issued for itself; "" = it has none.
func (s *Store) bindIssue(b *conf.Bind) string {
	a := s.cfg.FindACME(b.TLS.ACME)
	if a == nil || !b.TLS.On || len(b.TLS.Domains) == 0 {
		return ""
	}
	name := strings.ToLower(b.TLS.Domains[0])
	if rest, wild := strings.CutPrefix(name, "*."); wild {
		name = "_wildcard." + rest
	}
	return s.file(name+".pem", a.Storage, a.Pos)
}

// issue notes one certificate, unless nobody has it issued. Two lines may name one where they mean the same.
func (s *Store) issue(is *Issued) {
	if is.ACME == "" {
		return
	}
	have := s.issued[is.Name]
	if have == nil {
		s.issued[is.Name] = is
		return
	}
	if have.ACME != is.ACME || !slices.Equal(have.Domains, is.Domains) || have.Key != is.Key {
		s.clashes = append(s.clashes, conf.Bad(is.Pos, "acme", "%q is issued for other names, or by another section, at %s", is.Crt, have.Pos))
	}
}

// loadIssued reads a certificate that may not be there yet. One that was cut short, or that stands with the key of another as a crash between the
// two files leaves it, is as good as not there: nothing but another order helps, and all the other names must be served meanwhile. The
// Keeper tells of it, rather than a warning, which could keep Weir from starting (zero-warning).
func (s *Store) loadIssued(is *Issued, load func() (*Pair, error)) (*Pair, error) {
	switch _, err := os.Stat(is.Crt); {
	case errors.Is(err, syscall.ENOTDIR):
		return nil, fmt.Errorf("%q is no directory", filepath.Dir(is.Crt))
	case !errors.Is(err, os.ErrNotExist):
		p, err := load()
		if err == nil || !orderHelps(err) {
			return p, err
		}
		is.Broken = err
	}
	text, err := selfSigned(is.Domains)
	if err != nil {
		return nil, err
	}
	p, err := s.x.parsePair(is.Name, files{pem: text})
	if err == nil {
		p.temporary = true
	}
	return p, err
}

// orderHelps tells what is wrong with a certificate's files from what is wrong with the machine, or with a passphrase that is asked for.
func orderHelps(err error) bool {
	var no syscall.Errno
	var run *exec.ExitError
	if errors.As(err, &no) {
		return no == syscall.ENOENT // of the key
	}
	return !errors.As(err, &run) && !strings.Contains(err.Error(), "encrypted") && !strings.Contains(err.Error(), "passphrase")
}

// Adopt shows, in the place of one that stands for one to come, the certificate that another Store has under that name.
func (s *Store) Adopt(name string, from *Store) {
	from.mu.Lock()
	e, err := from.pair(name)
	var p *Pair
	if err == nil {
		p = e.pair
	}
	from.mu.Unlock()
	if p == nil || p.temporary {
		return
	}
	s.mu.Lock()
	defer s.mu.Unlock()
	if e := s.pairs[name]; e != nil && e.pair != nil && e.pair.temporary {
		old := e.pair
		e.pair = p
		if s.rebuild() != nil {
			e.pair = old
		}
	}
}

// selfSigned makes a certificate that nobody trusts.
func selfSigned(names []string) ([]byte, error) {
	key, err := ecdsa.GenerateKey(elliptic.P256(), rand.Reader)
	if err != nil {
		return nil, err
	}
	serial, err := rand.Int(rand.Reader, new(big.Int).Lsh(big.NewInt(1), 127))
	if err != nil {
		return nil, err
	}
	now := time.Now()
	t := &x509.Certificate{SerialNumber: serial, NotBefore: now.Add(-time.Hour), NotAfter: now.Add(temporaryLife),
		Subject: pkix.Name{CommonName: "temporary"}, KeyUsage: x509.KeyUsageDigitalSignature, ExtKeyUsage: []x509.ExtKeyUsage{x509.ExtKeyUsageServerAuth}}
	for _, n := range names {
		if ip := net.ParseIP(n); ip != nil {
			t.IPAddresses = append(t.IPAddresses, ip)
		} else {
			t.DNSNames = append(t.DNSNames, n)
		}
	}
	der, err := x509.CreateCertificate(rand.Reader, t, t, key.Public(), key)
	if err != nil {
		return nil, err
	}
	secret, err := x509.MarshalPKCS8PrivateKey(key)
	if err != nil {
		return nil, err
	}
	text := pem.EncodeToMemory(&pem.Block{Type: "CERTIFICATE", Bytes: der})
	return append(text, pem.EncodeToMemory(&pem.Block{Type: "PRIVATE KEY", Bytes: secret})...), nil
}

// Issued are the certificates that acme sections keep, by name. Those of crt-lists are known once their bind lines are.
func (s *Store) Issued() []*Issued {
	s.mu.Lock()
	defer s.mu.Unlock()
	var list []*Issued
	for _, name := range slices.Sorted(maps.Keys(s.issued)) {
		list = append(list, s.issued[name])
	}
	return list
}

// errEmpty is a certificate of "new ssl cert" only.
var errEmpty = errors.New("it has been announced and not set yet")

// Held is a certificate as handshakes show it now, with its key. temporary: it stands for one that is not issued yet.
func (s *Store) Held(name string) (cert *tls.Certificate, temporary bool, err error) {
	s.mu.Lock()
	defer s.mu.Unlock()
	e, err := s.pair(name)
	switch {
	case err != nil:
		return nil, false, err
	case e.pair == nil:
		return nil, false, errEmpty
	}
	return &e.pair.tls, e.pair.temporary, nil
}

// Install puts a certificate in the place of the one of that name: new handshakes show it, and connections stay. After an error the old
// one is shown as before. No key: it stands in crt.
func (s *Store) Install(name string, crt, key []byte) error {
	s.mu.Lock()
	defer s.mu.Unlock()
	p, err := s.x.parsePair(name, files{pem: crt, key: key})
	if err != nil {
		return err
	}
	e, err := s.pair(name)
	if err != nil {
		return err
	}
	old := e.pair
	e.pair = p
	if err := s.rebuild(); err != nil {
		e.pair = old
		return err
	}
	return nil
}

// AnswerChallenges has handshakes of authorities that validate a name (RFC 8737) shown what f returns for it; nil = nothing, and the
// handshake goes on as any other.
func (s *Store) AnswerChallenges(f func(name string) *tls.Certificate) { s.challenge.Store(&f) }

// challenged is the configuration of a handshake that validates a name; nil = it is none.
func (s *Store) challenged(hello *tls.ClientHelloInfo) *tls.Config {
	if len(hello.SupportedProtos) != 1 || hello.SupportedProtos[0] != ChallengeProto {
		return nil
	}
	f := s.challenge.Load()
	if f == nil {
		return nil
	}
	cert := (*f)(strings.ToLower(hello.ServerName))
	if cert == nil {
		return nil
	}
	return &tls.Config{Certificates: []tls.Certificate{*cert}, NextProtos: []string{ChallengeProto}, MinVersion: tls.VersionTLS12, SessionTicketsDisabled: true}
}

// bindLines are the certificates of a bind line that are not named on it as files: the one that it has issued for itself, and those of
// ssl-f-use.
func (b *Bind) bindLines(r *report) {
	s := b.s
	if name := s.bindIssue(b.b); name != "" {
		b.lists = append(b.lists, &listFile{path: name, lines: []*line{{path: name, number: 1}}})
	}
	if len(b.p.CrtUses) == 0 {
		return
	}
	of := "@" + b.p.Name
	l := s.lists[of]
	if l == nil {
		l = &listFile{path: of}
		for i, c := range b.p.CrtUses {
			name := s.file(c.Crt, s.cfg.Global.TLS.CrtBase, c.Pos)
			n := &line{path: name, number: i + 1, list: of, options: strings.Join(c.Options, " ")}
			if err := n.setOptions(strings.Fields(n.options)); err != nil {
				r.bad("ssl-f-use", "%q: %s", c.Crt, err)
			}
			paths, err := s.certPaths(name)
			if err != nil {
				r.bad("ssl-f-use", "%q: %s", c.Crt, err)
			}
			for _, p := range paths {
				one := *n
				one.path = p
				l.lines = append(l.lines, &one)
			}
		}
		s.lists[of] = l
	}
	b.lists = append(b.lists, l)
}

// listIssue notes what a crt-list's line says of a certificate that is issued.
func (s *Store) listIssue(file string, n *line, path string, pos conf.Pos) error {
	if n.issue.ACME == "" {
		if n.issue.Domains != nil {
			return errors.New("domains do nothing without acme")
		}
		return nil
	}
	a := s.cfg.FindACME(n.issue.ACME)
	if a == nil {
		return fmt.Errorf("no acme section is called %q", n.issue.ACME)
	}
	if d := len(n.issue.Domains); d == 0 || d > conf.MaxDomains {
		return fmt.Errorf("acme: %d domains; want 1 to %d", d, conf.MaxDomains)
	}
	for _, d := range n.issue.Domains {
		if e := a.CheckDomain(d); e != nil {
			return fmt.Errorf("domains: %w", e)
		}
	}
	if d := conf.Twice(n.issue.Domains); d != "" {
		return fmt.Errorf("domains: %q is given twice", d)
	}
	if strings.HasPrefix(path, "@") {
		return errors.New("acme: want a file, not a name of a crt-store, which says it itself")
	}
	s.issue(&Issued{Issue: n.issue, Pos: conf.Pos{File: file, Line: n.number, Col: 1}, Name: path, Crt: filepath.Clean(path)})
	return nil
}

// Path is where a file that the configuration names is: under base, or where default-path says.
func (s *Store) Path(name, base string, pos conf.Pos) string { return s.file(name, base, pos) }
