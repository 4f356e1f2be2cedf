package stats

import (
	"fmt"
	"time"
)

// infoField is one line of "show info" and one haproxy_process_ metric.
type infoField struct {
	name   string
	tags   string
	kind   kind
	doc    string
	get    func(i *Info, v *view) value
	metric string
	help   string // empty = doc
	silent bool   // a metric only, as of an HAProxy that is built without it
}

// shown reports whether "show info" has the line.
func (f *infoField) shown() bool { return f.get != nil && !f.silent }

// infoFields are the lines in their order; the position of a line is its number in the typed format. What
// belongs to features that are not there is 0, as HAProxy's is while nobody uses them.
var infoFields = []infoField{
	{name: "Name", tags: "POS", kind: kindStr, doc: "name of the product", get: func(i *Info, _ *view) value { return str(i.Name) }},
	{name: "Version", tags: "POS", kind: kindStr, doc: "version", get: func(i *Info, _ *view) value { return str(i.Version) }},
	{name: "Release_date", tags: "POS", kind: kindStr, doc: "date of the version", get: func(i *Info, _ *view) value { return str(i.ReleaseDate) }},
	{name: "Nbthread", tags: "CGS", kind: kindU32, doc: "event loops running", get: func(i *Info, _ *view) value { return u32(int64(i.NbThread)) }, metric: "nbthread"},
	{name: "Nbproc", tags: "CGS", kind: kindU32, doc: "processes, always 1", get: one, metric: "nbproc"},
	{name: "Process_num", tags: "KGP", kind: kindU32, doc: "number of this process, always 1", get: one, metric: "relative_process_id"},
	{name: "Pid", tags: "SGP", kind: kindU32, doc: "process id", get: func(i *Info, _ *view) value { return u32(int64(i.PID)) }},
	{name: "Uptime", tags: "MDP", kind: kindStr, doc: "time since the start, in days, hours, minutes and seconds", get: func(i *Info, v *view) value { return str(uptime(v.ago(i.Started))) }},
	{name: "Uptime_sec", tags: "MDP", kind: kindU32, doc: "seconds since the start", get: func(i *Info, v *view) value { return u32(v.ago(i.Started)) }, metric: "uptime_seconds"},
	{name: "Memmax_MB", tags: "CLP", kind: kindU32, doc: "memory limit in MB, 0 = none", get: func(i *Info, _ *view) value { return u32(int64(i.MemMaxBytes >> 20)) }},
	{name: "PoolAlloc_MB", tags: "MGP", kind: kindU32, doc: "MB held in buffer pools", get: func(i *Info, _ *view) value { return u32(max(i.PoolAllocMB, int64(i.PoolAllocBytes>>20))) }},
	{name: "PoolUsed_MB", tags: "MGP", kind: kindU32, doc: "MB of the pools in use", get: func(i *Info, _ *view) value { return u32(max(i.PoolUsedMB, int64(i.PoolUsedBytes>>20))) }},
	{name: "PoolFailed", tags: "MCP", kind: kindU32, doc: "pool allocations that failed; the Go heap never reports one", get: zeroInfo, metric: "pool_failures_total"},
	{name: "Ulimit-n", tags: "CLP", kind: kindU32, doc: "limit on open files", get: func(i *Info, _ *view) value { return u32(i.ULimitN) }, metric: "max_fds"},
	{name: "Maxsock", tags: "CLP", kind: kindU32, doc: "limit on sockets", get: func(i *Info, _ *view) value { return u32(i.MaxSock) }, metric: "max_sockets"},
	{name: "Maxconn", tags: "CLP", kind: kindU32, doc: "limit on connections in force", get: func(i *Info, _ *view) value { return u32(i.Maxconn) }, metric: "max_connections"},
	{name: "Hard_maxconn", tags: "CLP", kind: kindU32, doc: "limit on connections as configured", get: func(i *Info, _ *view) value { return u32(i.HardMaxconn) }, metric: "hard_max_connections"},
	{name: "CurrConns", tags: "MGP", kind: kindU32, doc: "connections open now", get: func(i *Info, _ *view) value { return u32(int64(i.CurrConns)) }, metric: "current_connections"},
	{name: "CumConns", tags: "MCP", kind: kindU32, doc: "connections since the start", get: func(i *Info, _ *view) value { return wrap32(i.CumConns) }, metric: "connections_total"},
	{name: "CumReq", tags: "MCP", kind: kindU32, doc: "requests since the start", get: func(i *Info, _ *view) value { return wrap32(i.CumReq) }, metric: "requests_total"},
	{name: "MaxSslConns", tags: "MMP", kind: kindU32, doc: "limit on TLS connections, 0 = none", get: func(i *Info, _ *view) value { return u32(i.MaxSSLConns) }, metric: "max_ssl_connections"},
	{name: "CurrSslConns", tags: "MGP", kind: kindU32, doc: "TLS connections open now, both sides", get: func(i *Info, _ *view) value { return u32(i.CurrSSLConns) }, metric: "current_ssl_connections"},
	{name: "CumSslConns", tags: "MCP", kind: kindU32, doc: "TLS connections since the start, both sides", get: func(i *Info, _ *view) value { return wrap32(i.CumSSLConns) }, metric: "ssl_connections_total"},
	{name: "Maxpipes", tags: "CLP", kind: kindU32, doc: "limit on pipes for splicing, 0 = none", get: func(i *Info, _ *view) value { return u32(i.MaxPipes) }, metric: "max_pipes"},
	{name: "PipesUsed", tags: "MGP", kind: kindU32, doc: "pipes in use", get: func(i *Info, _ *view) value { return u32(i.PipesUsed) }, metric: "pipes_used_total"},
	{name: "PipesFree", tags: "MGP", kind: kindU32, doc: "pipes kept for the next tunnel", get: func(i *Info, _ *view) value { return u32(i.PipesFree) }, metric: "pipes_free_total"},
	{name: "ConnRate", tags: "MRP", kind: kindU32, doc: "client connections in the last second", get: func(i *Info, _ *view) value { return u32(i.ConnRate) }, metric: "current_connection_rate"},
	{name: "ConnRateLimit", tags: "CLP", kind: kindU32, doc: "limit on ConnRate", get: func(i *Info, _ *view) value { return u32(i.ConnRateLimit) }, metric: "limit_connection_rate"},
	{name: "MaxConnRate", tags: "MMP", kind: kindU32, doc: "most client connections in any second", get: func(i *Info, _ *view) value { return u32(i.ConnRateMax) }, metric: "max_connection_rate"},
	{name: "SessRate", tags: "MRP", kind: kindU32, doc: "sessions in the last second", get: func(i *Info, _ *view) value { return u32(i.SessRate) }, metric: "current_session_rate"},
	{name: "SessRateLimit", tags: "CLP", kind: kindU32, doc: "limit on SessRate", get: func(i *Info, _ *view) value { return u32(i.SessRateLimit) }, metric: "limit_session_rate"},
	{name: "MaxSessRate", tags: "MRP", kind: kindU32, doc: "most sessions in any second", get: func(i *Info, _ *view) value { return u32(i.SessRateMax) }, metric: "max_session_rate"},
	{name: "SslRate", tags: "MRP", kind: kindU32, doc: "TLS connections in the last second", get: func(i *Info, _ *view) value { return u32(i.SSLRate) }, metric: "current_ssl_rate"},
	{name: "SslRateLimit", tags: "CLP", kind: kindU32, doc: "limit on SslRate", get: func(i *Info, _ *view) value { return u32(i.SSLRateLimit) }, metric: "limit_ssl_rate"},
	{name: "MaxSslRate", tags: "MMP", kind: kindU32, doc: "most TLS connections in any second", get: func(i *Info, _ *view) value { return u32(i.SSLRateMax) }, metric: "max_ssl_rate"},
	{name: "SslFrontendKeyRate", tags: "MGP", kind: kindU32, doc: "full TLS handshakes of clients in the last second", get: func(i *Info, _ *view) value { return u32(i.SSLFrontKeys) }, metric: "current_frontend_ssl_key_rate"},
	{name: "SslFrontendMaxKeyRate", tags: "MMP", kind: kindU32, doc: "most of them in any second", get: func(i *Info, _ *view) value { return u32(i.SSLFrontKeysMax) }, metric: "max_frontend_ssl_key_rate"},
	{name: "SslFrontendSessionReuse_pct", tags: "MGP", kind: kindU32, doc: "percent of clients' handshakes that resumed a session", get: func(i *Info, _ *view) value { return u32(i.SSLReusePct) }, metric: "frontend_ssl_reuse"},
	{name: "SslBackendKeyRate", tags: "MRP", kind: kindU32, doc: "full TLS handshakes with servers in the last second", get: func(i *Info, _ *view) value { return u32(i.SSLBackKeys) }, metric: "current_backend_ssl_key_rate"},
	{name: "SslBackendMaxKeyRate", tags: "MMP", kind: kindU32, doc: "most of them in any second", get: func(i *Info, _ *view) value { return u32(i.SSLBackKeysMax) }, metric: "max_backend_ssl_key_rate"},
	{name: "SslCacheLookups", tags: "MCP", kind: kindU32, doc: "TLS sessions looked for in the cache; there is none, clients keep them", get: zeroInfo, metric: "ssl_cache_lookups_total"},
	{name: "SslCacheMisses", tags: "MCP", kind: kindU32, doc: "TLS sessions that the cache did not have; there is none", get: zeroInfo, metric: "ssl_cache_misses_total"},
	{name: "CompressBpsIn", tags: "MRP", kind: kindU32, doc: "bytes a second given to compression; none is done", get: zeroInfo, metric: "http_comp_bytes_in_total"},
	{name: "CompressBpsOut", tags: "MRP", kind: kindU32, doc: "bytes a second that compression made; none is done", get: zeroInfo, metric: "http_comp_bytes_out_total"},
	{name: "CompressBpsRateLim", tags: "CLP", kind: kindU32, doc: "limit on CompressBpsIn, 0 = none", get: zeroInfo, metric: "limit_http_comp"},
	{name: "ZlibMemUsage", tags: "MGP", kind: kindU32, doc: "bytes that zlib holds; there is no zlib", get: zeroInfo, metric: "current_zlib_memory", silent: true},
	{name: "MaxZlibMemUsage", tags: "CLP", kind: kindU32, doc: "limit on ZlibMemUsage, 0 = none", get: zeroInfo, metric: "max_zlib_memory", silent: true},
	{name: "Tasks", tags: "MGP", kind: kindU32, doc: "tasks alive, running or waiting", get: func(i *Info, _ *view) value { return u32(i.Tasks) }, metric: "current_tasks"},
	{name: "Run_queue", tags: "MGP", kind: kindU32, doc: "tasks ready to run", get: func(i *Info, _ *view) value { return u32(i.RunQueue) }, metric: "current_run_queue"},
	{name: "Idle_pct", tags: "MaP", kind: kindU32, doc: "percentage of the last second that the loops waited", get: func(i *Info, _ *view) value { return u32(i.IdlePct) }, metric: "idle_time_percent"},
	{name: "node", tags: "COS", kind: kindStr, doc: "name of the node", get: func(i *Info, _ *view) value { return str(i.Node) }},
	{name: "description", tags: "COS", kind: kindStr, doc: "description of the node", get: func(i *Info, _ *view) value { return strOr(i.Description) }},
	{name: "Stopping", tags: "MGP", kind: kindU32, doc: "1 while the process is stopping", get: func(i *Info, _ *view) value { return u32(flag(i.Stopping)) }, metric: "stopping"},
	{name: "Jobs", tags: "MGP", kind: kindU32, doc: "listeners and client connections alive", get: func(i *Info, _ *view) value { return u32(i.Jobs) }, metric: "jobs"},
	{name: "Unstoppable Jobs", tags: "MGP", kind: kindU32, doc: "jobs that a graceful stop does not wait for; none", get: zeroInfo, metric: "unstoppable_jobs"},
	{name: "Listeners", tags: "MGP", kind: kindU32, doc: "listeners accepting", get: func(i *Info, _ *view) value { return u32(i.Listeners) }, metric: "listeners"},
	{name: "ActivePeers", tags: "MGP", kind: kindU32, doc: "peers in conversation; none without peers sections", get: zeroInfo, metric: "active_peers"},
	{name: "ConnectedPeers", tags: "MGP", kind: kindU32, doc: "peers connected; none without peers sections", get: zeroInfo, metric: "connected_peers"},
	{name: "DroppedLogs", tags: "MGP", kind: kindU32, doc: "log lines dropped because the log could not keep up", get: func(i *Info, _ *view) value { return wrap32(i.DroppedLogs) }, metric: "dropped_logs_total"},
	{name: "BusyPolling", tags: "MGP", kind: kindU32, doc: "1 when busy polling is on; it never is", get: zeroInfo, metric: "busy_polling_enabled"},
	{name: "FailedResolutions", tags: "MGP", kind: kindU32, doc: "names that could not be resolved", get: func(i *Info, _ *view) value { return wrap32(i.FailedResolutions) }, metric: "failed_resolutions"},
	{name: "TotalBytesOut", tags: "MGP", kind: kindU64, doc: "bytes sent since the start", get: func(i *Info, _ *view) value { return u64(i.TotalBytesOut) }, metric: "bytes_out_total"},
	{name: "TotalSplicdedBytesOut", tags: "MGP", kind: kindU64, doc: "bytes sent through a pipe since the start (the name's spelling is HAProxy's)", get: func(i *Info, _ *view) value { return u64(i.TotalSplicedBytesOut) }, metric: "spliced_bytes_out_total", help: "bytes sent through a pipe since the start"},
	{name: "BytesOutRate", tags: "MRP", kind: kindU64, doc: "bytes sent in the last second", get: func(i *Info, _ *view) value { return u64(i.BytesOutRate) }, metric: "bytes_out_rate"},
	{name: "DebugCommandsIssued", tags: "MGP", kind: kindU32, doc: "debug commands issued; there are none", get: zeroInfo},
	{name: "CumRecvLogs", tags: "MCP", kind: kindU32, doc: "log lines received; none without log-forward sections", get: zeroInfo, metric: "recv_logs_total"},
	{name: "Build info", tags: "POS", kind: kindStr, doc: "version as built", get: func(i *Info, _ *view) value { return str(i.Version) }},
	{name: "Memmax_bytes", tags: "CLP", kind: kindU32, doc: "memory limit in bytes, 0 = none", get: func(i *Info, _ *view) value { return u32(int64(i.MemMaxBytes)) }, metric: "max_memory_bytes"},
	{name: "PoolAlloc_bytes", tags: "MGP", kind: kindU64, doc: "bytes held in buffer pools", get: func(i *Info, _ *view) value { return u64(max(i.PoolAllocBytes, uint64(max(0, i.PoolAllocMB))<<20)) }, metric: "pool_allocated_bytes"},
	{name: "PoolUsed_bytes", tags: "MGP", kind: kindU64, doc: "bytes of the pools in use", get: func(i *Info, _ *view) value { return u64(max(i.PoolUsedBytes, uint64(max(0, i.PoolUsedMB))<<20)) }, metric: "pool_used_bytes"},
	{name: "Start_time_sec", tags: "MDP", kind: kindU32, doc: "Unix time of the start", get: startTime, metric: "start_time_seconds"},
	{name: "Tainted", tags: "SGP", kind: kindStr, doc: "unsupported features in use; none", get: func(*Info, *view) value { return str("0") }},
}

func one(*Info, *view) value { return u32(1) }

func zeroInfo(*Info, *view) value { return u32(0) }

func flag(b bool) int64 {
	if b {
		return 1
	}
	return 0
}

// wrap32 shows a counter in a field that clients parse with 32 bits: it wraps, as HAProxy's does.
func wrap32(n uint64) value { return value{kind: kindU32, n: int64(uint32(n))} }

func startTime(i *Info, _ *view) value {
	if i.Started.IsZero() {
		return u32(0)
	}
	return u32(i.Started.Unix())
}

// uptime writes seconds as "1d 2h03m04s".
func uptime(s int64) string {
	const day, hour, minute = int64(24 * time.Hour / time.Second), 3600, 60
	return fmt.Sprintf("%dd %dh%02dm%02ds", s/day, s%day/hour, s%hour/minute, s%minute)
}
