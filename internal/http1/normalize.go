package http1

import "weir/internal/message"

// normalize takes a default port out of an absolute-form target and of the Host field that goes with it (RFC 9110, 4.2.3), in place, so that rules,
// logs and servers see one name for one host. It comes after checkHost: the two are the same host already.
//
// As HAProxy 2.6: Host becomes the target's authority; a target without a port leaves Host as it is; of CONNECT, whose target must have a port,
// only Host loses it. A path that is not there stays "/" (see splitAbsolute), where HAProxy has none.
func normalize(req *message.Request) {
	host, port := message.SplitPort(req.Authority)
	cut := len(req.Authority) - len(host)
	if cut == 0 || namedPort(port, req.Scheme) != nil || !validHost(req.Authority) { // "::" is forgiven and left alone: what is its port?
		return
	}
	switch {
	case req.MethodID == message.MethodConnect:
	case equalFold(req.Scheme, "http"), equalFold(req.Scheme, "https"):
		// What stands before the port moves over it.
		t, scheme := req.Target, len(req.Scheme)
		end := scheme + len("://") + len(host)
		copy(t[cut:], t[:end])
		t = t[cut:]
		req.Target, req.Scheme = t, t[:scheme:scheme]
		req.Authority = t[end-len(host) : end : end]
		host = req.Authority
	default: // nobody knows its default port
		return
	}
	for i := range req.Fields {
		if f := &req.Fields[i]; f.ID == message.Host {
			f.Value = host // whether the peer nominated the field has not changed
		}
	}
}
