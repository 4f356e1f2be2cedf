package conf

// AddrKind says what family an Addr is of.
type AddrKind uint8

const (
	AddrTCP      AddrKind = iota + 1 // Host and ports
	AddrUnix                         // Path
	AddrAbstract                     // Path without the leading NUL (Linux abstract namespace)
	AddrFD                           // an inherited file descriptor
	AddrPair                         // one end of a pair of unix sockets, inherited, that connections are handed over (sendmsg(2), SCM_RIGHTS)
)

// Addr is an address as the configuration writes it, not yet resolved.
type Addr struct {
	Kind AddrKind
	// Host is "" or "*" for any address, a literal IP, or a name to look up at start. IPv6 stands without brackets.
	Host string
	// Port and PortEnd are an inclusive range; equal for one port. PortOffset is set for a server's "+N"/"-N" or missing
	// port, which then is relative to the port that the client connected to.
	Port, PortEnd int
	PortOffset    bool
	V4Only        bool   // ipv4@
	V6Only        bool   // ipv6@: the family of a name's address, and of any address
	V6Alone       bool   // "v6only": an IPv6 socket that does not take IPv4, which others do
	V4V6          bool   // "v4v6": an IPv6 socket takes IPv4 too, which it does anyway unless V6Alone
	Path          string // unix path or abstract name
	Unpadded      bool   // abnsz@: the abstract name is all of the address, and not filled up with NULs
	FD            int
}
