package backend

import "time"

// Every bound of the package, and what it prevents.
const (
	// scanServers is up to how many servers leastconn looks at all of them: above, the upkeep of a tree is cheaper.
	scanServers = 16
	// syncTableCost is up to how many steps a new table is built where the state changed, on a loop even
	// (some 50 us); above, a goroutine builds it, so that a flapping farm of many servers stalls no loop.
	syncTableCost = 1 << 14
	// directTurns is up to how many steps turns are worked out server by server; above, by a heap.
	directTurns = 1 << 16
	// ringPoints is the number of places on the consistent-hash ring for each unit of a server's relative weight.
	ringPoints = 64
	// maxRingPoints bounds the ring: 1,000 servers of weight 256 would make 16 million places.
	maxRingPoints = 1 << 20
	// maxIdlePerLoop bounds the idle connections to one server that one loop keeps, whatever pool-max-conn
	// says: each holds an fd here and a slot there.
	maxIdlePerLoop = 4096
	// minInter keeps a mistyped interval from checking in a tight loop.
	minInter = 10 * time.Millisecond
	// maxCheckBody is how much of a response a check reads for "expect string": more would let a server that
	// never stops talking hold a buffer and the loop's attention.
	maxCheckBody = 16 << 10
	// maxAgentLine is how much of an agent's line is looked at.
	maxAgentLine = 1 << 10
	// maxCheckText bounds the text kept of a check (last_chk): what is wrong with a certificate, with the name that was expected and the one that was
	// shown, must fit.
	maxCheckText = 256
	// resolveTimeout bounds the look-up of all server names at start.
	resolveTimeout = 10 * time.Second
	// snapshotTimeout is how long Snapshot waits for a loop that does not answer before it goes on without: counters fall then, so that a
	// machine that is merely busy must not come to it.
	snapshotTimeout = 5 * time.Second
	// maxClass and maxOffset are HAProxy's bounds of set-priority-class and set-priority-offset (milliseconds).
	maxClass, maxOffset = 2047, 524287
	// maxSourceTries bounds the source ports that are tried for one connection: a range that is used up must not hold the loop.
	maxSourceTries = 64
	// handshakeLogEvery bounds how often a server whose TLS handshakes fail is told of.
	handshakeLogEvery = 10 * time.Second
	// classShift puts the class above any time in milliseconds.
	classShift = 48
)
