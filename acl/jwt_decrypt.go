package acl

import (
	"crypto/ecdsa"
	"crypto/rsa"
	"encoding/base64"
	"errors"
	"strings"

	"github.com/go-jose/go-jose/v4"
)

// decrypter is what one of jwt_decrypt_secret, jwt_decrypt_jwk and jwt_decrypt_cert was asked for.
type decrypter struct {
	key    textArg
	lit    any // the key that the configuration holds
	parse  func(text string) (any, error)
	stored *keyStore // where a variable's file is looked up; nil = parse
}

// The algorithms of RFC 7518, 4.1 that a kind of key is for. RSA1_5 and passwords are left out on purpose: the one gives keys away to
// those who may ask often (RFC 8725, 3.2), the others cost what a token says that they cost.
var (
	secretAlgs = []jose.KeyAlgorithm{jose.A128KW, jose.A192KW, jose.A256KW, jose.A128GCMKW, jose.A192GCMKW, jose.A256GCMKW, jose.DIRECT}
	rsaAlgs    = []jose.KeyAlgorithm{jose.RSA_OAEP, jose.RSA_OAEP_256}
	ecAlgs     = []jose.KeyAlgorithm{jose.ECDH_ES, jose.ECDH_ES_A128KW, jose.ECDH_ES_A192KW, jose.ECDH_ES_A256KW}
	jweContent = []jose.ContentEncryption{jose.A128CBC_HS256, jose.A192CBC_HS384, jose.A256CBC_HS512, jose.A128GCM, jose.A192GCM, jose.A256GCM}
)

func algsFor(key any) []jose.KeyAlgorithm {
	switch key.(type) {
	case []byte:
		return secretAlgs
	case *rsa.PrivateKey:
		return rsaAlgs
	case *ecdsa.PrivateKey:
		return ecAlgs
	}
	return nil
}

func fixJWTSecret(a *args) error { return fixDecrypter(a, parseSecret, "secret") }
func fixJWTJWK(a *args) error    { return fixDecrypter(a, parseJWK, "jwk") }

func fixDecrypter(a *args, parse func(string) (any, error), what string) (err error) {
	d := &decrypter{key: a.text(0, 0), parse: parse}
	a.own = d
	if d.key.v == nil {
		if d.lit, err = parse(d.key.text); err != nil {
			return errors.New(what + ": " + err.Error())
		}
	}
	return nil
}

func fixJWTDecryptCert(a *args) error {
	d := &decrypter{key: a.text(0, 0), stored: &a.state.keys}
	a.own = d
	if d.key.v == nil {
		if err := d.stored.loadPrivate(a, d.key.text); err != nil {
			return errors.New("certificate: want a file with a certificate and its key: " + err.Error())
		}
		d.lit = d.stored.private(d.key.text)
	}
	return nil
}

// parseSecret takes both alphabets of base64 and no padding, as keys are written in JSON Web Keys.
func parseSecret(text string) (any, error) {
	text = strings.TrimRight(strings.NewReplacer("+", "-", "/", "_").Replace(text), "=")
	key, err := base64.RawURLEncoding.DecodeString(text)
	if err != nil || len(key) == 0 {
		return nil, errors.New("want a key in base64, or a variable such as txn.key that holds it")
	}
	return key, nil
}

// maxJWK bounds a key that a variable holds.
const maxJWK = 16 << 10

var errJWK = errors.New("want a JSON Web Key of type oct, RSA or EC with its private part, or a variable such as txn.jwk that holds it")

func parseJWK(text string) (any, error) {
	var k jose.JSONWebKey
	r := jsonReader{b: stringBytes(text)}
	if r.space(); len(text) > maxJWK || !r.skip(0) {
		return nil, errJWK
	}
	if err := k.UnmarshalJSON(stringBytes(text)); err != nil || algsFor(k.Key) == nil {
		return nil, errJWK
	}
	return k.Key, nil
}

// convJWTDecrypt gives an empty text for a token that it cannot decrypt, as HAProxy's manual has it.
func convJWTDecrypt(c *Context, a *args, s *Sample) bool {
	d := a.own.(*decrypter)
	token := s.Bytes
	key, ok := d.keyNow(c)
	if !ok {
		return false
	}
	plain, _ := decryptToken(c, token, key)
	return s.setBin(plain)
}

// keyNow is the key in force; false where its variable is not set. It is nil where it is none.
func (d *decrypter) keyNow(c *Context) (any, bool) {
	if d.key.v == nil {
		return d.lit, true
	}
	text, ok := d.key.get(c)
	if !ok || d.stored != nil {
		return d.storedKey(text), ok
	}
	key, err := d.parse(string(text))
	if err != nil {
		return nil, true
	}
	return key, true
}

func (d *decrypter) storedKey(name []byte) any {
	if d.stored == nil {
		return nil
	}
	return d.stored.private(asString(name))
}

var errToken = errors.New("not a token that this key can decrypt")

func decryptToken(c *Context, token []byte, key any) ([]byte, error) {
	header, ok := tokenPart(c, token, 0)
	if !ok || key == nil || !plainHeader(header) {
		return []byte{}, errToken
	}
	obj, err := jose.ParseEncryptedCompact(string(token), algsFor(key), jweContent)
	if err != nil {
		return []byte{}, err
	}
	plain, err := obj.Decrypt(key)
	if err != nil || plain == nil {
		return []byte{}, err
	}
	return plain, nil
}

// plainHeader reports whether the header is an object that is nested no deeper than ours may be, and asks for no decompression: a few
// bytes could become very many.
func plainHeader(b []byte) bool {
	r := jsonReader{b: b}
	if r.space(); r.i == len(b) || b[r.i] != '{' || !r.skip(0) {
		return false
	}
	zip := jsonReader{b: b}
	_, compressed := zip.find([]jsonStep{{key: "zip", index: -1}})
	return !compressed
}
