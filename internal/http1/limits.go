package http1

// Limits bound what one message head may cost. The zero value of a field means its default.
type Limits struct {
	// HeadBytes is the most octets of a head, up to and including the empty line: a client must not make the proxy
	// buffer without end. The frontend gives the room it has in a buffer (tune.bufsize - tune.maxrewrite).
	HeadBytes int
	// Fields is the most header fields: every rule that looks for a field walks them all, so thousands of one-octet
	// fields in few octets are an attack on the processor (tune.http.maxhdr).
	Fields int
	// Lax passes over some faults of a peer that cannot be mended; see Parser.Forgiven.
	Lax bool
	// AnyPayload lets GET, HEAD and DELETE of HTTP/1.0 have a body ("h1-accept-payload-with-any-method").
	AnyPayload bool
}

// DefaultLimits are HAProxy's: tune.bufsize 16384 less tune.maxrewrite 1024, and tune.http.maxhdr 101.
var DefaultLimits = Limits{HeadBytes: defaultHeadBytes, Fields: defaultFields}

const (
	defaultHeadBytes = 15360
	defaultFields    = 101

	// maxEmptyLines are the empty lines tolerated before a request line (RFC 9112, 2.2, asks for one): more would let
	// a client hold the parser at a message that never begins.
	maxEmptyLines = 2
	// maxName is the most octets of a field name: peers keep its length in one octet, and one that wraps around
	// hides a field from them (CVE-2021-40346).
	maxName = 255
	// maxMethod is the most octets of a method: it is logged and counted, and no registered one has more than 18.
	maxMethod = 32
	// maxConnectionOptions is the most members of Connection: each is compared with every field.
	maxConnectionOptions = 32
	// maxHost is the most octets of a host with its port: DNS ends at 253, and a port takes 6.
	maxHost = 260
	// maxLengthDigits is the most digits of a Content-Length that int64 holds with certainty: a number that
	// overflows in one parser and not in the next splits a message in two places.
	maxLengthDigits = 18

	// maxChunkDigits is the most hex digits of a chunk size: 16 fill 64 bits, and leading zeros are counted too, so
	// that a size line cannot go on for ever.
	maxChunkDigits = 16
	// maxChunkExt is the most octets of one chunk's extensions, and maxChunkExtTotal of all in a body: extensions are
	// thrown away, so a body of one-octet chunks behind large ones costs the proxy a thousand times what it
	// delivers (CVE-2023-39326).
	maxChunkExt      = 256
	maxChunkExtTotal = 16 << 10
	// maxTrailerBytes and maxTrailers bound the trailer section as Limits do the head. It is parsed when it is
	// complete, so it must fit in a buffer with room to spare.
	maxTrailerBytes = 8 << 10
	maxTrailers     = 32
)

// orDefault fills in what is not set.
func (l Limits) orDefault() Limits {
	if l.HeadBytes <= 0 {
		l.HeadBytes = defaultHeadBytes
	}
	if l.Fields <= 0 {
		l.Fields = defaultFields
	}
	return l
}
