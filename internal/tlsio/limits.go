package tlsio

// Every bound of the package, and what it prevents.
const (
	// maxRecord is the most plain text in one record (RFC 8446, 5.1).
	maxRecord = 16 << 10
	// maxSend bounds what one call encrypts: all of it may have to be held for a slow peer.
	maxSend = 64 << 10
	// maxJoin is up to how many bytes two pieces, such as a head and a body, are put into one record: copying more costs more than a record does.
	maxJoin = 4 << 10
	// maxQueue bounds what is queued beside what a caller sends: answers to a peer that asks for new keys again and again and reads
	// nothing (RFC 8446, 4.6.3).
	maxQueue = 256 << 10
	// fullRecord is a full record on the wire as all but the oldest write it (a header, a type and a tag more). Receiving no more
	// at once ends at the end of a record where full ones follow each other, and the buffer is empty again.
	fullRecord = 5 + maxRecord + 1 + 16
	// recordBuf is a buffer for any record (RFC 8446, 5.2), with the room that bytes.Buffer wants behind it.
	recordBuf = 17 << 10
	// maxHello is the most of a client's hello that is looked at for its lists: those come first, and key shares, which are long, behind them.
	maxHello = 16 << 10
	// maxSession is the longest session id (RFC 8446, 4.1.2).
	maxSession = 32
	// maxIdleBufs bounds the free list of record buffers of each loop.
	maxIdleBufs = 64
	// maxGather is the most of the loop's buffer that is kept between calls.
	maxGather = maxSend + 4<<10
)
