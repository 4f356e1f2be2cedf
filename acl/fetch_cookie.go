package acl

import (
	"bytes"

	"weir/internal/message"
)

// cookieFetches read Cookie and Set-Cookie. Names are case-sensitive; a cookie without "=" is none. In an ACL every
// cookie of the name is tested; elsewhere the last one is taken, or the first of all when no name is given.
var cookieFetches = []fetch{
	{"req.cook", "[name:str]", Str, needReqHead, runReqCook, fixMulti, "the value of a request cookie"},
	{"req.cook_cnt", "[name:str]", Int, needReqHead, runReqCookCnt, nil, "how many request cookies have this name"},
	{"req.cook_val", "[name:str]", Int, needReqHead, runReqCookVal, fixMulti, "the value of a request cookie as an integer"},
	{"req.cook_names", "[delim:str]", Str, needReqHead, runReqCookNames, nil, "the names of all request cookies"},
	{"cookie", "[name:str]", Str, needContents, runReqCook, fixMulti, "as req.cook, or res.cook in a response rule"},
	{"res.cook", "[name:str]", Str, needResHead, runResCook, fixMulti, "the value of a response cookie"},
	{"res.cook_cnt", "[name:str]", Int, needResHead, runResCookCnt, nil, "how many response cookies have this name"},
	{"res.cook_val", "[name:str]", Int, needResHead, runResCookVal, fixMulti, "the value of a response cookie as an integer"},
	{"res.cook_names", "[delim:str]", Str, needResHead, runResCookNames, nil, "the names of all response cookies"},
}

func fixMulti(a *args) error { a.multi = true; return nil }

// nextCookie is the following cookie; header is Cookie or SetCookie.
func (it *cursor) nextCookie(fs message.Fields, header message.FieldID) (name, value []byte, ok bool) {
	for {
		for !it.in {
			if it.field >= len(fs) {
				return nil, nil, false
			}
			f := &fs[it.field]
			it.field++
			if f.ID == header {
				it.rest, it.in = f.Value, true
			}
		}
		var pair []byte
		if header == message.Cookie {
			pair, it.rest, it.in = cutCookie(it.rest)
		} else {
			// RFC 6265, 4.1.1: one cookie in a Set-Cookie field; what follows the semicolon describes it.
			pair, _, _ = cutCookie(it.rest)
			it.in = false
		}
		if name, value, ok = bytes.Cut(pair, []byte{'='}); !ok {
			continue
		}
		if name = message.TrimOWS(name); len(name) == 0 || name[0] != '$' || header == message.SetCookie {
			return name, message.TrimOWS(value), true
		}
		// RFC 2965, 3.3.4: $Version, $Path and the like tell of the cookies around them.
	}
}

// cutCookie takes the first pair off. A comma ends one too, as it did in RFC 2965 and still does in HAProxy, but
// not within a quoted string.
func cutCookie(b []byte) (pair, rest []byte, more bool) {
	quoted := false
	for i := 0; i < len(b); i++ {
		switch c := b[i]; {
		case c == '"':
			quoted = !quoted
		case c == '\\' && quoted:
			i++
		case (c == ';' || c == ',') && !quoted:
			return b[:i], b[i+1:], true
		}
	}
	return b, nil, false
}

func getCook(c *Context, a *args, s *Sample, fs message.Fields, header message.FieldID) bool {
	want := a.str[0]
	if c.it.more {
		for {
			name, value, ok := c.it.nextCookie(fs, header)
			if c.it.more = ok; !ok {
				return false
			}
			if want == "" || string(name) == want {
				return s.setStr(value)
			}
		}
	}
	var it cursor
	var last []byte
	for {
		name, value, ok := it.nextCookie(fs, header)
		if !ok {
			return setFound(last, s)
		}
		if want == "" {
			return s.setStr(value)
		}
		if string(name) == want {
			last = value
		}
	}
}

func countCook(fs message.Fields, want string, header message.FieldID) (n int64) {
	var it cursor
	for {
		name, _, ok := it.nextCookie(fs, header)
		if !ok {
			return n
		}
		if want == "" || string(name) == want {
			n++
		}
	}
}

func runReqCook(c *Context, a *args, s *Sample) bool {
	return getCook(c, a, s, c.reqFields(), message.Cookie)
}

func runResCook(c *Context, a *args, s *Sample) bool {
	return getCook(c, a, s, c.respFields(), message.SetCookie)
}

func runReqCookVal(c *Context, a *args, s *Sample) bool { return runReqCook(c, a, s) && valueOf(c, s) }
func runResCookVal(c *Context, a *args, s *Sample) bool { return runResCook(c, a, s) && valueOf(c, s) }

func runReqCookCnt(c *Context, a *args, s *Sample) bool {
	return c.Req != nil && s.setInt(countCook(c.Req.Fields, a.str[0], message.Cookie))
}

func runResCookCnt(c *Context, a *args, s *Sample) bool {
	return c.Resp != nil && s.setInt(countCook(c.Resp.Fields, a.str[0], message.SetCookie))
}

func runReqCookNames(c *Context, a *args, s *Sample) bool {
	return c.Req != nil && joinCookies(c, a, s, c.Req.Fields, message.Cookie)
}

func runResCookNames(c *Context, a *args, s *Sample) bool {
	return c.Resp != nil && joinCookies(c, a, s, c.Resp.Fields, message.SetCookie)
}

func joinCookies(c *Context, a *args, s *Sample, fs message.Fields, header message.FieldID) bool {
	delim := byte(',')
	if a.str[0] != "" {
		delim = a.str[0][0]
	}
	var it cursor
	b := c.Arena.Open()
	for n := 0; ; n++ {
		name, _, ok := it.nextCookie(fs, header)
		if !ok {
			return s.setStr(c.Arena.Seal(b))
		}
		if n > 0 {
			b = append(b, delim)
		}
		b = append(b, name...)
	}
}
