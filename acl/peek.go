package acl

import (
	"weir/conf"
	"weir/internal/http1"
	"weir/internal/message"
)

// onRequest are the needs of fetches that look at a request's head.
const onRequest = needReqHead | needReqKept

// get runs the fetch.
func (f *fetch) get(c *Context, a *args, s *Sample) bool {
	if c.Req == nil && f.need&onRequest != 0 && (len(c.Raw) > 0 || !c.Final) {
		c.peekRequest()
	}
	return f.run(c, a, s)
}

// peeked is a request that was found in raw bytes.
type peeked struct {
	parser http1.Parser
	buf    []byte
	req    message.Request
}

// peekRequest reads what the client of a TCP session has sent as a request, for rules that choose by it. The bytes are
// copied: the parser writes names in lower case, and they are to be passed on as they are.
func (c *Context) peekRequest() {
	if c.peek == nil {
		c.peek = &peeked{}
	}
	p := c.peek
	p.parser, p.buf = http1.Parser{}, append(p.buf[:0], c.Raw...)
	_, err := p.parser.Request(p.buf, &p.req, http1.Limits{HeadBytes: len(p.buf) + 1, Fields: conf.DefaultMaxHeaders})
	switch err {
	case nil:
		c.Req = &p.req
	case http1.ErrIncomplete:
		c.More = !c.Final
	}
}
