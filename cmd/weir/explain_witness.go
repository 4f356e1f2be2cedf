package main

import (
	"os"
	"slices"
	"strings"

	"weir/acl"
	"weir/conf"
	"weir/internal/http1"
)

// witness sees every condition that is asked, in its turn, and what the request looks like by then.
type witness struct {
	cfg   *conf.Config
	rules map[*conf.Cond]*ruleAt
	steps []*step
	last  []string // the request's lines at the last step; nil = none was there
	lines map[string][]string
}

// ruleAt is one rule in its place.
type ruleAt struct {
	p      *conf.Proxy
	list   string // "http-request", "use_backend", ...
	pos    conf.Pos
	always bool // it has no condition
	acls   []*conf.ACL
	place  acl.Place
	target string // of use_backend and use-server
	mark   bool   // it stands for the end of a list
}

// step is one rule that was tried; its JSON names are part of the interface.
type step struct {
	Section string     `json:"section"`
	List    string     `json:"list"`
	File    string     `json:"file,omitempty"`
	Line    int        `json:"line,omitempty"`
	Text    string     `json:"text"`
	Held    bool       `json:"held"`
	Always  bool       `json:"always,omitempty"`
	Why     *condition `json:"condition,omitempty"`
	Changes []string   `json:"changes,omitempty"` // lines of the request, "- " gone and "+ " come
	Note    string     `json:"note,omitempty"`
	rule    *ruleAt
}

// condition is an acl.Explanation for readers.
type condition struct {
	Op      string       `json:"op"`
	ACL     string       `json:"acl,omitempty"`
	Test    string       `json:"test,omitempty"`
	Values  []string     `json:"values,omitempty"`
	Pattern string       `json:"pattern,omitempty"`
	At      string       `json:"at,omitempty"` // of the pattern: file:line
	Held    bool         `json:"held"`
	Skipped bool         `json:"skipped,omitempty"` // the result was known before
	Of      []*condition `json:"of,omitempty"`
}

// newWitness gives every rule of the configuration a condition of its own by which it is known again, one that always holds where it has
// none, and every list of http-request rules an end that is asked too.
func newWitness(cfg *conf.Config) *witness {
	w := &witness{cfg: cfg, rules: map[*conf.Cond]*ruleAt{}, lines: map[string][]string{}}
	for _, p := range cfg.Proxies {
		w.list(p, "tcp-request connection", acl.InTCPConn, &p.TCPConnRules)
		w.list(p, "tcp-request session", acl.InTCPSession, &p.TCPSessRules)
		w.list(p, "tcp-request content", acl.RequestPlace(p.Kind, true), &p.TCPReqRules)
		w.list(p, "http-request", acl.RequestPlace(p.Kind, false), &p.HTTPReqRules)
		w.list(p, "stats http-request", acl.RequestPlace(p.Kind, false), &p.StatsRules)
		w.list(p, "redirect", acl.RequestPlace(p.Kind, false), &p.RedirectRules)
		w.list(p, "http-response", acl.InHTTPResponse, &p.HTTPRespRules)
		w.list(p, "http-after-response", acl.InHTTPResponse, &p.HTTPAfterRules)
		w.list(p, "tcp-response content", acl.InTCPResponse, &p.TCPRespRules)
		for _, u := range p.UseBackends {
			u.Cond = w.known(u.Cond, &ruleAt{p: p, list: "use_backend", pos: u.Pos, place: acl.InHTTPRequest, target: u.Backend.Name})
		}
		for _, u := range p.UseServers {
			u.Cond = w.known(u.Cond, &ruleAt{p: p, list: "use-server", pos: u.Pos, place: acl.InUseServer, target: u.Server.Name})
		}
		end := &conf.Rule{Pos: p.Pos, Action: &conf.Allow{}, Cond: &conf.Cond{Op: conf.OpFalse}}
		end.Cond = w.known(end.Cond, &ruleAt{p: p, list: "http-request", mark: true})
		p.HTTPReqRules = append(slices.Clip(p.HTTPReqRules), end)
	}
	return w
}

func (w *witness) list(p *conf.Proxy, name string, place acl.Place, rules *[]*conf.Rule) {
	own := make([]*conf.Rule, len(*rules))
	for i, r := range *rules {
		one := *r // sections may share what a defaults section says
		one.Cond = w.known(r.Cond, &ruleAt{p: p, list: name, pos: r.Pos, place: place})
		own[i] = &one
	}
	*rules = own
}

func (w *witness) known(cond *conf.Cond, at *ruleAt) *conf.Cond {
	at.acls, at.always = at.p.ACLs, cond == nil
	if cond == nil {
		cond = &conf.Cond{Pos: at.pos, Op: conf.OpTrue}
	}
	own := *cond
	w.rules[&own] = at
	return &own
}

// probe is asked in the place of every condition, on the loop.
func (w *witness) probe(title string, cond *conf.Cond, ctx *acl.Context, holds func() bool) bool {
	w.changed(ctx)
	at := w.rules[cond]
	if at == nil || at.mark {
		return holds()
	}
	s := &step{Section: at.p.Title(), List: at.list, File: at.pos.File, Line: at.pos.Line, Text: w.source(at.pos), Always: at.always, rule: at}
	if !at.always {
		own := ""
		if at.p.Kind&conf.Backend != 0 {
			own = at.p.Name
		}
		c := acl.NewCompiler(acl.Options{Config: w.cfg, State: ctx.State}).In(title, own).At(at.place)
		x, err := c.Explain(cond, at.acls, ctx)
		if err != nil {
			s.Note = err.Error()
		}
		s.Why = forReaders(x)
	}
	s.Held = holds()
	if s.Why != nil && s.Why.Held != s.Held {
		s.Note = "asked twice it came out both ways: it depends on chance or on the time"
	}
	w.steps = append(w.steps, s)
	return s.Held
}

// changed notes what the rules before this moment did to the request.
func (w *witness) changed(ctx *acl.Context) {
	if ctx.Req == nil {
		return
	}
	head := headLines(http1.AppendRequest(nil, ctx.Req, http1.RequestOptions{Upgrade: true}))
	if w.last != nil && len(w.steps) > 0 {
		s := w.steps[len(w.steps)-1]
		s.Changes = append(s.Changes, difference(w.last, head)...)
	}
	w.last = head
}

func headLines(head []byte) []string {
	return strings.Split(strings.TrimRight(string(head), "\r\n"), "\r\n")
}

// difference lists the lines that are gone and those that have come.
func difference(before, after []string) []string {
	var out []string
	left := slices.Clone(after)
	for _, line := range before {
		if i := slices.Index(left, line); i >= 0 {
			left = slices.Delete(left, i, i+1)
			continue
		}
		out = append(out, "- "+line)
	}
	for _, line := range left {
		out = append(out, "+ "+line)
	}
	return out
}

// source is the line of a file.
func (w *witness) source(pos conf.Pos) string {
	lines, ok := w.lines[pos.File]
	if !ok {
		text, err := os.ReadFile(pos.File)
		if err == nil {
			lines = strings.Split(string(text), "\n")
		}
		w.lines[pos.File] = lines
	}
	if pos.Line < 1 || pos.Line > len(lines) {
		return ""
	}
	return strings.TrimSpace(lines[pos.Line-1])
}

func forReaders(x *acl.Explanation) *condition {
	if x == nil {
		return nil
	}
	c := &condition{Op: x.Op, ACL: x.Name, Test: x.Test, Values: x.Values, Pattern: x.Pattern, Held: x.Held, Skipped: x.Skipped}
	if !x.At.IsZero() {
		c.At = x.At.String()
	}
	for _, kid := range x.Kids {
		c.Of = append(c.Of, forReaders(kid))
	}
	return c
}
