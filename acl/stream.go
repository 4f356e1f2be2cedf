package acl

import "net/netip"

// Stream answers for what a stream and its connections know of themselves beyond the Context's fields. It is asked only
// by the fetches that need it, on the loop, and must neither block nor allocate.
type Stream interface {
	// Num is one number of the stream; false where it is not known, or not yet.
	Num(n Num) (int64, bool)
	// Text appends one text of the stream to dst; false where it is not known, or not yet.
	Text(x Text, dst []byte) ([]byte, bool)
	// ProxyTLV is the value of a type-length-value field of the client's PROXY protocol header; false without one.
	ProxyTLV(kind uint8) ([]byte, bool)
	// ServerEnds are the two ends of the connection to the server; invalid while there is none.
	ServerEnds() (local, remote netip.AddrPort)
}

// Num is a number that a Stream knows. A duration of the log, in milliseconds, is -1 before its end is reached.
type Num uint8

const (
	TimeIdle      Num = iota + 1 // %Ti: from the end of the previous request to this one's first byte
	TimeRequest                  // %Tq: until the request's head was complete, with TimeIdle and TimeHandshake
	TimeHead                     // %TR: from the request's first byte to the end of its head
	TimeQueue                    // %Tw: waiting for a server's slot
	TimeConnect                  // %Tc: connecting to the server
	TimeResponse                 // %Tr: from connected to the response's head
	TimeData                     // %Td: the response's body
	TimeActive                   // %Ta: from the request's first byte to the end
	TimeUser                     // %Tu: as the user waits, with TimeIdle
	TimeHandshake                // %Th: TLS and PROXY protocol handshakes
	TimeTotal                    // %Tt: the session's life
	AcceptedAt                   // microseconds since the epoch: the connection came in
	RequestedAt                  // microseconds since the epoch: the request began

	ClientBytesIn  // from the client
	ServerBytesOut // to the server
	ServerBytesIn  // from the server
	ClientBytesOut // to the client

	Retries      // connection attempts after the first
	Redispatched // 1 when another server was chosen after a failure
	StatusSent   // the status that the client was answered
	StatusServer // the status that the server answered
	QueuedServer // requests before this one in the server's queue
	QueuedBackend
	PrioClass  // set-priority-class
	PrioOffset // set-priority-offset
	StreamID   // the stream's number in this process

	ClientTimeout // milliseconds in force on this stream
	ServerTimeout
	ConnectTimeout
	QueueTimeout
	TunnelTimeout
	TarpitTimeout
	MaxRetries

	ClientHTTP         // the major version of HTTP; 0 = none
	ServerHTTP         // as ClientHTTP
	ClientStreams      // streams on the client's connection
	ServerStreams      // streams on the server's connection
	ClientStreamsLimit // how many streams the connection may have
	ServerStreamsLimit
	ClientStreamID // HTTP/2's number of the stream
	ServerStreamID
	ClientAborted // 1 when the stream was reset by the client
	ServerAborted
	ClientReset // the code that it was reset with
	ServerReset
	ClientGlitches // protocol oddities on the connection
	ServerGlitches
	ClientErr    // why the connection failed: HAProxy's number; 0 = it did not
	ServerErr    // as ClientErr
	ServerReused // 1 when the connection to the server was used before
	GotProxy     // 1 when the client's connection began with a PROXY protocol header

	ClientRTT    // microseconds
	ClientRTTVar // microseconds
	ClientUnacked
	ClientSacked
	ClientRetrans
	ClientFackets
	ClientLost
	ClientReordering
	ServerRTT    // microseconds
	ServerRTTVar // microseconds

	// What the configuration says, in milliseconds: of the frontend or listen section, then of the backend.
	ConfClient
	ConfTarpit
	ConfConnect
	ConfQueue
	ConfServer
	ConfBackTarpit
	ConfTunnel
	ConfRetries // no time

	BufSize      // of one buffer, in octets
	LastRuleLine // of the last rule that ended its list
	LoopBusy     // how busy this loop is, in percent
	LoopsBusy    // all loops, on average

	CPUCalls // how often the stream's task ran
	CPUTime  // nanoseconds that it ran
	LatTime  // nanoseconds that it was ready and waited to run

	Compressed // 1 when the response is compressed
	CacheHit   // 1 when the response comes from a cache
)

// Text is a text that a Stream knows.
type Text uint8

const (
	TermState     Text = iota + 1 // the two letters of the termination state
	UniqueID                      // by unique-id-format
	TermEvents                    // what ended the stream, event by event
	WaitingEntity                 // the rule or filter that is waited for
	SavedSYN                      // the client's TCP SYN packet, with its IP header
	CompressionAlgo
	CacheName
	ClientDebug
	ServerDebug
	LastRuleFile
	LastEntity
	DefaultBackend
)
