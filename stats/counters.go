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
}
