package main

import (
	"fmt"
	"strings"

	"weir/backend"
	"weir/conf"
	"weir/frontend"
)

// explanation is everything that an explanation tells; its JSON names are part of the interface.
type explanation struct {
	Request  requestLine  `json:"request"`
	Frontend string       `json:"frontend"`
	Bind     string       `json:"bind"`
	TLS      *tlsShown    `json:"tls,omitempty"`
	Notes    []string     `json:"notes,omitempty"`
	Steps    []*step      `json:"steps"`
	Backend  string       `json:"backend,omitempty"`
	Chosen   string       `json:"backend_by,omitempty"` // why this backend
	Server   *serverTold  `json:"server,omitempty"`
	Leaves   []string     `json:"leaves,omitempty"` // the lines of the head as it would leave for the server
	Added    []string     `json:"added,omitempty"`  // what the options changed after the rules
	Response []string     `json:"response,omitempty"`
	Status   int          `json:"status,omitempty"` // of Response
	Closed   bool         `json:"closed,omitempty"` // the connection is closed without a word
	Later    []*laterRule `json:"later,omitempty"`  // rules that wait for a server's response
}

type requestLine struct {
	Method string `json:"method"`
	URL    string `json:"url"`
	Src    string `json:"src"`
	Dst    string `json:"dst"`
}

type serverTold struct {
	Name       string   `json:"name"`
	By         string   `json:"by"` // the balance line, or the use-server rule's place
	Key        string   `json:"hash_key,omitempty"`
	Sure       bool     `json:"sure"` // false: another request, or a running process's state, may get another
	Candidates []member `json:"candidates"`
}

// laterRule is a rule that is tried when the server has answered.
type laterRule struct {
	Section string `json:"section"`
	List    string `json:"list"`
	File    string `json:"file,omitempty"`
	Line    int    `json:"line,omitempty"`
	Text    string `json:"text"`
}

// told makes the explanation of what was seen.
func (w *witness) told(px *frontend.Proxy, r *asked, out *frontend.Outcome) *explanation {
	x := &explanation{
		Request:  requestLine{r.method, r.url.String(), r.src.String(), r.dst.String()},
		Frontend: r.frontend.Name, Bind: r.bind.Addr.String(), Steps: w.steps, Backend: out.Backend,
	}
	r.tell(x, out)
	if out.Server != "" {
		w.arrived(x, px, r, out)
		return x
	}
	answer := final(string(out.Response))
	if answer == "" {
		x.Closed = true
		return x
	}
	head, body, _ := strings.Cut(answer, "\r\n\r\n")
	x.Response = strings.Split(head, "\r\n")
	if body != "" {
		x.Response = append(x.Response, "", body)
	}
	if _, status, ok := strings.Cut(x.Response[0], " "); ok {
		fmt.Sscanf(status, "%d", &x.Status)
	}
	return x
}

// final is a response without the interim ones before it, which their early-hint rules tell of.
func final(text string) string {
	for strings.HasPrefix(text, "HTTP/1.1 1") && !strings.HasPrefix(text, "HTTP/1.1 101") {
		_, text, _ = strings.Cut(text, "\r\n\r\n")
	}
	return text
}

func (w *witness) arrived(x *explanation, px *frontend.Proxy, r *asked, out *frontend.Outcome) {
	b := px.Backend(out.Backend)
	x.Chosen = w.by("use_backend")
	switch {
	case x.Chosen != "":
	case r.frontend.DefaultBackend != nil:
		x.Chosen = "default_backend at " + r.frontend.DefaultBackend.Pos.String()
	default:
		x.Chosen = "the listen section's own servers"
	}
	x.Server = chosen(b, out)
	if rule := w.by("use-server"); rule != "" {
		x.Server.By, x.Server.Key, x.Server.Sure = rule, "", true
	}
	if out.Request != nil {
		x.Leaves = headLines(out.Request)
		if w.last != nil {
			x.Added = difference(w.last, x.Leaves)
		}
	}
	for _, p := range []*conf.Proxy{b.Conf(), r.frontend} {
		x.Later = append(x.Later, w.later(p, "http-response", p.HTTPRespRules)...)
		x.Later = append(x.Later, w.later(p, "http-after-response", p.HTTPAfterRules)...)
		if b.Conf() == r.frontend {
			break
		}
	}
}

// by is the place of the last rule of a list that held.
func (w *witness) by(list string) string {
	for i := len(w.steps) - 1; i >= 0; i-- {
		if s := w.steps[i]; s.List == list && s.Held {
			return list + " at " + s.rule.pos.String()
		}
	}
	return ""
}

func (w *witness) later(p *conf.Proxy, list string, rules []*conf.Rule) []*laterRule {
	var out []*laterRule
	for _, r := range rules {
		out = append(out, &laterRule{p.Title(), list, r.Pos.File, r.Pos.Line, w.source(r.Pos)})
	}
	return out
}

// chosen says how the server was found.
func chosen(b *backend.Backend, out *frontend.Outcome) *serverTold {
	p := b.Conf()
	s := &serverTold{Name: out.Server, By: "balance " + p.Balance.String()}
	if p.Balance.Algo.Keyed() {
		kind := "map-based"
		if p.HashType.Consistent {
			kind = "consistent"
		}
		s.By += ", hash-type " + kind + " " + p.HashType.Func
		if out.Keyed {
			s.Key, s.Sure = fmt.Sprintf("0x%08x", out.Key), true
		}
	}
	usable := 0
	for _, srv := range b.Servers() {
		if !srv.Usable() {
			continue
		}
		usable++
		s.Candidates = append(s.Candidates, member{Name: srv.Name(), Address: srv.Conf().Addr.String(), Weight: srv.Weight(), Maxconn: srv.Conf().Maxconn, Backup: srv.Conf().Backup})
	}
	s.Sure = s.Sure || usable == 1
	return s
}
