package message

import "bytes"

// Host is the host that the request is for, with its port if it has one: the authority of an absolute- or
// authority-form target, else the Host field (RFC 9112, 3.3). The HTTP/1 codec refuses a request in which the two
// differ, so that there is one answer. It is nil when an HTTP/1.0 request names none.
func (r *Request) Host() []byte {
	if len(r.Authority) > 0 {
		return r.Authority
	}
	return r.Get(Host)
}

// Hostname is Host without the port; the brackets of an IPv6 address stay.
func (r *Request) Hostname() []byte {
	host, _ := SplitPort(r.Host())
	return host
}

// SplitPort cuts "host:port" at its port: digits after the last colon that no bracket follows. port is nil without a colon.
func SplitPort(hostport []byte) (host, port []byte) {
	for i := len(hostport) - 1; i >= 0; i-- {
		switch c := hostport[i]; {
		case c == ':':
			return hostport[:i], hostport[i+1:]
		case c < '0' || c > '9':
			return hostport, nil
		}
	}
	return hostport, nil
}

// PathOnly is the path without the query (HAProxy's "path"); empty for CONNECT and "*".
func (r *Request) PathOnly() []byte {
	if len(r.Path) == 0 || r.Path[0] != '/' {
		return nil
	}
	if i := bytes.IndexByte(r.Path, '?'); i >= 0 {
		return r.Path[:i]
	}
	return r.Path
}

// Query is what follows the first "?" of the path; nil without one.
func (r *Request) Query() []byte {
	if i := bytes.IndexByte(r.Path, '?'); i >= 0 {
		return r.Path[i+1:]
	}
	return nil
}

// URLParam is the value of the first parameter with this name (url_param), not decoded; nil when there is none.
// Parameters begin after the first delim of the path ('?' unless the configuration says another) and end before
// '&', ';' or delim. An empty name takes the first parameter of all. Names are case-sensitive.
func (r *Request) URLParam(name string, delim byte) []byte {
	i := bytes.IndexByte(r.Path, delim)
	if i < 0 {
		return nil
	}
	return FindParam(r.Path[i+1:], name, delim)
}

// FindParam is URLParam on a query, or on a form body (url_param with check_post).
func FindParam(params []byte, name string, delim byte) []byte {
	for len(params) > 0 {
		end := 0
		for end < len(params) && params[end] != '&' && params[end] != ';' && params[end] != delim {
			end++
		}
		if value, ok := paramValue(params[:end], name); ok {
			return value
		}
		params = params[min(end+1, len(params)):]
	}
	return nil
}

// paramValue takes "name=value" apart. A parameter without "=" has no value, as in HAProxy.
func paramValue(param []byte, name string) ([]byte, bool) {
	if name == "" {
		i := bytes.IndexByte(param, '=')
		return param[i+1:], i >= 0
	}
	if len(param) > len(name) && param[len(name)] == '=' && string(param[:len(name)]) == name {
		return param[len(name)+1:], true
	}
	return nil, false
}
