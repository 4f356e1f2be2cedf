package acl

import (
	"bytes"
	"crypto"
	"crypto/ecdsa"
	"errors"
	"io/fs"
	"strings"

	"github.com/golang-jwt/jwt/v5"
)

// What jwt_verify says (HAProxy's guide, 7.3.1).
const (
	jwtWrong        = 0
	jwtRight        = 1
	jwtUnknownAlg   = -1
	jwtUnmanagedAlg = -2
	jwtBadToken     = -3
	jwtUnknownKey   = -5
)

const jwtNone = "none"

// jwtMethods are the algorithms of RFC 7518, 3.1. The library knows more.
var jwtMethods = map[string]jwt.SigningMethod{
	"HS256": jwt.SigningMethodHS256, "HS384": jwt.SigningMethodHS384, "HS512": jwt.SigningMethodHS512,
	"RS256": jwt.SigningMethodRS256, "RS384": jwt.SigningMethodRS384, "RS512": jwt.SigningMethodRS512,
	"ES256": jwt.SigningMethodES256, "ES384": jwt.SigningMethodES384, "ES512": jwt.SigningMethodES512,
	"PS256": jwt.SigningMethodPS256, "PS384": jwt.SigningMethodPS384, "PS512": jwt.SigningMethodPS512,
}

const wantJWTAlg = "algorithm: want HS256, RS256, ES256 or PS256, the same with 384 or 512, none, or a variable such as txn.alg"

func isHMAC(m jwt.SigningMethod) bool { _, ok := m.(*jwt.SigningMethodHMAC); return ok }

// verifier is what jwt_verify or jwt_verify_cert was asked for.
//
// A key is of one kind, whatever a token says of itself: a public key's file is never taken for a secret, though anybody may know
// its name (RFC 8725, 2.1), and none must be written in the configuration, for a variable that a token's header was read into would
// let everybody in (RFC 8725, 3.2).
type verifier struct {
	alg, key textArg
	certs    bool             // keys are in certificates
	public   crypto.PublicKey // of a file that the configuration names; nil = a secret, or a variable
	keys     *keyStore
}

func fixJWTVerify(a *args) error     { return fixVerifier(a, false) }
func fixJWTVerifyCert(a *args) error { return fixVerifier(a, true) }

func fixVerifier(a *args, certs bool) error {
	v := &verifier{alg: a.text(0, 0), key: a.text(1, 1), certs: certs, keys: &a.state.keys}
	a.own = v
	name := ""
	if v.alg.v == nil {
		name = v.alg.text
		if jwtMethods[name] == nil && name != jwtNone {
			return errors.New(wantJWTAlg)
		}
	}
	if certs && isHMAC(jwtMethods[name]) {
		return errors.New("algorithm: HMAC has a secret and no certificate; want jwt_verify")
	}
	if v.key.v != nil || name == jwtNone {
		return nil
	}
	return v.load(a, name)
}

// load reads the key's file. Where the algorithm is only known at run time, or is HMAC, what is no file is a secret.
func (v *verifier) load(a *args, alg string) error {
	name := v.key.text
	load, kind := v.keys.loadPublic, "a public key's file"
	if v.certs {
		load, kind = v.keys.loadCert, "a certificate's file"
	}
	if isHMAC(jwtMethods[alg]) {
		if name != "" && load(a, name) == nil {
			return errors.New("key: this is a public key's file, whose name would be the secret; want the secret itself, or another algorithm")
		}
		return nil
	}
	err := load(a, name)
	switch {
	case err == nil:
		v.public = v.keys.find(name, v.certs)
		return nil
	case alg == "" && !v.certs && errors.As(err, new(*fs.PathError)) && !strings.HasPrefix(name, "/"):
		return nil
	}
	return errors.New("key: want " + kind + ": " + err.Error())
}

func convJWTVerify(c *Context, a *args, s *Sample) bool {
	v := a.own.(*verifier)
	token := s.Bytes
	alg, ok := v.alg.get(c)
	if !ok {
		return false
	}
	m, code := v.method(alg)
	if code == 0 {
		var key any
		if key, code, ok = v.keyFor(c, m); !ok {
			return false
		}
		if code == 0 {
			return s.setInt(verifyToken(c, token, m, key))
		}
	}
	if code == jwtRight { // none
		code = verifyNone(token)
	}
	return s.setInt(code)
}

// method is the algorithm of that name, or what to say instead: jwtRight where the token is to have no signature.
func (v *verifier) method(name []byte) (jwt.SigningMethod, int64) {
	m := jwtMethods[string(name)]
	switch {
	case m != nil && v.certs && isHMAC(m):
		return nil, jwtUnmanagedAlg
	case m != nil:
		return m, 0
	case string(name) != jwtNone:
		return nil, jwtUnknownAlg
	case v.alg.v != nil:
		return nil, jwtUnmanagedAlg
	}
	return nil, jwtRight
}

// keyFor is the key for an algorithm; ok is false where its variable is not set. A code other than 0 is to be said instead of a
// verdict.
func (v *verifier) keyFor(c *Context, m jwt.SigningMethod) (key any, code int64, ok bool) {
	text, ok := v.key.get(c)
	if !ok {
		return nil, 0, false
	}
	public := v.public
	if v.key.v != nil {
		public = v.keys.find(asString(text), v.certs)
	}
	switch {
	case isHMAC(m) && public != nil:
		return nil, jwtRefused, true
	case isHMAC(m):
		return text, 0, true
	case public == nil:
		return nil, jwtUnknownKey, true
	}
	return public, 0, true
}

// jwtRefused is said where a public key is not taken for a secret.
const jwtRefused = jwtUnmanagedAlg

// cutToken takes a token's signature off; false where it has not three parts.
func cutToken(token []byte) (signed, signature []byte, ok bool) {
	i := bytes.LastIndexByte(token, '.')
	if i < 0 || len(token) > maxToken || bytes.Count(token[:i], dot) != 1 {
		return nil, nil, false
	}
	return token[:i], token[i+1:], true
}

func verifyNone(token []byte) int64 {
	_, signature, ok := cutToken(token)
	switch {
	case !ok:
		return jwtBadToken
	case len(signature) > 0:
		return jwtWrong
	}
	return jwtRight
}

func verifyToken(c *Context, token []byte, m jwt.SigningMethod, key any) int64 {
	signed, part, ok := cutToken(token)
	if !ok || len(part) == 0 {
		return jwtBadToken
	}
	signature, ok := decodePart(c, part)
	if !ok {
		return jwtBadToken
	}
	// The library takes an ECDSA key of any curve; each algorithm has its own (RFC 7518, 3.4).
	if k, ec := key.(*ecdsa.PublicKey); ec {
		if es, same := m.(*jwt.SigningMethodECDSA); !same || k.Curve.Params().BitSize != es.CurveBits {
			return jwtWrong
		}
	}
	if m.Verify(asString(signed), signature, key) != nil {
		return jwtWrong
	}
	return jwtRight
}
