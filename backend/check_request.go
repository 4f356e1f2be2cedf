package backend

import (
	"strconv"
	"strings"

	"weir/conf"
	"weir/internal/message"
)

// http makes the steps of option httpchk with its http-check rules. Rules that do not begin with a connect have one before
// them, and a request, which their first send changes.
func (pl *plan) http(c *texts, p *conf.Proxy) {
	rules := p.HTTPCheckRules
	first := p.Check.Request
	implied := !beginsWithConnect(rules)
	alone := !implied         // a connect without a send has the option's request after it
	for i, r := range rules { // the option's line is of the first request, wherever this stands
		if s, ok := r.Action.(*conf.CheckSend); ok {
			first = s.Or(&p.Check.Request)
			rules = append([]*conf.Rule(nil), rules...)
			rules[i] = &conf.Rule{Pos: r.Pos, Action: &first}
			alone = false
			break
		}
	}
	if implied {
		pl.steps = append(pl.steps, &connectStep{})
		if i := firstSend(rules); i != 0 {
			pl.steps = append(pl.steps, newRequestStep(c, &p.Check.Request, p.SendState, ruleAt{}))
		}
	}
	waiting := true // for an answer that no expect has looked at
	for i, r := range rules {
		at := ruleAt{number: i + 1}
		switch a := r.Action.(type) {
		case *conf.CheckConnect:
			pl.steps = append(pl.steps, newConnectStep(c, r.Pos, a, at))
			if alone {
				pl.steps = append(pl.steps, newRequestStep(c, &first, p.SendState, ruleAt{}))
			}
			alone = false
		case *conf.CheckSend:
			pl.steps = append(pl.steps, newRequestStep(c, a, p.SendState, at.with(a.Comment, "send")))
			waiting = true
		case *conf.CheckExpect:
			pl.steps = append(pl.steps, newHTTPExpect(c, a, p.DisableOn404, at))
			waiting = false
		default:
			pl.variable(c, r)
		}
	}
	if waiting {
		pl.steps = append(pl.steps, usualExpect(p.DisableOn404))
	}
}

// firstSend is the place of the first send among rules, those of variables left out; -1 = something else comes first.
func firstSend(rules []*conf.Rule) int {
	for _, r := range rules {
		switch r.Action.(type) {
		case *conf.CheckSend:
			return 0
		case *conf.SetVar, *conf.SetVarFmt, *conf.UnsetVar:
		default:
			return -1
		}
	}
	return -1
}

func newRequestStep(c *texts, a *conf.CheckSend, state bool, at ruleAt) *requestStep {
	s := &requestStep{at: at, method: a.Method, version: a.Version, uri: c.format(a.URI, conf.DefaultCheckURI), body: c.optional(a.Body), state: state}
	if s.method == "" {
		s.method = conf.DefaultCheckMethod
	}
	if s.version == "" {
		s.version = conf.DefaultCheckVersion
	}
	s.id = message.LookupMethod(s.method)
	s.closing = s.version != "HTTP/1.0"
	for _, h := range a.Headers {
		switch strings.ToLower(h.Name) {
		case "content-length", "transfer-encoding": // the body's, and there is one way to send it
			continue
		case "connection":
			s.closing = false
		}
		s.fields = append(s.fields, field{h.Name, c.format(h.Value, "")})
	}
	return s
}

// append writes the request. As HAProxy, it adds "Connection: close" to HTTP/1.1 only and no Host.
func (s *requestStep) append(v *CheckView, b []byte) []byte {
	b = append(append(b, s.method...), ' ')
	b = appendClean(b, s.uri, v)
	b = append(append(append(b, ' '), s.version...), "\r\n"...)
	for _, f := range s.fields {
		b = append(append(b, f.name...), ": "...)
		b = appendClean(b, f.value, v)
		b = append(b, "\r\n"...)
	}
	if s.state {
		b = append(v.Server.appendState(append(b, "X-Haproxy-Server-State: "...)), "\r\n"...)
	}
	if s.closing {
		b = append(b, "Connection: close\r\n"...)
	}
	if s.body == nil {
		return append(b, "\r\n"...)
	}
	body := s.body(v, nil)
	b = append(b, "Content-Length: "...)
	b = strconv.AppendInt(b, int64(len(body)), 10)
	b = append(b, "\r\n\r\n"...)
	return append(b, body...)
}

// appendClean appends a text that stands in a line: a line end in it would be another field (RFC 9112, 11.1).
func appendClean(b []byte, text CheckText, v *CheckView) []byte {
	at := len(b)
	b = text(v, b)
	for i := at; i < len(b); i++ {
		if b[i] == '\r' || b[i] == '\n' || b[i] == 0 {
			b[i] = ' '
		}
	}
	return b
}

// appendState is what X-Haproxy-Server-State says of the server.
func (s *Server) appendState(b []byte) []byte {
	bk := s.b
	bk.mu.Lock()
	defer bk.mu.Unlock()
	b = append(b, s.state.short()...)
	addr, port := "unix", "unix"
	if ap := s.addr.Load().AddrPort(); ap.IsValid() {
		addr, port = ap.Addr().String(), strconv.Itoa(int(ap.Port()))
	}
	total := 0
	for _, o := range bk.table.Load().servers {
		total += o.Weight()
	}
	own := 0
	if s.usable.Load() {
		own = s.Weight()
	}
	b = append(b, "; address="+addr+"; port="+port+"; name="+bk.Name()+"/"+s.Name()+"; node="+bk.global.Node...)
	b = append(b, "; weight="+strconv.Itoa(own)+"/"+strconv.Itoa(total)...)
	b = append(b, "; scur="+strconv.FormatInt(s.cur.Load(), 10)+"/"+strconv.FormatInt(bk.cur.Load(), 10)...)
	return append(b, "; qcur="+strconv.FormatInt(s.queued.Load(), 10)...)
}

// short is the state in the words of "http-check send-state".
func (st *state) short() string {
	switch {
	case st.maint:
		return "DOWN"
	case st.stopping:
		return "NOLB"
	}
	return st.String()
}
