// Package logfmt writes HAProxy's access log lines: "option httplog", "option tcplog", "option httplog clf" and the
// default "Connect from" line (HAProxy manual, 8.2). The same values give the same bytes, so that halog, log shippers
// and dashboards made for HAProxy read Weir's logs.
//
//	var f logfmt.Formatter // one per loop
//	line = f.AppendHTTP(line[:0], &rec)
//
// Nothing is allocated while the line fits in the slice. The syslog header and the line's end are the log target's
// business (internal/logsink), custom log-format strings are not written here.
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

	// Date is unix time in milliseconds: of the accept (T), or of the first byte of the request (H).
	Date int64

	Frontend string
	SSL      bool // the connection came over TLS: a "~" after the frontend's name
	HTTP     bool // C: the frontend's mode
	// Backend is the frontend's name where none was chosen ("" means the same).
	Backend string
	Server  string // "" means NoServer

	TR int64 // H: waiting for the full request
	Tw int64 // in queues
	Tc int64 // connecting
	Tr int64 // H: waiting for the response head
	Tt int64 // T: total since the accept; H: Ta, total since the request's first byte

	// ASAP is set where the line is written before the end ("option logasap"): Tt and Bytes get a "+".
	ASAP bool

	Status int   // H; -1 where none was sent
	Bytes  int64 // sent to the client

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
}

// AppendRequest appends "METHOD TARGET VERSION" and stops at MaxRequest bytes. A stream keeps this for its log line,
// since its request's bytes are gone when it ends. version is "HTTP/1.1" and the like.
func AppendRequest(dst, method, target []byte, version string) []byte {
	start := len(dst)
	dst = append(dst, method...)
	dst = append(dst, ' ')
	dst = append(dst, target[:min(len(target), MaxRequest)]...)
	dst = append(dst, ' ')
	dst = append(dst, version...)
	return dst[:min(len(dst), start+MaxRequest)]
}
