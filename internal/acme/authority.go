package acme

import (
	"context"
	"crypto"
	"crypto/tls"
	"errors"
	"fmt"
	"net/http"
	"os"
	"strings"
	"time"

	"github.com/mholt/acmez/v3"
	rfc "github.com/mholt/acmez/v3/acme"

	"weir/conf"
	"weir/internal/tlsconf"
)

// authority is an acme section at work. Keeper.mu guards what changes.
type authority struct {
	k       *Keeper
	a       *conf.ACME
	keyFile string // the account's
	storage string
	eab     *rfc.EAB
	http    *http.Client
	wire    *wire

	session  *session  // nil = begin one
	until    time.Time // it is left alone
	fails    int       // of the authority itself, in a row
	failedAt time.Time // the last of them
	busy     []*cert   // with which it is busy
	proven   bool      // an order has gone well since it has last failed itself
}

// session is what is known of the authority since it was asked first. A failure ends it: the directory and the account may be others.
type session struct {
	client  *acmez.Client
	account rfc.Account
}

func newAuthority(k *Keeper, cfg *conf.Config, a *conf.ACME) (*authority, error) {
	ca := &authority{k: k, a: a}
	if a.Storage != "" {
		ca.storage = k.store.Path(a.Storage, "", a.Pos)
	}
	name, base := a.AccountKey, ""
	if name == "" {
		name, base = a.Name+".account.key", a.Storage
	}
	ca.keyFile = k.store.Path(name, base, a.Pos)
	var err error
	if ca.wire, err = newWire(cfg, a, k.store); err != nil {
		return nil, err
	}
	ca.http = &http.Client{Transport: ca.wire, Timeout: requestTime}
	if a.EABKeyID != "" {
		id, err := readWord(k.store.Path(a.EABKeyID, "", a.Pos))
		if err != nil {
			return nil, fmt.Errorf("eab-key-id %q: %w", a.EABKeyID, err)
		}
		mac, err := readWord(k.store.Path(a.EABMACKey, "", a.Pos))
		if err != nil {
			return nil, fmt.Errorf("eab-mac-key %q: %w", a.EABMACKey, err)
		}
		ca.eab = &rfc.EAB{KeyID: id, MACKey: mac}
	}
	return ca, nil
}

// readWord reads a file with one word in it.
func readWord(path string) (string, error) {
	f, err := os.Open(path)
	if err != nil {
		return "", plain(err)
	}
	defer f.Close()
	b, err := readBounded(f)
	if err != nil {
		return "", plain(err)
	}
	words := strings.Fields(string(b))
	if len(words) != 1 {
		return "", errors.New("want one word in it")
	}
	return words[0], nil
}

// plain drops the path from a file's error.
func plain(err error) error {
	var p *os.PathError
	if errors.As(err, &p) {
		return p.Err
	}
	return err
}

// order is the whole way of RFC 8555, 7.4.
func (ca *authority) order(ctx context.Context, is *tlsconf.Issued, old leaf) (*made, error) {
	var r rest
	m, err := ca.issue(context.WithValue(r.within(ctx), errandKey{}, is.Name), is, old)
	if err != nil {
		ca.setSession(nil)
		return nil, &failure{err: err, retryAfter: r.left(), at: ca.a.Directory, timed: ctx.Err() != nil}
	}
	return m, nil
}

func (ca *authority) issue(ctx context.Context, is *tlsconf.Issued, old leaf) (*made, error) {
	key, err := ca.certKey(is)
	if err != nil {
		return nil, err
	}
	text, err := keyPEM(key)
	if err != nil {
		return nil, err
	}
	s, err := ca.begin(ctx)
	if err != nil {
		return nil, err
	}
	csr, err := acmez.NewCSR(key, is.Domains)
	if err != nil {
		return nil, err
	}
	p, err := acmez.OrderParametersFromCSR(s.account, csr)
	if err != nil {
		return nil, err
	}
	p.Profile = ca.a.Profile
	if old != nil && len(old.AuthorityKeyId) > 0 && s.replaces(ctx) {
		p.Replaces = old
	}
	chains, err := s.client.ObtainCertificate(ctx, p)
	if err != nil {
		return nil, err
	}
	if len(chains) == 0 {
		return nil, errors.New("the authority has sent no certificate")
	}
	return &made{chain: chains[0].ChainPEM, key: text}, nil
}

// replaces reports whether the authority takes note of what an order replaces (RFC 9773, 5).
func (s *session) replaces(ctx context.Context) bool {
	d, err := s.client.GetDirectory(ctx)
	return err == nil && d.RenewalInfo != ""
}

// certKey is the key of the next certificate.
func (ca *authority) certKey(is *tlsconf.Issued) (crypto.Signer, error) {
	if ca.a.ReuseKey {
		if held, temporary, err := ca.k.store.Held(is.Name); err == nil && !temporary {
			if key, ok := held.PrivateKey.(crypto.Signer); ok {
				return key, nil
			}
		}
	}
	return newKey(ca.a)
}

// begin finds the account, or makes one.
func (ca *authority) begin(ctx context.Context) (*session, error) {
	if s := ca.getSession(); s != nil {
		return s, nil
	}
	key, err := ca.accountKey()
	if err != nil {
		return nil, err
	}
	s := &session{account: rfc.Account{PrivateKey: key, TermsOfServiceAgreed: true}}
	if c := ca.a.Contact; c != "" {
		if !strings.Contains(c, ":") {
			c = "mailto:" + c
		}
		s.account.Contact = []string{c}
	}
	solve := acmez.Solver(&solver{ca})
	s.client = &acmez.Client{Client: &rfc.Client{Directory: ca.a.Directory, HTTPClient: ca.http, UserAgent: "weir/" + ca.k.opt.Version, PollTimeout: pollTime},
		ChallengeSolvers: map[string]acmez.Solver{ca.a.Challenge: solve}}
	if s.account, err = ca.register(ctx, s); err != nil {
		return nil, err
	}
	ca.setSession(s)
	return s, nil
}

func (ca *authority) getSession() *session {
	ca.k.mu.Lock()
	defer ca.k.mu.Unlock()
	return ca.session
}

func (ca *authority) setSession(s *session) {
	ca.k.mu.Lock()
	defer ca.k.mu.Unlock()
	ca.session = s
}

// register asks for the account of the key first: a binding to another account may be good once only.
func (ca *authority) register(ctx context.Context, s *session) (rfc.Account, error) {
	have, err := s.client.GetAccount(ctx, s.account)
	var p rfc.Problem
	switch {
	case err == nil:
		return have, nil
	case !errors.As(err, &p) || p.Type != rfc.ProblemTypeAccountDoesNotExist:
		return have, err
	}
	if ca.eab != nil {
		if err := s.account.SetExternalAccountBinding(ctx, s.client.Client, *ca.eab); err != nil {
			return have, err
		}
	}
	return s.client.NewAccount(ctx, s.account)
}

// accountKey reads the account's key, or makes it.
func (ca *authority) accountKey() (crypto.Signer, error) {
	text, err := ca.k.disk.read(ca.keyFile)
	switch {
	case err == nil:
		key, err := parseKey(text)
		if err != nil {
			return nil, fmt.Errorf("the account's key %q: %w", ca.keyFile, err)
		}
		return key, nil
	case !errors.Is(err, os.ErrNotExist):
		return nil, fmt.Errorf("the account's key %q: %w", ca.keyFile, plain(err))
	}
	key, err := newKey(ca.a)
	if err != nil {
		return nil, err
	}
	if text, err = keyPEM(key); err != nil {
		return nil, err
	}
	if err := ca.k.disk.write(ca.keyFile, text); err != nil { // an account whose key is lost at once is of no use
		return nil, fmt.Errorf("the account's key %q cannot be saved: %w", ca.keyFile, plain(err))
	}
	return key, nil
}

// renewal is the question of RFC 9773, 4.1, which needs no account.
func (ca *authority) renewal(ctx context.Context, of leaf) (window, error) {
	if of == nil {
		return window{}, errors.New("no certificate")
	}
	c := &rfc.Client{Directory: ca.a.Directory, HTTPClient: ca.http, UserAgent: "weir/" + ca.k.opt.Version}
	info, err := c.GetRenewalInfo(ctx, of)
	if err != nil {
		return window{}, err
	}
	w := window{start: info.SuggestedWindow.Start, end: info.SuggestedWindow.End, why: info.ExplanationURL}
	if info.RetryAfter != nil {
		w.again = *info.RetryAfter
	}
	return w, nil
}

// solver shows an authority what it looks for.
type solver struct{ ca *authority }

func (s *solver) Present(ctx context.Context, c rfc.Challenge) error {
	k := s.ca.k
	switch {
	case c.Type == conf.ACMEDNS:
		s.announce(ctx, c)
	case c.Type == conf.ACMEALPN:
		cert, err := acmez.TLSALPN01ChallengeCert(c)
		if err != nil {
			return err
		}
		swap(&k.pending, &k.pending.certs, func(m map[string]*tls.Certificate) { m[strings.ToLower(c.Identifier.Value)] = cert })
	case s.ca.a.Map != "":
		if k.opt.SetMap != nil {
			k.opt.SetMap(s.ca.a.Map, c.Token, strings.TrimPrefix(c.KeyAuthorization, c.Token+"."))
		}
	default:
		swap(&k.pending, &k.pending.tokens, func(m map[string][]byte) { m[c.Token] = []byte(c.KeyAuthorization) })
	}
	return nil
}

func (s *solver) CleanUp(ctx context.Context, c rfc.Challenge) error {
	k := s.ca.k
	switch {
	case c.Type == conf.ACMEDNS:
		s.retract(ctx, c)
	case c.Type == conf.ACMEALPN:
		swap(&k.pending, &k.pending.certs, func(m map[string]*tls.Certificate) { delete(m, strings.ToLower(c.Identifier.Value)) })
	case s.ca.a.Map != "":
		if k.opt.SetMap != nil {
			k.opt.SetMap(s.ca.a.Map, c.Token, "")
		}
	default:
		swap(&k.pending, &k.pending.tokens, func(m map[string][]byte) { delete(m, c.Token) })
	}
	return nil
}
