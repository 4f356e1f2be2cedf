package main

import (
	"encoding/json"
	"flag"
	"fmt"
	"io"
	"strings"

	"weir/cmd/weir/example"
	"weir/conf"
)

func checkCommand() *command {
	return &command{
		name: "check", args: "[-q] [--json] [-c FILE]...", summary: "say what a configuration means, or everything that is wrong with it",
		help: `
  -c FILE   a configuration: weir.hcl or an haproxy.cfg, or a folder whose *.hcl files, or whose *.cfg files, are one. Several -c are
            read in their order as one configuration. Without any, the example that "weir run" shows
  -q        print errors only
  --json    print what was understood, the errors and the warnings as one JSON object

The exit code is 0 for a configuration that can run, 1 for one that cannot. Nothing is bound or started.`,
		run: check,
	}
}

// understood is what check tells of a configuration; its JSON names are part of the interface.
type understood struct {
	Files     []string   `json:"files"`
	OK        bool       `json:"ok"`
	Errors    []problem  `json:"errors"`
	Warnings  []problem  `json:"warnings"`
	Notices   []problem  `json:"notices,omitempty"` // .notice and .diag
	Threads   int        `json:"threads,omitempty"`
	Maxconn   int        `json:"maxconn,omitempty"`
	Frontends []listener `json:"frontends,omitempty"`
	Backends  []pool     `json:"backends,omitempty"`
	Sockets   []string   `json:"stats_sockets,omitempty"`
}

type problem struct {
	File    string `json:"file,omitempty"`
	Line    int    `json:"line,omitempty"`
	Column  int    `json:"column,omitempty"`
	Message string `json:"message"`
}

type listener struct {
	Name    string   `json:"name"`
	Mode    string   `json:"mode"`
	Binds   []string `json:"binds"`
	Rules   int      `json:"rules"`
	Uses    []string `json:"uses,omitempty"` // backends in the order of use_backend
	Default string   `json:"default_backend,omitempty"`
	Issued  []issued `json:"issued,omitempty"` // certificates that acme sections keep
}

type issued struct {
	ACME    string   `json:"acme"`
	Domains []string `json:"domains"`
}

type pool struct {
	Name    string   `json:"name"`
	Mode    string   `json:"mode"`
	Balance string   `json:"balance"`
	Servers []member `json:"servers"`
}

type member struct {
	Name    string `json:"name"`
	Address string `json:"address"`
	Weight  int    `json:"weight"`
	Maxconn int    `json:"maxconn,omitempty"`
	Backup  bool   `json:"backup,omitempty"`
	Check   string `json:"check,omitempty"` // "" = not checked
}

func check(s *streams, args []string) int {
	set := flag.NewFlagSet("check", flag.ContinueOnError)
	var paths files
	set.Var(&paths, "c", "")
	quiet := set.Bool("q", false, "")
	asJSON := set.Bool("json", false, "")
	if code, ok := parse(s, checkCommand(), set, args); !ok {
		return code
	}
	builtIn := len(paths) == 0
	if builtIn {
		path, remove, err := example.WriteConfig()
		if err != nil {
			return fail(s, err)
		}
		defer remove()
		paths = files{path}
	}
	cfg, diags := load(paths)
	if len(diags.Errors) == 0 {
		diags.Warn(tooFewFDs(cfg, fdsToCome)...)
	}
	diags.Notices = append(diags.Notices, diags.Diags...)
	diags.Tidy()
	if builtIn {
		paths[0] = "the built-in example"
	}
	names := cfg.Files
	if builtIn || len(names) == 0 {
		names = paths
	}
	u := understand(names, cfg, diags)
	switch {
	case *asJSON:
		enc := json.NewEncoder(s.out)
		enc.SetIndent("", "  ")
		if err := enc.Encode(u); err != nil {
			return fail(s, err)
		}
	case report(s.err, diags, *quiet) && !*quiet:
		u.print(s.out)
	case !u.OK:
		fmt.Fprintf(s.err, "weir check: %s\n", count(len(u.Errors), "error"))
	}
	if !u.OK {
		return exitFail
	}
	return exitOK
}

func understand(paths []string, cfg *conf.Config, diags conf.Diagnostics) *understood {
	u := &understood{Files: paths, OK: len(diags.Errors) == 0, Errors: problems(diags.Errors), Warnings: problems(diags.Warnings), Notices: problems(diags.Notices)}
	if !u.OK || cfg == nil {
		return u
	}
	u.Threads, u.Maxconn = cfg.Global.NbThread, cfg.Global.Maxconn
	for _, k := range cfg.Global.StatsSockets {
		u.Sockets = append(u.Sockets, k.Addr.String())
	}
	for _, p := range cfg.Proxies {
		if p.Disabled {
			continue
		}
		if p.Kind&conf.Frontend != 0 {
			u.Frontends = append(u.Frontends, describeFrontend(p))
		}
		if p.Kind&conf.Backend != 0 {
			u.Backends = append(u.Backends, describeBackend(p))
		}
	}
	return u
}

func problems(errs conf.Errors) []problem {
	list := []problem{}
	for _, e := range errs {
		list = append(list, problem{e.Pos.File, e.Pos.Line, e.Pos.Col, e.Error()})
	}
	return list
}

func describeFrontend(p *conf.Proxy) listener {
	l := listener{Name: p.Name, Mode: p.Mode.String(), Rules: rulesOf(p)}
	for _, b := range p.Binds {
		l.Binds = append(l.Binds, b.Addr.String())
		l.issue(&b.TLS.Issue)
	}
	for _, c := range p.CrtUses {
		l.issue(&c.Issue)
	}
	for _, u := range p.UseBackends {
		l.Uses = append(l.Uses, u.Backend.Name)
	}
	switch {
	case p.DefaultBackend != nil:
		l.Default = p.DefaultBackend.Name
	case p.Kind == conf.Listen:
		l.Default = p.Name
	}
	return l
}

// rulesOf is how many rules of its own a section has for what comes and what goes.
func rulesOf(p *conf.Proxy) int {
	n := 0
	for _, list := range [][]*conf.Rule{p.TCPConnRules, p.TCPSessRules, p.TCPReqRules, p.TCPRespRules, p.RedirectRules, p.HTTPReqRules, p.HTTPRespRules, p.HTTPAfterRules} {
		n += len(list)
	}
	return n
}

// issue notes a certificate that an acme section keeps.
func (l *listener) issue(c *conf.Issue) {
	if c.ACME != "" {
		l.Issued = append(l.Issued, issued{c.ACME, c.Domains})
	}
}

func describeBackend(p *conf.Proxy) pool {
	b := pool{Name: p.Name, Mode: p.Mode.String(), Balance: p.Balance.String(), Servers: []member{}}
	for _, s := range p.Servers {
		m := member{Name: s.Name, Address: s.Addr.String(), Weight: s.Weight, Maxconn: s.Maxconn, Backup: s.Backup}
		if s.Check {
			m.Check = describeCheck(p, s) + " every " + conf.FormatDuration(s.Checks.Inter)
		}
		b.Servers = append(b.Servers, m)
	}
	return b
}

// describeCheck is what a check speaks, and of HTTP the first request.
func describeCheck(p *conf.Proxy, s *conf.Server) string {
	kind := "tcp"
	switch c := p.Check; {
	case c == nil:
	case c.Kind == conf.CheckHTTP:
		kind = describeRequest(p)
	default:
		kind = string(c.Kind)
	}
	if checksOverTLS(p, s) {
		kind += " over TLS"
	}
	return kind
}

// checksOverTLS reports whether the first connection of a check speaks TLS.
func checksOverTLS(p *conf.Proxy, s *conf.Server) bool {
	own := s.Checks.Addr == "" && s.Checks.Port == 0
	line := !s.TLS.NoCheck && (s.TLS.Check || s.TLS.On && own)
	for _, r := range p.CheckRules() {
		switch a := r.Action.(type) {
		case *conf.CheckConnect:
			return a.SSL || a.Default && line
		case *conf.SetVar, *conf.SetVarFmt, *conf.UnsetVar:
		default:
			return line
		}
	}
	return line
}

// describeRequest is the first request of an HTTP check: what its option says, as the first send changes it.
func describeRequest(p *conf.Proxy) string {
	c := p.Check.Request
	for _, r := range p.HTTPCheckRules {
		if send, ok := r.Action.(*conf.CheckSend); ok {
			c = send.Or(&c)
			break
		}
	}
	method, uri := c.Method, conf.DefaultCheckURI
	if method == "" {
		method = conf.DefaultCheckMethod
	}
	if c.URI != nil {
		text, fixed := c.URI.Constant()
		if uri = text; !fixed {
			uri = "a URI made for each check"
		}
	}
	return method + " " + uri
}

// print writes it for people.
func (u *understood) print(w io.Writer) {
	fmt.Fprintf(w, "%s: good\n", strings.Join(u.Files, ", "))
	fmt.Fprintf(w, "%s, maxconn %s\n", count(u.Threads, "thread"), orWord(u.Maxconn, "from the fd limit"))
	for _, s := range u.Sockets {
		fmt.Fprintf(w, "stats socket %s\n", s)
	}
	for _, f := range u.Frontends {
		fmt.Fprintf(w, "frontend %s (%s) on %s: %s", f.Name, f.Mode, strings.Join(f.Binds, ", "), count(f.Rules, "rule"))
		if len(f.Uses) > 0 {
			fmt.Fprintf(w, ", to %s by condition", strings.Join(f.Uses, ", "))
		}
		if f.Default != "" {
			fmt.Fprintf(w, ", else to %s", f.Default)
		}
		fmt.Fprintln(w)
		for _, i := range f.Issued {
			fmt.Fprintf(w, "  certificate of %s by acme %s\n", strings.Join(i.Domains, ", "), i.ACME)
		}
	}
	for _, b := range u.Backends {
		fmt.Fprintf(w, "backend %s (%s) balance %s: %s\n", b.Name, b.Mode, b.Balance, count(len(b.Servers), "server"))
		for _, m := range b.Servers {
			m.print(w)
		}
	}
}

func (m *member) print(w io.Writer) {
	fmt.Fprintf(w, "  server %s at %s, weight %d", m.Name, m.Address, m.Weight)
	if m.Maxconn > 0 {
		fmt.Fprintf(w, ", maxconn %d", m.Maxconn)
	}
	if m.Backup {
		fmt.Fprint(w, ", backup")
	}
	if m.Check == "" {
		fmt.Fprint(w, ", not checked\n")
		return
	}
	fmt.Fprintf(w, ", checked by %s\n", m.Check)
}

func count(n int, what string) string {
	if n == 1 {
		return "1 " + what
	}
	return fmt.Sprintf("%d %ss", n, what)
}

func orWord(n int, word string) string {
	if n == 0 {
		return word
	}
	return fmt.Sprint(n)
}
