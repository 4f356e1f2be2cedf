package acl

import "net/netip"

// clientFetches look at the client connection and at who takes part (HAProxy's guide, 7.3.3).
var clientFetches = []fetch{
	{"src", "", Addr, needConn, runSrc, nil, "the client's address"},
	{"src_port", "", Int, needConn, runSrcPort, nil, "the client's port"},
	{"src_is_local", "", Bool, needConn, runSrcLocal, nil, "the client's address is one of this host"},
	{"dst", "", Addr, needConn, runDst, nil, "the address that the client connected to"},
	{"dst_port", "", Int, needConn, runDstPort, nil, "the port that the client connected to"},
	{"dst_is_local", "", Bool, needConn, runDstLocal, nil, "that address is one of this host"},
	{"fe_id", "", Int, needClient, runFeID, nil, "the frontend's number"},
	{"fe_name", "", Str, needClient, runFeName, nil, "the frontend's name"},
	{"so_id", "", Int, needClient, runSoID, nil, "the listener's number"},
	{"so_name", "", Str, needClient, runSoName, nil, "the listener's name"},
	{"be_id", "", Int, needBackend, runBeID, nil, "the backend's number"},
	{"be_name", "", Str, needBackend, runBeName, nil, "the backend's name"},
	{"srv_id", "", Int, needServer, runSrvID, nil, "the server's number"},
	{"srv_name", "", Str, needServer, runSrvName, nil, "the server's name"},
	{"http_first_req", "", Bool, needReqKept, runFirst, nil, "this is the first request on its connection"},
}

// setIP gives an IPv4 address in its own form, also where it came over an IPv6 socket.
func setIP(a netip.AddrPort, s *Sample) bool { return a.IsValid() && s.setAddr(a.Addr().Unmap()) }

func setPort(a netip.AddrPort, s *Sample) bool { return a.IsValid() && s.setInt(int64(a.Port())) }

func setName(name string, a *args, s *Sample) bool {
	// The bytes are read only and the string is the configuration's: nothing may outlive or change it.
	return name != "" && s.setStr(stringBytes(name))
}

func runSrc(c *Context, _ *args, s *Sample) bool     { return setIP(c.Src, s) }
func runSrcPort(c *Context, _ *args, s *Sample) bool { return setPort(c.Src, s) }
func runDst(c *Context, _ *args, s *Sample) bool     { return setIP(c.Dst, s) }
func runDstPort(c *Context, _ *args, s *Sample) bool { return setPort(c.Dst, s) }

func runSrcLocal(c *Context, _ *args, s *Sample) bool { return setLocal(c.Src, s) }
func runDstLocal(c *Context, _ *args, s *Sample) bool { return setLocal(c.Dst, s) }

func runFeID(c *Context, _ *args, s *Sample) bool   { return s.setInt(int64(c.FrontendID)) }
func runFeName(c *Context, a *args, s *Sample) bool { return setName(c.FrontendName, a, s) }
func runSoID(c *Context, _ *args, s *Sample) bool   { return s.setInt(int64(c.ListenerID)) }
func runSoName(c *Context, a *args, s *Sample) bool { return setName(c.ListenerName, a, s) }
func runBeID(c *Context, _ *args, s *Sample) bool {
	if c.BackendName == "" {
		return runFeID(c, nil, s)
	}
	return s.setInt(int64(c.BackendID))
}

// runBeName is the frontend's name where no backend was chosen, as in the log's own fields.
func runBeName(c *Context, a *args, s *Sample) bool {
	if c.BackendName == "" {
		return setName(c.FrontendName, a, s)
	}
	return setName(c.BackendName, a, s)
}
func runSrvID(c *Context, _ *args, s *Sample) bool {
	return c.ServerName != "" && s.setInt(int64(c.ServerID))
}
func runSrvName(c *Context, a *args, s *Sample) bool { return setName(c.ServerName, a, s) }
func runFirst(c *Context, _ *args, s *Sample) bool   { return c.Req != nil && s.setBool(c.FirstRequest) }
