package stats

// extraFields are the columns behind "-", which HAProxy's modules have: clients find them by their names. As metrics they are told where
// extra-counters asks for them.
var extraFields = []field{
	{name: "ssl_sess", rows: "LFBS", tags: "MCP", kind: kindU64, doc: "TLS handshakes that resumed nothing", get: func(r *Row, _ *view) value { return u64(r.TLS.Sessions) }, metric: "ssl_sess", metricRows: "LFBS", extra: true},
	{name: "ssl_reused_sess", rows: "LFBS", tags: "MCP", kind: kindU64, doc: "TLS handshakes that resumed a session", get: func(r *Row, _ *view) value { return u64(r.TLS.Resumed) }, metric: "ssl_reused_sess", metricRows: "LFBS", extra: true},
	{name: "ssl_failed_handshake", rows: "LFBS", tags: "MCP", kind: kindU64, doc: "TLS handshakes that failed", get: func(r *Row, _ *view) value { return u64(r.TLS.Failed) }, metric: "ssl_failed_handshake", metricRows: "LFBS", extra: true},
	{name: "h2_headers_rcvd", rows: "FB", tags: "MCP", kind: kindU64, doc: "HEADERS frames received", get: func(r *Row, _ *view) value { return u64(r.HTTP2.Headers) }, metric: "h2_headers_rcvd", metricRows: "FB", extra: true},
	{name: "h2_data_rcvd", rows: "FB", tags: "MCP", kind: kindU64, doc: "DATA frames received", get: func(r *Row, _ *view) value { return u64(r.HTTP2.Data) }, metric: "h2_data_rcvd", metricRows: "FB", extra: true},
	{name: "h2_settings_rcvd", rows: "FB", tags: "MCP", kind: kindU64, doc: "SETTINGS frames received", get: func(r *Row, _ *view) value { return u64(r.HTTP2.Settings) }, metric: "h2_settings_rcvd", metricRows: "FB", extra: true},
	{name: "h2_rst_stream_rcvd", rows: "FB", tags: "MCP", kind: kindU64, doc: "RST_STREAM frames received", get: func(r *Row, _ *view) value { return u64(r.HTTP2.Resets) }, metric: "h2_rst_stream_rcvd", metricRows: "FB", extra: true},
	{name: "h2_goaway_rcvd", rows: "FB", tags: "MCP", kind: kindU64, doc: "GOAWAY frames received", get: func(r *Row, _ *view) value { return u64(r.HTTP2.GoAways) }, metric: "h2_goaway_rcvd", metricRows: "FB", extra: true},
	{name: "h2_detected_conn_protocol_errors", rows: "FB", tags: "MCP", kind: kindU64, doc: "errors of peers that ended their connection", get: func(r *Row, _ *view) value { return u64(r.HTTP2.ConnErrors) }, metric: "h2_detected_conn_protocol_errors", metricRows: "FB", extra: true},
	{name: "h2_detected_strm_protocol_errors", rows: "FB", tags: "MCP", kind: kindU64, doc: "errors of peers that ended a stream", get: func(r *Row, _ *view) value { return u64(r.HTTP2.StreamErrors) }, metric: "h2_detected_strm_protocol_errors", metricRows: "FB", extra: true},
	{name: "h2_rst_stream_resp", rows: "FB", tags: "MCP", kind: kindU64, doc: "RST_STREAM frames sent", get: func(r *Row, _ *view) value { return u64(r.HTTP2.ResetsSent) }, metric: "h2_rst_stream_resp", metricRows: "FB", extra: true},
	{name: "h2_goaway_resp", rows: "FB", tags: "MCP", kind: kindU64, doc: "GOAWAY frames sent", get: func(r *Row, _ *view) value { return u64(r.HTTP2.GoAwaysSent) }, metric: "h2_goaway_resp", metricRows: "FB", extra: true},
	{name: "h2_open_connections", rows: "FB", tags: "MGP", kind: kindU64, doc: "connections of HTTP/2 open now", get: func(r *Row, _ *view) value { return u64(uint64(max(r.HTTP2.OpenConns, 0))) }, metric: "h2_open_connections", metricRows: "FB", extra: true},
	{name: "h2_backend_open_streams", rows: "FB", tags: "MGP", kind: kindU64, doc: "streams of HTTP/2 open now", get: func(r *Row, _ *view) value { return u64(uint64(max(r.HTTP2.OpenStreams, 0))) }, metric: "h2_backend_open_streams", metricRows: "FB", extra: true},
	{name: "h2_total_connections", rows: "FB", tags: "MCP", kind: kindU64, doc: "connections of HTTP/2", get: func(r *Row, _ *view) value { return u64(r.HTTP2.Conns) }, metric: "h2_total_connections", metricRows: "FB", extra: true},
	{name: "h2_backend_total_streams", rows: "FB", tags: "MCP", kind: kindU64, doc: "streams of HTTP/2", get: func(r *Row, _ *view) value { return u64(r.HTTP2.Streams) }, metric: "h2_backend_total_streams", metricRows: "FB", extra: true},
	{name: "h1_open_connections", rows: "FB", tags: "MGP", kind: kindU64, doc: "connections of HTTP/1 open now", get: func(r *Row, _ *view) value { return u64(uint64(max(r.HTTP1.OpenConns, 0))) }, metric: "h1_open_connections", metricRows: "FB", extra: true},
	{name: "h1_open_streams", rows: "FB", tags: "MGP", kind: kindU64, doc: "streams of HTTP/1 open now", get: func(r *Row, _ *view) value { return u64(uint64(max(r.HTTP1.OpenStreams, 0))) }, metric: "h1_open_streams", metricRows: "FB", extra: true},
	{name: "h1_total_connections", rows: "FB", tags: "MCP", kind: kindU64, doc: "connections of HTTP/1", get: func(r *Row, _ *view) value { return u64(r.HTTP1.Conns) }, metric: "h1_total_connections", metricRows: "FB", extra: true},
	{name: "h1_total_streams", rows: "FB", tags: "MCP", kind: kindU64, doc: "streams of HTTP/1", get: func(r *Row, _ *view) value { return u64(r.HTTP1.Streams) }, metric: "h1_total_streams", metricRows: "FB", extra: true},
	{name: "h1_bytes_in", rows: "FB", tags: "MCP", kind: kindU64, doc: "bytes received by HTTP/1", get: func(r *Row, _ *view) value { return u64(r.HTTP1.BytesIn) }, metric: "h1_bytes_in", metricRows: "FB", extra: true},
	{name: "h1_bytes_out", rows: "FB", tags: "MCP", kind: kindU64, doc: "bytes sent by HTTP/1", get: func(r *Row, _ *view) value { return u64(r.HTTP1.BytesOut) }, metric: "h1_bytes_out", metricRows: "FB", extra: true},
	{name: "h1_spliced_bytes_in", rows: "FB", tags: "MCP", kind: kindU64, doc: "those that were received through a pipe", get: func(r *Row, _ *view) value { return u64(r.HTTP1.SplicedIn) }, metric: "h1_spliced_bytes_in", metricRows: "FB", extra: true},
	{name: "h1_spliced_bytes_out", rows: "FB", tags: "MCP", kind: kindU64, doc: "those that were sent through a pipe", get: func(r *Row, _ *view) value { return u64(r.HTTP1.SplicedOut) }, metric: "h1_spliced_bytes_out", metricRows: "FB", extra: true},
}
