// Package logfmt writes HAProxy's access log lines: "option httplog", "option tcplog", "option httplog clf", "option
// httpslog" and the default "Connect from" line (HAProxy manual, 8.2), a JSON line of the same fields, and the variables
// ("aliases") that log-format strings are made of. The same values give the same bytes, so that halog, log shippers and
// dashboards made for HAProxy read Weir's logs.
//
//	var f logfmt.Formatter // one per loop
//	line = f.AppendHTTP(line[:0], &rec)
//	line = logfmt.LookupAlias("ci").Append(&f, line, &rec, logfmt.Quote)
//
// Nothing is allocated while the line fits in the slice. The syslog header and the line's end are the log target's
// business (internal/logsink); a whole log-format string, with its sample expressions, is acl.Format's.
package logfmt

import "net/netip"

// MaxRequest is how many bytes of the request line are logged: with the longest URI that a buffer holds, one stream
// could otherwise fill the log ring of its loop. HAProxy's tune.http.logurilen has the same default.
const MaxRequest = 1023

// NotReached is a timer of a phase that the stream never came to.
const NotReached = -1

// Names that stand for a server where none was reached (HAProxy manual, 8.2.2).
const (
	NoServer    = "<NOSRV>"
	StatsServer = "<STATS>" // answered by the stats page
)

// Record is what one line tells of a stream. Times are in milliseconds. The byte slices are read during
// Append only: they may point into the stream's buffers. Fields say in which formats they are used
// (H httplog and clf, T tcplog, C connect); without a letter: all but C.
type Record struct {
	// Client is where the connection came from (T, H, C); not valid for a unix socket, whose bind's ID is UnixID then.
	Client netip.AddrPort
	Dest   netip.AddrPort // C: where the client connected to
	UnixID int

	// Start and Date are unix times in milliseconds: of the accept or, on a connection that is used again, of the end of
	// the response before (T, C); and of the first byte of the request (H).
	Start, Date int64

	Frontend string
	SSL      bool // the connection came over TLS: a "~" after the frontend's name
	HTTP     bool // C: the frontend's mode
	// Backend is the frontend's name where none was chosen ("" means the same).
	Backend string
	Server  string // "" means NoServer

	Th int64 // handshakes, before the first request of a connection
	Ti int64 // waiting for the first byte of the request
	TR int64 // H: waiting for the full request
	Tw int64 // in queues
	Tc int64 // connecting
	Tr int64 // H: waiting for the response head
	Ta int64 // H: total since the request's first byte
	Tt int64 // T: total since Start

	// ASAP is set where lines are written before the end ("option logasap"): totals get a "+".
	ASAP bool

	Status   int   // H; -1 where none was sent
	Bytes    int64 // sent to the client
	Uploaded int64 // received from it

	// ReqCookie and RespCookie are captured "NAME=VALUE" pairs; nil gives "-" (H).
	ReqCookie, RespCookie []byte

	// State is the termination state: two letters for TCP, four for HTTP (HAProxy manual, 8.5).
	State [4]byte

	ActConn, FeConn, BeConn, SrvConn int64
	Retries                          int64
	Redispatched                     bool // a "+" before Retries
	SrvQueue, BackendQueue           int64

	// ReqHeaders and RespHeaders are the captured fields in configuration order, nil for one that was not there.
	// A nil list writes no braces: nothing is captured, or the request was never parsed. A response that was
	// never received has a list of nils.
	ReqHeaders, RespHeaders [][]byte

	// Request is the request line as AppendRequest makes it; empty gives "<BADREQ>" (H).
	Request []byte

	// What follows is used by aliases alone, and only where Need asks for it.

	Local          netip.AddrPort // NeedLocal: where the client connected to
	Source, Target netip.AddrPort // NeedServer: the two ends of the server's connection
	UniqueID       []byte         // NeedID
	Lines          uint64         // NeedLines: lines of this frontend before this one
	Streams        uint64         // NeedStreams: number of this stream

	SSLVersion, SSLCipher string // of the client's connection; "" without TLS

	// With TLS, of option httpslog: the server name, the errors of the client's certificate and of its issuers', and whether the session
	// was resumed.
	SSLName             string
	SSLVerify, SSLCAErr int
	SSLResumed          bool

	Reason string // JSON: why the stream did not end well, in words; "" = it did
}

// AppendRequest appends "METHOD TARGET VERSION" and stops at most bytes, 0 = MaxRequest, below 0 = nothing. A stream keeps this for its log line,
// since its request's bytes are gone when it ends. version is "HTTP/1.1" and the like.
func AppendRequest(dst, method, target []byte, version string, most int) []byte {
	switch {
	case most < 0:
		return dst
	case most == 0:
		most = MaxRequest
	}
	start := len(dst)
	dst = append(dst, method...)
	dst = append(dst, ' ')
	dst = append(dst, target[:min(len(target), most)]...)
	dst = append(dst, ' ')
	dst = append(dst, version...)
	return dst[:min(len(dst), start+most)]
}
