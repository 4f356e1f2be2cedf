package acl

import (
	"bytes"
	"encoding/base64"
	"strings"

	"weir/internal/message"
)

// authFetches are what the client says of itself in Authorization (RFC 9110, 11.6.2), or, with "option http-use-proxy-header", in
// Proxy-Authorization, and whether a userlist knows it.
var authFetches = []fetch{
	{"http_auth", "userlist:userlist", Bool, needReqHead, runAuth, nil, "the client's name and password, of Basic, are in the userlist"},
	{"http_auth_group", "userlist:userlist", Str, needReqHead, runAuthGroup, nil, "the user's name where http_auth holds; in an ACL it is compared with the groups that the user is in"},
	{"http_auth_user", "", Str, needReqHead, runAuthUser, nil, "the user's name as the client says, not checked"},
	{"http_auth_pass", "", Str, needReqHead, runAuthPass, nil, "the password as the client says, not checked"},
	{"http_auth_type", "", Str, needReqHead, runAuthType, nil, "how the client says who it is: Basic or Bearer"},
	{"http_auth_bearer", "[header:name]", Str, needReqHead, runAuthBearer, fixBearer, "the client's token, of Bearer, not checked"},
}

// scheme is a way of saying who one is.
type scheme uint8

const (
	schemeNone scheme = iota
	schemeBasic
	schemeBearer
)

// schemes are what is known, as http_auth_type writes it and in lower case.
var schemes = [...]struct{ name, lower []byte }{
	schemeBasic: {[]byte("Basic"), []byte("basic")}, schemeBearer: {[]byte("Bearer"), []byte("bearer")},
}

// parseAuth takes the first value of a field apart: "SCHEME CREDENTIALS". A comma ends it, as in HAProxy.
func parseAuth(v []byte) (scheme, []byte) {
	v, _, _ = message.NextValue(v)
	name, rest, ok := bytes.Cut(v, []byte{' '})
	if rest = message.TrimOWS(rest); !ok || len(rest) == 0 {
		return schemeNone, nil
	}
	for i := schemeBasic; int(i) < len(schemes); i++ {
		if equalFold(name, schemes[i].lower) {
			return i, rest
		}
	}
	return schemeNone, nil
}

// basic is the name and the password of Basic (RFC 7617, 2). What holds a NUL is nobody's: crypt(3) would read what is before it.
func (c *Context) basic(credentials []byte) (user, password []byte, ok bool) {
	b := c.Arena.Alloc(base64.StdEncoding.DecodedLen(len(credentials)))
	n, err := base64.StdEncoding.Decode(b, credentials)
	if err != nil || bytes.IndexByte(b[:n], 0) >= 0 {
		return nil, nil, false
	}
	return bytes.Cut(b[:n], []byte{':'})
}

// credentials is what the client says of itself.
func (c *Context) credentials() (scheme, []byte) {
	if c.Req == nil {
		return schemeNone, nil
	}
	id := message.Authorization
	if t := c.Req.Target; c.UseProxyHeader && len(t) > 0 && t[0] != '/' && t[0] != '*' {
		id = message.ProxyAuthorization
	}
	return parseAuth(c.Req.Fields.Get(id))
}

// login is the name and the password that the client gives.
func (c *Context) login() (user, password []byte, ok bool) {
	kind, rest := c.credentials()
	if kind != schemeBasic {
		return nil, nil, false
	}
	return c.basic(rest)
}

// Login is the name and the password that the client gives. They do not outlive the request.
func (c *Context) Login() (user, password []byte, ok bool) { return c.login() }

func runAuth(c *Context, a *args, s *Sample) bool {
	name, password, ok := c.login()
	return ok && s.setBool(c.admits(a.users, name, password))
}

func runAuthGroup(c *Context, a *args, s *Sample) bool {
	name, password, ok := c.login()
	return ok && c.admits(a.users, name, password) && s.setStr(name)
}

func runAuthUser(c *Context, _ *args, s *Sample) bool {
	name, _, ok := c.login()
	return ok && s.setStr(name)
}

func runAuthPass(c *Context, _ *args, s *Sample) bool {
	_, password, ok := c.login()
	return ok && s.setStr(password)
}

func runAuthType(c *Context, _ *args, s *Sample) bool {
	kind, rest := c.credentials()
	if kind == schemeBasic {
		if _, _, ok := c.basic(rest); !ok {
			return false
		}
	}
	return kind != schemeNone && s.setStr(schemes[kind].name)
}

func fixBearer(a *args) error {
	a.str[0] = strings.ToLower(a.str[0])
	a.id = message.Lookup(a.str[0])
	return nil
}

// runAuthBearer gives an empty token where a field of the caller's choice has none, as HAProxy does.
func runAuthBearer(c *Context, a *args, s *Sample) bool {
	if a.str[0] == "" {
		kind, token := c.credentials()
		return kind == schemeBearer && s.setStr(token)
	}
	if c.Req == nil {
		return false
	}
	for i := range c.Req.Fields {
		if f := &c.Req.Fields[i]; a.isNamed(f) {
			if kind, token := parseAuth(f.Value); kind == schemeBearer {
				return s.setStr(token)
			}
			break
		}
	}
	return s.setStr([]byte{})
}
