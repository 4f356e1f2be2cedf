package conf

import (
	"bytes"
	"fmt"
	"slices"
	"strconv"
	"strings"
)

// proxy checks one section.
func (v *validator) proxy(p *Proxy) {
	p.fill()
	v.collectACLs(p)
	v.unsupported(p.Title(), p.Unsupported)
	v.logs(p.Logs, p.Title())
	v.timeouts(p)
	v.errorFiles(p.Title(), p.ErrorFiles)
	v.errorReplies(p)
	v.alerts(p)
	v.within(p.Pos, "maxconn", p.Maxconn, 0, maxConnections, p.Title())
	v.within(p.Pos, "fullconn", p.Fullconn, 0, maxConnections, p.Title())
	v.within(p.Pos, "retries", p.Retries, 0, maxRetries, p.Title())
	if p.Kind&Frontend != 0 {
		v.frontend(p)
	}
	if p.Kind&Backend != 0 {
		v.backend(p)
	}
	v.rules(p)
	if p.Mode == ModeTCP {
		v.httpInTCP(p)
	}
}

// timeouts warns of the ones without which a dead peer holds its connection for ever.
func (v *validator) timeouts(p *Proxy) {
	var missing []string
	if p.Kind&Frontend != 0 && p.Timeouts.Client == 0 {
		missing = append(missing, "client")
	}
	if p.Kind&Backend != 0 && p.Timeouts.Connect == 0 {
		missing = append(missing, "connect")
	}
	if p.Kind&Backend != 0 && p.Timeouts.Server == 0 {
		missing = append(missing, "server")
	}
	if missing == nil || p.Disabled {
		return
	}
	e := Bad(p.Pos, v.path(p.Title(), "timeout"), "%s not set: a peer that falls silent holds its connection for ever", andList(missing))
	v.warn(e)
}

func andList(words []string) string {
	n := len(words)
	if n == 1 {
		return words[0]
	}
	return strings.Join(words[:n-1], ", ") + " and " + words[n-1]
}

func (v *validator) errorFiles(title string, files map[int]*ErrorFile) {
	for status, f := range files {
		path := v.path(title, "errorfile")
		if !slices.Contains(ErrorFileStatuses, status) {
			v.add(BadValue(f.Pos, path, fmt.Sprint(status), Statuses(ErrorFileStatuses)...))
			continue
		}
		v.errorFile(f, path)
	}
}

// errorFile reads a page.
func (v *validator) errorFile(f *ErrorFile, path string) {
	data, err := v.readFile(v.cfg.Global.FilePath(f.Pos, f.Path))
	if err != nil {
		v.add(Bad(f.Pos, path, "cannot read %q: %s", f.Path, lastCause(err)))
		return
	}
	f.Data = data
	v.errorFileData(f, path)
}

// errorFileData checks that the file is a response as it goes over the wire. An empty file is how one
// silences a status: then nothing is sent.
func (v *validator) errorFileData(f *ErrorFile, path string) {
	room := v.cfg.Global.Tune.BufSize - v.cfg.Global.Tune.MaxRewrite
	switch {
	case len(f.Data) == 0:
	case len(f.Data) > room:
		v.add(Bad(f.Pos, path, "%q is larger than a buffer holds (%d bytes)", f.Path, room))
	case !bytes.HasPrefix(f.Data, []byte("HTTP/1.")):
		v.add(Bad(f.Pos, path, `%q is not a raw HTTP response: want "HTTP/1.0 503 ..." on its first line`, f.Path))
	default:
		v.errorFileFraming(f, path)
	}
}

// errorFileFraming checks that the file is as long as it says: one that is not has been cut off or edited, and nobody knows what was meant.
func (v *validator) errorFileFraming(f *ErrorFile, path string) {
	length := ""
	for body := f.Data; ; {
		line, rest, ok := bytes.Cut(body, []byte("\n"))
		if !ok {
			v.add(Bad(f.Pos, path, "%q has no empty line after its header fields", f.Path))
			return
		}
		line, body = bytes.TrimSuffix(line, []byte("\r")), rest
		if len(line) == 0 {
			if n := strconv.Itoa(len(body)); length != "" && length != n {
				v.add(Bad(f.Pos, path, "%q says content-length %q, and %s bytes follow its header fields", f.Path, length, n))
			}
			return
		}
		name, value, _ := bytes.Cut(line, []byte(":"))
		switch text := strings.TrimSpace(string(value)); strings.ToLower(string(name)) {
		case "content-length":
			length = text
		case "transfer-encoding":
			v.add(Bad(f.Pos, path, "%q says transfer-encoding %q: its body stands there as it is", f.Path, text))
			return
		}
	}
}

// lastCause drops what a path error repeats of the path.
func lastCause(err error) string {
	s := err.Error()
	if i := strings.LastIndex(s, ": "); i >= 0 {
		return s[i+2:]
	}
	return s
}

// logAddress warns of a log format without anybody to send lines to.
func (v *validator) logAddress(p *Proxy) {
	formats := p.LogLine != nil || p.LogSD != nil || p.LogFormat != LogDefault
	logs := slices.ContainsFunc(p.Logs, func(l *LogTarget) bool { return !l.Global || len(v.cfg.Global.Logs) > 0 })
	if !formats || logs || p.Disabled {
		return
	}
	pos := p.Pos
	if f := p.LogLine; f != nil && p.own(f.Pos) {
		pos = f.Pos
	}
	e := Bad(pos, p.Title(), "its log format does nothing: there is no address to log to")
	e.Fix = "add a log line"
	if len(p.Logs) > 0 {
		e.Fix = `"log global" means those of the global section, which has none`
	}
	v.warn(e)
}

// frontend checks the client side.
func (v *validator) frontend(p *Proxy) {
	v.logAddress(p)
	if len(p.Binds) == 0 && !p.Disabled {
		v.warn(Bad(p.Pos, p.Title(), "no address to listen on; add a bind"))
	}
	number(p.Binds, firstBindID, func(b *Bind) *int { return &b.ID })
	for _, b := range p.Binds {
		path := v.path(p.Title(), "bind")
		v.unsupported(path, b.Unsupported)
		v.unhonoured(b.Pos, path, &b.TLS.TLS)
		v.bindName(p, b)
		if err := b.Addr.CheckBind(); err != nil {
			v.add(Misread(b.Pos, path, b.Addr.String(), err))
		}
	}
	for _, c := range p.MonitorFail {
		v.cond(c, v.path(p.Title(), "monitor-fail"))
	}
	for _, u := range p.UseBackends {
		if u.Dynamic == nil {
			v.reference(p, "use_backend", &u.Backend)
		}
		v.cond(u.Cond, v.path(p.Title(), "use_backend"))
	}
	if p.DefaultBackend != nil {
		v.reference(p, "default_backend", p.DefaultBackend)
	} else if p.Kind == Frontend && len(p.UseBackends) == 0 && !p.Disabled && !answers(p) {
		v.warn(Bad(p.Pos, p.Title(), "no default_backend and no use_backend: nothing can be served"))
	}
	if u := p.MonitorURI; u != "" && u[0] != '/' {
		v.add(BadValue(p.Pos, v.path(p.Title(), "monitor-uri"), u, "a path that starts with /"))
	}
}

// answers reports whether the frontend may itself answer requests.
func answers(p *Proxy) bool {
	return p.StatsURI != nil || p.MonitorURI != "" || len(p.HTTPReqRules) > 0 || len(p.TCPConnRules) > 0
}

// reference checks that a name leads to a backend that the section can hand its streams to.
func (v *validator) reference(p *Proxy, keyword string, ref *Ref) {
	path := v.path(p.Title(), keyword)
	b := v.cfg.Backend(ref.Name)
	switch {
	case b != nil && p.Mode == ModeHTTP && b.Mode != ModeHTTP && v.isSound(b):
		v.add(Bad(ref.Pos, path, "%s is in tcp mode and cannot serve an http frontend; set its mode", b.Title()))
	case b == nil && v.cfg.Frontend(ref.Name) != nil:
		f := v.cfg.Frontend(ref.Name)
		v.add(Bad(ref.Pos, path, "%q is a frontend (at %s); want a backend or a listen section", ref.Name, f.Pos))
	case b == nil:
		v.add(Unknown(ref.Pos, path, "backend", ref.Name, v.backendNames()))
	}
}

func (v *validator) backendNames() []string {
	var names []string
	for _, p := range v.cfg.Proxies {
		if p.Kind&Backend != 0 {
			names = append(names, p.Name)
		}
	}
	return names
}

// duplicateBinds reports addresses that two binds claim.
func (v *validator) duplicateBinds() {
	claims := map[string][]*Bind{}
	for _, p := range v.cfg.Proxies {
		for _, b := range p.Binds {
			if b.Addr.Kind == AddrFD && b.Addr.FD < 0 { // the readers' stand-in for what they could not read
				continue
			}
			key := b.Addr.socketKey() + " " + b.Interface
			for _, c := range claims[key] {
				if b.Addr.Port <= c.Addr.PortEnd && c.Addr.Port <= b.Addr.PortEnd {
					v.add(Conflict(b.Pos, v.path(p.Title(), "bind"), fmt.Sprintf("%q", b.Addr.String()), c.Pos))
					break
				}
			}
			claims[key] = append(claims[key], b)
		}
	}
}

// socketKey is the address without its ports, or the whole of one that has none.
func (a Addr) socketKey() string {
	if a.Host == "*" {
		a.Host = ""
	}
	a.Port, a.PortEnd = 0, 0
	return a.String()
}
