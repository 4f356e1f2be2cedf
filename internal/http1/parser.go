package http1

import (
	"bytes"

	"weir/internal/message"
)

// Parser parses one head that may come in pieces. The zero value is ready; make it zero again for the next message.
//
// A head is parsed at the first call, which finds most errors at once, and again when it is complete. In between only
// the new octets are looked at, so that a client which sends one octet at a time costs no more than one that does not.
type Parser struct {
	scanned int  // octets in which there is no end of head
	tried   bool // the head was parsed once and was good so far

	// Forgiven is the first fault of the last head that Limits.Lax made the parser pass over.
	Forgiven *Error
}

// Request parses the request head at the start of buf. It returns the octets of the head when it is complete,
// ErrIncomplete when buf (all of it good so far) must grow, or a *Error. req is filled in when the error is nil; it is
// reset first.
func (p *Parser) Request(buf []byte, req *message.Request, lim Limits) (int, error) {
	lim = lim.orDefault()
	if err := p.wait(buf, lim.HeadBytes); err != nil {
		return 0, err
	}
	n, err := parseRequest(buf, req, lim, &p.Forgiven)
	if err == nil && !lim.AnyPayload && oldPayload(req) {
		err = ErrPayload10
	}
	if err == nil {
		normalize(req)
	}
	return p.settle(buf, n, lim.HeadBytes, err)
}

// Response parses the response head at the start of buf as Request does. method is that of the request it answers:
// with it and the status the framing is decided.
func (p *Parser) Response(buf []byte, resp *message.Response, method message.MethodID, lim Limits) (int, error) {
	lim = lim.orDefault()
	if err := p.wait(buf, lim.HeadBytes); err != nil {
		return 0, err
	}
	n, err := parseResponse(buf, resp, method, lim, &p.Forgiven)
	return p.settle(buf, n, lim.HeadBytes, err)
}

// ParseRequest is Parser.Request for a caller who has all of the head, or does not mind parsing it again.
func ParseRequest(buf []byte, req *message.Request, lim Limits) (int, error) {
	var p Parser
	return p.Request(buf, req, lim)
}

// ParseResponse is Parser.Response for a caller who has all of the head, or does not mind parsing it again.
func ParseResponse(buf []byte, resp *message.Response, method message.MethodID, lim Limits) (int, error) {
	var p Parser
	return p.Response(buf, resp, method, lim)
}

// wait is nil when buf is worth parsing: at the first call, and when an end of head has come.
func (p *Parser) wait(buf []byte, max int) error {
	if !p.tried {
		return nil
	}
	done, err := p.endOfHead(buf)
	if err == nil && !done {
		err = incomplete(buf, max)
	}
	return err
}

// endOfHead looks at the line ends that came since the last call.
func (p *Parser) endOfHead(buf []byte) (bool, error) {
	for {
		i := bytes.IndexByte(buf[p.scanned:], '\n')
		if i < 0 {
			p.scanned = len(buf)
			return false, nil
		}
		i += p.scanned
		if i == 0 || buf[i-1] != '\r' {
			return false, ErrBareLF
		}
		p.scanned = i + 1
		if i == 1 || buf[i-2] == '\n' {
			return true, nil // an empty line; one before a request line is found not to be the end by parsing
		}
	}
}

// settle turns the result of a parse into the result of the call.
func (p *Parser) settle(buf []byte, n, max int, err error) (int, error) {
	switch {
	case err == ErrIncomplete:
		// All of buf was parsed, so its line ends are good; endOfHead looks back for the first half of the end.
		p.tried, p.scanned = true, len(buf)
		return 0, incomplete(buf, max)
	case err == nil && n > max:
		return 0, ErrHeadTooLarge
	}
	return n, err
}

func incomplete(buf []byte, max int) error {
	if len(buf) >= max {
		return ErrHeadTooLarge
	}
	return ErrIncomplete
}
