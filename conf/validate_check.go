package conf

import (
	"encoding/hex"
	"fmt"
	"slices"
	"strings"
)

// checks looks at how the section's servers are checked.
func (v *validator) checks(p *Proxy) {
	kind := CheckKind("")
	if c := p.Check; c != nil {
		kind = c.Kind
		v.checkOption(p, c)
	}
	for _, list := range []struct {
		rules []*Rule
		kind  CheckKind
		word  string
	}{{p.TCPCheckRules, CheckTCP, "tcp-check"}, {p.HTTPCheckRules, CheckHTTP, "http-check"}} {
		if len(list.rules) == 0 {
			continue
		}
		if kind != list.kind {
			v.warn(Bad(list.rules[0].Pos, v.path(p.Title(), list.word), "its rules do nothing without option %s", v.kw(string(list.kind))))
		}
		for _, r := range list.rules {
			v.checkRule(r, v.path(p.Title(), list.word)+" "+v.kw(r.Action.Keyword()))
		}
	}
	v.httpSteps(p)
}

func (v *validator) checkOption(p *Proxy, c *Check) {
	path := v.path(p.Title(), string(c.Kind))
	switch c.Kind {
	case CheckHTTP:
		v.checkRequest(c.Pos, path, &c.Request)
	case CheckPgSQL:
		if c.User == "" {
			v.add(Bad(c.Pos, path, "needs a user"))
		}
	case CheckExternal:
		v.externalCheck(p, c, path)
	}
	// Both go into a line of the protocol.
	for _, s := range []string{c.User, c.Hello, c.Domain} {
		if strings.ContainsAny(s, "\r\n\x00") {
			v.add(BadValue(c.Pos, path, s, "a text without line ends"))
		}
	}
}

// externalCheck asks for the two switches without which HAProxy starts no command either.
func (v *validator) externalCheck(p *Proxy, c *Check, path string) {
	g := &v.cfg.Global
	switch {
	case !g.ExternalCheck:
		v.add(Bad(c.Pos, path, "needs %s in the global section", v.kw("external-check")))
	case !g.ForkWanted:
		v.add(Bad(c.Pos, path, "needs %s in the global section: it starts a process for each check", v.kw("insecure-fork-wanted")))
	}
	if p.ExternalCommand == "" {
		v.add(Bad(c.Pos, path, "needs a command: %s", v.kw("external-check command")))
	}
}

// checkRequest looks at a request of a check.
func (v *validator) checkRequest(pos Pos, path string, c *CheckSend) {
	if c.Method != "" && !IsToken(c.Method) {
		v.add(BadValue(pos, path, c.Method, "an HTTP method"))
	}
	if c.Version != "" && c.Version != "HTTP/1.0" && c.Version != "HTTP/1.1" {
		v.add(BadValue(pos, path, c.Version, "HTTP/1.0", "HTTP/1.1"))
	}
	// A blank would end the request-target (RFC 9112, 3).
	if c.URI != nil {
		for _, part := range c.URI.Parts {
			if strings.ContainsAny(part.Text, " \t\r\n\x00") {
				v.add(BadValue(pos, path, part.Text, "a URI without blanks"))
			}
		}
	}
	for _, h := range c.Headers {
		v.headerName(pos, path, h.Name)
		for _, part := range h.Value.Parts {
			if strings.ContainsAny(part.Text, "\r\n\x00") {
				v.add(BadValue(pos, path, part.Text, "a field value without line ends"))
			}
		}
	}
}

func (v *validator) checkRule(r *Rule, path string) {
	if r.Cond != nil {
		v.add(Bad(r.Pos, path, "takes no condition"))
	}
	switch a := r.Action.(type) {
	case *CheckConnect:
		v.checkConnect(r.Pos, path, a)
	case *CheckSend:
		v.checkRequest(r.Pos, path, a)
	case *CheckData:
		if text, fixed := a.Data.Constant(); a.Binary && fixed {
			v.hex(r.Pos, path, text)
		}
	case *CheckExpect:
		v.expect(a, path)
	}
}

func (v *validator) checkConnect(pos Pos, path string, a *CheckConnect) {
	if a.Addr != "" {
		if _, err := ParseAddr(a.Addr); err != nil {
			v.add(Misread(pos, path, a.Addr, err))
		}
	}
	if e := a.Port; e != nil && e.Fetch.Name == "int" && len(e.Convs) == 0 && len(e.Fetch.Args) == 1 {
		n := 0
		if _, err := fmt.Sscanf(e.Fetch.Args[0], "%d", &n); err != nil || n < 1 || n > 65535 {
			v.add(BadValue(e.Pos, path, e.Fetch.Args[0], "a port from 1 to 65535, or a sample"))
		}
	}
}

func (v *validator) hex(pos Pos, path, text string) {
	if _, err := hex.DecodeString(text); err != nil || text == "" {
		v.add(BadValue(pos, path, text, "an even number of hexadecimal digits"))
	}
}

func (v *validator) expect(e *CheckExpect, path string) {
	pattern, fixed := e.Pattern.Constant()
	if !fixed && e.Match != "string" && e.Match != "binary" {
		v.add(Bad(e.Pos, path, "%s: want a constant", e.Match))
		return
	}
	if fixed && pattern == "" && e.Match != "hdr" && e.Match != "fhdr" {
		v.add(Bad(e.Pos, path, "%s: want a pattern", e.Match))
		return
	}
	switch e.Match {
	case "status":
		if _, err := ParseStatuses(pattern); err != nil {
			v.add(Misread(e.Pos, path, pattern, err))
		}
	case "binary":
		if fixed {
			v.hex(e.Pos, path, pattern)
		}
	case "hdr", "fhdr":
		if e.Name == nil {
			v.add(Bad(e.Pos, path, "%s: missing the name of a field", e.Match))
			return
		}
		for _, t := range []*CheckText{e.Name, e.Value} {
			v.checkText(e.Pos, path, t)
		}
	}
}

func (v *validator) checkText(pos Pos, path string, t *CheckText) {
	if t == nil {
		return
	}
	if t.Match != "" && !slices.Contains(TextMatches, t.Match) {
		v.add(BadValue(pos, path, t.Match, TextMatches...))
	}
	if _, fixed := t.Text.Constant(); t.Match == "reg" && !fixed {
		v.add(Bad(pos, path, "want a constant as a regular expression"))
	}
}

// httpSteps asks for an order that makes sense: a connection for each request, and a request before what is expected.
// Rules that do not begin with a connect have one before them, and a request, which their first send changes.
func (v *validator) httpSteps(p *Proxy) {
	path := v.path(p.Title(), "http-check")
	implied := true // the connection and the request that need no rule
	connected, sent, changed := true, true, false
	for _, r := range p.HTTPCheckRules {
		switch r.Action.(type) {
		case *CheckConnect:
			implied, connected, sent = false, true, false
		case *CheckSend:
			switch {
			case implied && !changed:
				changed = true
			case !connected || sent:
				v.add(Bad(r.Pos, path, "send: there is no connection for it; put a connect before it"))
			}
			sent = true
		case *CheckExpect:
			if !sent {
				v.add(Bad(r.Pos, path, "expect: nothing has been sent; put a send before it"))
			}
			implied, connected = false, false
		}
	}
}

func regexCause(err error) string {
	return strings.TrimPrefix(err.Error(), "error parsing regexp: ")
}
