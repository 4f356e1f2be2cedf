package acl

// tlsFetches look at TLS where Weir ends or begins it: Context.ClientTLS and ServerTLS. They are nil on a connection without it, on which
// ssl_fc is false and the others find nothing.
var tlsFetches = []fetch{
	{"ssl_fc", "", Bool, needClient, runTLSClient, nil, "the client's connection is TLS, which Weir ends"},
	{"ssl_fc_has_sni", "", Bool, needClient, runTLSHasSNI, nil, "the client has named the host that it wants, in its TLS hello"},
	{"ssl_fc_sni", "", Str, needClient, runTLSSNI, nil, "the host that the client has named in its TLS hello"},
	{"ssl_bc", "", Bool, needServer, runTLSServer, nil, "the connection to the server is TLS"},
}

func runTLSClient(c *Context, _ *args, s *Sample) bool { return s.setBool(c.ClientTLS != nil) }
func runTLSServer(c *Context, _ *args, s *Sample) bool { return s.setBool(c.ServerTLS != nil) }

func runTLSHasSNI(c *Context, _ *args, s *Sample) bool {
	return s.setBool(c.ClientTLS != nil && c.ClientTLS.ServerName != "")
}

func runTLSSNI(c *Context, a *args, s *Sample) bool {
	return c.ClientTLS != nil && setName(c.ClientTLS.ServerName, a, s)
}
