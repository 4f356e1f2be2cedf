package frontend

import "time"

// Every bound of the client side, and what it prevents.
const (
	// lingerTime is how long a connection that we closed first is drained: closing with unread bytes sends a RST, which
	// can destroy the response before the client has read it (RFC 9112, 9.6). The body of a request is not meant: see drainTime.
	lingerTime = 2 * time.Second
	// lingerBytes is how much is drained in that time: what comes there belongs to no request that is served.
	lingerBytes = 1 << 20
	// drainTime is how long the body of a request that was answered before its end is read and forgotten, as long as timeout client lets the
	// client live: most clients read no answer before they have sent everything. A body without an end must not hold a connection
	// for good.
	drainTime = 5 * time.Minute
	// drainBytes is how much of it: what an upload may well have, and no more than a few seconds of a fast network.
	drainBytes = 1 << 30
	// turnAround is the pause before connecting again to the server that just refused: it may be restarting, and
	// hammering it helps nobody (HAProxy manual, "retries").
	turnAround = time.Second
	// watchAfter is how long a server may take before its client is watched for a reset meanwhile.
	watchAfter = time.Second
	// copyMax is up to where a body is copied behind its head, to leave in one call without a gather list.
	copyMax = 4 << 10
	// walkStep is how many streams a listing looks at in one turn of a loop: what the loop serves must not wait for it.
	walkStep = 256
	// loopShift makes a stream's number on its loop, and the loop's, one id.
	loopShift = 48
	// pendKeep is the most of a buffer for what a slow client did not take that a pooled stream keeps: a burst of them would hold
	// 36 KB a stream for good.
	pendKeep = 4 << 10
	// spliceMin is how much of a body must be left before a pipe pays: below it, one copy is cheaper than two calls.
	spliceMin = 64 << 10
	// spliceStep is how much one splice asks for.
	spliceStep = 512 << 10
	// maxInterim bounds the 1xx responses to one request: a server could otherwise keep a client waiting for ever.
	maxInterim = 64
	// maxBurst bounds what one stream relays before the other connections of its loop have their turn.
	maxBurst = 1 << 20
	// maxPipelined bounds the requests of one client that are served before the other connections of its loop have their turn: those
	// that we answer ourselves never wait for anything.
	maxPipelined = 64
	// maxFreeStreams bounds the streams kept for reuse by each loop: after a burst the rest goes back to the heap.
	maxFreeStreams = 1024
	// maxPostWait is the most of a body that is waited for before balancing (url_param check_post).
	maxPostWait = 16 << 10
	// maxSetTime bounds a time that a rule computes: a request could otherwise hold a connection for ever, or overflow.
	maxSetTime = 24 * time.Hour
	// maxSetRetries bounds the retries that a rule computes, as the configured ones are.
	maxSetRetries = 100
	// serviceTime bounds a service inside the process (metrics, stats page): its client waits.
	serviceTime = 10 * time.Second
	// maxNames bounds the server names that each loop keeps so as not to make a string of each again.
	maxNames = 1024
	// acceptLogEvery bounds how often a listener that cannot accept says so.
	acceptLogEvery = time.Second
	// maxGreeting bounds the wait for a PROXY header where no timeout is shorter: the protocol asks for at least 3 seconds, so that a
	// lost packet can come again, and a header that has not come by then holds a place that others need.
	maxGreeting = 10 * time.Second
	// defaultCookieLen bounds a captured cookie where tune.http.cookielen says nothing: it goes into every log line. It is HAProxy's.
	defaultCookieLen = 63
	// maxUniqueID bounds unique-id-format's text, which goes into a header and every log line. It is HAProxy's limit.
	maxUniqueID = 127
)
