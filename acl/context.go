package acl

import (
	"net/netip"
	"time"

	"weir/internal/message"
	"weir/internal/tlsio"
)

// Context is what an evaluation may look at. It belongs to one stream, which fills it as things become known and
// reuses it for the next request. What is not there yet is nil or zero: a fetch of it finds nothing.
type Context struct {
	Req  *message.Request
	Resp *message.Response
	// Src and Dst are the client connection's two ends, after PROXY protocol.
	Src, Dst netip.AddrPort

	FrontendName, BackendName, ServerName, ListenerName string
	// Listener is what Env knows the client's listener by; its name may be none.
	Listener                                    string
	FrontendID, BackendID, ServerID, ListenerID int
	// FirstRequest is set for the first request on its connection.
	FirstRequest bool
	// Raw and RawResp are what the client and the server have sent and nobody has taken yet: what tcp-request and
	// tcp-response content rules inspect.
	Raw, RawResp []byte
	// Final is set when no more of the message will come, or no more is waited for: wait_end holds.
	Final bool
	// More is set after an evaluation whose result may change with more bytes. Who can wait does so and evaluates again;
	// at the latest when Final is set, which keeps More unset. Cond.Match and Expr.Eval clear it first.
	More bool
	// ClientTLS and ServerTLS are the state of TLS on the client's and the server's connection; nil = there is none.
	ClientTLS, ServerTLS *tlsio.Conn

	Loop int // the loop's number: "thread"

	// ReqBody and RespBody are the body bytes that are buffered by now. The sizes are those of the whole bodies where
	// they are known, else -1.
	ReqBody, RespBody         []byte
	ReqBodySize, RespBodySize int64
	// ReqCaptures and RespCaptures are the values of the proxy's "capture" lines, in order; nil for none.
	ReqCaptures, RespCaptures [][]byte
	Captures                  Captures // nil = nothing can be captured
	Result                    Result   // nil = there is no stream

	Now    time.Time // the wall clock of this loop turn
	Env    Env       // nil = live numbers cannot be had
	Stream Stream    // nil = the stream cannot be asked
	Log    Log       // nil = log variables know only what is here
	// Arena holds what converters build: Begin sets the Context's own and empties it. It may be that of the stream's
	// rewrites: then KeepArena is set, and whoever owns it resets it.
	Arena     *message.Arena
	KeepArena bool

	// Sess holds the client connection's variables, which all its streams share; nil = the Context makes its own.
	Sess *SessVars
	// State is the process's: where it is nil, limits on variables' memory are not given back.
	State *State
	// UseProxyHeader is "option http-use-proxy-header": a proxy's client says who it is in Proxy-Authorization.
	UseProxyHeader bool
	// Unchecked is a password that an evaluation has met and that takes too long to check on a loop: see Check.
	Unchecked *Check
	// InResponse is set once the response has begun where Resp is not (TCP mode): it ends the variables of scope req.
	InResponse bool

	vars     streamVars
	known    []verdict // on passwords, of this request
	checkNow bool      // passwords are checked at once: nobody else waits
	connOnly bool      // there is no stream yet: see BeginConn

	peek    *peeked // see peekRequest
	logs    *ownLog // see ownRecord
	own     message.Arena
	scratch message.Arena // what conditions build; given up after each
	folded  []byte        // see lower
	// smp and it are the running evaluation's sample and the place of its fetch among several values. They are here
	// and not on the stack because what is passed through a function pointer would be allocated there.
	smp Sample
	id  []byte // the unique id, kept for the next one
	it  cursor
	// old is a variable's value while set-var compares, and text what set-var-fmt has built.
	old  Sample
	text []byte
}

// cursor is where a fetch with several values has got to.
type cursor struct {
	more  bool // another value may follow
	field int  // index of the field being walked
	rest  []byte
	in    bool // rest is unread
}

// Begin readies the Context for a new request: it forgets the message, not the connection.
func (c *Context) Begin(now time.Time) {
	c.Req, c.Resp = nil, nil
	c.BackendName, c.ServerName = "", ""
	c.BackendID, c.ServerID = 0, 0
	c.ReqBody, c.RespBody = nil, nil
	c.ReqBodySize, c.RespBodySize = -1, -1
	c.Raw, c.RawResp = nil, nil
	c.ServerTLS = nil
	c.FirstRequest, c.Final, c.More = false, false, false
	c.InResponse, c.connOnly = false, false
	c.vars.reset(c)
	c.Unchecked, c.known = nil, c.known[:0]
	c.Now = now
	c.smp = Sample{}
	c.it = cursor{}
	if !c.KeepArena {
		// Also after a panic that was contained in the midst of a condition, which builds elsewhere.
		c.Arena = &c.own
		c.own.Reset()
	}
}

// BeginConn readies the Context for the rules on a connection, which has no stream yet: of the variables only those of
// the process and of the session exist. The caller has set Sess.
func (c *Context) BeginConn(now time.Time) {
	c.Begin(now)
	c.connOnly = true
}

// End forgets the stream's variables, after its last rule and log line, and lets go of the session.
func (c *Context) End() {
	c.vars.reset(c)
	c.Sess = nil
}

// Gauge is a live number of a proxy or a server that rules may ask for.
type Gauge uint8

const (
	Nbsrv      Gauge = iota + 1 // usable servers of a backend
	BeConn                      // streams on a backend
	BeConnFree                  // connection slots left in a backend; -1 without limits
	BeSessRate                  // streams per second
	Queue                       // requests queued in a backend and its servers
	AvgQueue                    // Queue per usable server
	ConnSlots                   // connection and queue slots left; -1 without limits
	FeConn                      // connections of a frontend
	FeSessRate
	FeReqRate
	DstConn     // connections on the client's listener
	SrvConn     // streams on a server
	SrvConnFree // connection slots left in a server; -1 without limits
	SrvIsUp     // 1 when usable
	SrvQueue
	SrvSessRate
	SrvWeight  // the effective one
	SrvIWeight // the configured one
	SrvUWeight // as people see it
	ActConn    // connections of the process
	Stopping   // 1 while the process stops gracefully
)

// Captures keeps what capture-req and capture-res capture.
type Captures interface {
	// Capture puts a copy of v, as much as there is room for, into a slot; false where the slot does not exist.
	Capture(response bool, slot int, v []byte) bool
}

// Env answers for what lives outside a stream. It is called on the loop and must not block or allocate.
type Env interface {
	// Gauge is the number for a proxy, or for one of its servers where server is not empty; proxy is empty for what is
	// of the process or of the listener. false = there is no such thing now.
	Gauge(g Gauge, proxy, server string) (int64, bool)
}
