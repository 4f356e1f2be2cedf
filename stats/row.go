package stats

import "time"

// RowType is the "type" column: what a row counts.
type RowType int

const (
	RowFrontend RowType = iota
	RowBackend
	RowServer
	RowListener
)

// Row is a snapshot of one proxy side, server or listener: the source of "show stat", /metrics and the stats page.
type Row struct {
	Proxy, Name string // pxname; svname ("FRONTEND", "BACKEND", the server's or the listener's name)
	Type        RowType
	IID, SID    int
	Mode        string // "http" or "tcp"
	Addr        string
	Traffic

	Current, Max, Limit      int64 // scur, smax, slim
	QueueCurrent, QueueMax   int64 // qcur, qmax
	QueueLimit               int64 // qlimit
	Rate, RateMax, RateLimit int64 // sessions/s
	ReqRate, ReqRateMax      int64
	ConnRate, ConnRateMax    int64
	Status                   string // OPEN, UP, DOWN, "UP 1/3", MAINT, DRAIN, NOLB, "no check"
	Weight, UserWeight       int64
	Active, Backup           int64
	LastSession              time.Time // of the last stream to it; zero = none
	Algo                     string
	// Servers.
	Checked                           bool
	CheckStatus                       string // "L4OK", "L7STS", "* L4CON" ...
	CheckCode                         int    // HTTP status of the last check; -1 = none
	CheckDuration                     time.Duration
	LastCheck                         string // the last check's text
	CheckHealth, CheckRise, CheckFall int64
	CheckFails, DownTransitions       uint64
	LastChange                        time.Time
	Downtime                          time.Duration
	Throttle                          int
	IdleConns, UsedConns              int64 // idle_conn_cur, used_conn_cur
	NeededConns                       int64
	Tracked                           string
	Cookie                            string

	// Averages over the last 1024 streams, in ms, and their maxima (qtime, ctime, rtime, ttime; backends and servers).
	QueueTime, ConnectTime, ResponseTime, TotalTime Average

	// CheckDesc is the plain meaning of CheckStatus; empty = the usual sentence for that status.
	CheckDesc string
	// Observed says that live traffic is observed as a check; HealthFails are its failures (hanafail).
	Observed    bool
	HealthFails uint64
	// Idle connections by reuse class (idle_conn_cur, safe_conn_cur); IdleConns is their sum (srv_icur).
	UnsafeIdle, SafeIdle int64
	IdleLimit            int64 // src_ilim; 0 = none
	// Agent checks (agent_status ...).
	AgentChecked                      bool
	AgentStatus, AgentText, AgentDesc string
	AgentDuration                     time.Duration
	AgentRise, AgentFall, AgentHealth int64
	// Compression and cache (comp_in, comp_out, comp_byp, comp_rsp; cache_lookups, cache_hits).
	CompIn, CompOut, CompBypass, CompResponses uint64
	CacheLookups, CacheHits                    uint64
}

// Info is a snapshot of the process: the source of "show info" and haproxy_process_*.
type Info struct {
	Name, Version, ReleaseDate, Node, Description string
	PID, NbThread                                 int
	Started                                       time.Time
	MaxSock, Maxconn, HardMaxconn                 int64
	CurrConns, CumConns, CumReq                   uint64
	ConnRate, ConnRateMax, ConnRateLimit          int64
	SessRate, SessRateMax                         int64
	Tasks, RunQueue                               int64
	IdlePct                                       int64
	Stopping                                      bool
	Jobs, Listeners                               int64
	DroppedLogs                                   uint64
	Kept                                          []KeptCert // certificates of acme sections
	PoolAllocMB, PoolUsedMB                       int64
	TotalBytesOut, BytesOutRate                   uint64
	Panics, Stalls, AcceptErrors                  uint64 // contained task panics; loop turns over the stall limit; EMFILE and kin
	ULimitN                                       int64

	MaxPipes, PipesUsed, PipesFree          int64 // splice(2)
	MaxSSLConns, CurrSSLConns               int64
	CumSSLConns                             uint64
	SSLRate, SSLRateLimit, SSLRateMax       int64
	SSLFrontKeys, SSLFrontKeysMax           int64 // handshakes of clients a second that resumed nothing
	SSLBackKeys, SSLBackKeysMax             int64 // the same with servers
	SSLReusePct                             int64
	SessRateLimit                           int64
	TotalSplicedBytesOut, FailedResolutions uint64
	PoolAllocBytes, PoolUsedBytes           uint64
	MemMaxBytes                             uint64
	// Faults counts stream endings by the name of their fault; it becomes weir_faults_total{reason}.
	Faults map[string]uint64
}

// AddFaults adds counts to Faults.
func (i *Info) AddFaults(counts map[string]uint64) {
	for name, n := range counts {
		if i.Faults == nil {
			i.Faults = map[string]uint64{}
		}
		i.Faults[name] += n
	}
}
