package logfmt

import (
	"net/netip"
	"os"
)

// Need is what a Record must be filled with for an alias: what costs something to find out is asked for only where a format uses it.
type Need uint16

const (
	NeedRecord  Need = 1 << iota // anything of the Record
	NeedRequest                  // Request
	NeedCounts                   // ActConn, FeConn, BeConn, SrvConn
	NeedLocal                    // Local
	NeedServer                   // Source, Target
	NeedID                       // UniqueID
	NeedLines                    // Lines
	NeedStreams                  // Streams
)

// Flags change how an item of a log-format string is written (HAProxy manual, 8.2.6).
type Flags uint8

const (
	Quote  Flags = 1 << iota // +Q: text in double quotes
	Hex                      // +X: addresses, ports and some numbers in hexadecimal
	Escape                   // +E: '"', '\' and ']' after a '\'
	Bin                      // +bin: bytes as they are
	JSON                     // +json: a JSON value
	CBOR                     // +cbor: a CBOR value, in hexadecimal unless Bin is set
	// Empty writes nothing for a missing value, not "-": outside of logs.
	Empty
)

// Alias is a log variable such as %ci. Either number or text is set.
type Alias struct {
	Name string
	Doc  string
	Need Need
	HTTP bool // HAProxy takes it in mode http only

	number func(r *Record) int64
	hex    uint8                    // digits under Hex; 0 = Hex does nothing
	sign   func(*Record) bool       // a "+" comes before the number
	none   func(*Record) bool       // there is no number
	pad    bool                     // to three digits
	text   appendText               // nil dst = missing
	bare   bool                     // of a text: Quote and Escape do nothing
	addr   bool                     // nor do they of an address in hexadecimal
	list   func(r *Record) [][]byte // captures; text is then how they are written without Quote
}

// appendText appends the value; false where there is none.
type appendText func(f *Formatter, dst []byte, r *Record, fl Flags) ([]byte, bool)

// Hostname and pid do not change while the process runs.
var (
	hostname, _ = os.Hostname()
	pid         = os.Getpid()
)

// LookupAlias returns the alias of that name, or nil.
func LookupAlias(name string) *Alias { return byName[name] }

// Aliases returns every alias, in the order of their names.
func Aliases() []*Alias { return aliases }

var byName = map[string]*Alias{}

func init() {
	for _, a := range aliases {
		byName[a.Name] = a
	}
}

// aliases are all of HAProxy's (manual, 8.2.6).
var aliases = []*Alias{
	{Name: "B", Doc: "bytes sent to the client", number: func(r *Record) int64 { return r.Bytes }, sign: early},
	{Name: "CC", Doc: "captured request cookie", HTTP: true, text: asIs(func(r *Record) []byte { return r.ReqCookie }, inCookie)},
	{Name: "CS", Doc: "captured response cookie", HTTP: true, text: asIs(func(r *Record) []byte { return r.RespCookie }, inCookie)},
	{Name: "H", Doc: "host name of this machine", text: word(func(*Record) string { return hostname })},
	{Name: "HM", Doc: "request method", HTTP: true, Need: NeedRequest, text: ofRequest(methodOf)},
	{Name: "HP", Doc: "request target without its query", HTTP: true, Need: NeedRequest, text: ofRequest(targetPath)},
	{Name: "HPO", Doc: "request path, without host and query", HTTP: true, Need: NeedRequest, text: ofRequest(pathOnly)},
	{Name: "HQ", Doc: "query of the request, with its question mark", HTTP: true, Need: NeedRequest, text: ofRequest(queryOf)},
	{Name: "HU", Doc: "request target", HTTP: true, Need: NeedRequest, text: ofRequest(targetOf)},
	{Name: "HV", Doc: "HTTP version of the request", HTTP: true, Need: NeedRequest, text: ofRequest(versionOf)},
	{Name: "ID", Doc: "unique id of the stream", Need: NeedID, text: asIs(func(r *Record) []byte { return r.UniqueID }, inText)},
	{Name: "ST", Doc: "status sent to the client", number: status},
	{Name: "T", Doc: "date of the accept, GMT", bare: true, text: gmt(func(r *Record) int64 { return r.Start })},
	{Name: "Ta", Doc: "active time of the request: from its first byte to the end", HTTP: true, number: func(r *Record) int64 { return r.Ta }, sign: early},
	{Name: "Tc", Doc: "time to connect to the server", number: func(r *Record) int64 { return r.Tc }},
	{Name: "Td", Doc: "time of the data transfer", number: dataTime},
	{Name: "Th", Doc: "time of handshakes", number: func(r *Record) int64 { return r.Th }},
	{Name: "Ti", Doc: "idle time before the request", HTTP: true, number: func(r *Record) int64 { return r.Ti }},
	{Name: "Tl", Doc: "date of the accept, local time", bare: true, text: local(func(r *Record) int64 { return r.Start })},
	{Name: "Tq", Doc: "Th + Ti + TR", HTTP: true, number: func(r *Record) int64 { return sum(sum(r.Ti, r.TR), r.Th) }},
	{Name: "TR", Doc: "time to receive the request from its first byte", HTTP: true, number: func(r *Record) int64 { return r.TR }},
	{Name: "Tr", Doc: "time to the server's response head", HTTP: true, number: func(r *Record) int64 { return r.Tr }},
	{Name: "Ts", Doc: "date of the accept in seconds since 1970", number: func(r *Record) int64 { return r.Start / 1000 }, hex: 4},
	{Name: "Tt", Doc: "total time", number: func(r *Record) int64 { return r.Tt }, sign: early},
	{Name: "Tu", Doc: "total time as the client sees it: without idle time", number: userTime, sign: early},
	{Name: "Tw", Doc: "time in queues", number: func(r *Record) int64 { return r.Tw }},
	{Name: "U", Doc: "bytes received from the client", number: func(r *Record) int64 { return r.Uploaded }},
	{Name: "ac", Doc: "connections of the process", Need: NeedCounts, number: func(r *Record) int64 { return r.ActConn }},
	{Name: "b", Doc: "name of the backend", text: word((*Record).backend)},
	{Name: "bc", Doc: "streams on the backend", Need: NeedCounts, number: func(r *Record) int64 { return r.BeConn }},
	{Name: "bi", Doc: "source address of the connection to the server", Need: NeedServer, addr: true, text: ip(func(r *Record) netip.AddrPort { return r.Source })},
	{Name: "bp", Doc: "source port of the connection to the server", Need: NeedServer, number: func(r *Record) int64 { return int64(r.Source.Port()) }, hex: 4, none: func(r *Record) bool { return !r.Source.IsValid() }},
	{Name: "bq", Doc: "streams before this one in the backend's queue", number: func(r *Record) int64 { return r.BackendQueue }},
	{Name: "ci", Doc: "address of the client", addr: true, text: clientIP},
	{Name: "cp", Doc: "port of the client", number: clientPort, hex: 4},
	{Name: "f", Doc: "name of the frontend", text: word(func(r *Record) string { return r.Frontend })},
	{Name: "fc", Doc: "connections of the frontend", Need: NeedCounts, number: func(r *Record) int64 { return r.FeConn }},
	{Name: "fi", Doc: "address that the client connected to", Need: NeedLocal, addr: true, text: localIP},
	{Name: "fp", Doc: "port that the client connected to", Need: NeedLocal, number: localPort, hex: 4},
	{Name: "ft", Doc: "name of the frontend, with a ~ over TLS", text: frontendTLS},
	{Name: "hr", Doc: "captured request headers, {a|b}", list: func(r *Record) [][]byte { return r.ReqHeaders }},
	{Name: "hrl", Doc: "captured request headers, one after another", list: func(r *Record) [][]byte { return r.ReqHeaders }},
	{Name: "hs", Doc: "captured response headers, {a|b}", list: func(r *Record) [][]byte { return r.RespHeaders }},
	{Name: "hsl", Doc: "captured response headers, one after another", list: func(r *Record) [][]byte { return r.RespHeaders }},
	{Name: "lc", Doc: "number of this line of the frontend", Need: NeedLines, number: func(r *Record) int64 { return int64(r.Lines) }, hex: 4},
	{Name: "ms", Doc: "milliseconds of the date of the accept", number: func(r *Record) int64 { _, ms := split(r.Start); return ms }, hex: 2, pad: true},
	{Name: "pid", Doc: "process id", number: func(*Record) int64 { return int64(pid) }, hex: 4},
	{Name: "r", Doc: "request line", HTTP: true, Need: NeedRequest, text: ofRequest(func(line []byte) []byte { return line })},
	{Name: "rc", Doc: "retries, with a + after a redispatch", number: func(r *Record) int64 { return r.Retries }, sign: func(r *Record) bool { return r.Redispatched }},
	{Name: "rt", Doc: "number of this stream", Need: NeedStreams, number: func(r *Record) int64 { return int64(r.Streams) }, hex: 4},
	{Name: "s", Doc: "name of the server", text: word((*Record).server)},
	{Name: "sc", Doc: "streams on the server", Need: NeedCounts, number: func(r *Record) int64 { return r.SrvConn }},
	{Name: "si", Doc: "address of the server", Need: NeedServer, addr: true, text: ip(func(r *Record) netip.AddrPort { return r.Target })},
	{Name: "sp", Doc: "port of the server", Need: NeedServer, number: func(r *Record) int64 { return int64(r.Target.Port()) }, hex: 4, none: func(r *Record) bool { return !r.Target.IsValid() }},
	{Name: "sq", Doc: "streams before this one in the server's queue", number: func(r *Record) int64 { return r.SrvQueue }},
	{Name: "sslc", Doc: "TLS cipher of the client's connection", text: known(func(r *Record) string { return r.SSLCipher })},
	{Name: "sslv", Doc: "TLS version of the client's connection", text: known(func(r *Record) string { return r.SSLVersion })},
	{Name: "t", Doc: "date of the accept, with milliseconds", bare: true, text: date(func(r *Record) int64 { return r.Start })},
	{Name: "tr", Doc: "date of the request's first byte, with milliseconds", HTTP: true, bare: true, text: date(func(r *Record) int64 { return r.Date })},
	{Name: "trg", Doc: "date of the request's first byte, GMT", HTTP: true, bare: true, text: gmt(func(r *Record) int64 { return r.Date })},
	{Name: "trl", Doc: "date of the request's first byte, local time", HTTP: true, bare: true, text: local(func(r *Record) int64 { return r.Date })},
	{Name: "ts", Doc: "termination state", bare: true, text: state(2)},
	{Name: "tsc", Doc: "termination state with that of the persistence cookie", HTTP: true, bare: true, text: state(4)},
}
