package proxyproto

// Every bound of the package, and what it prevents.
const (
	// maxLine is the longest line of version 1 (the protocol's text, 2.1): without its CRLF by then, no more is waited for.
	maxLine = 107
	// maxAuthority bounds a host name: no DNS name is longer (RFC 1035, 2.3.4), and it goes into log lines.
	maxAuthority = 255
	// MaxUniqueID is the protocol's own bound (2.2.5).
	MaxUniqueID = 128
	// maxCIP bounds a NetScaler header: an IPv6 header, a TCP header with all its options, and the frame around them.
	maxCIP = 256
)
