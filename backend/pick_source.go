package backend

import "encoding/binary"

// sourceKey hashes the client's address: its 32-bit words, all XORed.
func sourceKey(mix bool) keyFunc {
	return func(sub *Subject) (uint32, bool) {
		a := sub.Source.Addr() // an IPv4-mapped address is hashed as the IPv6 address that it is
		var h uint32
		switch {
		case a.Is4():
			b := a.As4()
			h = binary.BigEndian.Uint32(b[:])
		case a.Is6():
			b := a.As16()
			for i := 0; i < 16; i += 4 {
				h ^= binary.BigEndian.Uint32(b[i:])
			}
		default: // a unix socket
			return 0, false
		}
		if mix {
			h = avalanche(h)
		}
		return h, true
	}
}
