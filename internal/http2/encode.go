package http2

import "weir/internal/message"

// The encoder of header blocks (RFC 7541): fields by their place in the static table or as they are, never through a dynamic table
// and without Huffman codes. A few octets more for nothing to remember.

// staticNames are the names of the static table (RFC 7541, appendix A) that responses have, by the first entry with each.
var staticNames = map[string]uint8{
	"accept-charset": 15, "accept-encoding": 16, "accept-language": 17, "accept-ranges": 18, "accept": 19, "access-control-allow-origin": 20,
	"age": 21, "allow": 22, "authorization": 23, "cache-control": 24, "content-disposition": 25, "content-encoding": 26, "content-language": 27,
	"content-length": 28, "content-location": 29, "content-range": 30, "content-type": 31, "cookie": 32, "date": 33, "etag": 34, "expect": 35,
	"expires": 36, "from": 37, "host": 38, "if-match": 39, "if-modified-since": 40, "if-none-match": 41, "if-range": 42,
	"if-unmodified-since": 43, "last-modified": 44, "link": 45, "location": 46, "max-forwards": 47, "proxy-authenticate": 48,
	"proxy-authorization": 49, "range": 50, "referer": 51, "retry-after": 53, "server": 54, "set-cookie": 55, "strict-transport-security": 56,
	"transfer-encoding": 57, "user-agent": 58, "vary": 59, "via": 60, "www-authenticate": 61,
}

// staticIDs is staticNames by the field's id; 0 = not there.
var staticIDs = func() (t [256]uint8) {
	for name, i := range staticNames {
		t[message.Lookup(name)] = i
	}
	t[message.Unknown] = 0
	return t
}()

// staticStatus is the static table's place of a ":status" field with this value; 0 = none.
func staticStatus(status int) byte {
	switch status {
	case 200:
		return 8
	case 204:
		return 9
	case 206:
		return 10
	case 304:
		return 11
	case 400:
		return 12
	case 404:
		return 13
	case 500:
		return 14
	}
	return 0
}

// appendInt writes an integer with a prefix of n bits, whose other bits are in first (RFC 7541, 5.1).
func appendInt(dst []byte, first byte, n uint, v int) []byte {
	most := 1<<n - 1
	if v < most {
		return append(dst, first|byte(v))
	}
	dst = append(dst, first|byte(most))
	for v -= most; v >= 0x80; v >>= 7 {
		dst = append(dst, byte(v)|0x80)
	}
	return append(dst, byte(v))
}

// appendString writes a string as it is (RFC 7541, 5.2).
func appendString(dst, s []byte) []byte {
	return append(appendInt(dst, 0, 7, len(s)), s...)
}

// appendStatus writes ":status".
func appendStatus(dst []byte, status int) []byte {
	if i := staticStatus(status); i != 0 {
		return append(dst, 0x80|i)
	}
	const nameStatus = 8
	return append(dst, nameStatus, 3, byte('0'+status/100%10), byte('0'+status/10%10), byte('0'+status%10))
}

// appendField writes a field: a literal without indexing, its name from the static table where it is there (RFC 7541, 6.2.2). What
// must never be put into a table by anybody on the way is marked so (6.2.3): credentials.
func appendField(dst []byte, f *message.Field) []byte {
	first := byte(0)
	switch f.ID {
	case message.SetCookie, message.Authorization, message.ProxyAuthorization, message.Cookie:
		first = 0x10
	}
	if i := staticIDs[f.ID]; i != 0 {
		dst = appendInt(dst, first, 4, int(i))
	} else {
		dst = appendString(append(dst, first), f.Name)
	}
	return appendString(dst, f.Value)
}
