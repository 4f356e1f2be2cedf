package conf

// TuneH2 are the settings of HTTP/2 (tune.h2.*). A zero number means its default; those of the client side (fe) and of the server
// side (be) count more than the ones for both.
type TuneH2 struct {
	HeaderTable int    // tune.h2.header-table-size, octets; default 4096
	Window      int    // tune.h2.initial-window-size, octets; default 65535
	Streams     int    // tune.h2.max-concurrent-streams; default 100
	FEWindow    int    // tune.h2.fe.initial-window-size
	FEStreams   int    // tune.h2.fe.max-concurrent-streams
	FETotal     int    // tune.h2.fe.max-total-streams: after these a client is asked to connect anew; 0 = never
	FEGlitches  int    // tune.h2.fe.glitches-threshold: after these a connection is ended; 0 = never
	FEFrames    int    // tune.h2.fe.max-frames-at-once: of one connection in one turn; 0 = all there are
	BEFrames    int    // tune.h2.be.max-frames-at-once
	BEWindow    int    // tune.h2.be.initial-window-size
	BEStreams   int    // tune.h2.be.max-concurrent-streams
	BEGlitches  int    // tune.h2.be.glitches-threshold
	FERxBuf     int    // tune.h2.fe.rxbuf: octets of bodies that a connection's streams may hold together; 0 = as many as their windows let
	BERxBuf     int    // tune.h2.be.rxbuf
	FEResets    int    // tune.h2.fe.max-rst-at-once: of one connection in one turn; 0 = all there are
	MaxFrame    int    // tune.h2.max-frame-size, octets; at most tune.bufsize; default 16384
	LogErrors   string // tune.h2.log-errors, one of HTTP2LogErrors; "" = none
	NoConnect   bool   // h2-workaround-bogus-websocket-clients: WebSockets over HTTP/2 (RFC 8441) are not offered
}

// HTTP2LogErrors are what tune.h2.log-errors takes: which errors of clients in HTTP/2 get a line in the log. All are counted.
var HTTP2LogErrors = []string{"none", "connection", "stream"}

// The bounds of tune.h2.header-table-size, as in HAProxy: from the size that everybody may count on (RFC 9113, 6.5.2).
const (
	MinHeaderTable = 4096
	MaxHeaderTable = 65536
)

// ServerProtos are what "server ... proto" and "check-proto" take: without one it is HTTP/1, or what TLS has agreed on (alpn).
var ServerProtos = []string{"h1", "h2"}

// ServerProtosLater and BindProtosLater are what HAProxy takes there and Weir does not do yet.
var (
	ServerProtosLater = []string{"fcgi"}
	BindProtosLater   = []string{"quic"}
)

// WebSocketProtos are what "server ... ws" takes; "auto" is the default: HTTP/1 where the server's alpn offers both, else what other
// requests are sent in.
var WebSocketProtos = []string{"auto", "h1", "h2"}

// BindProtos are what "bind ... proto" takes: without one an HTTP bind tells HTTP/1 and HTTP/2 apart by the first octets.
var BindProtos = []string{"h1", "h2"}
