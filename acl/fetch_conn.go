package acl

import (
	"errors"
	"net/netip"
	"slices"
	"strconv"
	"strings"
)

// connFetches look at the two connections of a stream (HAProxy's guide, 7.3.3 and 7.3.4).
var connFetches = []fetch{
	{"bc_dst", "", Addr, needServerConn, runBackDst, nil, "the server's address, as connected to"},
	{"bc_dst_port", "", Int, needServerConn, runBackDstPort, nil, "the server's port, as connected to"},
	{"bc_src", "", Addr, needServerConn, runBackSrc, nil, "the address that the connection to the server comes from"},
	{"bc_src_port", "", Int, needServerConn, runBackSrcPort, nil, "the port that the connection to the server comes from"},
	{"bc_reused", "", Bool, needServerConn, runFlag, asks(ServerReused), "the connection to the server was used before"},
	{"bc_http_major", "", Int, needServerConn, runNum, asks(ServerHTTP), "the major version of HTTP spoken with the server"},
	{"bc_nb_streams", "", Int, needServerConn, runNum, asks(ServerStreams), "streams on the server's connection"},
	{"bc_settings_streams_limit", "", Int, needServerConn, runNum, asks(ServerStreamsLimit), "streams that the server's connection may have"},
	{"bc_glitches", "", Int, needServerConn, runNum, asks(ServerGlitches), "oddities of the protocol on the server's connection"},
	{"bc_be_queue", "", Int, needServerConn, runNum, asks(QueuedBackend), "how many were before this one in the backend's queue, as %bq"},
	{"bc_srv_queue", "", Int, needServerConn, runNum, asks(QueuedServer), "how many were before this one in the server's queue, as %sq"},
	{"bc_err", "", Int, needServerConn, runNum, asks(ServerErr), "why the server's connection failed, by HAProxy's number; 0 = it did not"},
	{"bc_err_name", "", Str, needServerConn, runErrName, asks(ServerErr), "why the server's connection failed, in a word"},
	{"bc_err_str", "", Str, needServerConn, runErrText, asks(ServerErr), "why the server's connection failed, in words"},
	{"bc_rtt", "[unit:str]", Int, needConn, runTime, fixTimeIn(ServerRTT), "the round trip time to the server, in ms or us"},
	{"bc_rttvar", "[unit:str]", Int, needConn, runTime, fixTimeIn(ServerRTTVar), "its variance, in ms or us"},
	{"bs.id", "", Int, needServerConn, runNum, asks(ServerStreamID), "the number of the stream on the server's connection; 0 where it has one only"},
	{"bs.aborted", "", Int, needServerConn, runFlagInt, asks(ServerAborted), "the server has broken off the stream"},
	{"bs.rst_code", "", Int, needServerConn, runNum, asks(ServerReset), "the code that the server has broken off the stream with (HTTP/2)"},
	{"bs.debug_str", "[layers:int]", Str, needServerConn, runText, says(ServerDebug), "the state of the server's connection, for debugging"},
	{"fc_http_major", "", Int, needConn, runNum, asks(ClientHTTP), "the major version of HTTP spoken with the client"},
	{"fc_nb_streams", "", Int, needConn, runNum, asks(ClientStreams), "streams on the client's connection"},
	{"fc_settings_streams_limit", "", Int, needSession, runNum, asks(ClientStreamsLimit), "streams that the client's connection may have"},
	{"fc_glitches", "", Int, needConn, runNum, asks(ClientGlitches), "oddities of the protocol on the client's connection"},
	{"fc_src_is_local", "", Bool, needConn, runSrcLocal, nil, "the client's address is one of this host"},
	{"fc_err", "", Int, needConn, runNum, asks(ClientErr), "why the client's connection failed, by HAProxy's number; 0 = it did not"},
	{"fc_err_name", "", Str, needConn, runErrName, asks(ClientErr), "why the client's connection failed, in a word"},
	{"fc_err_str", "", Str, needConn, runErrText, asks(ClientErr), "why the client's connection failed, in words"},
	{"fc_rtt", "[unit:str]", Int, needConn, runTime, fixTimeIn(ClientRTT), "the round trip time to the client, in ms or us"},
	{"fc_rttvar", "[unit:str]", Int, needConn, runTime, fixTimeIn(ClientRTTVar), "its variance, in ms or us"},
	{"fc_fackets", "[unit:str]", Int, needConn, runNum, fixCounter(ClientFackets), "the kernel's tcpi_fackets of the client's connection"},
	{"fc_lost", "[unit:str]", Int, needConn, runNum, fixCounter(ClientLost), "segments to the client that count as lost"},
	{"fc_reordering", "[unit:str]", Int, needConn, runNum, fixCounter(ClientReordering), "the kernel's tcpi_reordering of the client's connection"},
	{"fc_retrans", "[unit:str]", Int, needConn, runNum, fixCounter(ClientRetrans), "segments to the client that are sent again"},
	{"fc_sacked", "[unit:str]", Int, needConn, runNum, fixCounter(ClientSacked), "segments that the client has acknowledged out of order"},
	{"fc_unacked", "[unit:str]", Int, needConn, runNum, fixCounter(ClientUnacked), "segments that the client has not acknowledged"},
	{"fc_saved_syn", "", Bin, needConn, runBinText, says(SavedSYN), "the client's SYN packet; the bind line needs tcp-ss"},
	{"fc_rcvd_proxy", "", Bool, needConn, runFlag, asks(GotProxy), "the connection began with a PROXY protocol header"},
	{"fc_pp_authority", "", Str, needConn, runTLV, fixTLVOf(tlvAuthority), "the host name in the PROXY protocol header"},
	{"fc_pp_unique_id", "", Str, needConn, runTLV, fixTLVOf(tlvUniqueID), "the unique id in the PROXY protocol header"},
	{"fc_pp_tlv", "id:str", Str, needSession, runTLV, fixTLV, "a field of the PROXY protocol header, by its number or name"},
	{"fs.id", "", Str, needSession, runNumText, asks(ClientStreamID), "the number of the stream on the client's connection; 0 where it has one only"},
	{"fs.aborted", "", Int, needSession, runFlagInt, asks(ClientAborted), "the client has broken off the stream"},
	{"fs.rst_code", "", Int, needSession, runNum, asks(ClientReset), "the code that the client has broken off the stream with (HTTP/2)"},
	{"fs.debug_str", "[layers:int]", Str, needSession, runText, says(ClientDebug), "the state of the client's connection, for debugging"},
	{"quic_enabled", "", Bool, 0, runFalse, nil, "false: there is no QUIC"},
	{"tgroup", "", Int, 0, runConst, fixZero, "0: the number of the thread group"},
	{"uptime", "", Int, 0, runUptime, nil, "seconds since the process began"},
}

func fixZero(a *args) error { a.val.setInt(0); return nil }

// serverEnd is one end of the connection to the server.
func (c *Context) serverEnd(remote bool) netip.AddrPort {
	if c.Stream == nil {
		return netip.AddrPort{}
	}
	from, to := c.Stream.ServerEnds()
	if remote {
		return to
	}
	return from
}

func runBackDst(c *Context, _ *args, s *Sample) bool     { return setIP(c.serverEnd(true), s) }
func runBackDstPort(c *Context, _ *args, s *Sample) bool { return setPort(c.serverEnd(true), s) }
func runBackSrc(c *Context, _ *args, s *Sample) bool     { return setIP(c.serverEnd(false), s) }
func runBackSrcPort(c *Context, _ *args, s *Sample) bool { return setPort(c.serverEnd(false), s) }

func runFlagInt(c *Context, a *args, s *Sample) bool {
	n, ok := c.ask(a.ask)
	return ok && s.setBool(n != 0) && s.setInt(s.Int)
}

func runBinText(c *Context, a *args, s *Sample) bool {
	return runText(c, a, s) && s.setBin(s.Bytes)
}

func runNumText(c *Context, a *args, s *Sample) bool {
	n, ok := c.ask(a.ask)
	return ok && s.setStr(c.Arena.Seal(strconv.AppendInt(c.Arena.Open(), n, 10)))
}

// fixTimeIn notes in num[0] by what the kernel's microseconds are divided: milliseconds are the default.
func fixTimeIn(n Num) func(*args) error {
	return func(a *args) error {
		a.ask = n
		unit, err := unitOf(a.str[0], 1e3)
		a.num = append(a.num, unit)
		if err != nil || unit == 1e6 {
			return errors.New("want ms or us")
		}
		return nil
	}
}

// fixCounter is for numbers of the kernel that are no times: HAProxy takes any text here and forgets it.
func fixCounter(n Num) func(*args) error {
	return func(a *args) error {
		a.ask = n
		if a.given > 0 {
			a.doubt = "it is no time: its argument means nothing"
		}
		return nil
	}
}

func runTime(c *Context, a *args, s *Sample) bool {
	n, ok := c.ask(a.ask)
	return ok && s.setInt(n/a.num[0])
}

// Fields of the PROXY protocol's version 2 (its specification, 2.2). Those of SSL stand inside the SSL field.
const (
	tlvALPN      = 0x01
	tlvAuthority = 0x02
	tlvUniqueID  = 0x05
	tlvSSL       = 0x20
)

var tlvNames = map[string]int64{
	"ALPN": tlvALPN, "AUTHORITY": tlvAuthority, "CRC32C": 0x03, "CRC32": 0x03, "NOOP": 0x04, "UNIQUE_ID": tlvUniqueID, "SSL": tlvSSL,
	"SSL_VERSION": 0x21, "SSL_CN": 0x22, "SSL_CIPHER": 0x23, "SSL_SIG_ALG": 0x24, "SSL_KEY_ALG": 0x25, "NETNS": 0x30,
}

func fixTLV(a *args) error {
	n, ok := tlvNames[strings.ToUpper(a.str[0])]
	if !ok {
		var err error
		if n, err = strconv.ParseInt(a.str[0], 0, 64); err != nil || n < 0 || n > 255 {
			var names []string
			for name := range tlvNames {
				names = append(names, name)
			}
			slices.Sort(names)
			return errors.New("want 0 to 255, or one of " + strings.Join(names, ", "))
		}
	}
	a.num = append(a.num, n)
	return nil
}

func fixTLVOf(n int64) func(*args) error {
	return func(a *args) error {
		a.num = append(a.num, n)
		return nil
	}
}

func runTLV(c *Context, a *args, s *Sample) bool {
	if c.Stream == nil {
		return false
	}
	b, ok := c.Stream.ProxyTLV(uint8(a.num[0]))
	return ok && s.setStr(b)
}
