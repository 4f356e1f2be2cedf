package stats

import (
	"context"
	"errors"
)

// CookieAdmin changes how the persistence cookies of a backend are made. An Admin may implement it.
type CookieAdmin interface {
	SetDynamicCookie(ctx context.Context, backend string, on bool) error
	SetDynamicCookieKey(ctx context.Context, backend, key string) error
}

var (
	errNoKey = errors.New("'set dynamic-cookie-key backend' expects a backend and a key.")
	// ErrNoCookie is an Admin's answer for a backend without a cookie.
	ErrNoCookie = errors.New("The backend has no cookie.")
)

// onCookies runs an action on the backend that the first argument names.
func onCookies(c *call, do func(CookieAdmin, string) error) error {
	a, ok := c.admin.(CookieAdmin)
	if !ok {
		return errNoAdmin
	}
	if c.arg(0) == "" {
		return errFindBackend
	}
	return do(a, c.arg(0))
}

// dynamicCookie makes "enable dynamic-cookie backend" and "disable dynamic-cookie backend".
func dynamicCookie(on bool) func(*call) error {
	return func(c *call) error {
		return onCookies(c, func(a CookieAdmin, b string) error { return a.SetDynamicCookie(c.ctx, b, on) })
	}
}

func dynamicCookieKey(c *call) error {
	if c.arg(1) == "" {
		return errNoKey
	}
	return onCookies(c, func(a CookieAdmin, b string) error { return a.SetDynamicCookieKey(c.ctx, b, c.arg(1)) })
}
