package acl

import (
	"crypto/aes"
	"crypto/cipher"
	"crypto/subtle"
	"encoding/base64"
	"errors"
	"fmt"
)

// aesConvs encrypt and decrypt with keys, nonces, tags and additional data in base64, each written or in a variable.
var aesConvs = []conv{
	{"aes_gcm_enc", "bits:int,nonce:text,key:text,tag:var,[aad:text]", Bin, Bin, convGCMEnc, fixGCM, "encrypts by AES-GCM with 128, 192 or 256 bits and puts the tag into a variable"},
	{"aes_gcm_dec", "bits:int,nonce:text,key:text,tag:text,[aad:text]", Bin, Bin, convGCMDec, fixGCM, "decrypts by AES-GCM; no value where the tag is wrong"},
	{"aes_cbc_enc", "bits:int,nonce:text,key:text,[aad:text]", Bin, Bin, convCBCEnc, fixCBC, "encrypts by AES-CBC with 128, 192 or 256 bits, padded (RFC 5652, 6.3)"},
	{"aes_cbc_dec", "bits:int,nonce:text,key:text,[aad:text]", Bin, Bin, convCBCDec, fixCBC, "decrypts by AES-CBC; no value where the padding is wrong. Nothing tells that a text was changed"},
}

const (
	gcmTagLen = 16
	// gcmTagLeast is the shortest tag that is taken: NIST SP 800-38D, 5.2.1.2 has no shorter ones but for special uses.
	gcmTagLeast = 12
	gcmNonceLen = 12 // where nothing else is asked for
)

// aesQuery is what one of them was asked for.
type aesQuery struct {
	size            int
	nonce, key, aad b64Arg
	tag             b64Arg // of aes_gcm_dec
	tagVar          *Var   // of aes_gcm_enc
	block           cipher.Block
	gcm             cipher.AEAD // for nonces of the usual length; nil = the key is in a variable
}

// b64Arg is an argument in base64: what the configuration has is decoded once.
type b64Arg struct {
	textArg
	lit []byte
}

func (a *args) base64Arg(str, v int, what string) (b64Arg, error) {
	b := b64Arg{textArg: a.text(str, v)}
	if b.v != nil {
		return b, nil
	}
	var err error
	if b.lit, err = base64.StdEncoding.DecodeString(b.text); err != nil {
		return b, fmt.Errorf("%s: %w", what, errBase64)
	}
	return b, nil
}

func (b *b64Arg) bytes(c *Context) ([]byte, bool) {
	if b.v == nil {
		return b.lit, true
	}
	return b.textArg.base64(c)
}

// begin reads what all of them have.
func (q *aesQuery) begin(a *args) (err error) {
	switch q.size = int(a.num[0]) / 8; a.num[0] {
	case 128, 192, 256:
	default:
		return errors.New("bits: want 128, 192 or 256")
	}
	if q.nonce, err = a.base64Arg(0, 0, "nonce"); err != nil {
		return err
	}
	if q.key, err = a.base64Arg(1, 1, "key"); err != nil {
		return err
	}
	switch {
	case q.nonce.v == nil && len(q.nonce.lit) == 0:
		return errors.New("nonce: want at least one byte in base64")
	case q.key.v != nil:
		return nil
	case len(q.key.lit) < q.size:
		return fmt.Errorf("key: got %d bytes; want %d", len(q.key.lit), q.size)
	}
	q.block, err = aes.NewCipher(q.key.lit[:q.size])
	return err
}

func fixGCM(a *args) (err error) {
	q := &aesQuery{}
	a.own = q
	if err = q.begin(a); err != nil {
		return err
	}
	if len(a.str) == 4 { // aes_gcm_dec: a tag that is a variable's name by its kind is in vars only
		q.tag, err = a.base64Arg(2, 2, "tag")
		if err == nil && q.tag.v == nil && (len(q.tag.lit) < gcmTagLeast || len(q.tag.lit) > gcmTagLen) {
			err = fmt.Errorf("tag: got %d bytes; want %d to %d", len(q.tag.lit), gcmTagLeast, gcmTagLen)
		}
	} else {
		q.tagVar = a.vars[2]
	}
	if err == nil {
		q.aad, err = a.base64Arg(len(a.str)-1, 3, "aad")
	}
	if err == nil && q.block != nil {
		q.gcm, err = cipher.NewGCM(q.block)
	}
	return err
}

// cipherNow is the cipher with the key in force. It allocates where that is in a variable. A key that is too long is cut, as HAProxy was
// observed to do.
func (q *aesQuery) cipherNow(c *Context) cipher.Block {
	if q.block != nil {
		return q.block
	}
	key, ok := q.key.bytes(c)
	if !ok || len(key) < q.size {
		return nil
	}
	b, err := aes.NewCipher(key[:q.size])
	if err != nil {
		return nil
	}
	return b
}

// seal is the AEAD with its nonce and additional data; nil where something is missing.
func (q *aesQuery) seal(c *Context) (aead cipher.AEAD, nonce, aad []byte) {
	nonce, ok := q.nonce.bytes(c)
	if !ok || len(nonce) == 0 {
		return nil, nil, nil
	}
	if aad, ok = q.aad.bytes(c); !ok {
		return nil, nil, nil
	}
	if q.gcm != nil && len(nonce) == gcmNonceLen {
		return q.gcm, nonce, aad
	}
	block := q.cipherNow(c)
	if block == nil {
		return nil, nil, nil
	}
	aead, err := cipher.NewGCMWithNonceSize(block, len(nonce))
	if err != nil {
		return nil, nil, nil
	}
	return aead, nonce, aad
}

func convGCMEnc(c *Context, a *args, s *Sample) bool {
	q := a.own.(*aesQuery)
	aead, nonce, aad := q.seal(c)
	if aead == nil {
		return false
	}
	n := len(s.Bytes)
	out := aead.Seal(c.Arena.Alloc(n + gcmTagLen)[:0], nonce, s.Bytes, aad)
	tag := Sample{Type: Str, Bytes: c.Arena.Alloc(base64.StdEncoding.EncodedLen(gcmTagLen))}
	base64.StdEncoding.Encode(tag.Bytes, out[n:])
	c.old = tag
	return q.tagVar.Set(c, &c.old) && s.setBin(out[:n:n])
}

func convGCMDec(c *Context, a *args, s *Sample) bool {
	q := a.own.(*aesQuery)
	tag, ok := q.tag.bytes(c)
	if !ok || len(tag) < gcmTagLeast || len(tag) > gcmTagLen {
		return false
	}
	aead, nonce, aad := q.seal(c)
	if aead == nil {
		return false
	}
	n := len(s.Bytes)
	if len(tag) == gcmTagLen {
		text := c.Arena.Alloc(n + gcmTagLen)
		copy(text[copy(text, s.Bytes):], tag)
		out, err := aead.Open(c.Arena.Alloc(n)[:0], nonce, text, aad)
		return err == nil && s.setBin(out[:n:n])
	}
	// The library wants whole tags. GCM encrypts by a key stream: to encrypt twice is to decrypt, and to encrypt that makes the tag.
	out := aead.Seal(c.Arena.Alloc(n + gcmTagLen)[:0], nonce, s.Bytes, aad)
	again := aead.Seal(c.Arena.Alloc(n + gcmTagLen)[:0], nonce, out[:n], aad)
	return subtle.ConstantTimeCompare(again[n:n+len(tag)], tag) == 1 && s.setBin(out[:n:n])
}

func fixCBC(a *args) error {
	q := &aesQuery{}
	a.own = q
	if a.given > 3 {
		return errors.New("aad: AES-CBC authenticates nothing; want three arguments, or aes_gcm")
	}
	err := q.begin(a)
	if err == nil && q.nonce.v == nil && len(q.nonce.lit) != aes.BlockSize {
		err = fmt.Errorf("nonce: got %d bytes; want %d", len(q.nonce.lit), aes.BlockSize)
	}
	return err
}

// chain is the cipher and the first block to chain to; nil where something is missing.
func (q *aesQuery) chain(c *Context) (cipher.Block, []byte) {
	iv, ok := q.nonce.bytes(c)
	if !ok || len(iv) != aes.BlockSize {
		return nil, nil
	}
	return q.cipherNow(c), iv
}

// convCBCEnc chains by itself: the library's modes are made for one message each.
func convCBCEnc(c *Context, a *args, s *Sample) bool {
	block, last := a.own.(*aesQuery).chain(c)
	if block == nil {
		return false
	}
	pad := aes.BlockSize - len(s.Bytes)%aes.BlockSize
	out := c.Arena.Alloc(len(s.Bytes) + pad)
	for i := copy(out, s.Bytes); i < len(out); i++ {
		out[i] = byte(pad)
	}
	for b := out; len(b) > 0; b = b[aes.BlockSize:] {
		subtle.XORBytes(b[:aes.BlockSize], b[:aes.BlockSize], last)
		block.Encrypt(b, b)
		last = b[:aes.BlockSize]
	}
	return s.setBin(out)
}

func convCBCDec(c *Context, a *args, s *Sample) bool {
	block, last := a.own.(*aesQuery).chain(c)
	n := len(s.Bytes)
	if block == nil || n == 0 || n%aes.BlockSize != 0 {
		return false
	}
	out := c.Arena.Alloc(n)
	for i := 0; i < n; i += aes.BlockSize {
		block.Decrypt(out[i:], s.Bytes[i:])
		subtle.XORBytes(out[i:i+aes.BlockSize], out[i:i+aes.BlockSize], last)
		last = s.Bytes[i : i+aes.BlockSize]
	}
	pad := int(out[n-1])
	if pad == 0 || pad > aes.BlockSize {
		return false
	}
	for _, b := range out[n-pad:] {
		if int(b) != pad {
			return false
		}
	}
	return s.setBin(out[: n-pad : n-pad])
}
