package main

import (
	"context"

	"weir/stats"
)

// SetDynamicCookie is for "enable dynamic-cookie backend" and "disable dynamic-cookie backend".
func (a *admin) SetDynamicCookie(_ context.Context, backend string, on bool) error {
	return a.cookies(backend, a.px.SetDynamicCookie(backend, on))
}

// SetDynamicCookieKey is for "set dynamic-cookie-key backend".
func (a *admin) SetDynamicCookieKey(_ context.Context, backend, key string) error {
	return a.cookies(backend, a.px.SetDynamicCookieKey(backend, key))
}

func (a *admin) cookies(backend string, done bool) error {
	switch {
	case done:
		return nil
	case a.px.Backend(backend) == nil:
		return stats.ErrNoBackend
	}
	return stats.ErrNoCookie
}
