package frontend

import (
	"bytes"

	"weir/conf"
	"weir/internal/message"
)

// captureCookie is "capture cookie": the first cookie whose name begins with a prefix, of the request and of the response, as
// NAME=VALUE for the log.
type captureCookie struct {
	prefix string
	len    int
}

func compileCookie(p *conf.Proxy, most int) *captureCookie {
	for _, c := range p.Captures {
		if c.Cookie != "" {
			return &captureCookie{c.Cookie, min(c.Len, most)}
		}
	}
	return nil
}

// request looks through the Cookie fields (RFC 6265, 4.2.1).
func (k *captureCookie) request(st *stream) []byte {
	for i := range st.req.Fields {
		if f := &st.req.Fields[i]; f.ID == message.Cookie {
			for rest := f.Value; len(rest) > 0; {
				var pair []byte
				pair, rest = cutPair(rest)
				if v := k.match(pair); v != nil {
					return st.arena.Copy(v)
				}
			}
		}
	}
	return nil
}

// response looks through the Set-Cookie fields, each of which begins with its pair (RFC 6265, 4.1.1).
func (k *captureCookie) response(st *stream) []byte {
	for i := range st.resp.Fields {
		if f := &st.resp.Fields[i]; f.ID == message.SetCookie {
			pair, _ := cutPair(f.Value)
			if v := k.match(pair); v != nil {
				return st.arena.Copy(v)
			}
		}
	}
	return nil
}

func (k *captureCookie) match(pair []byte) []byte {
	pair = bytes.Trim(pair, " \t")
	if len(pair) < len(k.prefix) || string(pair[:len(k.prefix)]) != k.prefix || bytes.IndexByte(pair, '=') < 0 {
		return nil
	}
	return pair[:min(len(pair), k.len)]
}
