package acl

import (
	"bytes"

	"weir/internal/message"
)

// headerFetches read header fields. The ones that are called hdr see each comma-separated part as a value of its own,
// those that are called fhdr see whole lines. In an ACL every value is tested until one matches; elsewhere the last
// one is taken, or the one at occ: 1 is the first, -1 the last.
var headerFetches = []fetch{
	{"hdr", "[name:name,occ:int]", Str, needContents, runReqHdr, fixName, "a value of a header field, of the request or in a response rule of the response"},
	{"req.hdr", "[name:name,occ:int]", Str, needReqHead, runReqHdr, fixName, "a value of a request header field, split at commas"},
	{"req.fhdr", "[name:name,occ:int]", Str, needReqHead, runReqFhdr, fixName, "a whole request header field"},
	{"req.hdr_cnt", "[name:name]", Int, needReqHead, runReqHdrCnt, fixCount, "how many values a request header field has"},
	{"req.fhdr_cnt", "[name:name]", Int, needReqHead, runReqFhdrCnt, fixCount, "how many request header fields have this name"},
	{"req.hdr_ip", "[name:name,occ:int]", Addr, needReqHead, runReqHdrIP, fixName, "a value of a request header field as an address"},
	{"req.hdr_val", "[name:name,occ:int]", Int, needReqHead, runReqHdrVal, fixName, "a value of a request header field as an integer"},
	{"req.hdr_names", "[delim:str]", Str, needReqHead, runReqNames, nil, "the names of all request header fields"},
	{"req.hdrs", "", Bin, needReqHead, runReqHdrs, nil, "the whole request header block"},
	{"res.hdr", "[name:name,occ:int]", Str, needResHead, runResHdr, fixName, "a value of a response header field, split at commas"},
	{"res.fhdr", "[name:name,occ:int]", Str, needResHead, runResFhdr, fixName, "a whole response header field"},
	{"res.hdr_cnt", "[name:name]", Int, needResHead, runResHdrCnt, fixCount, "how many values a response header field has"},
	{"res.fhdr_cnt", "[name:name]", Int, needResHead, runResFhdrCnt, fixCount, "how many response header fields have this name"},
	{"res.hdr_ip", "[name:name,occ:int]", Addr, needResHead, runResHdrIP, fixName, "a value of a response header field as an address"},
	{"res.hdr_val", "[name:name,occ:int]", Int, needResHead, runResHdrVal, fixName, "a value of a response header field as an integer"},
	{"res.hdr_names", "[delim:str]", Str, needResHead, runResNames, nil, "the names of all response header fields"},
	{"res.hdrs", "", Bin, needResHead, runResHdrs, nil, "the whole response header block"},
}

// fieldValues are those that have no value in HAProxy where they are written without parentheses; with empty ones they are any field's.
var fieldValues = []string{"hdr", "req.hdr", "req.fhdr", "req.hdr_ip", "req.hdr_val", "res.hdr", "res.fhdr", "res.hdr_ip", "res.hdr_val"}

func fixCount(a *args) error {
	err := fixName(a)
	a.multi = false
	return err
}

func (c *Context) reqFields() message.Fields {
	if c.Req == nil {
		return nil
	}
	return c.Req.Fields
}

func (c *Context) respFields() message.Fields {
	if c.Resp == nil {
		return nil
	}
	return c.Resp.Fields
}

func runReqHdr(c *Context, a *args, s *Sample) bool  { return getHdr(c, a, s, c.reqFields(), true) }
func runResHdr(c *Context, a *args, s *Sample) bool  { return getHdr(c, a, s, c.respFields(), true) }
func runReqFhdr(c *Context, a *args, s *Sample) bool { return getHdr(c, a, s, c.reqFields(), false) }
func runResFhdr(c *Context, a *args, s *Sample) bool { return getHdr(c, a, s, c.respFields(), false) }

func runReqHdrIP(c *Context, a *args, s *Sample) bool {
	return hdrAs(c, a, s, c.reqFields(), hdrToAddr)
}
func runResHdrIP(c *Context, a *args, s *Sample) bool {
	return hdrAs(c, a, s, c.respFields(), hdrToAddr)
}
func runReqHdrVal(c *Context, a *args, s *Sample) bool {
	return hdrAs(c, a, s, c.reqFields(), valueOf)
}
func runResHdrVal(c *Context, a *args, s *Sample) bool {
	return hdrAs(c, a, s, c.respFields(), valueOf)
}

// getHdr is the next value while an ACL walks them, else the one at the place asked for.
func getHdr(c *Context, a *args, s *Sample, fs message.Fields, split bool) bool {
	if c.it.more {
		b, ok := c.it.nextField(fs, a, split)
		c.it.more = ok
		return ok && s.setStr(b)
	}
	return setFound(nthField(fs, a, int(a.num[0]), split), s)
}

// hdrAs converts; an ACL skips the values that cannot be.
func hdrAs(c *Context, a *args, s *Sample, fs message.Fields, to cast) bool {
	for getHdr(c, a, s, fs, true) {
		if to(c, s) {
			return true
		}
		if !c.it.more {
			return false
		}
	}
	return false
}

// hdrToAddr takes an IPv4 address with a port as well (HAProxy's guide, req.hdr_ip).
func hdrToAddr(_ *Context, s *Sample) bool {
	if ip, ok := parseAddr(s.Bytes); ok {
		return s.setAddr(ip)
	}
	host, port := message.SplitPort(s.Bytes)
	ip, ok := parse4(host)
	if n, used := leadingInt(port); used == 0 || used != len(port) || n > 65535 {
		return false
	}
	return ok && s.setAddr(ip)
}

// isNamed is true for every field when the call names none.
func (a *args) isNamed(f *message.Field) bool { return a.str[0] == "" || f.Is(a.id, a.str[0]) }

// nextField is the following value, in the order of the message.
func (it *cursor) nextField(fs message.Fields, a *args, split bool) ([]byte, bool) {
	for !it.in {
		if it.field >= len(fs) {
			return nil, false
		}
		f := &fs[it.field]
		it.field++
		if a.isNamed(f) {
			it.rest, it.in = f.Value, true
		}
	}
	if !split {
		it.in = false
		return it.rest, true
	}
	// Most fields hold one value: finding no comma is many times faster than looking for quotes.
	if bytes.IndexByte(it.rest, ',') < 0 {
		it.in = false
		return message.TrimOWS(it.rest), true
	}
	var b []byte
	b, it.rest, it.in = message.NextValue(it.rest)
	return b, true
}

func countFields(fs message.Fields, a *args, split bool) (n int) {
	var it cursor
	for {
		if _, ok := it.nextField(fs, a, split); !ok {
			return n
		}
		n++
	}
}

// nthField is nil when there is no such occurrence.
func nthField(fs message.Fields, a *args, occ int, split bool) []byte {
	var it cursor
	if occ == 0 {
		occ = -1
	}
	if occ == -1 {
		return lastValue(fs, a, split)
	}
	if occ < 0 {
		if occ += countFields(fs, a, split) + 1; occ <= 0 {
			return nil
		}
	}
	for {
		b, ok := it.nextField(fs, a, split)
		if occ--; !ok || occ == 0 {
			return b
		}
	}
}

// lastValue finds the last field first: only that one has to be split.
func lastValue(fs message.Fields, a *args, split bool) []byte {
	for i := len(fs) - 1; i >= 0; i-- {
		if !a.isNamed(&fs[i]) {
			continue
		}
		it := cursor{rest: fs[i].Value, in: true}
		for {
			b, _ := it.nextField(nil, a, split)
			if !it.in {
				return b
			}
		}
	}
	return nil
}

func runReqHdrCnt(c *Context, a *args, s *Sample) bool {
	return c.Req != nil && s.setInt(int64(countFields(c.Req.Fields, a, true)))
}

func runReqFhdrCnt(c *Context, a *args, s *Sample) bool {
	return c.Req != nil && s.setInt(int64(countFields(c.Req.Fields, a, false)))
}

func runResHdrCnt(c *Context, a *args, s *Sample) bool {
	return c.Resp != nil && s.setInt(int64(countFields(c.Resp.Fields, a, true)))
}

func runResFhdrCnt(c *Context, a *args, s *Sample) bool {
	return c.Resp != nil && s.setInt(int64(countFields(c.Resp.Fields, a, false)))
}

func runReqNames(c *Context, a *args, s *Sample) bool {
	return c.Req != nil && joinNames(c, a, s, c.Req.Fields)
}

func runResNames(c *Context, a *args, s *Sample) bool {
	return c.Resp != nil && joinNames(c, a, s, c.Resp.Fields)
}

func joinNames(c *Context, a *args, s *Sample, fs message.Fields) bool {
	delim := byte(',')
	if a.str[0] != "" {
		delim = a.str[0][0]
	}
	b := c.Arena.Open()
	for i := range fs {
		if i > 0 {
			b = append(b, delim)
		}
		b = append(b, fs[i].Name...)
	}
	return s.setStr(c.Arena.Seal(b))
}

func runReqHdrs(c *Context, _ *args, s *Sample) bool {
	return c.Req != nil && joinFields(c, s, c.Req.Fields)
}

func runResHdrs(c *Context, _ *args, s *Sample) bool {
	return c.Resp != nil && joinFields(c, s, c.Resp.Fields)
}

func joinFields(c *Context, s *Sample, fs message.Fields) bool {
	b := c.Arena.Open()
	for i := range fs {
		b = append(b, fs[i].Name...)
		b = append(b, ": "...)
		b = append(b, fs[i].Value...)
		b = append(b, "\r\n"...)
	}
	return s.setBin(c.Arena.Seal(append(b, "\r\n"...)))
}
