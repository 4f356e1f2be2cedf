package fault

// The rows. Names are stable: they are the "reason" label of metrics.
var (
	ClientAbortRequest   = &Fault{Client, PhaseRequest, 400, RetryNo, "client_abort_request", "the client closed before its request was complete"}
	ClientAbortBody      = &Fault{Client, PhaseRequest, 0, RetryNo, "client_abort_body", "the client closed before the body that was waited for was complete"}
	ClientTimeoutRequest = &Fault{CTimeout, PhaseRequest, 408, RetryNo, "client_timeout_request", "the client did not send a complete request within timeout http-request"}
	BadRequest           = &Fault{Proxy, PhaseRequest, 400, RetryNo, "bad_request", "the request is malformed"}
	Denied               = &Fault{Proxy, PhaseRequest, 403, RetryNo, "denied", "a rule denied the request"}
	DeniedResponse       = &Fault{Proxy, PhaseHeaders, 502, RetryNo, "denied_response", "a rule denied the response"}
	DeniedContent        = &Fault{Proxy, PhaseData, 0, RetryNo, "denied_content", "a tcp-response content rule refused what the server sent"}
	WrongMode            = &Fault{Internal, PhaseRequest, 500, RetryNo, "wrong_mode", "an HTTP request was routed to a backend in TCP mode"}
	Tarpitted            = &Fault{Proxy, PhaseTarpit, 500, RetryNo, "tarpitted", "a rule tarpitted the request"}
	NoBackend            = &Fault{Server, PhaseConnect, 503, RetryNo, "no_backend", "no backend takes this request"}
	NoServer             = &Fault{Server, PhaseConnect, 503, RetryNo, "no_server", "no server is available"}
	QueueTimeout         = &Fault{STimeout, PhaseQueue, 503, RetryNo, "queue_timeout", "no server had a free slot within timeout queue"}
	ClientAbortQueue     = &Fault{Client, PhaseQueue, 0, RetryNo, "client_abort_queue", "the client closed while its request was queued"}
	ClientAbortConnect   = &Fault{Client, PhaseConnect, 0, RetryNo, "client_abort_connect", "the client closed while its server was connected to"}
	ConnectRefused       = &Fault{Server, PhaseConnect, 503, RetryYes, "connect_refused", "the server refused the connection"}
	ConnectTimeout       = &Fault{STimeout, PhaseConnect, 503, RetryYes, "connect_timeout", "the server did not accept the connection within timeout connect"}
	ServerHandshake      = &Fault{Server, PhaseConnect, 503, RetryYes, "server_handshake", "the TLS handshake with the server failed"}
	ServerUnwelcome      = &Fault{Server, PhaseConnect, 503, RetryUndone, "server_unwelcome", "the server ended the TLS connection over the certificate that it was shown, or that it was shown none"}
	ConnectResource      = &Fault{Resource, PhaseConnect, 503, RetryNo, "connect_resource", "no local port, fd or memory was left to connect with"}
	ServerAbortHeaders   = &Fault{Server, PhaseHeaders, 502, RetryIfReused, "server_abort_headers", "the server closed before its response headers were complete"}
	ServerRefused        = &Fault{Server, PhaseHeaders, 502, RetryUndone, "server_refused_stream", "the server did not take the request on this connection (HTTP/2 REFUSED_STREAM or GOAWAY)"}
	ServerWantsHTTP1     = &Fault{Server, PhaseHeaders, 502, RetryUndone, "server_wants_http1", "the server wants this request over HTTP/1.1 (HTTP/2 HTTP_1_1_REQUIRED), and there is no way to it: its alpn has no \"http/1.1\""}
	ServerNoWebSocket    = &Fault{Server, PhaseHeaders, 502, RetryNo, "server_no_websocket", "the server takes no WebSocket over HTTP/2 (RFC 8441); \"ws h1\" would speak HTTP/1 with it"}
	ServerNoUpgrade      = &Fault{Server, PhaseHeaders, 502, RetryNo, "server_no_upgrade", "the server answered a client of HTTP/2 that wanted another protocol with 2xx and did not change to it: the client would take its answer for that protocol (RFC 8441, 5)"}
	ServerTimeoutHeaders = &Fault{STimeout, PhaseHeaders, 504, RetryNo, "server_timeout_headers", "the server did not send response headers within timeout server"}
	BadResponse          = &Fault{Proxy, PhaseHeaders, 502, RetryNo, "bad_response", "the response is malformed"}
	ClientAbortHeaders   = &Fault{Client, PhaseHeaders, 400, RetryNo, "client_abort_headers", "the client closed while the server was preparing its response"}
	ClientAbortData      = &Fault{Client, PhaseData, 0, RetryNo, "client_abort_data", "the client closed during the transfer"}
	ClientTimeoutData    = &Fault{CTimeout, PhaseData, 408, RetryNo, "client_timeout_data", "the client sent or took nothing within timeout client"}
	ServerAbortData      = &Fault{Server, PhaseData, 502, RetryNo, "server_abort_data", "the server closed during the transfer"}
	ServerTimeoutData    = &Fault{STimeout, PhaseData, 504, RetryNo, "server_timeout_data", "the server sent or took nothing within timeout server"}
	BadResponseData      = &Fault{Server, PhaseData, 502, RetryNo, "bad_response_data", "the response body is malformed"}
	BadRequestData       = &Fault{Proxy, PhaseHeaders, 400, RetryNo, "bad_request_data", "the request body is malformed"}
	InternalError        = &Fault{Internal, PhaseData, 500, RetryNo, "internal", "a bug in Weir was contained"}
	Intercepted          = &Fault{Local, PhaseRequest, 0, RetryNo, "intercepted", "Weir answered by itself"}
	ServerRedirect       = &Fault{Local, PhaseConnect, 302, RetryNo, "server_redirect", "the client was sent to the server itself"}
	InterceptedResponse  = &Fault{Local, PhaseHeaders, 0, RetryNo, "intercepted_response", "Weir answered in place of the server"}
	RewriteFailed        = &Fault{Proxy, PhaseRequest, 500, RetryNo, "rewrite_failed", "a rule could not change the request"}
	RewriteFailedResp    = &Fault{Proxy, PhaseHeaders, 500, RetryNo, "rewrite_failed_response", "a rule could not change the response"}
	UnwantedStatus       = &Fault{Server, PhaseHeaders, 502, RetryNo, "unwanted_status", "the server answered with a status that is retried"}
	TunnelTimeout        = &Fault{CTimeout, PhaseData, 0, RetryNo, "tunnel_timeout", "the tunnel was idle for timeout tunnel"}
	ShutDown             = &Fault{Killed, PhaseData, 0, RetryNo, "shut_down", "Weir was stopped"}
	KilledByAdmin        = &Fault{Killed, PhaseData, 0, RetryNo, "killed", "an administrator ended it"}
	ServerDown           = &Fault{Down, PhaseData, 0, RetryNo, "server_down", "its server went down"}
)
