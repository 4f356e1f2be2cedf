package main

import (
	"context"
	"time"

	"weir/internal/acme"
)

// ACMEStatus is for "acme status".
func (a *admin) ACMEStatus(context.Context) string {
	return acme.Table(a.px.ACME().Status(), time.Now())
}

// ACMERenew is for "acme renew".
func (a *admin) ACMERenew(_ context.Context, name string) bool { return a.px.ACME().Renew(name) }

// ACMEReady is for "acme challenge_ready".
func (a *admin) ACMEReady(_ context.Context, name, domain string) (said, left int) {
	return a.px.ACME().Ready(name, domain)
}
