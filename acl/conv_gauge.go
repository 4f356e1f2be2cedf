package acl

import (
	"bytes"
	"unsafe"
)

// gaugeConvs ask the Env about what is named at run time only.
var gaugeConvs = []conv{
	{"nbsrv", "", Str, Int, convNbsrv, nil, "usable servers of the backend of that name"},
	{"srv_queue", "", Str, Int, convSrvGauge(SrvQueue), nil, "requests queued on a server, named with or without its backend"},
	{"srv_is_up", "", Str, Bool, convSrvIsUp, nil, "true where the server is usable"},
	{"fe_exists", "", Str, Bool, convFeExists, nil, "true where there is a frontend of that name"},
}

// asString is b as a string, not copied: it is for look-ups that keep nothing.
func asString(b []byte) string { return unsafe.String(unsafe.SliceData(b), len(b)) }

func convNbsrv(c *Context, _ *args, s *Sample) bool {
	if c.Env == nil || len(s.Bytes) == 0 {
		return false
	}
	n, ok := c.Env.Gauge(Nbsrv, asString(s.Bytes), "")
	return ok && s.setInt(n)
}

// convSrvGauge takes BACKEND/SERVER, or a server of the stream's backend.
func convSrvGauge(g Gauge) runConv {
	return func(c *Context, _ *args, s *Sample) bool {
		proxy, server := c.currentBackend(), asString(s.Bytes)
		if i := bytes.IndexByte(s.Bytes, '/'); i >= 0 {
			proxy, server = server[:i], server[i+1:]
		}
		if c.Env == nil || proxy == "" || server == "" {
			return false
		}
		n, ok := c.Env.Gauge(g, proxy, server)
		return ok && s.setInt(n)
	}
}

var srvIsUp = convSrvGauge(SrvIsUp)

func convSrvIsUp(c *Context, a *args, s *Sample) bool {
	return srvIsUp(c, a, s) && s.setBool(s.Int != 0)
}

func convFeExists(c *Context, _ *args, s *Sample) bool {
	if c.Env == nil {
		return false
	}
	if len(s.Bytes) == 0 {
		return s.setBool(false)
	}
	_, ok := c.Env.Gauge(FeConn, asString(s.Bytes), "")
	return s.setBool(ok)
}
