package stats

import "time"

// The limits of the stats socket and what each prevents.
const (
	// maxLine bounds a command line, as HAProxy's tune.bufsize does: a longer one (a 1 MB line) would only cost memory.
	maxLine = 16 << 10
	// maxPayload bounds what follows "<<", for the same reason.
	maxPayload = 64 << 10
	// maxArgs bounds the words of one command: a line of 8,000 words is no command.
	maxArgs = 64
	// maxCommands bounds the commands of one line: each "show stat" of a 6-byte-per-command line costs megabytes.
	maxCommands = 128
	// defaultMaxconn bounds the connections of one socket: each costs a goroutine and, while it answers, the answer.
	defaultMaxconn = 10
	// defaultTimeout ends a connection that neither sends a whole line nor takes its answer.
	defaultTimeout = 10 * time.Second
	// maxTimeout bounds "set timeout cli": nobody may keep one of the few connections for ever.
	maxTimeout = 24 * time.Hour
	// maxWait bounds "wait", for the same reason.
	maxWait = time.Hour
	// sourceTimeout bounds what a command waits for a busy loop.
	sourceTimeout = 5 * time.Second
	// writeChunk is written under one timeout: a reader taking a byte a second is cut off after one chunk's time.
	writeChunk = 64 << 10
	// drainBytes and drainTime bound what is read and thrown away after the last answer, so that closing a TCP
	// connection on unread input does not reset it before the answer was taken.
	drainBytes = 64 << 10
	drainTime  = 200 * time.Millisecond
	// acceptRetry is the pause after a failed accept (EMFILE): without it the loop would spin.
	acceptRetry = 100 * time.Millisecond
	// maxAudit cuts the command in an audit line.
	maxAudit = 512
	// maxUnixPath is what fits into sockaddr_un beside the final NUL.
	maxUnixPath = 107
)
