package http2

import "time"

// Every bound of the package, and what it prevents.
const (
	// defaultStreams is how many streams a client may have open at once (tune.h2.fe.max-concurrent-streams).
	defaultStreams = 100
	// defaultWindow is how much of a body a client may send before it is asked for more: it bounds what a stream holds.
	defaultWindow = 65535
	// connWindow is the window of the connection. It is given back as bytes come, since streams have their own.
	connWindow = 1 << 20
	// minFrame is the frame size that every peer takes (RFC 9113, 4.2), and the largest that is sent here, and taken by default.
	minFrame = 16384
	// maxWindow is the most a window may be (RFC 9113, 6.9.1).
	maxWindow = 1<<31 - 1

	// maxBlock bounds a header block as it is sent: with it goes the memory of CONTINUATION floods (CVE-2023-45288) and the work of
	// a block of nothing but one-octet references (the HPACK bomb).
	maxBlock = 64 << 10
	// maxContinuations bounds the frames of one block, of which each may be empty.
	maxContinuations = 32
	// defaultHeadBytes and defaultFields bound the decoded fields as HTTP/1's limits do. Fields are counted too: thousands of
	// references to one short field are few octets (CVE-2026-49975).
	defaultHeadBytes = 15360
	defaultFields    = 101
	// bombFactor is how many times as large as is taken a head may be: what is a little larger costs its stream, but somebody who sends
	// this has read no SETTINGS, and each octet of a block can cost the work of a field. expandAtOnce is how many octets are decoded
	// between two looks.
	bombFactor   = 4
	expandAtOnce = 512
	// maxTrailers bounds the fields of a trailer section.
	maxTrailers = 32
	// maxControl is the payload of a control frame: SETTINGS is the only one that may be longer, and nobody has 100 settings.
	maxControl = 600

	// maxResets is how many more streams a client may reset before they are answered than let end: who only opens and resets makes
	// work that nobody wants (rapid reset, CVE-2023-44487).
	maxResets = 100
	// maxViolations is how many streams a client may have reset by what it does wrong on them (MadeYouReset, CVE-2025-8671).
	maxViolations = 100
	// budget is how many frames that ask for nothing (PING, SETTINGS, PRIORITY, small WINDOW_UPDATEs, tiny DATA) are taken in one go.
	// Each request and each piece of body adds to it, and so does each second.
	budget           = 1000
	budgetPerStream  = 20
	budgetPerSecond  = 100
	smallUpdate      = 256 // octets below which a WINDOW_UPDATE counts as asking for nothing
	budgetPerKiBData = 4
	// tinyData is the payload below which DATA that ends nothing counts so too, padding apart: who sends octets one by one has a server
	// work for each. A message of gRPC has a prefix of 5 octets, which some send by itself, a client's of a WebSocket one of 6.
	tinyData = 5

	// TurnWork is how much one connection may have done before others have their turn, in units of about WorkUnit: a step of
	// Feed is one, a stream that begins or is reset makes workStream, a block's octets and a body's cost little each, and the handler
	// adds what it knows of (Busy). It is what others feel at most of a client that never rests.
	TurnWork = 500
	// newcomerWork is the same of a client that is not proven: see Proven.
	newcomerWork = 150
	// A client is proven once provenAfter more of its requests have been answered than it has spoilt, of which each counts for spoiltCosts; no more than
	// mostProven are remembered, so that who turns is soon known.
	provenAfter = 32
	mostProven  = 96
	spoiltCosts = 4

	WorkUnit   = 100 * time.Nanosecond
	workStream = 20
	workBlock  = 8
	workFields = 4
	workData   = 512

	// maxOut is how much is queued for a client that does not read before it is given up: answers to PING and SETTINGS are not held
	// back by any window.
	maxOut = 256 << 10
	// fullOut is how much of bodies is queued: the socket's back-pressure reaches the streams through it.
	fullOut = 64 << 10
	// recentResets is how many streams that this side has reset are remembered, so that frames that crossed the reset are not held
	// against the client.
	recentResets = 64
)
