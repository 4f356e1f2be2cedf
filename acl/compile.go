package acl

import (
	"cmp"
	"maps"
	"os"
	"slices"
	"strconv"
	"strings"

	"weir/conf"
)

// Options are what a Compiler must know.
type Options struct {
	// Config is where names in arguments, such as nbsrv's backend, are looked up; nil = they are not checked.
	Config *conf.Config
	// Warn is told about what is doubtful; nil = nobody.
	Warn func(*conf.Error)
	// State is what all Compilers of a process share: variables have their places by it. nil = a State of its own.
	State *State
	// Probe is asked instead of every condition; nil = none, as in live traffic.
	Probe Probe
}

// Compiler turns the configuration model's expressions into what runs. It is for one goroutine.
type Compiler struct {
	*shared
	place   Place
	backend string
	path    string
	section []*conf.ACL // those of the section, for acl()
}

// shared is what all copies of a Compiler made by At and In have together.
type shared struct {
	Options
	acls map[*conf.ACL]*node // compiled so far; nil while being compiled
	// users are the userlists by name, and asked those that values (not conditions) have asked since TakeUsers.
	users map[string]*Users
	asked []*Users
	errs  conf.Errors
}

// NewCompiler returns a compiler for expressions anywhere.
func NewCompiler(o Options) *Compiler {
	if o.State == nil {
		o.State = NewState()
	}
	return &Compiler{shared: &shared{Options: o, acls: map[*conf.ACL]*node{}, users: map[string]*Users{}}}
}

// At returns a compiler for expressions that run at a place: fetches that cannot work there are reported.
func (c *Compiler) At(p Place) *Compiler {
	at := *c
	at.place = p
	return &at
}

// In returns a compiler whose errors name a section, as in `frontend "web"`, and in which srv_conn(NAME) without a
// backend means that of this proxy.
func (c *Compiler) In(path, backend string) *Compiler {
	in := *c
	in.path, in.backend = path, backend
	return &in
}

// Where is the path of an error about what, for who compiles something with this one's help.
func (c *Compiler) Where(what string) string { return c.at(what) }

func (c *Compiler) fail(e *conf.Error) { c.errs = append(c.errs, e) }

func (c *Compiler) warn(e *conf.Error) {
	if c.Warn != nil {
		c.Warn(e)
	}
}

// at is the path of an error about what.
func (c *Compiler) at(what string) string {
	if c.path == "" {
		return what
	}
	return c.path + ": " + what
}

// take returns the errors that were noted since the last call.
func (c *Compiler) take() error {
	errs := c.errs
	c.errs = nil
	if len(errs) == 0 {
		return nil
	}
	return errs
}

// compileFetch resolves one fetch; nil after an error.
func (c *Compiler) compileFetch(call *conf.Call, f *fetch, hard bool) (*fetch, *args) {
	if f == nil {
		c.unknown(call, "fetch", fetchNames, pendingFetches)
		return nil, nil
	}
	if c.place == InHTTPResponse && (f.name == "hdr" || f.name == "cookie") {
		f = fetches[map[string]string{"hdr": "res.hdr", "cookie": "res.cook"}[f.name]]
	}
	a := c.compileArgs(call, f.sig)
	if a == nil {
		return nil, nil
	}
	if f.fix != nil {
		a.env = os.LookupEnv
		if c.Config != nil {
			a.env = c.Config.LookupEnv
		}
		defer func() { a.env = nil }()
		if err := f.fix(a); err != nil {
			c.fail(conf.Bad(call.Pos, c.at(call.Name), "%s: got %q; %s", usage(f.name, f.sig), strings.Join(call.Args, ","), err))
			return nil, nil
		}
	}
	if len(call.Args) == 0 && slices.Contains(fieldValues, f.name) {
		f, a.doubt = f.without(), "names no field, so that it never has a value"
	}
	if a.doubt != "" {
		c.warn(conf.Bad(call.Pos, c.at(call.Name), "%s", a.doubt))
	}
	if f.name == "acl" && !c.namedACLs(call, a, hard) {
		return nil, nil
	}
	if a.ask == CPUTime || a.ask == LatTime {
		c.State.measured.Store(true)
	}
	if c.place == InLog && strings.HasPrefix(f.name, "bc_") {
		c.State.server.Store(true)
	}
	return f, a
}

func (c *Compiler) compileConv(call *conf.Call) (*conv, *args) {
	v := convs[call.Name]
	if v == nil {
		c.unknown(call, "converter", convNames, pendingConvs)
		return nil, nil
	}
	a := c.compileArgs(call, v.sig)
	if a == nil {
		return nil, nil
	}
	if v.name == "when" && !c.when(call, a) {
		return nil, nil
	}
	if v.fix != nil {
		a.path = func(name string) string { return pathOf(c.Config, name, call.Pos) }
		defer func() { a.path = nil }()
		if err := v.fix(a); err != nil {
			c.fail(conf.Bad(call.Pos, c.at(call.Name), "%s: got %q; %s", usage(v.name, v.sig), strings.Join(call.Args, ","), err))
			return nil, nil
		}
	}
	return v, a
}

// unknown says whether a name is not done yet or means nothing.
func (c *Compiler) unknown(call *conf.Call, kind string, known func() []string, pending map[string]bool) {
	if pending[call.Name] || conf.InLua(call.Name) {
		c.fail(conf.NotDone(call.Pos, c.at(kind), call.Name, ""))
		return
	}
	c.fail(conf.Unknown(call.Pos, c.at(kind), kind, call.Name, known()))
}

// compileArgs checks a call's arguments against a signature; nil after an error.
func (c *Compiler) compileArgs(call *conf.Call, sig string) *args {
	params := parseSig(sig)
	a := &args{given: len(call.Args), state: c.State, pos: call.Pos}
	// HAProxy reads name() as a call without arguments.
	if len(call.Args) == 1 && call.Args[0] == "" && (len(params) == 0 || params[0].optional) {
		a.given = 0
	}
	need := 0
	for _, p := range params {
		if !p.optional {
			need++
		}
	}
	if a.given < need || a.given > len(params) {
		e := conf.Bad(call.Pos, c.at(call.Name), "got %s", plural(a.given, "argument"))
		e.Want = []string{usage(call.Name, sig)}
		if len(params) == 0 {
			e.Want = []string{"none"}
		}
		c.fail(e)
		return nil
	}
	ok := true
	for i, p := range params {
		text := ""
		if i < a.given {
			text = call.Args[i]
		}
		ok = c.compileArg(call, p, text, a) && ok
	}
	if !ok {
		return nil
	}
	return a
}

func plural(n int, what string) string {
	if n == 1 {
		return "1 " + what
	}
	return strconv.Itoa(n) + " " + what + "s"
}

func (c *Compiler) compileArg(call *conf.Call, p param, text string, a *args) bool {
	bad := func(want string) bool {
		c.fail(conf.BadValue(call.Pos, c.at(call.Name+"("+p.name+")"), text, want))
		return false
	}
	switch p.kind {
	case "int":
		if text == "" && p.optional {
			a.num = append(a.num, 0)
			return true
		}
		n, err := strconv.ParseInt(text, 10, 64)
		if err != nil {
			return bad("an integer")
		}
		a.num = append(a.num, n)
	case "var":
		v := c.variable(call.Pos, call.Name+"("+p.name+")", text)
		a.vars = append(a.vars, v)
		return v != nil
	case "optvar":
		if text == "" {
			a.vars = append(a.vars, nil)
			return true
		}
		v := c.variable(call.Pos, call.Name+"("+p.name+")", text)
		a.vars = append(a.vars, v)
		return v != nil
	case "map":
		a.str, a.list = append(a.str, text), c.pairsFile(call, text)
		return a.list != nil
	case "operand":
		return c.operand(call, p, text, a)
	case "text":
		var v *Var
		if _, err := checkVarName(text); err == nil {
			v = c.variable(call.Pos, call.Name+"("+p.name+")", text)
		}
		a.str, a.vars = append(a.str, text), append(a.vars, v)
	case "regex":
		re, err := CompileRegex(text, false)
		if err != nil {
			c.fail(conf.Misread(call.Pos, c.at(call.Name+"("+p.name+")"), text, err))
			return false
		}
		a.re, a.str = re, append(a.str, text)
	case "userlist":
		a.users = c.userlist(call, p, text)
		return a.users != nil
	case "backend", "frontend":
		a.str = append(a.str, text)
		return text == "" || c.checkProxy(call, p, text)
	case "server":
		proxy, server, ok := strings.Cut(text, "/")
		if !ok {
			proxy, server = c.backend, text
		}
		a.str = append(a.str, proxy, server)
		return c.checkServer(call, p, proxy, server)
	default:
		a.str = append(a.str, text)
	}
	return true
}

func (c *Compiler) checkProxy(call *conf.Call, p param, name string) bool {
	if c.Config == nil {
		return true
	}
	side := conf.Backend
	if p.kind == "frontend" {
		side = conf.Frontend
	}
	var known []string
	for _, x := range c.Config.Proxies {
		if x.Kind&side != 0 {
			if x.Name == name {
				return true
			}
			known = append(known, x.Name)
		}
	}
	c.fail(conf.Unknown(call.Pos, c.at(call.Name), p.kind, name, known))
	return false
}

func (c *Compiler) checkServer(call *conf.Call, p param, proxy, server string) bool {
	if proxy == "" {
		c.fail(conf.BadValue(call.Pos, c.at(call.Name), server, "backend/server"))
		return false
	}
	if !c.checkProxy(call, param{p.name, "backend", false}, proxy) {
		return false
	}
	if c.Config == nil {
		return true
	}
	var known []string
	for _, s := range c.Config.Backend(proxy).Servers {
		if s.Name == server {
			return true
		}
		known = append(known, s.Name)
	}
	c.fail(conf.Unknown(call.Pos, c.at(call.Name), "server", server, known))
	return false
}

// regexTrouble is what Go says about a regular expression, without its "error parsing regexp: ".
func regexTrouble(err error) string { return strings.TrimPrefix(err.Error(), "error parsing regexp: ") }

// checkPlace reports a fetch that finds nothing where it runs: an error in an expression, whose value would always be
// missing, and a warning in a condition, which is false then, as in HAProxy.
func (c *Compiler) checkPlace(call *conf.Call, f *fetch, hard bool) bool {
	lacks := c.place.lacks(f.need)
	if lacks == 0 {
		return true
	}
	e := conf.Bad(call.Pos, c.at(call.Name), "needs %s, which %s does not have", lacks, c.place)
	if hard {
		c.fail(e)
	} else {
		c.warn(e)
	}
	return false
}

// without is a fetch that finds nothing. What it looks for may still be at hand where it runs, as the request is when the response comes: there is
// nothing in HAProxy, and a rule must not do what it does not do there.
func (f *fetch) without() *fetch {
	none := *f
	none.run = func(*Context, *args, *Sample) bool { return false }
	return &none
}

// fetchNames is every name that a fetch or an ACL keyword goes by.
func fetchNames() []string {
	names := slices.AppendSeq(slices.Collect(maps.Keys(fetches)), maps.Keys(aliases))
	for base := range aclBases {
		for _, m := range aclMethods {
			names = append(names, base+"_"+m)
		}
	}
	return sorted(names)
}

func convNames() []string { return sorted(slices.Collect(maps.Keys(convs))) }

func sorted[T cmp.Ordered](s []T) []T {
	slices.Sort(s)
	return slices.Compact(s)
}
