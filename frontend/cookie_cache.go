package frontend

import (
	"bytes"

	"weir/internal/message"
)

// cacheable reports whether a cache between the client and us might keep a response, as "option checkcache" and "nocache" have it:
// it has a lifetime or a validator, nothing forbids it, and its status and method are ones that caches keep (RFC 9110, 15.1 and
// 9.2.3) unless it says that it is public.
func cacheable(resp *message.Response, method message.MethodID) bool {
	lasting, public := false, false
	for i := range resp.Fields {
		f := &resp.Fields[i]
		switch f.ID {
		case message.ETag, message.LastModified, message.Expires:
			lasting = true
		case message.Pragma:
			if hasPrefixFold(f.Value, "no-cache") {
				return false
			}
		case message.CacheControl:
			for rest, more := f.Value, true; more; {
				var v []byte
				v, rest, more = message.NextValue(rest)
				switch directive(v) {
				case cacheNever:
					return false
				case cachePublic:
					public = true
				case cacheLasts:
					lasting = true
				}
			}
		}
	}
	return lasting && (public || keptStatus(resp.Status) && keptMethod(method))
}

// What a directive of Cache-Control says (RFC 9111, 5.2.2).
type cacheWord uint8

const (
	cacheNothing cacheWord = iota
	cacheNever
	cachePublic
	cacheLasts
)

func directive(v []byte) cacheWord {
	name, arg, _ := bytes.Cut(v, []byte{'='})
	switch {
	case bytes.EqualFold(name, []byte("private")), bytes.EqualFold(name, []byte("no-store")):
		return cacheNever
	case bytes.EqualFold(name, []byte("no-cache")):
		if arg == nil || hasPrefixFold(bytes.TrimLeft(arg, `"`), "set-cookie") {
			return cacheNever
		}
	case bytes.EqualFold(name, []byte("max-age")), bytes.EqualFold(name, []byte("s-maxage")):
		if len(bytes.Trim(arg, `"0`)) == 0 {
			return cacheNever
		}
		return cacheLasts
	case bytes.EqualFold(name, []byte("public")):
		return cachePublic
	}
	return cacheNothing
}

func keptStatus(status int) bool {
	switch status {
	case 200, 203, 204, 206, 300, 301, 404, 405, 410, 414, 501:
		return true
	}
	return false
}

func keptMethod(m message.MethodID) bool {
	return m == message.MethodGet || m == message.MethodHead || m == message.MethodOptions || m == message.MethodTrace
}

// leaks reports whether a response that a cache might keep sets a cookie: the cache would give one client's cookie to all.
func (st *stream) leaks() bool {
	return st.route.p.CheckCache && st.resp.Fields.Get(message.SetCookie) != nil && cacheable(&st.resp, st.asked)
}
