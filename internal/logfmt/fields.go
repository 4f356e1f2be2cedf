package logfmt

import (
	"net/netip"
	"strconv"
)

func appendInt(dst []byte, n int64) []byte { return strconv.AppendInt(dst, n, 10) }

// appendAddr appends "1.2.3.4" or "2001:db8::1" (no brackets: HAProxy writes none). An IPv4 address that came to an
// IPv6 socket is written as IPv6, as it was received, unless the caller unmapped it.
func appendAddr(dst []byte, a netip.Addr) []byte { return a.WithZone("").AppendTo(dst) }

// appendClient appends "ADDR:PORT", or "unix:ID" for a unix socket.
func appendClient(dst []byte, r *Record) []byte {
	if !r.Client.IsValid() {
		return appendInt(append(dst, "unix:"...), int64(r.UnixID))
	}
	return appendAddrPort(dst, r.Client)
}

func appendAddrPort(dst []byte, a netip.AddrPort) []byte {
	return appendInt(append(appendAddr(dst, a.Addr()), ':'), int64(a.Port()))
}

// appendStart appends client, date, frontend, backend and server, with which httplog and tcplog begin.
func (f *Formatter) appendStart(dst []byte, r *Record, date int64) []byte {
	dst = append(appendClient(dst, r), " ["...)
	dst = append(f.appendDate(dst, date), "] "...)
	dst = append(appendFrontend(dst, r), ' ')
	dst = append(append(dst, r.backend()...), '/')
	return append(append(dst, r.server()...), ' ')
}

func appendFrontend(dst []byte, r *Record) []byte {
	dst = append(dst, r.Frontend...)
	if r.SSL {
		dst = append(dst, '~')
	}
	return dst
}

func (r *Record) backend() string {
	if r.Backend == "" {
		return r.Frontend
	}
	return r.Backend
}

func (r *Record) server() string {
	if r.Server == "" {
		return NoServer
	}
	return r.Server
}

// appendGrowing appends a number that will be larger at the end of the stream where the line is written early.
func appendGrowing(dst []byte, r *Record, n int64) []byte {
	if r.ASAP {
		dst = append(dst, '+')
	}
	return appendInt(dst, n)
}

// appendCounts appends actconn, feconn, beconn, srv_conn and retries with sep between, a space, and the two queues.
func appendCounts(dst []byte, r *Record, sep byte) []byte {
	dst = append(appendInt(dst, r.ActConn), sep)
	dst = append(appendInt(dst, r.FeConn), sep)
	dst = append(appendInt(dst, r.BeConn), sep)
	dst = append(appendInt(dst, r.SrvConn), sep)
	if r.Redispatched {
		dst = append(dst, '+')
	}
	dst = append(appendInt(dst, r.Retries), ' ')
	dst = append(appendInt(dst, r.SrvQueue), sep)
	return appendInt(dst, r.BackendQueue)
}

func appendRequestLine(dst []byte, r *Record) []byte {
	dst = append(dst, '"')
	if len(r.Request) == 0 {
		dst = append(dst, "<BADREQ>"...)
	} else {
		dst = appendEscaped(dst, r.Request, inRequest)
	}
	return append(dst, '"')
}
