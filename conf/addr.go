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
	V6Only        bool   // ipv6@, or v6only
	V4V6          bool   // an IPv6 socket that takes IPv4 too
	Path          string // unix path or abstract name
	Unpadded      bool   // abnsz@: the abstract name is all of the address, and not filled up with NULs
	FD            int
}
