package acl

import (
	"encoding/binary"
	"encoding/hex"
	"errors"

	"github.com/cespare/xxhash/v2"

	"weir/internal/tlsconf"
)

// tlsHelloFetches read the ClientHello of a connection whose TLS Weir ends, as far as tune.ssl.capture-buffer-size keeps it. Some are
// declared otherwise than what they give, as HAProxy declares them: that decides how an ACL compares.
var tlsHelloFetches = []fetch{
	{"ssl_fc_protocol_hello_id", "", Int, needSession, runKeptVersion, nil, "the version in the client's TLS hello"},
	{"ssl_fc_cipherlist_bin", "[filter:int]", Str, needSession, runKeptCiphers, fixGrease, "the cipher suites of the client's TLS hello, two bytes each; filter 1 is without GREASE"},
	{"ssl_fc_cipherlist_hex", "[filter:int]", Bin, needSession, runKeptCiphersHex, fixGrease, "the same in hexadecimal"},
	{"ssl_fc_cipherlist_str", "[filter:int]", Str, needSession, runKeptCiphersStr, fixGrease, "the same by name"},
	{"ssl_fc_cipherlist_xxh", "", Int, needSession, runKeptCiphersHash, nil, "the xxh64 of that list"},
	{"ssl_fc_extlist_bin", "[filter:int]", Str, needSession, runKeptExts, fixGrease, "the extensions of the client's TLS hello, two bytes each; filter 1 is without GREASE"},
	{"ssl_fc_eclist_bin", "[filter:int]", Str, needSession, keptList(extGroups), fixGrease, "the groups of the client's TLS hello, two bytes each; filter 1 is without GREASE"},
	{"ssl_fc_sigalgs_bin", "[filter:int]", Bin, needSession, keptList(extSigAlgs), fixGrease, "the signature algorithms of the client's TLS hello, two bytes each"},
	{"ssl_fc_supported_versions_bin", "[filter:int]", Bin, needSession, runKeptVersions, fixGrease, "the versions of the client's TLS hello, two bytes each; filter 1 is without GREASE"},
	{"ssl_fc_ecformats_bin", "", Str, needSession, runKeptFormats, nil, "the point formats of the client's TLS hello"},
}

// More extensions (RFC 8422, 5.1.2; RFC 8446, 4.2.1).
const (
	extPointFormats = 11
	extVersions     = 43
)

func fixGrease(a *args) error {
	if n := a.num[0]; n < 0 || n > 1 {
		return errors.New("filter: want 0 or 1")
	}
	return nil
}

// kept is the client's hello in one record, as far as it was kept; nil = it was not.
func (c *Context) kept() []byte {
	if c.ClientTLS == nil {
		return nil
	}
	return c.oneRecord(c.ClientTLS.Info().Hello)
}

func runKeptVersion(c *Context, _ *args, s *Sample) bool {
	b := c.kept()
	return len(b) >= tlsRecordHead+tlsMessageHead+2 && s.setInt(int64(binary.BigEndian.Uint16(b[tlsRecordHead+tlsMessageHead:])))
}

// filtered gives list, without GREASE where the argument says so (RFC 8701: both bytes alike, and each ends in A).
func (c *Context) filtered(list []byte, a *args) []byte {
	if a.num[0] == 0 {
		return list
	}
	out := c.Arena.Open()
	for ; len(list) >= 2; list = list[2:] {
		if list[0] != list[1] || list[0]&0x0f != 0x0a {
			out = append(out, list[:2]...)
		}
	}
	return c.Arena.Seal(out)
}

// keptCiphers is the list, as far as it was kept.
func (c *Context) keptCiphers() []byte {
	r, _, state := openHello(c.kept())
	if state != foundAll {
		return nil
	}
	list := r.take(min(r.size16(), len(r.b)))
	return list[:len(list)&^1]
}

func runKeptCiphers(c *Context, a *args, s *Sample) bool {
	list := c.filtered(c.keptCiphers(), a)
	return len(list) > 0 && s.setBin(list)
}

func runKeptCiphersHex(c *Context, a *args, s *Sample) bool {
	list := c.filtered(c.keptCiphers(), a)
	if len(list) == 0 {
		return false
	}
	out := hex.AppendEncode(c.Arena.Open(), list)
	for i, ch := range out { // as HAProxy writes it
		if ch >= 'a' {
			out[i] = ch - 'a' + 'A'
		}
	}
	return s.setStr(c.Arena.Seal(out))
}

func runKeptCiphersStr(c *Context, a *args, s *Sample) bool {
	list := c.filtered(c.keptCiphers(), a)
	if len(list) == 0 {
		return false
	}
	out := c.Arena.Open()
	for i := 0; i < len(list); i += 2 {
		if i > 0 {
			out = append(out, ',')
		}
		id := binary.BigEndian.Uint16(list[i:])
		if name := tlsconf.OfferName(id); name != "" {
			out = append(out, name...)
		} else {
			out = append(out, "UNKNOWN("...)
			out = hex.AppendEncode(out, list[i:i+2])
			out = append(out, ')')
		}
	}
	return s.setStr(c.Arena.Seal(out))
}

// runKeptCiphersHash is of the whole list, also where not all of it was kept.
func runKeptCiphersHash(c *Context, _ *args, s *Sample) bool {
	if c.ClientTLS != nil && c.ClientTLS.Info().Suites != 0 {
		return s.setInt(int64(c.ClientTLS.Info().Suites))
	}
	list := c.keptCiphers()
	return len(list) > 0 && s.setInt(int64(xxhash.Sum64(list)))
}

// keptExts walks the extensions that were kept; f returns true to stop.
func (c *Context) keptExts(f func(id int, data []byte) bool) {
	r, _, state := openHello(c.kept())
	if state != foundAll {
		return
	}
	r.take(r.size16())
	r.take(r.size8())
	r.size16()
	for !r.short && len(r.b) >= 4 {
		id := r.size16()
		n := r.size16()
		if f(id, r.take(min(n, len(r.b)))) {
			return
		}
	}
}

func runKeptExts(c *Context, a *args, s *Sample) bool {
	out := c.Arena.Open()
	c.keptExts(func(id int, _ []byte) bool {
		if a.num[0] == 0 || id>>8 != id&0xff || id&0x0f != 0x0a {
			out = binary.BigEndian.AppendUint16(out, uint16(id))
		}
		return false
	})
	return len(out) > 0 && s.setBin(c.Arena.Seal(out))
}

// keptExt is an extension; nil = it is not there, or was not kept.
func (c *Context) keptExt(want int) (found []byte) {
	c.keptExts(func(id int, data []byte) bool {
		if id == want {
			found = data
		}
		return id == want
	})
	return found
}

// keptList gives an extension that is one list of numbers of two bytes.
func keptList(ext int) func(*Context, *args, *Sample) bool {
	return func(c *Context, a *args, s *Sample) bool {
		r := helloReader{b: c.keptExt(ext)}
		list := r.take(min(r.size16(), len(r.b)))
		list = c.filtered(list[:len(list)&^1], a)
		return len(list) > 0 && s.setBin(list)
	}
}

func runKeptVersions(c *Context, a *args, s *Sample) bool {
	r := helloReader{b: c.keptExt(extVersions)}
	list := r.take(min(r.size8(), len(r.b)))
	list = c.filtered(list[:len(list)&^1], a)
	return len(list) > 0 && s.setBin(list)
}

func runKeptFormats(c *Context, _ *args, s *Sample) bool {
	r := helloReader{b: c.keptExt(extPointFormats)}
	list := r.take(min(r.size8(), len(r.b)))
	return len(list) > 0 && s.setBin(list)
}
