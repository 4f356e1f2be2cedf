package acl

import (
	"crypto/hmac"
	"crypto/md5"
	"crypto/sha1"
	"crypto/sha256"
	"crypto/sha512"
	"encoding/base64"
	"errors"
	"hash"
	"strings"
	"sync/atomic"
)

// hmacConvs authenticate messages with a key.
var hmacConvs = []conv{
	{"hmac", "algorithm:str,key:text", Bin, Bin, convHMAC, fixHMAC, "the authentication code (RFC 2104) by a digest's name and a base64 key, which may be in a variable"},
}

var newDigest = map[int64]func() hash.Hash{
	5: md5.New, 1: sha1.New, 224: sha256.New224, 256: sha256.New, 384: sha512.New384, 512: sha512.New,
}

var errBase64 = errors.New("want base64, or a variable such as txn.key that holds it")

// macQuery is what hmac was asked for.
type macQuery struct {
	digest func() hash.Hash
	key    textArg // as base64
	lit    []byte  // of a key that the configuration has
	idle   atomic.Pointer[idleMAC]
}

// idleMAC is a hash with its key that nobody uses now. One is kept: two loops at the same moment are rare, and the second one makes its
// own.
type idleMAC struct{ hash.Hash }

func (q *macQuery) take() *idleMAC {
	m := q.idle.Swap(nil)
	if m == nil {
		return &idleMAC{hmac.New(q.digest, q.lit)}
	}
	m.Reset()
	return m
}

func fixHMAC(a *args) error {
	q := &macQuery{digest: newDigest[digests[strings.ToLower(a.str[0])]], key: a.text(1, 0)}
	if q.digest == nil {
		return errors.New("algorithm: want md5, sha1, sha224, sha256, sha384 or sha512")
	}
	if q.key.v == nil {
		var err error
		if q.lit, err = base64.StdEncoding.DecodeString(a.str[1]); err != nil {
			return errBase64
		}
	}
	a.own = q
	return nil
}

// convHMAC keeps the hashes of a key that is written in the configuration: with one from a variable it allocates.
func convHMAC(c *Context, a *args, s *Sample) bool {
	q := a.own.(*macQuery)
	if q.key.v != nil {
		key, ok := q.key.base64(c)
		if !ok {
			return false
		}
		m := hmac.New(q.digest, key)
		_, _ = m.Write(s.Bytes) // never fails
		return s.setBin(c.Arena.Seal(m.Sum(c.Arena.Open())))
	}
	m := q.take()
	_, _ = m.Write(s.Bytes) // never fails
	ok := s.setBin(c.Arena.Seal(m.Sum(c.Arena.Open())))
	q.idle.Store(m)
	return ok
}

// textArg is an argument of kind text: what is written, or a variable.
type textArg struct {
	v    *Var
	text string
}

// text is the argument at these places of str and vars.
func (a *args) text(str, v int) textArg { return textArg{v: a.vars[v], text: a.str[str]} }

// get is the text; the bytes are good until the next look at a variable.
func (t *textArg) get(c *Context) ([]byte, bool) {
	if t.v == nil {
		return stringBytes(t.text), true
	}
	ok := t.v.as(c, Str)
	return c.old.Bytes, ok
}

// base64 decodes the text.
func (t *textArg) base64(c *Context) ([]byte, bool) {
	text, ok := t.get(c)
	if !ok {
		return nil, false
	}
	out := c.Arena.Alloc(base64.StdEncoding.DecodedLen(len(text)))
	n, err := base64.StdEncoding.Decode(out, text)
	return out[:n], err == nil
}
