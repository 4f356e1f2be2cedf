package acl

import "encoding/binary"

// helloFetches read the TLS hello that somebody else will answer, in the bytes that content rules inspect (HAProxy's
// guide, 7.3.5).
var helloFetches = []fetch{
	{"req.ssl_hello_type", "", Int, needReqBody, runReqHello, nil, "the type of the TLS hello from the client: 1"},
	{"res.ssl_hello_type", "", Int, needResBody, runResHello, nil, "the type of the TLS hello from the server: 2"},
	{"req.ssl_ver", "", Int, needReqBody, runHelloVer, nil, "the version in the client's hello: major times 65536 plus minor"},
	{"req.ssl_sni", "", Str, needReqBody, runHelloSNI, nil, "the server name in the client's hello"},
	{"req.ssl_alpn", "", Str, needReqBody, runHelloALPN, nil, "the first protocol that the client's hello offers by ALPN"},
	{"req.ssl_ec_ext", "", Bool, needReqBody, runHelloEC, nil, "the client's hello has the extension of elliptic curves"},
	{"req.ssl_st_ext", "", Int, needReqBody, runHelloTicket, nil, "the session ticket extension in the client's hello: 0 none, 1 empty, 2 with a ticket"},
	{"req.ssl_cipherlist", "", Bin, needConn, runHelloCiphers, nil, "the cipher suites of the client's hello, two bytes each"},
	{"req.ssl_supported_groups", "", Bin, needConn, runHelloList(extGroups), nil, "the groups of the client's hello, two bytes each"},
	{"req.ssl_sigalgs", "", Bin, needConn, runHelloList(extSigAlgs), nil, "the signature algorithms of the client's hello, two bytes each"},
	{"req.ssl_keyshare_groups", "", Bin, needConn, runHelloShares, nil, "the groups that the client's hello has key shares of, two bytes each"},
}

// settle notes that more may come, and reports whether all is there.
func (c *Context) settle(state found) bool {
	c.More = state == foundPart && !c.Final
	return state == foundAll
}

func setHello(c *Context, b []byte, s *Sample) bool {
	kind, _, state := tlsHello(b)
	return c.settle(state) && s.setInt(int64(kind))
}

func runReqHello(c *Context, _ *args, s *Sample) bool { return setHello(c, c.oneRecord(c.Raw), s) }
func runResHello(c *Context, _ *args, s *Sample) bool { return setHello(c, c.RawResp, s) }

func runHelloVer(c *Context, _ *args, s *Sample) bool {
	_, version, state := tlsHello(c.oneRecord(c.Raw))
	if state == foundNot {
		version, state = sslV2Hello(c.Raw)
	}
	return c.settle(state) && s.setInt(int64(version>>8)<<16|int64(version&0xff))
}

// helloExt is the extension, once it is there.
func helloExt(c *Context, id uint16) ([]byte, bool) {
	data, _, state := helloExtension(c.oneRecord(c.Raw), id)
	return data, c.settle(state)
}

func runHelloSNI(c *Context, _ *args, s *Sample) bool {
	data, ok := helloExt(c, extServerName)
	if !ok {
		return false
	}
	r := helloReader{b: data}
	r.b = r.take(r.size16())
	kind := r.size8()
	name := r.take(r.size16())
	return !r.short && kind == 0 && len(name) > 0 && s.setStr(name)
}

func runHelloALPN(c *Context, _ *args, s *Sample) bool {
	data, ok := helloExt(c, extALPN)
	if !ok {
		return false
	}
	r := helloReader{b: data}
	r.b = r.take(r.size16())
	name := r.take(r.size8())
	return !r.short && len(name) > 0 && s.setStr(name)
}

// runHelloEC finds nothing where the extension is missing, as in HAProxy.
func runHelloEC(c *Context, _ *args, s *Sample) bool {
	_, ok := helloExt(c, extGroups)
	return ok && s.setBool(true)
}

func runHelloTicket(c *Context, _ *args, s *Sample) bool {
	data, some, state := helloExtension(c.oneRecord(c.Raw), extTicket)
	switch {
	case c.settle(state) && len(data) > 0:
		return s.setInt(2)
	case state == foundAll:
		return s.setInt(1)
	}
	return some && s.setInt(0)
}

func runHelloCiphers(c *Context, _ *args, s *Sample) bool {
	list, state := helloCiphers(c.oneRecord(c.Raw))
	return c.settle(state) && s.setBin(list)
}

// runHelloList reads an extension that is one list.
func runHelloList(id uint16) func(*Context, *args, *Sample) bool {
	return func(c *Context, _ *args, s *Sample) bool {
		data, ok := helloExt(c, id)
		if !ok {
			return false
		}
		r := helloReader{b: data}
		list := r.take(r.size16())
		return !r.short && len(list) > 0 && s.setBin(list)
	}
}

func runHelloShares(c *Context, _ *args, s *Sample) bool {
	data, ok := helloExt(c, extKeyShare)
	if !ok {
		return false
	}
	r := helloReader{b: data}
	r.b = r.take(r.size16())
	out := c.Arena.Open()
	for len(r.b) > 0 {
		out = binary.BigEndian.AppendUint16(out, uint16(r.size16()))
		r.take(r.size16())
	}
	return !r.short && len(out) > 0 && s.setBin(c.Arena.Seal(out))
}
