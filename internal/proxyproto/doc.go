// Package proxyproto reads and writes what a proxy says of a connection before its first byte: the PROXY protocol, versions 1 and 2,
// and NetScaler's insertion of the client's IP header.
//
//	info, n, err := proxyproto.Parse(received)
//	switch {
//	case err == proxyproto.ErrMore: // wait for more
//	case err != nil:                // not such a header: the connection is to be dropped
//	default:                        // n octets are the header; what follows is the client's
//	}
//
// Parsing is strict: who may say where a connection comes from must say it clearly. The package knows no sockets, and decides not
// from whom a header is taken: one that strangers may send is a lie that they choose.
package proxyproto

import (
	"errors"
	"net/netip"
)

// Info is what a header says.
type Info struct {
	Version uint8 // 1 or 2; 0 = NetScaler's
	// Local: the ends are those of the connection itself. The sender speaks for itself (a health check), or cannot say.
	Local bool
	// Src and Dst are whom the connection is for and whom that one called. Both are invalid where Local, and where they are unix sockets.
	Src, Dst netip.AddrPort
	TLVs     TLVs // of version 2; a part of what was parsed
}

// ErrMore says that the header goes on behind what is there.
var ErrMore = errors.New("the PROXY header is not complete")

// Malformed is why octets are no header, in one word for counters, one sentence for people, and the name that HAProxy has for such an error
// of a connection (its guide, fc_err_str).
type Malformed struct{ Name, Text, ConnError string }

func (m *Malformed) Error() string { return m.Text }

// The names of HAProxy's errors.
const (
	truncated    = "PRX_TRUNCATED"
	noHeader     = "PRX_NOT_HDR"
	badHeader    = "PRX_BAD_HDR"
	badProtocol  = "PRX_BAD_PROTO"
	cipTruncated = "CIP_TRUNCATED"
	cipBadMagic  = "CIP_BAD_MAGIC"
	cipBadProto  = "CIP_BAD_PROTO"
)

// The ways of being malformed.
var (
	errSignature  = &Malformed{"proxy_signature", "not a PROXY header", noHeader}
	errShort      = &Malformed{"proxy_signature", "not a PROXY header", truncated} // of fewer octets than any header has
	errLine       = &Malformed{"proxy_line", "the PROXY line has no CRLF where one must be", truncated}
	errCR         = &Malformed{"proxy_line", "the PROXY line has no CRLF where one must be", badHeader}
	errProtocol   = &Malformed{"proxy_fields", "the PROXY line has another protocol than TCP4, TCP6 and UNKNOWN", badProtocol}
	errFields     = &Malformed{"proxy_fields", "the PROXY line has other fields than protocol, two addresses and two ports", badHeader}
	errAddress    = &Malformed{"proxy_address", "the PROXY line has an address that is none of its family", badHeader}
	errPort       = &Malformed{"proxy_port", "the PROXY line has a port that is no number from 0 to 65535", badHeader}
	errVersion    = &Malformed{"proxy_command", "the PROXY header has an unknown version", noHeader}
	errCommand    = &Malformed{"proxy_command", "the PROXY header has an unknown command", badHeader}
	errFamily     = &Malformed{"proxy_family", "the PROXY header has an unknown family or protocol", badHeader}
	errLength     = &Malformed{"proxy_length", "the PROXY header is too short for its addresses", badHeader}
	errLarge      = &Malformed{"proxy_large", "the PROXY header is larger than a buffer", truncated}
	errTLV        = &Malformed{"proxy_tlv", "the PROXY header has a TLV that ends behind it", badHeader}
	errValue      = &Malformed{"proxy_tlv_value", "the PROXY header has a TLV of the wrong size or contents", badHeader}
	errCRC        = &Malformed{"proxy_crc", "the PROXY header's CRC32c is wrong", badHeader}
	errMagic      = &Malformed{"cip_magic", "not a NetScaler CIP header of that magic number", cipBadMagic}
	errShortMagic = &Malformed{"cip_magic", "not a NetScaler CIP header of that magic number", cipTruncated} // of fewer octets than any has
	errCIP        = &Malformed{"cip_header", "the NetScaler CIP header has lengths that do not fit", cipTruncated}
	errCIPProto   = &Malformed{"cip_header", "the NetScaler CIP header holds no TCP segment over IP", cipBadProto}
)

// ErrLarge is for who has no room for the rest of a header.
var ErrLarge error = errLarge

// signature begins a header of version 2. It can be neither of version 1 nor HTTP, TLS or SMTP.
const signature = "\r\n\r\n\x00\r\nQUIT\n"

// Parse reads the header that b begins with; n is its length. The result's TLVs are a part of b.
func Parse(b []byte) (info Info, n int, err error) {
	switch {
	case hasPrefix(b, signature):
		return parseV2(b)
	case hasPrefix(b, prefixV1):
		return parseV1(b)
	}
	if len(b) < sizeV2 {
		return Info{}, 0, errShort
	}
	return Info{}, 0, errSignature
}

// hasPrefix reports whether b begins with prefix, as far as it goes.
func hasPrefix(b []byte, prefix string) bool {
	n := min(len(b), len(prefix))
	return string(b[:n]) == prefix[:n]
}
