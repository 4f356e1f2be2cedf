package conf

import (
	"strings"
	"time"
)

// CookieMode is who makes a persistence cookie.
type CookieMode uint8

const (
	CookieRead    CookieMode = iota // nobody: it is read only
	CookieRewrite                   // the server, and its value is replaced
	CookieInsert                    // the proxy
	CookiePrefix                    // the server, and its value is prefixed
)

var cookieModes = [...]string{CookieRead: "", CookieRewrite: "rewrite", CookieInsert: "insert", CookiePrefix: "prefix"}

// CookieModes are the words of a CookieMode.
var CookieModes = []string{"rewrite", "insert", "prefix"}

func (m CookieMode) String() string { return cookieModes[m] }

// ParseCookieMode is a mode by its word.
func ParseCookieMode(word string) CookieMode {
	for m, name := range cookieModes {
		if name == word {
			return CookieMode(m)
		}
	}
	return CookieRead
}

// Cookie is the "cookie" line of a backend: persistence by a cookie that names the server.
type Cookie struct {
	Pos      Pos
	Name     string
	Mode     CookieMode
	Indirect bool
	NoCache  bool
	PostOnly bool
	Preserve bool
	HTTPOnly bool
	Secure   bool
	Dynamic  bool
	Domains  []string
	Attrs    []string
	MaxIdle  time.Duration
	MaxLife  time.Duration
}

// PersistRule is "force-persist" or "ignore-persist"; the first whose condition holds counts.
type PersistRule struct {
	Pos   Pos
	Force bool
	Cond  *Cond
}

// cookie checks the persistence of a section.
func (v *validator) cookie(p *Proxy) {
	for _, r := range p.PersistRules {
		word := "ignore-persist"
		if r.Force {
			word = "force-persist"
		}
		v.cond(r.Cond, v.path(p.Title(), word))
	}
	c := p.Cookie
	if c == nil {
		return
	}
	path := v.path(p.Title(), "cookie")
	if !IsToken(c.Name) {
		v.add(BadValue(c.Pos, path, c.Name, "the name of a cookie"))
	}
	switch {
	case (c.MaxIdle > 0 || c.MaxLife > 0) && c.Mode != CookieInsert:
		v.warn(Bad(c.Pos, path, "maxidle and maxlife do nothing without insert"))
	case c.Preserve && c.Mode != CookieInsert && !c.Indirect:
		v.add(Bad(c.Pos, path, "preserve needs insert or indirect"))
	case c.PostOnly && c.Mode != CookieInsert:
		v.warn(Bad(c.Pos, path, "postonly does nothing without insert"))
	case c.Dynamic && p.DynamicCookieKey == "":
		v.warn(Bad(c.Pos, path, "dynamic needs a key: %s", v.kw("dynamic-cookie-key")))
	case p.Mode != ModeHTTP && !p.Disabled:
		v.warn(Bad(c.Pos, path, "does nothing in tcp mode"))
	}
	for _, list := range [][]string{c.Domains, c.Attrs} {
		for _, s := range list {
			if strings.ContainsAny(s, ";\r\n\x00") || s == "" {
				v.add(BadValue(c.Pos, path, s, "a text without semicolons and control characters"))
			}
		}
	}
	v.cookieValues(p)
}

// cookieValues looks at the names that servers have in the cookie.
func (v *validator) cookieValues(p *Proxy) {
	for _, s := range p.Servers {
		// What ends a cookie's value, or a part of it, cannot stand in it (RFC 6265, 4.1.1).
		if strings.ContainsAny(s.Cookie, "; ,\t\"\r\n\x00|~") {
			v.warn(BadValue(s.Pos, v.path(p.Title(), s.Title(), "cookie"), s.Cookie, `a text without blanks and any of ;,"|~`))
		}
	}
}
