package acl

import (
	"bytes"
	"errors"

	"weir/internal/message"
)

// urlFetches take the request line apart (HAProxy's guide, 7.3.6).
var urlFetches = []fetch{
	{"method", "", Method, needReqKept, runMethod, nil, "the request's method"},
	{"path", "", Str, needReqHead, runPath, nil, "the path, from the first slash to before the question mark"},
	{"pathq", "", Str, needReqHead, runPathQ, nil, "the path with the query string"},
	{"query", "[option:str]", Str, needReqHead, runQuery, fixQuery, "what follows the first question mark; by with_qm with it"},
	{"url", "", Str, needReqHead, runURL, nil, "the request target"},
	{"url_ip", "", Addr, needReqHead, runURLIP, nil, "the address in an absolute URL"},
	{"url_port", "", Int, needReqHead, runURLPort, nil, "the port in an absolute URL whose host is an address; 80 when it has none"},
	{"base", "", Str, needReqHead, runBase, nil, "the Host field and the path together"},
	{"baseq", "", Str, needReqHead, runBaseQ, nil, "the Host field and the path with the query string"},
	{"base32", "", Int, needReqHead, runBase32, nil, "a 32-bit hash of base"},
	{"base32+src", "", Bin, needReqHead | needClient, runBase32Src, nil, "base32 and the client's address"},
	{"url32", "", Int, needReqHead, runURL32, nil, "a 32-bit hash of Host and URL"},
	{"url32+src", "", Bin, needReqHead | needClient, runURL32Src, nil, "url32 and the client's address"},
	{"capture.req.method", "", Str, needReqKept, runCapMethod, nil, "the request's method, also in responses and logs"},
	{"capture.req.uri", "", Str, needReqKept, runCapURI, nil, "pathq, also in responses and logs"},
}

func runMethod(c *Context, _ *args, s *Sample) bool {
	if c.Req == nil {
		return false
	}
	s.Type, s.Bytes = Method, c.Req.Method
	// set-method does not change what HAProxy says here, where it knows the method by number.
	if a := c.Req.Asked; a != nil && message.LookupMethod(a) != message.MethodOther && message.LookupMethod(a) != message.MethodPatch {
		s.Bytes = a
	}
	return true
}

func runCapMethod(c *Context, _ *args, s *Sample) bool {
	return c.Req != nil && s.setStr(c.Req.FirstMethod())
}

// pathQuery is nil for the asterisk and authority forms, and for a URL that stops after its host.
func pathQuery(c *Context) []byte {
	if c.Req == nil || len(c.Req.Path) == 0 || c.Req.Path[0] != '/' {
		return nil
	}
	return c.Req.Path
}

func setFound(b []byte, s *Sample) bool { return b != nil && s.setStr(b) }

func runPathQ(c *Context, _ *args, s *Sample) bool { return setFound(pathQuery(c), s) }

// runCapURI is what came, whatever rules have made of it.
func runCapURI(c *Context, _ *args, s *Sample) bool {
	if c.Req == nil || !c.Req.Rewritten {
		return setFound(pathQuery(c), s)
	}
	_, rest, absolute := bytes.Cut(c.Req.Target, []byte("://"))
	if !absolute || c.Req.Target[0] == '/' {
		return setFound(c.Req.Target, s)
	}
	i := bytes.IndexByte(rest, '/')
	return i >= 0 && s.setStr(rest[i:])
}

func runPath(c *Context, _ *args, s *Sample) bool {
	return c.Req != nil && setFound(c.Req.PathOnly(), s)
}

// fixQuery puts into num[0] whether the question mark is a part.
func fixQuery(a *args) error {
	a.num = []int64{0}
	switch a.str[0] {
	case "":
	case "with_qm":
		a.num[0] = 1
	default:
		return errors.New("want with_qm")
	}
	return nil
}

func runQuery(c *Context, a *args, s *Sample) bool {
	all := pathQuery(c)
	_, q, ok := bytes.Cut(all, []byte{'?'})
	if ok && len(q) > 0 && a.num[0] != 0 {
		q = all[len(all)-len(q)-1:]
	}
	return ok && s.setStr(q)
}

// runURL is the target as received, or as rules have made it.
func runURL(c *Context, _ *args, s *Sample) bool {
	switch {
	case c.Req == nil:
		return false
	case !c.Req.Rewritten:
		return s.setStr(c.Req.Target)
	case len(c.Req.Scheme) == 0:
		return s.setStr(c.Req.Path)
	}
	b := append(append(c.Arena.Open(), c.Req.Scheme...), "://"...)
	b = append(b, c.Req.Authority...)
	return s.setStr(c.Arena.Seal(append(b, c.Req.Path...)))
}

func runURLIP(c *Context, _ *args, s *Sample) bool {
	if c.Req == nil || len(c.Req.Scheme) == 0 {
		return false
	}
	host, _ := message.SplitPort(c.Req.Authority)
	ip, ok := parse4(host)
	return ok && s.setAddr(ip)
}

func runURLPort(c *Context, a *args, s *Sample) bool {
	if !runURLIP(c, a, s) {
		return false
	}
	_, port := message.SplitPort(c.Req.Authority)
	if n, used := leadingInt(port); used > 0 {
		return s.setInt(n)
	}
	return s.setInt(80)
}

// setBase joins the Host field and tail; the path must be there or be empty by form.
func setBase(c *Context, tail []byte, s *Sample) bool {
	b := append(c.Arena.Open(), c.Req.Get(message.Host)...)
	return s.setStr(c.Arena.Seal(append(b, tail...)))
}

func runBase(c *Context, _ *args, s *Sample) bool {
	return c.Req != nil && setBase(c, c.Req.PathOnly(), s)
}

func runBaseQ(c *Context, _ *args, s *Sample) bool {
	return c.Req != nil && setBase(c, pathQuery(c), s)
}

func runBase32(c *Context, _ *args, s *Sample) bool {
	if c.Req == nil {
		return false
	}
	h := sdbmAdd(sdbmAdd(0, c.Req.Get(message.Host)), c.Req.PathOnly())
	return s.setInt(int64(avalanche(h)))
}

// runURL32 hashes Host and the path with the query.
func runURL32(c *Context, _ *args, s *Sample) bool {
	if c.Req == nil {
		return false
	}
	h := sdbmAdd(sdbmAdd(0, c.Req.Get(message.Host)), pathQuery(c))
	return s.setInt(int64(avalanche(h)))
}

func runBase32Src(c *Context, a *args, s *Sample) bool { return runBase32(c, a, s) && withSrc(c, s) }

func runURL32Src(c *Context, a *args, s *Sample) bool { return runURL32(c, a, s) && withSrc(c, s) }

func withSrc(c *Context, s *Sample) bool {
	if !c.Src.IsValid() {
		return false
	}
	h := uint32(s.Int)
	b := append(c.Arena.Open(), byte(h>>24), byte(h>>16), byte(h>>8), byte(h))
	if ip := c.Src.Addr().Unmap(); ip.Is4() {
		v := ip.As4()
		b = append(b, v[:]...)
	} else {
		v := ip.As16()
		b = append(b, v[:]...)
	}
	return s.setBin(c.Arena.Seal(b))
}
