package acl

// gaugeFetches ask the Env for a live number.
var gaugeFetches = []fetch{
	{"nbsrv", "[backend:backend]", Int, needProcess, runGauge, fixGauge(Nbsrv), "usable servers of a backend"},
	{"be_conn", "[backend:backend]", Int, needProcess, runGauge, fixGauge(BeConn), "streams on a backend"},
	{"be_conn_free", "[backend:backend]", Int, needProcess, runGauge, fixGauge(BeConnFree), "connection slots left in a backend; -1 without limits"},
	{"be_sess_rate", "[backend:backend]", Int, needProcess, runGauge, fixGauge(BeSessRate), "streams per second on a backend"},
	{"queue", "[backend:backend]", Int, needProcess, runGauge, fixGauge(Queue), "requests queued in a backend"},
	{"avg_queue", "[backend:backend]", Int, needProcess, runGauge, fixGauge(AvgQueue), "requests queued in a backend per usable server"},
	{"connslots", "[backend:backend]", Int, needProcess, runGauge, fixGauge(ConnSlots), "connection and queue slots left in a backend; -1 without limits"},
	{"fe_conn", "[frontend:frontend]", Int, needProcess, runGauge, fixGauge(FeConn), "connections of a frontend"},
	{"fe_sess_rate", "[frontend:frontend]", Int, needProcess, runGauge, fixGauge(FeSessRate), "new sessions per second of a frontend"},
	{"fe_req_rate", "[frontend:frontend]", Int, needProcess, runGauge, fixGauge(FeReqRate), "requests per second of a frontend"},
	{"dst_conn", "", Int, needClient, runGauge, fixGauge(DstConn), "connections on the client's listener"},
	{"srv_conn", "server:server", Int, needProcess, runGauge, fixGauge(SrvConn), "streams on a server"},
	{"srv_conn_free", "server:server", Int, needProcess, runGauge, fixGauge(SrvConnFree), "connection slots left in a server; -1 without limits"},
	{"srv_is_up", "server:server", Bool, needProcess, runGaugeBool, fixGauge(SrvIsUp), "a server is usable"},
	{"srv_queue", "server:server", Int, needProcess, runGauge, fixGauge(SrvQueue), "requests queued on a server"},
	{"srv_sess_rate", "server:server", Int, needProcess, runGauge, fixGauge(SrvSessRate), "streams per second on a server"},
	{"srv_weight", "server:server", Int, needProcess, runGauge, fixGauge(SrvWeight), "a server's effective weight"},
	{"srv_iweight", "server:server", Int, needProcess, runGauge, fixGauge(SrvIWeight), "a server's configured weight"},
	{"srv_uweight", "server:server", Int, needProcess, runGauge, fixGauge(SrvUWeight), "a server's weight as people see it"},
	{"act_conn", "", Int, 0, runGauge, fixGauge(ActConn), "connections of the process"},
	{"stopping", "", Bool, needProcess, runGaugeBool, fixGauge(Stopping), "the process is stopping"},
}

// fixGauge also notes what an argument that is left out stands for.
func fixGauge(g Gauge) func(*args) error {
	return func(a *args) error {
		a.gauge = g
		return nil
	}
}

func runGauge(c *Context, a *args, s *Sample) bool {
	if c.Env == nil {
		return false
	}
	proxy, server := "", ""
	switch {
	case len(a.str) == 2: // a server: backend and name
		proxy, server = a.str[0], a.str[1]
	case len(a.str) == 1:
		proxy = a.str[0]
	}
	if proxy == "" {
		switch a.gauge {
		case FeConn, FeSessRate, FeReqRate:
			proxy = c.FrontendName
		case ActConn, Stopping:
		case DstConn:
			proxy, server = c.FrontendName, c.Listener
		default:
			proxy = c.currentBackend()
		}
	}
	n, ok := c.Env.Gauge(a.gauge, proxy, server)
	return ok && s.setInt(n)
}

// currentBackend is the stream's. Before there is one it is that of the "listen" section whose rules ask.
func (c *Context) currentBackend() string {
	if c.BackendName == "" {
		return c.FrontendName
	}
	return c.BackendName
}

func runGaugeBool(c *Context, a *args, s *Sample) bool {
	return runGauge(c, a, s) && s.setBool(s.Int != 0)
}
