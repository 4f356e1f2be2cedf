package backend

import (
	"bytes"

	"weir/conf"
)

// uriKey hashes the request target: to the question mark, or whole; up to len bytes and depth directories.
func uriKey(bal *conf.Balance, hash hashFunc) keyFunc {
	return func(sub *Subject) (uint32, bool) {
		if sub.Req == nil {
			return 0, false
		}
		uri := sub.Req.Path
		if !bal.PathOnly {
			uri = sub.Req.URI()
		}
		if len(uri) == 0 {
			return 0, false
		}
		return hash(cutURI(uri, bal)), true
	}
}

// cutURI is the part of a URI that is hashed.
func cutURI(uri []byte, bal *conf.Balance) []byte {
	if bal.Len > 0 && len(uri) > bal.Len {
		uri = uri[:bal.Len]
	}
	if !bal.Whole {
		if i := bytes.IndexByte(uri, '?'); i >= 0 {
			uri = uri[:i]
		}
	}
	if bal.Depth == 0 {
		return uri
	}
	slashes := 0
	for i, c := range uri {
		if c != '/' {
			continue
		}
		if slashes++; slashes > bal.Depth {
			return uri[:i]
		}
	}
	return uri
}
