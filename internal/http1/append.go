package http1

import (
	"slices"
	"strconv"

	"weir/internal/message"
)

// RequestOptions are what the connection to the server wants said.
type RequestOptions struct {
	Close   bool // "connection: close": it is not used again
	Upgrade bool // forward Upgrade: the frontend is ready to tunnel
	// Whole says that it becomes HTTP/2, which is told the whole URI: the one of the request where it has one, else with Scheme; "" = that is not known.
	Whole  bool
	Scheme string
}

// ResponseOptions are what the connection to the client wants said.
type ResponseOptions struct {
	Close     bool // "connection: close"; implied by message.UntilClose
	KeepAlive bool // "connection: keep-alive", which an HTTP/1.0 client needs to hear
	Upgrade   bool // a 101 that was asked for
}

// AppendRequest writes the head of req, never the bytes that came: one Content-Length or Transfer-Encoding from
// req.Framing, one Connection from o, and of the other fields those that do not belong to one hop (RFC 9110, 7.6.1).
//
// As HAProxy 2.6 does: keep-alive is not said in HTTP/1.1; a request that came in HTTP/1.0 goes in HTTP/1.0 with
// "connection: keep-alive" (it may have no Host, and its sender takes no chunks); an absolute-form target stays one.
// Unlike it: Keep-Alive, Proxy-Connection, HTTP2-Settings, an Upgrade that is not used and what Connection nominates go.
func AppendRequest(dst []byte, req *message.Request, o RequestOptions) []byte {
	from := len(dst)
	dst = append(dst, req.Method...)
	dst = append(dst, ' ')
	dst = escapeTarget(appendTarget(dst, req, &o), len(req.Method)+1+from)
	upgrade := o.Upgrade && req.Upgrade
	c := connectionText{close: o.Close && !upgrade && req.Minor > 0, upgrade: upgrade} // some servers refuse to upgrade what is about to close
	if req.Minor == 0 && req.Framing != message.Chunked {
		dst = append(dst, " HTTP/1.0\r\n"...)
		c.keepAlive = !o.Close
	} else {
		dst = append(dst, " HTTP/1.1\r\n"...)
	}
	if o.Whole && len(req.Authority) > 0 && req.Get(message.Host) == nil { // a rule has taken it away, which HTTP/2 does not know
		dst = AppendField(dst, hostName, req.Authority)
	}
	for i := range req.Fields {
		f := &req.Fields[i]
		switch hopClass[f.ID] {
		case isFraming:
			continue
		case isUpgrade:
			if !upgrade {
				continue
			}
		case isTE:
			c.te = c.te || listsTrailers(f.Value)
			continue
		case isExpect:
			if !req.Expect100 {
				continue
			}
		}
		if !f.Hop {
			dst = AppendField(dst, f.Name, f.Value)
		}
	}
	if c.te {
		dst = append(dst, "te: trailers\r\n"...) // the one TE that a proxy may pass on (RFC 9110, 10.1.4)
	}
	dst = appendFraming(dst, req.Framing, req.ContentLength)
	dst = c.append(dst)
	return append(dst, '\r', '\n')
}

var hostName = []byte("host")

// AppendResponse writes the head of resp as AppendRequest does. The version is always HTTP/1.1, the proxy's own
// (RFC 9110, 6.2); HAProxy 2.6 repeats the server's. A response to HEAD and a 304 keep the Content-Length that
// describes the body which is not sent; 1xx, 204 and tunnels have none.
//
// To send a close-delimited body to an HTTP/1.1 client in chunks, or a chunked one to an HTTP/1.0 client, the caller
// changes resp.Framing.
func AppendResponse(dst []byte, resp *message.Response, o ResponseOptions) []byte {
	dst = AppendStatusLine(dst, resp.Status, resp.Reason)
	upgrade := o.Upgrade && resp.Status == 101
	length := resp.Framing == message.NoBody && resp.Status >= 200 && resp.Status != 204 && !resp.Upgrade
	for i := range resp.Fields {
		f := &resp.Fields[i]
		switch hopClass[f.ID] {
		case isFraming:
			if f.ID != message.ContentLength || !length {
				continue
			}
		case isUpgrade:
			// Outside of 101 it is an offer to this hop (RFC 9110, 7.8); with 426 it is the answer.
			if !upgrade && resp.Status != 426 {
				continue
			}
		case isTE:
			continue
		}
		if !f.Hop {
			dst = AppendField(dst, f.Name, f.Value)
		}
	}
	if resp.Status >= 200 {
		dst = appendFraming(dst, resp.Framing, resp.ContentLength)
	}
	closing := o.Close || resp.Framing == message.UntilClose
	c := connectionText{upgrade: upgrade}
	if resp.Status >= 200 {
		c.close, c.keepAlive = closing, o.KeepAlive && !closing
	}
	dst = c.append(dst)
	return append(dst, '\r', '\n')
}

// AppendStatusLine writes a status line with the given reason, which may be empty.
func AppendStatusLine(dst []byte, status int, reason []byte) []byte {
	dst = append(dst, "HTTP/1.1 "...)
	dst = strconv.AppendInt(dst, int64(status), 10)
	dst = append(dst, ' ')
	dst = append(dst, reason...)
	return append(dst, '\r', '\n')
}

// AppendField writes one field line.
func AppendField(dst, name, value []byte) []byte {
	n := len(dst)
	size := len(name) + len(value) + 4
	if cap(dst)-n < size {
		dst = slices.Grow(dst, size)
	}
	dst = dst[:n+size]
	n += copy(dst[n:], name)
	dst[n], dst[n+1] = ':', ' '
	n += 2
	n += copy(dst[n:], value)
	dst[n], dst[n+1] = '\r', '\n'
	return dst
}

// appendTarget writes the target from its parts, so that a rule that changes Path is heard.
func appendTarget(dst []byte, req *message.Request, o *RequestOptions) []byte {
	scheme, host := req.Scheme, req.Authority
	switch {
	case req.MethodID == message.MethodConnect:
		return append(dst, req.Authority...)
	case o.Whole && len(scheme) == 0 && o.Scheme != "" && len(req.Host()) > 0:
		dst, host = append(dst, o.Scheme...), req.Host()
	case len(scheme) == 0 || len(host) == 0, req.ByParts && !o.Whole:
		return append(dst, req.Path...)
	default:
		dst = append(dst, scheme...)
	}
	dst = append(append(dst, "://"...), host...)
	if string(req.Path) == "*" {
		return dst // RFC 9112, 3.2.4: only the last proxy before the server makes it "*"
	}
	return append(dst, req.Path...)
}

// escapeTarget percent-encodes what may not stand in the target that begins at dst[from]. A target that was parsed has none
// of it; one that a rule made from decoded bytes could otherwise split the request.
func escapeTarget(dst []byte, from int) []byte {
	i := scanTarget(dst, from)
	if i == len(dst) {
		return dst
	}
	bad := slices.Clone(dst[i:])
	dst = dst[:i]
	for _, c := range bad {
		if c <= 0x20 || c >= 0x7f || c == '#' {
			const digits = "0123456789ABCDEF"
			dst = append(dst, '%', digits[c>>4], digits[c&0xf])
			continue
		}
		dst = append(dst, c)
	}
	return dst
}

func appendFraming(dst []byte, f message.Framing, length int64) []byte {
	switch f {
	case message.Length:
		dst = append(dst, "content-length: "...)
		dst = strconv.AppendInt(dst, length, 10)
		return append(dst, '\r', '\n')
	case message.Chunked:
		return append(dst, "transfer-encoding: chunked\r\n"...)
	}
	return dst
}

// connectionText is the Connection field to write.
type connectionText struct{ close, keepAlive, upgrade, te bool }

func (c connectionText) append(dst []byte) []byte {
	if c == (connectionText{}) {
		return dst
	}
	dst = append(dst, "connection: "...)
	if c.close {
		dst = append(dst, "close, "...)
	}
	if c.keepAlive {
		dst = append(dst, "keep-alive, "...)
	}
	if c.upgrade {
		dst = append(dst, "upgrade, "...)
	}
	if c.te {
		dst = append(dst, "te, "...)
	}
	return append(dst[:len(dst)-2], '\r', '\n')
}

func listsTrailers(te []byte) bool {
	for list, more := te, true; more; {
		var coding []byte
		if coding, list, more = message.NextValue(list); equalFold(coding, "trailers") {
			return true
		}
	}
	return false
}

// The fields that are not simply copied.
const (
	isEndToEnd = iota
	isFraming  // written from Framing and options, or for one hop only
	isUpgrade
	isTE
	isExpect
)

var hopClass = [256]uint8{
	message.Connection:       isFraming,
	message.ContentLength:    isFraming,
	message.TransferEncoding: isFraming,
	message.KeepAlive:        isFraming,
	message.ProxyConnection:  isFraming,
	message.HTTP2Settings:    isFraming,
	message.Upgrade:          isUpgrade,
	message.TE:               isTE,
	message.Expect:           isExpect,
}
