package acl

import (
	"encoding/base64"
	"encoding/hex"
	"errors"
)

// codecConvs write bytes as text and back.
var codecConvs = []conv{
	{"hex", "", Bin, Str, convHex, nil, "two upper case hex digits for each byte"},
	{"base64", "", Bin, Str, encode64(base64.StdEncoding), nil, "base64 (RFC 4648, 4)"},
	{"b64dec", "", Str, Bin, decode64(base64.StdEncoding.Strict()), nil, "the bytes of a base64 text"},
	{"ub64enc", "", Bin, Str, encode64(base64.RawURLEncoding), nil, "base64url without padding (RFC 4648, 5)"},
	{"ub64dec", "", Str, Bin, decodeURL64, nil, "the bytes of a base64url text"},
	{"url_dec", "[in_form:int]", Str, Str, convURLDec, nil, "with %XX decoded, and + as a space in the query or, by 1, everywhere"},
	{"url_enc", "[type:str]", Str, Str, convURLEnc, fixURLEnc, "with what is not safe in a query written as %XX"},
}

func convHex(c *Context, _ *args, s *Sample) bool {
	out := c.Arena.Alloc(2 * len(s.Bytes))
	for i, b := range s.Bytes {
		out[2*i], out[2*i+1] = upperHex[b>>4], upperHex[b&15]
	}
	return s.setStr(out)
}

const upperHex = "0123456789ABCDEF"

func encode64(enc *base64.Encoding) runConv {
	return func(c *Context, _ *args, s *Sample) bool {
		return s.setStr(c.Arena.Seal(enc.AppendEncode(c.Arena.Open(), s.Bytes)))
	}
}

func decode64(enc *base64.Encoding) runConv {
	return func(c *Context, _ *args, s *Sample) bool { return decodeWith(enc, c, s) }
}

func decodeWith(enc *base64.Encoding, c *Context, s *Sample) bool {
	out := c.Arena.Alloc(enc.DecodedLen(len(s.Bytes)))
	n, err := enc.Decode(out, s.Bytes)
	return err == nil && s.setBin(out[:n])
}

// decodeURL64 takes padding where it stands.
func decodeURL64(c *Context, _ *args, s *Sample) bool {
	for len(s.Bytes) > 0 && s.Bytes[len(s.Bytes)-1] == '=' {
		s.Bytes = s.Bytes[:len(s.Bytes)-1]
	}
	return decodeWith(base64.RawURLEncoding, c, s)
}

// convURLDec finds nothing where a % is not followed by two hex digits.
func convURLDec(c *Context, a *args, s *Sample) bool {
	query := a.num[0] != 0
	b := c.Arena.Open()
	for i := 0; i < len(s.Bytes); i++ {
		ch := s.Bytes[i]
		switch {
		case ch == '?':
			query = true
		case ch == '+' && query:
			ch = ' '
		case ch == '%':
			var x [1]byte
			if i+2 >= len(s.Bytes) {
				return false
			}
			if _, err := hex.Decode(x[:], s.Bytes[i+1:i+3]); err != nil {
				return false
			}
			ch = x[0]
			i += 2
		}
		b = append(b, ch)
	}
	return s.setStr(c.Arena.Seal(b))
}

func fixURLEnc(a *args) error {
	if a.given > 0 && a.str[0] != "query" {
		return errors.New("type: want query")
	}
	return nil
}

// convURLEnc keeps the unreserved characters (RFC 3986, 2.3).
func convURLEnc(c *Context, _ *args, s *Sample) bool {
	b := c.Arena.Open()
	for _, ch := range s.Bytes {
		switch {
		case ch >= 'a' && ch <= 'z', ch >= 'A' && ch <= 'Z', ch >= '0' && ch <= '9', ch == '-', ch == '.', ch == '_', ch == '~':
			b = append(b, ch)
		default:
			b = append(b, '%', upperHex[ch>>4], upperHex[ch&15])
		}
	}
	return s.setStr(c.Arena.Seal(b))
}
