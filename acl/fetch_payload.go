package acl

import (
	"bytes"
	"errors"
	"strconv"
	"strings"
)

// payloadFetches read the bytes that content rules inspect (HAProxy's guide, 7.3.5).
var payloadFetches = []fetch{
	{"req.payload", "offset:int,length:int", Bin, needReqBody, runReqPayload, fixPayload, "bytes that the client has sent; length 0 = all from the offset on"},
	{"req.payload_lv", "offset:int,length:int,[start:str]", Bin, needReqBody, runReqPayloadLV, fixPayloadLV, "a block that the client has sent with its length before it"},
	{"res.payload", "offset:int,length:int", Bin, needResBody, runResPayload, fixPayload, "bytes that the server has sent; length 0 = all from the offset on"},
	{"res.payload_lv", "offset:int,length:int,[start:str]", Bin, needResBody, runResPayloadLV, fixPayloadLV, "a block that the server has sent with its length before it"},
	{"payload", "offset:int,length:int", Bin, needContents, runPayload, fixPayload, "req.payload, or res.payload in a response"},
	{"payload_lv", "offset:int,length:int,[start:str]", Bin, needContents, runPayloadLV, fixPayloadLV, "req.payload_lv, or res.payload_lv in a response"},
	{"req.rdp_cookie", "[name:str]", Str, needReqBody, runRDPCookie, fixRDP, "the cookie at the beginning of RDP"},
	{"req.rdp_cookie_cnt", "[name:str]", Int, needReqBody, runRDPCount, fixRDP, "1 where such a cookie is there"},
}

func fixPayload(a *args) error {
	if a.num[0] < 0 || a.num[1] < 0 {
		return errors.New("want 0 or more")
	}
	return nil
}

// fixPayloadLV puts the block's start in num[2], and in num[3] whether that counts from the end of the length.
func fixPayloadLV(a *args) error {
	if a.num[0] < 0 || a.num[1] < 1 || a.num[1] > 8 {
		return errors.New("want an offset of 0 or more, and a length of 1 to 8 bytes")
	}
	start, relative := int64(0), int64(1)
	if text := a.str[0]; text != "" {
		var err error
		if start, err = strconv.ParseInt(text, 10, 32); err != nil {
			return errors.New("start: want a number, or one with + or - before it")
		}
		if text[0] != '+' && text[0] != '-' {
			relative = 0
		}
	}
	if at := start + relative*(a.num[0]+a.num[1]); at < 0 {
		return errors.New("start: is before the first byte")
	}
	a.num = append(a.num, start, relative)
	return nil
}

func setPayload(c *Context, a *args, b []byte, s *Sample) bool {
	from, size := a.num[0], a.num[1]
	if size == 0 { // all that is there: it may become more
		c.More = !c.Final
		return len(b) > 0 && from <= int64(len(b)) && s.setBin(b[from:])
	}
	return setBlock(c, b, from, size, s)
}

func setBlock(c *Context, b []byte, from, size int64, s *Sample) bool {
	if n := int64(len(b)); from > n || size > n-from {
		c.More = !c.Final
		return false
	}
	return s.setBin(b[from : from+size])
}

func setPayloadLV(c *Context, a *args, b []byte, s *Sample) bool {
	if !setBlock(c, b, a.num[0], a.num[1], s) {
		return false
	}
	size := int64(bigEndian(s.Bytes))
	if size <= 0 {
		return false
	}
	return setBlock(c, b, a.num[2]+a.num[3]*(a.num[0]+a.num[1]), size, s)
}

// inspected is the side that is being inspected.
func (c *Context) inspected() []byte {
	if c.InResponse || c.Resp != nil {
		return c.RawResp
	}
	return c.Raw
}

func runReqPayload(c *Context, a *args, s *Sample) bool   { return setPayload(c, a, c.Raw, s) }
func runResPayload(c *Context, a *args, s *Sample) bool   { return setPayload(c, a, c.RawResp, s) }
func runPayload(c *Context, a *args, s *Sample) bool      { return setPayload(c, a, c.inspected(), s) }
func runReqPayloadLV(c *Context, a *args, s *Sample) bool { return setPayloadLV(c, a, c.Raw, s) }
func runResPayloadLV(c *Context, a *args, s *Sample) bool { return setPayloadLV(c, a, c.RawResp, s) }
func runPayloadLV(c *Context, a *args, s *Sample) bool    { return setPayloadLV(c, a, c.inspected(), s) }

// rdpHead is what stands before the cookie: the TPKT and the X.224 header.
const rdpHead = 11

// rdpCookie is what the cookie begins with (MS-RDPBCGR, 2.2.1.1).
var rdpCookie = []byte("cookie: ")

func fixRDP(a *args) error {
	a.bytes = []byte(strings.ToLower(a.str[0]))
	return nil
}

// parseRDP finds the first cookie: NAME=VALUE up to the end of the line.
func parseRDP(b []byte) (name, val []byte, state found) {
	if len(b) <= rdpHead {
		return nil, nil, foundPart
	}
	b = b[rdpHead:]
	if n := min(len(b), len(rdpCookie)); !equalFold(b[:n], rdpCookie[:n]) {
		return nil, nil, foundNot
	}
	line, _, ended := bytes.Cut(b, []byte("\r\n"))
	if !ended {
		return nil, nil, foundPart
	}
	name, val, ok := bytes.Cut(line[len(rdpCookie):], []byte{'='})
	if !ok {
		return nil, nil, foundNot
	}
	return name, val, foundAll
}

func runRDPCookie(c *Context, a *args, s *Sample) bool {
	name, val, state := parseRDP(c.Raw)
	return c.settle(state) && (len(a.bytes) == 0 || equalFold(name, a.bytes)) && s.setStr(val)
}

func runRDPCount(c *Context, a *args, s *Sample) bool {
	name, _, state := parseRDP(c.Raw)
	ok := c.settle(state) && (len(a.bytes) == 0 || equalFold(name, a.bytes))
	s.setBool(ok)
	return state != foundPart && s.setInt(s.Int)
}
