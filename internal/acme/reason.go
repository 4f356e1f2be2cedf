package acme

import (
	"errors"
	"fmt"
	"net"
	"net/url"
	"strings"
	"time"

	rfc "github.com/mholt/acmez/v3/acme"
)

// failure is an order that came to nothing.
type failure struct {
	err        error
	retryAfter time.Duration // as the authority has said
	at         string        // its URL
	timed      bool          // there was no time left
}

func (f *failure) Error() string { return f.err.Error() }
func (f *failure) Unwrap() error { return f.err }

// explain says in words of people why an order came to nothing, how long the authority wants to be left alone, and whether all that it
// is to issue is concerned.
func explain(err error) (why string, after time.Duration, all bool) {
	var f *failure
	if !errors.As(err, &f) {
		return err.Error(), 0, false
	}
	var u *unready
	if errors.As(err, &u) {
		return u.text, f.retryAfter, false
	}
	var p rfc.Problem
	if errors.As(err, &p) {
		return problem(&p), f.retryAfter, p.Status == 503 || ofAccount[p.Type]
	}
	host := f.at
	if u, err := url.Parse(f.at); err == nil {
		host = u.Host
	}
	var wrong *url.Error
	switch {
	case f.timed:
		return fmt.Sprintf("the authority %s has not come to an end within %s", host, orderTime), f.retryAfter, true
	case errors.As(err, &wrong):
		if to, err := url.Parse(wrong.URL); err == nil && to.Host != "" {
			host = to.Host
		}
		return fmt.Sprintf("the authority %s cannot be reached: %s", host, network(wrong.Err)), f.retryAfter, true
	}
	return err.Error(), f.retryAfter, f.retryAfter > 0
}

// ofAccount are the problems that other orders would have as well.
var ofAccount = map[string]bool{
	rfc.ProblemTypeExternalAccountRequired: true, rfc.ProblemTypeUserActionRequired: true, rfc.ProblemTypeInvalidContact: true,
	rfc.ProblemTypeUnsupportedContact: true, rfc.ProblemTypeBadPublicKey: true, rfc.ProblemTypeBadSignatureAlgorithm: true, rfc.ProblemTypeServerInternal: true,
}

// network drops what is said twice.
func network(err error) string {
	var op *net.OpError
	if errors.As(err, &op) && op.Op == "dial" && op.Err != nil {
		return "connect: " + strings.TrimPrefix(op.Err.Error(), "connect: ")
	}
	return err.Error()
}

// problem says what an authority has said (RFC 8555, 6.7).
func problem(p *rfc.Problem) string {
	kind := strings.TrimPrefix(p.Type, rfc.ProblemTypeNamespace)
	text := fmt.Sprintf("the authority says %q", p.Detail)
	if p.Detail == "" {
		text = "the authority gives no detail"
	}
	if z, ok := p.Resource.(rfc.Authorization); ok {
		text = fmt.Sprintf("the authority could not validate %q: it says %q", z.IdentifierValue(), p.Detail)
	}
	for _, s := range p.Subproblems {
		text += fmt.Sprintf("; of %q: %q", s.Identifier.Value, s.Detail)
	}
	return text + " (" + kind + ")"
}
