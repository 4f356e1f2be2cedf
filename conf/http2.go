package conf

// TuneH2 are the settings of HTTP/2 (tune.h2.*). A zero number means its default; those of the client side (fe) count more than the
// ones for both.
type TuneH2 struct {
	HeaderTable int  // tune.h2.header-table-size, octets; default 4096
	Window      int  // tune.h2.initial-window-size, octets; default 65535
	Streams     int  // tune.h2.max-concurrent-streams; default 100
	FEWindow    int  // tune.h2.fe.initial-window-size
	FEStreams   int  // tune.h2.fe.max-concurrent-streams
	FETotal     int  // tune.h2.fe.max-total-streams: after these a client is asked to connect anew; 0 = never
	FEGlitches  int  // tune.h2.fe.glitches-threshold: after these a connection is ended; 0 = never
	NoConnect   bool // h2-workaround-bogus-websocket-clients: WebSockets over HTTP/2 (RFC 8441) are not offered
}

// BindProtos are what "bind ... proto" takes: without one an HTTP bind tells HTTP/1 and HTTP/2 apart by the first octets.
var BindProtos = []string{"h1", "h2"}
