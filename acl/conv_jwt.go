package acl

import (
	"bytes"
	"encoding/base64"
	"errors"
)

// jwtConvs read JSON Web Tokens in compact form (RFC 7515, 7.1).
var jwtConvs = []conv{
	{"jwt_header_query", "[path:str,type:str]", Bin, fromSample, convJWTQuery(0), fixJWTQuery, "a token's header, or what a JSON path finds in it"},
	{"jwt_payload_query", "[path:str,type:str]", Bin, fromSample, convJWTQuery(1), fixJWTQuery, "a signed token's payload, or what a JSON path finds in it; nothing is verified"},
	{"jwt_verify", "algorithm:text,key:text", Bin, Int, convJWTVerify, fixJWTVerify, "1 where a token's signature is right, 0 where not, less for other errors; the key is a secret or a public key's file"},
	{"jwt_verify_cert", "algorithm:text,certificate:text", Bin, Int, convJWTVerify, fixJWTVerifyCert, "as jwt_verify, by the key of a certificate"},
	{"jwt_decrypt_secret", "secret:text", Bin, Bin, convJWTDecrypt, fixJWTSecret, "an encrypted token's content, by a base64 secret; empty where it cannot be decrypted"},
	{"jwt_decrypt_jwk", "jwk:text", Bin, Bin, convJWTDecrypt, fixJWTJWK, "as jwt_decrypt_secret, by a JSON Web Key"},
	{"jwt_decrypt_cert", "certificate:text", Bin, Bin, convJWTDecrypt, fixJWTDecryptCert, "as jwt_decrypt_secret, by the private key of a certificate's file"},
}

// maxToken bounds a token: a header field is smaller, and what is longer costs a hash of all of it.
const maxToken = 64 << 10

func fixJWTQuery(a *args) error {
	if a.str[1] != "" && a.str[1] != "int" {
		return errors.New("type: want int or nothing")
	}
	if a.str[0] == "" {
		a.own = (*jsonQuery)(nil)
		return nil
	}
	return fixJSONQuery(a)
}

func convJWTQuery(part int) runConv {
	return func(c *Context, a *args, s *Sample) bool {
		text, ok := tokenPart(c, s.Bytes, part)
		if !ok {
			return false
		}
		if q := a.own.(*jsonQuery); q != nil {
			return q.run(c, text, s)
		}
		return s.setStr(text)
	}
}

var dot = []byte{'.'}

// tokenPart decodes the nth part of a token.
func tokenPart(c *Context, token []byte, n int) ([]byte, bool) {
	if len(token) > maxToken {
		return nil, false
	}
	part, rest, more := bytes.Cut(token, dot)
	for ; n > 0 && more; n-- {
		part, rest, more = bytes.Cut(rest, dot)
	}
	if n > 0 || len(part) == 0 {
		return nil, false
	}
	return decodePart(c, part)
}

// decodePart decodes base64url without padding (RFC 7515, 2). Bits that mean nothing must not be set: a token has one form.
func decodePart(c *Context, part []byte) ([]byte, bool) {
	out := c.Arena.Alloc(base64.RawURLEncoding.DecodedLen(len(part)))
	n, err := strictURL64.Decode(out, part)
	return out[:n], err == nil
}

var strictURL64 = base64.RawURLEncoding.Strict()
