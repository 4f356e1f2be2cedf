package conf

import "time"

// The actions that change what is on its way. Each is named after its keyword; which rule lists take which is the
// readers' and Validate's to know (HAProxy's configuration manual, 4.3).

// Part is a part of the request's first line.
type Part uint8

const (
	PartMethod Part = iota + 1
	PartPath        // without the query
	PartPathQ       // path and query
	PartQuery       // without its "?"
	PartURI         // the whole target
)

var partNames = [...]string{PartMethod: "method", PartPath: "path", PartPathQ: "pathq", PartQuery: "query", PartURI: "uri"}

func (p Part) String() string { return partNames[p] }

// SetPart is set-method, set-path, set-pathq, set-query and set-uri.
type SetPart struct {
	Part  Part
	Value *Format
}

// ReplacePart is replace-path, replace-pathq and replace-uri: Regex on the part, \1 and the like in With.
type ReplacePart struct {
	Part  Part
	Regex string
	With  *Format
}

// ReplaceHeader is replace-header, on each whole field value, and replace-value, on each item of its list.
type ReplaceHeader struct {
	Name  string
	Regex string
	With  *Format
	Each  bool // replace-value
}

// EarlyHint is early-hint: a field of the 103 response that is sent before the request is served (RFC 8297).
type EarlyHint struct {
	Name  string
	Value *Format
}

// SetStatus is set-status.
type SetStatus struct {
	Status int
	Reason string // "" = the status's own
}

// NormalizeURI is normalize-uri.
type NormalizeURI struct {
	How    string // one of Normalizers
	Strict bool   // percent-decode-unreserved, percent-to-uppercase: "strict"
	Full   bool   // path-strip-dotdot: "full"
}

// Normalizers are what normalize-uri can do.
var Normalizers = []string{"fragment-encode", "fragment-strip", "path-merge-slashes", "path-strip-dot", "path-strip-dotdot",
	"percent-decode-unreserved", "percent-to-uppercase", "query-sort-by-name"}

// Auth is http-request auth: 401, or 407 to a proxy request, unless the client has shown who it is.
type Auth struct{ Realm string }

// SetVar is set-var(NAME[,COND...]).
type SetVar struct {
	Var   string   // scope and name: "txn.user"
	Conds []string // of VarConds: all must hold
	Expr  *Expr
}

// SetVarFmt is set-var-fmt(NAME[,COND...]).
type SetVarFmt struct {
	Var   string
	Conds []string
	Value *Format
}

// VarConds are the conditions of set-var.
var VarConds = []string{"ifexists", "ifnotexists", "ifempty", "ifnotempty", "ifset", "ifnotset", "ifgt", "iflt"}

// UnsetVar is unset-var(NAME).
type UnsetVar struct{ Var string }

// MapOp is what SetMap does.
type MapOp uint8

const (
	MapSet MapOp = iota // set-map
	MapDel              // del-map
	ACLAdd              // add-acl
	ACLDel              // del-acl
)

var mapOpNames = [...]string{MapSet: "set-map", MapDel: "del-map", ACLAdd: "add-acl", ACLDel: "del-acl"}

// SetMap changes an entry of a map or pattern file while Weir runs: set-map, del-map, add-acl, del-acl.
type SetMap struct {
	Op    MapOp
	File  string // as the map or -f names it
	Key   *Format
	Value *Format // MapSet
}

// HeadersOp is what HeadersBin does.
type HeadersOp uint8

const (
	HeadersAdd HeadersOp = iota // add-headers-bin
	HeadersSet                  // set-headers-bin
	HeadersDel                  // del-headers-bin
)

var headersOpNames = [...]string{HeadersAdd: "add-headers-bin", HeadersSet: "set-headers-bin", HeadersDel: "del-headers-bin"}

// HeadersBin adds, replaces or removes the fields that Expr lists in binary, as req.hdrs_bin does; of HeadersDel it lists names alone.
type HeadersBin struct {
	Op     HeadersOp
	Expr   *Expr
	Prefix string // only the fields whose names begin so; not of HeadersDel
	Match  string // of HeadersDel, how names are compared: "str" (default), "beg", "end" or "sub"
}

// CaptureSample is the capture action: Expr into the next slot (Len bytes of it), or into the slot that Slot names.
type CaptureSample struct {
	Expr *Expr
	Len  int
	Slot int // "id N"; -1 = a slot of its own, Len long
}

// SetLogLevel is set-log-level: emerg..debug, or "silent".
type SetLogLevel struct{ Level string }

// DoLog is do-log: a line of the log now, beside the one at the stream's end.
type DoLog struct{}

// SetNice is set-nice. Weir's loops have no priorities between streams: it is accepted and does nothing.
type SetNice struct{ Nice int }

// SetSocket is set-mark, set-tos, set-fc-mark, set-fc-tos, set-bc-mark and set-bc-tos.
type SetSocket struct {
	Name  string // the keyword
	Value *Expr  // a constant is the fetch int(N)
}

// SetTimeout is set-timeout NAME: client, connect, queue, server, tarpit or tunnel.
type SetTimeout struct {
	Name  string
	Value *Expr         // in milliseconds; nil = Const
	Const time.Duration // as written
}

// SettableTimeouts are what SetTimeout may name.
var SettableTimeouts = []string{"client", "connect", "queue", "server", "tarpit", "tunnel"}

// SetRetries is set-retries.
type SetRetries struct{ Value *Expr }

// SetPriority is set-priority-class and set-priority-offset: the place in a queue.
type SetPriority struct {
	Offset bool
	Value  *Expr
}

// SetAddr is set-src, set-src-port, set-dst and set-dst-port.
type SetAddr struct {
	Name  string // the keyword
	Value *Expr
}

// WaitForBody is wait-for-body time T [at-least N].
type WaitForBody struct {
	Time    time.Duration
	AtLeast int
}

// WaitForHandshake is wait-for-handshake: without TLS there is nothing to wait for.
type WaitForHandshake struct{}

// StrictMode is strict-mode on|off: whether a rewrite that fails ends the request with 500.
type StrictMode struct{ On bool }

// DisableL7Retry is disable-l7-retry.
type DisableL7Retry struct{}

// SilentDrop is silent-drop: the connection ends without the client being told.
type SilentDrop struct {
	RstTTL int // > 0: a reset with that TTL is sent
}

// Pause is pause: the rules go on after the time.
type Pause struct {
	Value *Expr // in milliseconds; nil = Const
	Const time.Duration
}

// Expect is expect-proxy and expect-netscaler-cip: the connection begins with a header that says whom it is for.
type Expect struct{ Header Headers }

// SwitchMode is tcp-request content switch-mode http.
type SwitchMode struct {
	Mode  Mode
	Proto string // "h1", "h2"; "" = what the bytes look like
}

// Close is tcp-response content close: the server side ends at once.
type Close struct{}

func (a *SetPart) Keyword() string     { return "set-" + a.Part.String() }
func (a *ReplacePart) Keyword() string { return "replace-" + a.Part.String() }
func (a *ReplaceHeader) Keyword() string {
	if a.Each {
		return "replace-value"
	}
	return "replace-header"
}
func (*EarlyHint) Keyword() string     { return "early-hint" }
func (*SetStatus) Keyword() string     { return "set-status" }
func (*NormalizeURI) Keyword() string  { return "normalize-uri" }
func (*Auth) Keyword() string          { return "auth" }
func (*SetVar) Keyword() string        { return "set-var" }
func (*SetVarFmt) Keyword() string     { return "set-var-fmt" }
func (*UnsetVar) Keyword() string      { return "unset-var" }
func (a *SetMap) Keyword() string      { return mapOpNames[a.Op] }
func (a *HeadersBin) Keyword() string  { return headersOpNames[a.Op] }
func (*CaptureSample) Keyword() string { return "capture" }
func (*SetLogLevel) Keyword() string   { return "set-log-level" }
func (*DoLog) Keyword() string         { return "do-log" }
func (*SetNice) Keyword() string       { return "set-nice" }
func (a *SetSocket) Keyword() string   { return a.Name }
func (*SetTimeout) Keyword() string    { return "set-timeout" }
func (*SetRetries) Keyword() string    { return "set-retries" }
func (a *SetPriority) Keyword() string {
	if a.Offset {
		return "set-priority-offset"
	}
	return "set-priority-class"
}
func (a *SetAddr) Keyword() string        { return a.Name }
func (*WaitForBody) Keyword() string      { return "wait-for-body" }
func (*WaitForHandshake) Keyword() string { return "wait-for-handshake" }
func (*StrictMode) Keyword() string       { return "strict-mode" }
func (*DisableL7Retry) Keyword() string   { return "disable-l7-retry" }
func (*SilentDrop) Keyword() string       { return "silent-drop" }
func (*Pause) Keyword() string            { return "pause" }
func (a *Expect) Keyword() string {
	if a.Header == HeaderCIP {
		return "expect-netscaler-cip"
	}
	return "expect-proxy"
}
func (*SwitchMode) Keyword() string { return "switch-mode" }
func (*Close) Keyword() string      { return "close" }
