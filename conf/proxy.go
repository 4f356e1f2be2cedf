package conf

import "time"

// Kind is which sides a proxy section has. A listen section has both.
type Kind uint8

const (
	Frontend Kind = 1 << iota
	Backend
	Listen = Frontend | Backend
)

// Mode is the layer that a proxy works at.
type Mode uint8

const (
	ModeTCP Mode = iota + 1
	ModeHTTP
)

// ConnMode is how HTTP connections end ("option httpclose" and its kin). The strictest of the two sides wins.
type ConnMode uint8

const (
	KeepAlive       ConnMode = iota // both sides stay open: the default
	HTTPServerClose                 // the server side closes after each response
	HTTPClose                       // so does the client's, where a frontend has it
)

// Reuse is the "http-reuse" strategy.
type Reuse uint8

const (
	ReuseSafe Reuse = iota
	ReuseNever
	ReuseAggressive
	ReuseAlways
)

// Proxy is a frontend, backend or listen section with its defaults merged in.
type Proxy struct {
	Pos      Pos
	Kind     Kind
	Name     string
	Mode     Mode
	Disabled bool
	ID       int // "id": the iid of "show stat"; Validate numbers the rest
	Desc     string

	Timeouts Timeouts
	Options  Options
	Logs     []*LogTarget
	// LogFormat is what a log line holds; LogLine, where set, takes its place.
	LogFormat      LogFormat
	LogLine        *Format            // "log-format"
	LogSD          *Format            // "log-format-sd": RFC 5424 structured data
	ErrorLogLine   *Format            // "error-log-format": of connections that end in an error
	LogTag         string             // "" = the global one
	UniqueIDFormat *Format            // "unique-id-format"
	UniqueIDHeader string             // "unique-id-header"
	ErrorFiles     map[int]*ErrorFile // by status: "errorfile" and "errorfiles"
	ErrorReplies   map[int]*ErrorReply
	EmailAlert     EmailAlert
	Captures       []*Capture // "capture request|response header NAME len N", "capture cookie"; "declare capture" makes slots

	ACLs []*ACL

	// The client side.
	Binds          []*Bind
	CrtUses        []*CrtUse // "ssl-f-use"
	Maxconn        int       // connections at once; 0 = the global one
	Backlog        int       // listen(2) queue; 0 = Maxconn, the process's where that is 0
	SessionRate    int       // "rate-limit sessions": a second; 0 = no limit
	UseBackends    []*UseBackend
	DefaultBackend *Ref
	MonitorURI     string
	MonitorFail    []*Cond // "monitor fail": any of them makes it 503
	SessionConns   int     // "max-session-srv-conns": idle connections to servers that one client's may have for itself

	// Rules, in order. A frontend's run before its backend's.
	TCPConnRules   []*Rule
	TCPSessRules   []*Rule
	TCPReqRules    []*Rule // "tcp-request content"
	TCPReqDelay    time.Duration
	TCPRespRules   []*Rule // "tcp-response content"
	TCPRespDelay   time.Duration
	HTTPReqRules   []*Rule
	RedirectRules  []*Rule // "redirect", after the http-request rules
	HTTPRespRules  []*Rule
	HTTPAfterRules []*Rule
	UseServers     []*UseServer
	StatsURI       *StatsURI
	StatsRules     []*Rule // "stats http-request": who may see the page
	StatsAdmin     []*Cond // "stats admin": any of them lets the page change servers

	// The server side.
	Balance        Balance
	HashType       HashType
	Servers        []*Server
	Dispatch       *Dispatch   // nil = none
	KeepAliveQueue int         // "max-keep-alive-queue": how many may wait for a server that a client's connection sticks to; -1 = any number
	LoadState      string      // "load-server-state-from-file": one of StateSources; "" = none
	StatePos       Pos         // of LoadState
	StateName      string      // "server-state-file-name": the file of "local"; "" = the section's name
	HashAffinity   string      // "hash-preserve-affinity": "always" (default), "maxconn" or "maxqueue": until when a key's server is waited for
	SendName       string      // "http-send-name-header": the field that tells a server its name; "" = none
	Fullconn       int         // 0 = a tenth of what the frontends may have that lead here
	Source         *SourceAddr // of servers without one; nil = the kernel's choice
	Retries        int         // connection attempts after the first; default 3
	RetryOn        *RetryOn
	Redispatch     int // "option redispatch [n]": 0 = off; -1 = on the last retry; n = every n
	AllBackups     bool
	Reuse          Reuse
	// Check is how the servers are checked; nil = by connecting. The rules count where Check asks for their kind.
	Check          *Check
	TCPCheckRules  []*Rule // "tcp-check"
	HTTPCheckRules []*Rule // "http-check"
	DisableOn404   bool    // "http-check disable-on-404"
	SendState      bool    // "http-check send-state"
	// Persistence: which server a client stays on.
	Cookie           *Cookie
	DynamicCookieKey string
	PersistRules     []*PersistRule // "force-persist" and "ignore-persist", in order
	Persist          bool           // "option persist": also on a server that is down
	PersistRDP       string         // "persist rdp-cookie": the cookie that tells the servers' address; "" = none is looked for
	PreferLast       bool           // "option prefer-last-server"
	CheckCache       bool           // "option checkcache"
	ExternalCommand  string         // "external-check command"
	ExternalPath     string         // "external-check path": PATH of the command
	Unsupported      []Unsupported
}

// Timeouts are all of a section's timeouts; 0 = not set, which means none.
type Timeouts struct {
	Client, ClientFin, Connect, Server, ServerFin, Queue, Tunnel, Tarpit, Check, HTTPRequest, HTTPKeepAlive time.Duration
	ClientHS                                                                                                time.Duration // "client-hs": of what comes before a session: a PROXY header, a TLS handshake
}

// Options are the "option" switches that act.
type Options struct {
	ConnMode           ConnMode
	ForwardFor         *ForwardFor
	OriginalTo         *ForwardFor // the same for the address that the client asked for; its header defaults to X-Original-To
	Forwarded          *Forwarded
	RestrictReqNames   string // "http-restrict-req-hdr-names": "preserve" (default), "delete" or "reject"
	HTTPBufferRequest  bool
	LogSeparateErrors  bool
	DropReqTrailers    bool
	DropRespTrailers   bool
	UseProxyHeader     bool
	AcceptUnsafeReq    bool // "accept-unsafe-violations-in-http-request", "accept-invalid-http-request"
	AcceptUnsafeResp   bool // "accept-unsafe-violations-in-http-response", "accept-invalid-http-response"
	HTTPIgnoreProbes   bool
	SocketStats        bool
	Contstats          bool // counters go on during a stream: Weir's always do
	DontLogNull        bool
	DontLogNormal      bool
	LogASAP            bool
	LogHealthChecks    bool
	AbortOnClose       bool
	HTTPNoDelay        bool
	TCPKeepAliveClient bool // "option clitcpka", "option tcpka"
	TCPKeepAliveServer bool // "option srvtcpka", "option tcpka"
	ClientProbes       TCPProbes
	ServerProbes       TCPProbes
	DisableH2Upgrade   bool // "option disable-h2-upgrade": only "proto h2" and ALPN make HTTP/2
	Transparent        bool // "transparent": where there are no servers, streams go where their clients wanted to
	IdleCloseResponse  bool // "idle-close-on-response": idle connections end with their next response when the process stops
	CaseClient         bool // "h1-case-adjust-bogus-client": names of fields to clients as Global.Cases has them
	CaseServer         bool // "h1-case-adjust-bogus-server"
	PretendKeepAlive   bool // "http-pretend-keepalive": a server is not told that its connection ends with the response
	NoLinger           bool // "option nolinger": a closed connection is reset, and leaves nothing in the kernel
	SpliceAuto         bool
	SpliceRequest      bool
	SpliceResponse     bool
}

// TCPProbes are "clitcpka-cnt", "-idle" and "-intvl", or "srvtcpka-...": how keep-alive probes are sent where they are on. 0 = as
// the kernel does.
type TCPProbes struct {
	Count          int
	Idle, Interval time.Duration
}

// SourceAddr is the "source" of a server or of a backend's servers: where connections to them come from.
type SourceAddr struct {
	Pos       Pos
	Addr      Addr   // an IP address; its ports may be a range, 0 = any
	Interface string // "interface"
	Use       SourceUse
	UseAddr   Addr   // FromAddr: an IP address and a port, 0 = any
	UseHeader string // FromHeader: the field, and which one of its addresses: from 1 on, or backwards from -1
	UseNth    int
}

// ForwardFor is "option forwardfor [except NET] [header NAME] [if-none]".
type ForwardFor struct {
	Pos    Pos
	Header string // default "X-Forwarded-For"
	Except []string
	IfNone bool
}

// Forwarded is "option forwarded" (RFC 7239). A nil format with its switch on gives the default of the manual.
type Forwarded struct {
	Pos                         Pos
	Proto                       bool
	Host                        bool
	HostExpr                    *Expr
	By, ByPort, For, ForPort    bool
	ByExpr, ByPortExpr, ForExpr *Expr
	ForPortExpr                 *Expr
}

// LogFormat is a proxy's kind of access line.
type LogFormat uint8

const (
	LogDefault LogFormat = iota // "Connect from ..." at the accept or the request: HAProxy without httplog/tcplog
	LogTCP
	LogHTTP
	LogHTTPClf
	LogHTTPS // "option httpslog"
	LogJSON  // "option httplog json": Weir's own
)

// ErrorFile is a raw HTTP response read at load time.
type ErrorFile struct {
	Pos  Pos
	Path string
	Data []byte
}

// ErrorReply is "http-error status N ...", or "errorloc": then Location is set, and Status is 302 or 303.
type ErrorReply struct {
	Pos Pos
	Reply
	Location string
}

// PutErrorFile makes f the page for a status. Of "errorfile", "errorfiles", "errorloc" and "http-error" the last one counts.
func (p *Proxy) PutErrorFile(status int, f *ErrorFile) {
	if p.ErrorFiles == nil {
		p.ErrorFiles = map[int]*ErrorFile{}
	}
	p.ErrorFiles[status] = f
	delete(p.ErrorReplies, status)
}

// PutErrorReply is PutErrorFile for the others.
func (p *Proxy) PutErrorReply(status int, r *ErrorReply) {
	if p.ErrorReplies == nil {
		p.ErrorReplies = map[int]*ErrorReply{}
	}
	p.ErrorReplies[status] = r
	delete(p.ErrorFiles, status)
}

// RetryOn is "retry-on": the failures after which a request is sent again, by RetryWords and RetryStatuses.
type RetryOn struct {
	Pos Pos
	On  []string
}

// RetryWords are the events that "retry-on" takes beside statuses.
var RetryWords = []string{"none", "conn-failure", "empty-response", "junk-response", "response-timeout", "0rtt-rejected", "all-retryable-errors"}

// RetryStatuses are the statuses of a response that "retry-on" takes.
var RetryStatuses = []int{401, 403, 404, 408, 421, 425, 429, 500, 501, 502, 503, 504}

// Capture is one slot of captured text: "capture request|response header", "capture cookie", or "declare capture".
type Capture struct {
	Pos      Pos
	Response bool
	Header   string // "" = a declared slot, which the capture action fills
	Cookie   string // "capture cookie": the prefix of its name; Header is ""
	Len      int
}

// UseServer is one "use-server NAME if COND".
type UseServer struct {
	Pos     Pos
	Server  Ref
	Dynamic *Format // where the name is a format
	Cond    *Cond
}

// Ref is a name that refers to another section, with where it was written.
type Ref struct {
	Pos  Pos
	Name string
}

// UseBackend is one "use_backend NAME if COND".
type UseBackend struct {
	Pos     Pos
	Backend Ref
	// Dynamic is set where the name is a format to evaluate per request; Backend.Name is then its text.
	Dynamic *Format
	Cond    *Cond // nil = always
}

// StatsURI is what the "stats" lines say: a page of counters served by the proxy itself. Path is what the target of a request
// begins with that asks for it.
type StatsURI struct {
	Pos         Pos
	Path        string
	Refresh     time.Duration
	Users       []StatsUser // "stats auth"; none = whoever asks, unless StatsRules say otherwise
	Realm       string      // "stats realm"
	Scope       []string    // "stats scope": the sections that are shown, "." for the page's own; none = all
	HideVersion bool
	Legends     bool // "stats show-legends"
	Modules     bool // "stats show-modules"
	ShowNode    bool
	Node        string // "stats show-node"; "" = that of the global section
	ShowDesc    bool
	Desc        string // "stats show-desc"; "" = that of the global section
}

// StatsUser is one "stats auth": who may see the page.
type StatsUser struct{ Name, Password string }

// StateSources are the words of "load-server-state-from-file": nothing, the file of the global section, or one of the backend's own.
var StateSources = []string{"none", "global", "local"}

// WantMSS is what "mss" takes.
const WantMSS = "a number from 1 to 65535, or from -65535 to -1"

// Bind is one listening address (a "bind" line with several addresses gives several).
type Bind struct {
	Pos         Pos
	Places      Places // of its attributes
	Addr        Addr
	Name        string
	ID          int
	Maxconn     int
	Backlog     int
	DeferAccept bool
	TFO         bool
	Transparent bool
	Interface   string
	MSS         int
	UserTimeout time.Duration // "tcp-ut"
	IdlePing    time.Duration // "idle-ping": how often a client of HTTP/2 without streams is asked for a sign of life; 0 = never
	Congestion  string        // "cc": the kernel's congestion control; "" = as the kernel has it
	MD5Sig      string        // "tcp-md5sig": the key that signs segments (RFC 2385); "" = none
	Namespace   string        // of the network; "" = the process's own
	SaveSYN     int           // "tcp-ss": what is kept of a client's SYN: 1 = from the IP header on, 2 = from the Ethernet header on
	AcceptProxy bool
	CIPMagic    int    // "accept-netscaler-cip"; 0 = off
	Proto       string // "proto": one of BindProtos; "" = by the first octets
	Nice        int    // "nice": accepted and without effect, as set-nice
	Mode        uint32 // of a unix socket's file; 0 = the umask's
	User, Group string
	UserPos     Pos // of the names
	GroupPos    Pos
	TLS         BindTLS
	Unsupported []Unsupported
}

// Headers are what a proxy may say of a connection before its first byte.
type Headers uint8

const (
	HeaderProxy Headers = 1 << iota // the PROXY protocol
	HeaderCIP                       // NetScaler's insertion of the client's IP header
)

// Server is one "server" line, its default-server merged in.
type Server struct {
	Pos         Pos
	Places      Places // of its attributes
	Name        string
	ID          int // sid; Validate numbers the rest
	Addr        Addr
	Weight      int // 0..256; -1 = not set, default 1
	WeightSet   bool
	Maxconn     int // streams at once; 0 = no limit
	Minconn     int
	Maxqueue    int
	Backup      bool
	Disabled    bool
	Cookie      string        // its name in the backend's cookie
	Redir       string        // "redir": where clients are sent for GET and HEAD, before the path
	PoolMax     int           // pool-max-conn: idle connections kept; -1 = no limit
	PoolPurge   time.Duration // default 5s
	MaxReuse    int           // requests on one connection; -1 = no limit
	Source      *SourceAddr
	HashKey     string        // "hash-key": what a consistent hash knows it by: "id" (default), "addr" or "addr-port"
	InitAddr    []string      // "init-addr": how its name becomes an address at the start: of "last", "libc", "none" and addresses; nil = last, libc
	Proto       string        // "proto": one of ServerProtos; "" = HTTP/1, or what TLS has agreed on
	CheckProto  string        // "check-proto": the same for health checks; "" = as Proto says
	WS          string        // "ws": one of WebSocketProtos; "" = auto
	PoolName    *Expr         // "pool-conn-name": idle connections serve requests of the same name only; nil = of the same server name of TLS
	TFO         bool          // TCP Fast Open; in TCP mode nothing is sent with the first packet
	Congestion  string        // "cc": the kernel's congestion control; "" = as the kernel has it
	MD5Sig      string        // "tcp-md5sig": the key that signs segments (RFC 2385); "" = none
	Namespace   string        // of the network; "" = the process's own
	Socks       *Addr         // "socks4": the SOCKS proxy to connect through
	UserTimeout time.Duration // "tcp-ut": how long sent bytes may go unacknowledged; 0 = as the kernel has it
	IdlePing    time.Duration // "idle-ping": how often an idle connection of HTTP/2 is asked for a sign of life; 0 = never
	// ShutOnDown is "on-marked-down shutdown-sessions", ShutBackups "on-marked-up shutdown-backup-sessions".
	ShutOnDown bool
	// SendProxy and SendProxyV2 put a PROXY header before everything else that is sent; version 2 where both are set.
	SendProxy, SendProxyV2 bool
	ProxyV2                []string // of ProxyV2Options
	ProxyTLVs              []*ProxyTLV
	// CheckProxy and CheckSocks have health checks send PROXY headers and go through the SOCKS proxy. Without CheckProxy those do that
	// go where streams go and streams have one.
	CheckProxy, CheckSocks bool
	ShutBackups            bool
	Check                  bool
	Checks                 ServerCheck
	ServerState
	TLS         ServerTLS
	Unsupported []Unsupported
}

// ProxyTLV is "set-proxy-v2-tlv-fmt": one more record in the PROXY header.
type ProxyTLV struct {
	Pos   Pos
	Type  int
	Value *Format
}

// ProxyV2Options are what "proxy-v2-options" takes: what a PROXY header of version 2 says beside the addresses.
var ProxyV2Options = []string{"ssl", "cert-cn", "ssl-cipher", "cert-sig", "cert-key", "authority", "crc32c", "unique-id"}

// ServerCheck is the timing and target of a server's health check.
type ServerCheck struct {
	Addr      string        // "" = the server's
	Port      int           // 0 = the server's
	Inter     time.Duration // default 2s
	FastInter time.Duration // in transition; 0 = Inter
	DownInter time.Duration // while down; 0 = Inter
	Rise      int           // default 2
	Fall      int           // default 3
}

// Algorithm is a load-balancing algorithm.
type Algorithm uint8

const (
	RoundRobin Algorithm = iota
	LeastConn
	Source
	URI
	URLParam
	Header
	Random // random(draws)
	First
	StaticRR
	Hash      // hash EXPRESSION
	RDPCookie // rdp-cookie(NAME)
)

// Balance is the "balance" line.
type Balance struct {
	Pos        Pos
	Algo       Algorithm
	Name       string // url_param's parameter, hdr's field, rdp-cookie's cookie
	Expr       *Expr  // hash: what is hashed
	Len        int    // uri: bytes hashed; 0 = all
	Depth      int    // uri: directories hashed; 0 = all
	Whole      bool   // uri: with the query
	PathOnly   bool   // uri: without scheme and authority
	CheckPost  int    // url_param: bytes of a POST body to wait for; 0 = off
	DomainOnly bool   // hdr: "use_domain_only"
	Draws      int    // random
}

// HashType is "hash-type METHOD FUNCTION MODIFIER".
type HashType struct {
	Consistent    bool
	Func          string // sdbm (default), djb2, wt6, crc32, none
	Avalanche     bool
	BalanceFactor int // hash-balance-factor, percent; 0 = off
}
