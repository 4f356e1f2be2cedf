package backend

import (
	"bytes"
	"strings"

	"weir/conf"
	"weir/internal/message"
)

// headerKey hashes the first value of the first request field of that name; with use_domain_only, the main part of the domain in it.
func headerKey(bal *conf.Balance, hash hashFunc) keyFunc {
	name := strings.ToLower(bal.Name)
	return func(sub *Subject) (uint32, bool) {
		if sub.Req == nil {
			return 0, false
		}
		v, _, _ := message.NextValue(sub.Req.GetName(name))
		if len(v) == 0 {
			return 0, false
		}
		if bal.DomainOnly {
			v = mainDomain(v)
		}
		return hash(v), true
	}
}

// mainDomain is the label before the last dot: "1wt" of "haproxy.1wt.eu".
func mainDomain(host []byte) []byte {
	if i := bytes.IndexByte(host, ':'); i >= 0 {
		host = host[:i]
	}
	dot := bytes.LastIndexByte(host, '.')
	if dot < 0 {
		return host
	}
	host = host[:dot]
	return host[bytes.LastIndexByte(host, '.')+1:]
}
