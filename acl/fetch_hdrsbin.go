package acl

import "weir/internal/message"

// hdrsBinFetches write header blocks as HAProxy's SPOE passes them on.
var hdrsBinFetches = []fetch{
	{"req.hdrs_bin", "", Bin, needReqHead, runReqHdrsBin, nil, "the request's fields in binary: each name and value with its length before it, and two empty ones at the end"},
	{"res.hdrs_bin", "", Bin, needResHead, runResHdrsBin, nil, "the response's fields in binary: each name and value with its length before it, and two empty ones at the end"},
}

func runReqHdrsBin(c *Context, _ *args, s *Sample) bool {
	return c.Req != nil && s.setBin(c.Arena.Seal(appendHdrsBin(c.Arena.Open(), c.Req.Fields)))
}

func runResHdrsBin(c *Context, _ *args, s *Sample) bool {
	return c.Resp != nil && s.setBin(c.Arena.Seal(appendHdrsBin(c.Arena.Open(), c.Resp.Fields)))
}

func appendHdrsBin(b []byte, fs message.Fields) []byte {
	for i := range fs {
		b = appendSized(b, fs[i].Name)
		b = appendSized(b, fs[i].Value)
	}
	return append(b, 0, 0)
}

func appendSized(b, text []byte) []byte { return append(appendVarint(b, len(text)), text...) }

// appendVarint writes a number as SPOE does (its specification, 3.1): one octet below 240, else its low four bits first, and then seven
// with each octet.
func appendVarint(b []byte, n int) []byte {
	if n < 240 {
		return append(b, byte(n))
	}
	b = append(b, byte(n)|240)
	for n = (n - 240) >> 4; n >= 128; n = (n - 128) >> 7 {
		b = append(b, byte(n)|128)
	}
	return append(b, byte(n))
}
