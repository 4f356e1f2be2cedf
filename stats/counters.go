package stats

// The counter blocks below are owned by one loop each: its code increments them without a lock or an atomic.
// A reader asks every loop for a copy (Sum of what each returns) through that loop's mailbox.
// Field comments name the "show stat" column that a counter feeds (HAProxy management guide, 9.1).

// Traffic is what every proxy side counts.
type Traffic struct {
	Sessions       uint64 // stot of a frontend: connections accepted; of a backend or server: streams
	Connections    uint64 // conn_tot of a frontend
	Requests       uint64 // req_tot
	BytesIn        uint64 // bin: from the client
	BytesOut       uint64 // bout: to the client
	DeniedReq      uint64 // dreq
	DeniedResp     uint64 // dresp
	DeniedConn     uint64 // dcon
	DeniedSess     uint64 // dses
	ReqErrors      uint64 // ereq
	ConnErrors     uint64 // econ
	RespErrors     uint64 // eresp
	Retries        uint64 // wretr
	Redispatch     uint64 // wredis
	ClientAbort    uint64 // cli_abrt
	ServerAbort    uint64 // srv_abrt
	Intercepted    uint64 // intercepted
	Connects       uint64 // connect: attempts to a server
	Reuses         uint64 // reuse: streams on a reused connection
	Selected       uint64 // lbtot
	FailedRewrites uint64 // wrew
	InternalErrors uint64 // eint
	// Responses by class: index 1..5 = hrsp_1xx..hrsp_5xx, 0 = hrsp_other.
	Responses [6]uint64
	// Sums of milliseconds, for qtime, ctime, rtime, ttime, with their number of streams.
	QueueMS, ConnectMS, ResponseMS, TotalMS, Timed uint64

	HTTP1 HTTP1
	HTTP2 HTTP2
	TLS   TLS
}

// HTTP2 is what the connections of HTTP/2 of one side count (h2_*). The fields are those of http2.Counters, which it is converted to.
type HTTP2 struct {
	Headers, Data, Settings, Resets, GoAways uint64 // frames received
	ConnErrors, StreamErrors                 uint64 // of the peer, found here
	ResetsSent, GoAwaysSent                  uint64
	Conns, Streams                           uint64
	OpenConns, OpenStreams                   int64
}

// HTTP1 is the same of HTTP/1 (h1_*).
type HTTP1 struct {
	Conns, Streams         uint64
	BytesIn, BytesOut      uint64 // from the peer and to it
	SplicedIn, SplicedOut  uint64 // of them, by splice(2)
	OpenConns, OpenStreams int64
}

// TLS is what handshakes count (ssl_*).
type TLS struct {
	Sessions, Resumed, Failed uint64
}

// Forget drops what was counted. What is open stays open.
func (t *Traffic) Forget() {
	h1, h2 := HTTP1{OpenConns: t.HTTP1.OpenConns, OpenStreams: t.HTTP1.OpenStreams}, HTTP2{OpenConns: t.HTTP2.OpenConns, OpenStreams: t.HTTP2.OpenStreams}
	*t = Traffic{HTTP1: h1, HTTP2: h2}
}

// Closed says that nothing is open any more.
func (t *Traffic) Closed() {
	t.HTTP1.OpenConns, t.HTTP1.OpenStreams, t.HTTP2.OpenConns, t.HTTP2.OpenStreams = 0, 0, 0, 0
}

// Add adds o to t, field by field.
func (t *Traffic) Add(o *Traffic) {
	t.Sessions += o.Sessions
	t.Connections += o.Connections
	t.Requests += o.Requests
	t.BytesIn += o.BytesIn
	t.BytesOut += o.BytesOut
	t.DeniedReq += o.DeniedReq
	t.DeniedResp += o.DeniedResp
	t.DeniedConn += o.DeniedConn
	t.DeniedSess += o.DeniedSess
	t.ReqErrors += o.ReqErrors
	t.ConnErrors += o.ConnErrors
	t.RespErrors += o.RespErrors
	t.Retries += o.Retries
	t.Redispatch += o.Redispatch
	t.ClientAbort += o.ClientAbort
	t.ServerAbort += o.ServerAbort
	t.Intercepted += o.Intercepted
	t.Connects += o.Connects
	t.Reuses += o.Reuses
	t.Selected += o.Selected
	t.FailedRewrites += o.FailedRewrites
	t.InternalErrors += o.InternalErrors
	for i := range t.Responses {
		t.Responses[i] += o.Responses[i]
	}
	t.QueueMS += o.QueueMS
	t.ConnectMS += o.ConnectMS
	t.ResponseMS += o.ResponseMS
	t.TotalMS += o.TotalMS
	t.Timed += o.Timed
	t.HTTP1.add(&o.HTTP1)
	t.HTTP2.add(&o.HTTP2)
	t.TLS.Sessions += o.TLS.Sessions
	t.TLS.Resumed += o.TLS.Resumed
	t.TLS.Failed += o.TLS.Failed
}

func (t *HTTP1) add(o *HTTP1) {
	t.Conns += o.Conns
	t.Streams += o.Streams
	t.BytesIn += o.BytesIn
	t.BytesOut += o.BytesOut
	t.SplicedIn += o.SplicedIn
	t.SplicedOut += o.SplicedOut
	t.OpenConns += o.OpenConns
	t.OpenStreams += o.OpenStreams
}

func (t *HTTP2) add(o *HTTP2) {
	t.Headers += o.Headers
	t.Data += o.Data
	t.Settings += o.Settings
	t.Resets += o.Resets
	t.GoAways += o.GoAways
	t.ConnErrors += o.ConnErrors
	t.StreamErrors += o.StreamErrors
	t.ResetsSent += o.ResetsSent
	t.GoAwaysSent += o.GoAwaysSent
	t.Conns += o.Conns
	t.Streams += o.Streams
	t.OpenConns += o.OpenConns
	t.OpenStreams += o.OpenStreams
}
