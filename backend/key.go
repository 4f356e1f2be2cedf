package backend

import "weir/conf"

// keyFunc is the hash of what an algorithm balances on; false when the stream has none and takes its turn.
type keyFunc func(sub *Subject) (uint32, bool)

// newKey is the key of a balance line; nil where it needs none.
func newKey(bal *conf.Balance, ht *conf.HashType) keyFunc {
	h := newHash(ht)
	switch bal.Algo {
	case conf.Source:
		return sourceKey(mixes(ht))
	case conf.URI:
		return uriKey(bal, h)
	case conf.URLParam:
		return urlParamKey(bal, h)
	case conf.Header:
		return headerKey(bal, h)
	case conf.Hash, conf.RDPCookie:
		return func(sub *Subject) (uint32, bool) { return h(sub.Key), sub.Keyed }
	}
	return nil
}

// Key is what balancing would hash of a stream; false where it takes its turn.
func (b *Backend) Key(sub *Subject) (uint32, bool) { return b.hash(sub) }

// hash is the key of a stream.
func (b *Backend) hash(sub *Subject) (uint32, bool) {
	if b.key == nil {
		return 0, false
	}
	return b.key(sub)
}
