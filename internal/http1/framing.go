package http1

import "weir/internal/message"

// frameRequest decides how the request body ends (RFC 9112, 6.3). A request without a length has no body.
func frameRequest(req *message.Request, h *head) error {
	if h.lengths+h.codings == 0 {
		return nil
	}
	if req.MethodID == message.MethodConnect {
		return ErrConnectBody
	}
	var err error
	req.Framing, req.ContentLength, err = frame(h, req.Minor)
	return err
}

// frameResponse decides how the response body ends, which depends on the request's method and on the status too.
func frameResponse(resp *message.Response, method message.MethodID, h *head) error {
	switch {
	case resp.Status < 200 || resp.Status == 204:
		// These have no body whatever they say (RFC 9112, 6.3, rule 1); AppendResponse drops what they say.
		return nil
	case method == message.MethodConnect && resp.Status < 300:
		resp.Upgrade = true // a tunnel (rule 2): "ignore any Content-Length or Transfer-Encoding"
		return nil
	case h.lengths+h.codings == 0:
		resp.Framing = message.UntilClose
	default:
		var err error
		if resp.Framing, resp.ContentLength, err = frame(h, resp.Minor); err != nil {
			return err
		}
	}
	if method == message.MethodHead || resp.Status == 304 {
		resp.Framing = message.NoBody
	}
	return nil
}

// frame reads a length or a coding that is there.
//
// RFC 9112 lets a recipient take Content-Length beside Transfer-Encoding (and drop the former), lists of equal
// lengths, and chunked after other codings; HAProxy 2.6 takes the first two. All of these are how two parsers come to
// disagree, and no client sends them, so they are refused.
func frame(h *head, minor uint8) (message.Framing, int64, error) {
	if h.codings > 0 {
		switch {
		case minor == 0:
			return 0, 0, ErrCodingVersion
		case h.lengths > 0:
			return 0, 0, ErrLengthAndCoding
		case h.codings > 1 || !equalFold(h.coding, "chunked"):
			return 0, 0, ErrCoding
		}
		return message.Chunked, 0, nil
	}
	if h.lengths > 1 {
		return 0, 0, ErrLengths
	}
	n, err := parseLength(h.length)
	return message.Length, n, err
}

// parseLength takes decimal digits only: no sign, no white space, no list. Leading zeros are legal but read as octal
// by some, so they are refused; so is what int64 may not hold (HAProxy 2.6 takes 2^64-1).
func parseLength(b []byte) (int64, error) {
	if len(b) == 0 || len(b) > maxLengthDigits || b[0] == '0' && len(b) > 1 {
		return 0, ErrLength
	}
	var n int64
	for _, c := range b {
		if c < '0' || c > '9' {
			return 0, ErrLength
		}
		n = n*10 + int64(c-'0')
	}
	return n, nil
}

// oldPayload reports a body where old servers expect none, and do not look for its length: HTTP/1.0 does not say that there may be one.
func oldPayload(req *message.Request) bool {
	if req.Major > 1 || req.Minor != 0 || req.ContentLength <= 0 || req.Framing == message.NoBody {
		return false
	}
	return req.MethodID == message.MethodGet || req.MethodID == message.MethodHead || req.MethodID == message.MethodDelete
}
