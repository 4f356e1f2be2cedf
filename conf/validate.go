package conf

import (
	"io"
	"os"
	"strings"
)

// Option changes how Validate works.
type Option func(*validator)

// CheckToo has f look at the configuration as well: at its sample expressions, say, whose fetches this package does not know.
// An error at a place where Validate has found one is dropped: it is the same mistake.
func CheckToo(f func(*Config) Diagnostics) Option {
	return func(v *validator) { v.checkToo = append(v.checkToo, f) }
}

// Underscores spells keywords in messages as HCL does: http_request for http-request.
func Underscores() Option {
	return func(v *validator) {
		v.kw = func(s string) string { return strings.ReplaceAll(s, "-", "_") }
		v.quoteAction = true
	}
}

// CalledAs gives log lines that name where the configuration has no log-tag: that of the program as it was called.
func CalledAs(name string) Option {
	return func(v *validator) { setDefault(&v.cfg.Global.LogTag, name) }
}

// Before has f change the configuration before it is checked, as a command line does; nil = nothing.
func Before(f func(*Config)) Option {
	return func(v *validator) {
		if f != nil {
			f(v.cfg)
		}
	}
}

// Validate fills every default that is not set, numbers proxies, binds and servers that have no number,
// reads the error files and reports everything that cannot work. The configuration must not be changed
// or shared before it has returned.
func Validate(c *Config, opts ...Option) Diagnostics {
	v := &validator{cfg: c, kw: func(s string) string { return s }, readFile: readErrorFile}
	for _, o := range opts {
		o(v)
	}
	v.global()
	v.ocspUpdate()
	number(c.Proxies, firstProxyID, func(p *Proxy) *int { return &p.ID })
	v.names()
	for _, l := range c.Userlists {
		v.userlist(l)
	}
	for _, h := range c.HTTPErrors {
		v.errorFiles(v.kw("http-errors")+` "`+h.Name+`"`, h.Files)
	}
	v.acme()
	for _, m := range c.Mailers {
		v.mailers(m)
	}
	for _, p := range v.readable().Proxies {
		v.proxy(p)
	}
	v.duplicateBinds()
	v.others()
	v.diags.Tidy()
	return v.diags
}

// ValidateServer puts the defaults into one server of a section of c, and checks it, as Validate does.
func ValidateServer(c *Config, p *Proxy, s *Server) Diagnostics {
	s.fill()
	v := &validator{cfg: c, kw: func(s string) string { return s }, readFile: readErrorFile}
	v.server(p, s)
	v.diags.Tidy()
	return v.diags
}

// validator carries what the checks share.
type validator struct {
	cfg      *Config
	diags    Diagnostics
	kw       func(string) string
	checkToo []func(*Config) Diagnostics
	readFile func(string) ([]byte, error)
	acls     map[string]bool   // of the section being checked
	sound    func(*Proxy) bool // nil = all of them are
	mayBe    func(string) bool // where sound is not nil: what could not be read may have the name
	// quoteAction writes http_request "deny" for http-request deny.
	quoteAction bool
}

// others takes over what the checks from outside say.
func (v *validator) others() {
	known := map[Pos]bool{}
	for _, e := range v.diags.Errors {
		known[e.Pos] = true
	}
	for _, check := range v.checkToo {
		found := check(v.readable())
		if v.sound == nil {
			v.diags.Warn(found.Warnings...)
		}
		for _, e := range found.Errors {
			if !known[e.Pos] {
				v.add(e)
			}
		}
	}
}

// path joins the steps that lead to a place.
func (v *validator) path(steps ...string) string {
	for i, s := range steps {
		if !strings.Contains(s, `"`) {
			steps[i] = v.kw(s)
		}
	}
	return strings.Join(steps, ": ")
}

func (v *validator) add(e *Error) {
	if len(v.diags.Errors) < MaxErrors && !v.follows(e) {
		v.diags.Add(e)
	}
}

func (v *validator) warn(e *Error) {
	if len(v.diags.Warnings) < MaxErrors && v.sound == nil {
		v.diags.Warn(e)
	}
}

// Title names the section as messages do: backend "web".
func (p *Proxy) Title() string { return titled(p.Kind.String(), p.Name) }

// String returns the keyword of the section.
func (k Kind) String() string {
	switch k {
	case Frontend:
		return "frontend"
	case Backend:
		return "backend"
	case Listen:
		return "listen"
	}
	return "section"
}

// String returns the name that "mode" takes.
func (m Mode) String() string {
	if m == ModeHTTP {
		return "http"
	}
	return "tcp"
}

// names reports sections of the same name with a side in common, and numbers given twice.
func (v *validator) names() {
	ids := map[int]*Proxy{}
	sides := map[string]*Proxy{}
	for _, p := range v.cfg.Proxies {
		if first := ids[p.ID]; first != nil {
			v.add(Bad(p.Pos, v.path(p.Title(), "id"), "%d is already the id of %s at %s", p.ID, first.Title(), first.Pos))
		}
		ids[p.ID] = p
		for _, side := range []Kind{Frontend, Backend} {
			if p.Kind&side == 0 {
				continue
			}
			key := side.String() + " " + p.Name
			if first := sides[key]; first != nil {
				v.add(Conflict(p.Pos, "", p.Title(), first.Pos))
				break
			}
			sides[key] = p
		}
	}
}

func (v *validator) global() {
	g := &v.cfg.Global
	g.fill()
	v.unsupported("global", g.Unsupported)
	v.within(g.Pos, "nbthread", g.NbThread, 1, maxThreads, "global")
	v.within(g.Pos, "maxconn", g.Maxconn, 0, maxConnections, "global")
	v.within(g.Pos, "spread-checks", g.SpreadChecks, 0, 50, "global")
	v.within(g.Pos, "bufsize", g.Tune.BufSize, 1024, 1<<24, "global", "tune")
	v.within(g.Pos, "maxrewrite", g.Tune.MaxRewrite, 0, g.Tune.BufSize/2, "global", "tune")
	if origin := g.DefaultPath == "origin"; origin != (g.DefaultOrigin != "") {
		v.add(Bad(g.Pos, v.path("global", "default-origin"), "the directory of default_path = \"origin\", and of nothing else"))
	}
	for _, s := range g.StatsSockets {
		if err := s.Addr.CheckBind(); err != nil {
			v.add(Misread(s.Pos, v.path("global", "stats-socket"), s.Addr.String(), err))
		}
	}
	v.notOpenSSL()
	v.logs(g.Logs, "global")
	for _, l := range g.Logs {
		if l.Global {
			v.add(Bad(l.Pos, "global: log", `"global" means the targets of this very section; name an address`))
		}
	}
}

// wanted turns "want X" of a parser's error into the X of an Error's list.
func wanted(err error) string { return strings.TrimPrefix(err.Error(), "want ") }

// within reports n outside low and high.
func (v *validator) within(pos Pos, keyword string, n, low, high int, section ...string) {
	if n < low || n > high {
		v.add(OutOfRange(pos, v.path(append(section, keyword)...), n, low, high))
	}
}

func (v *validator) unsupported(section string, list []Unsupported) {
	for _, u := range list {
		v.add(NotDone(u.Pos, section, u.Keyword, u.Why))
	}
}

// The words that a log target takes.
var (
	LogFormats    = []string{"rfc3164", "rfc5424", "raw", "short", "timed", "iso", "local", "priority"}
	LogLevels     = []string{"emerg", "alert", "crit", "err", "warning", "notice", "info", "debug"}
	LogFacilities = []string{"kern", "user", "mail", "daemon", "auth", "syslog", "lpr", "news", "uucp", "cron", "auth2", "ftp", "ntp",
		"audit", "alert", "cron2", "local0", "local1", "local2", "local3", "local4", "local5", "local6", "local7"}
)

func (v *validator) logs(logs []*LogTarget, section string) {
	for _, l := range logs {
		if l.Global {
			continue
		}
		v.word(l.Pos, section, "format", l.Format, LogFormats)
		v.word(l.Pos, section, "level", l.Level, LogLevels)
		v.word(l.Pos, section, "minlevel", l.MinLevel, LogLevels)
		v.word(l.Pos, section, "facility", l.Facility, LogFacilities)
	}
}

// word reports a set value that is none of the accepted ones.
func (v *validator) word(pos Pos, section, keyword, got string, accepted []string) {
	if got != "" && !contains(accepted, got) {
		v.add(BadValue(pos, v.path(section, "log", keyword), got, accepted...))
	}
}

// readErrorFile reads one byte more than is allowed, so that too much shows.
func readErrorFile(name string) ([]byte, error) {
	f, err := os.Open(name)
	if err != nil {
		return nil, err
	}
	defer f.Close()
	return io.ReadAll(io.LimitReader(f, maxErrorFile))
}
