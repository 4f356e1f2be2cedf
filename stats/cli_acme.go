package stats

import (
	"cmp"
	"context"
	"errors"
	"fmt"
	"slices"
	"strings"
	"time"
)

// ACMEAdmin tells of the certificates that an authority issues by itself, and orders them. An Admin may implement it.
type ACMEAdmin interface {
	// ACMEStatus is the answer to "acme status".
	ACMEStatus(ctx context.Context) string
	// ACMERenew orders a certificate now; false = none of that name is kept.
	ACMERenew(ctx context.Context, name string) bool
	// ACMEReady says that the TXT records for a name of a certificate are there: of how many that was said, and how many of the certificate are still
	// waited for.
	ACMEReady(ctx context.Context, name, domain string) (said, left int)
}

// KeptCert is what metrics tell of one such certificate.
type KeptCert struct {
	Name, Section  string
	Expires, Next  time.Time // zero = never
	Issued, Failed uint64
	Failures       int // in a row
}

var (
	errNoCertName = errors.New("'acme renew' expects a certificate name.")
	errReadyArgs  = errors.New("'acme challenge_ready' expects a certificate name, the word domain and a domain.")
	errNotWaiting = errors.New("No order waits for a TXT record for that certificate and domain (use 'acme status').")
	errNotKept    = errors.New("No acme section keeps that certificate (use 'acme status').")
)

func acmeStatus(c *call) error {
	a, ok := c.admin.(ACMEAdmin)
	if !ok {
		return errNoAdmin
	}
	for line := range strings.SplitSeq(a.ACMEStatus(c.ctx), "\n") {
		c.reply(line)
	}
	return nil
}

func acmeRenew(c *call) error {
	a, ok := c.admin.(ACMEAdmin)
	switch {
	case !ok:
		return errNoAdmin
	case c.arg(0) == "":
		return errNoCertName
	case !a.ACMERenew(c.ctx, c.arg(0)):
		return errNotKept
	}
	c.reply("The certificate is ordered now: 'acme status' tells what comes of it.")
	return nil
}

func acmeReady(c *call) error {
	a, ok := c.admin.(ACMEAdmin)
	switch {
	case !ok:
		return errNoAdmin
	case c.arg(0) == "" || c.arg(1) != "domain" || c.arg(2) == "":
		return errReadyArgs
	}
	said, left := a.ACMEReady(c.ctx, c.arg(0), c.arg(2))
	if said == 0 {
		return errNotWaiting
	}
	if left > 0 {
		c.reply(fmt.Sprintf("TXT records that are ready: %d. Others that are waited for: %d.", said, left))
		return nil
	}
	c.reply("All TXT records are ready: the authority looks for them now.")
	return nil
}

// addCommands puts rows where they belong in the order of the table.
func addCommands(rows ...command) {
	for _, r := range rows {
		at, _ := slices.BinarySearchFunc(commandTable[:len(commandTable)-alwaysShown], r.name, func(c command, name string) int { return cmp.Compare(c.name, name) })
		commandTable = slices.Insert(commandTable, at, r)
	}
}

func addACMECommands() {
	addCommands(command{"acme challenge_ready", "<certificate> domain <domain>", "say that the TXT records for a domain are there", LevelAdmin, true, acmeReady},
		command{"acme renew", "<certificate>", "order a certificate of an acme section now", LevelAdmin, true, acmeRenew},
		command{"acme status", "", "tell of the certificates of acme sections", LevelOperator, false, acmeStatus})
}
