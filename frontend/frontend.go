package frontend

import (
	"cmp"
	"context"
	"errors"
	"io/fs"
	"net"
	"net/netip"
	"sync/atomic"
	"time"

	"weir/acl"
	"weir/conf"
	"weir/internal/http1"
	"weir/internal/logsink"
	"weir/internal/tlsconf"
	"weir/stats"
)

// Frontend is one frontend or listen section at work.
type Frontend struct {
	px *Proxy
	p  *conf.Proxy
	settings
	lines   lines
	cookie  *captureCookie
	written atomic.Uint64 // log lines, counted where one tells of it

	tcp       bool
	listeners []*listener
	tls       map[*conf.Bind]*tlsconf.Bind // of the bind lines with ssl
	connRules []tcpRule
	sessRules []tcpRule
	pick      *acl.Switch  // use_backend rules; nil = none
	targets   []target     // by the switch's index
	fallback  *route       // default_backend; nil = none
	asks      []*acl.Users // whom the targets' names ask

	cur, max, limit atomic.Int64
	pace            pace // "rate-limit sessions"
	disabled, shut  atomic.Bool
	wasDisabled     bool      // in the generation before, when this one took over; by the goroutine that starts the proxy
	local           []feLocal // by loop id
	badRequest      captured
	monitorFail     []*acl.Cond
	logsConnect     bool // "Connect from": HAProxy without httplog and tcplog
}

// feLocal is one loop's share of a frontend's counters; padded so that loops do not share cache lines.
type feLocal struct {
	traffic           stats.Traffic
	connRate          stats.LiveRate
	sessRate, reqRate stats.LiveRate    // fe_sess_rate, fe_req_rate
	reasons           map[string]uint64 // malformed requests by reason
	_                 [64]byte
}

// settings are what both sides of a proxy section have, compiled.
type settings struct {
	limits     http1.Limits // of requests
	respLimits http1.Limits
	pages      *pages
	log        logsink.Route
	reqRules   []rule
	resRules   []rule
	aftRules   []rule
	redRules   []rule     // "redirect"
	stats      *statsPage // nil = there is none
	retry      retryOn
	tcpReq     *content // nil = none
	tcpResp    *content
	captures   []capture                   // what is logged of requests: fields, and what rules put there
	ownSlots   map[*conf.CaptureSample]int // whose slot is whose, where the action names none
	resCapts   []capture
	forward    *forwardFor
	original   *forwardFor // "originalto"

	forwarded *forwarded
}

func (fe *Frontend) traffic(w *worker) *stats.Traffic { return &fe.local[w.id].traffic }

// Name is the section's name.
func (fe *Frontend) Name() string { return fe.p.Name }

// Conf is the section.
func (fe *Frontend) Conf() *conf.Proxy { return fe.p }

func (px *Proxy) newFrontend(p *conf.Proxy) (*Frontend, error) {
	fe := &Frontend{px: px, p: p, tcp: p.Mode == conf.ModeTCP, local: make([]feLocal, len(px.loops))}
	stats.Together(len(fe.local), func(i int) *stats.LiveRate { return &fe.local[i].connRate })
	stats.Together(len(fe.local), func(i int) *stats.LiveRate { return &fe.local[i].sessRate })
	stats.Together(len(fe.local), func(i int) *stats.LiveRate { return &fe.local[i].reqRate })
	fe.limit.Store(int64(p.Maxconn))
	fe.pace.limit(p.SessionRate)
	comp := px.compiler(p)
	var errs []error
	add := func(err error) { errs = append(errs, err) }
	add(px.settle(&fe.settings, comp, p))
	add(fe.secure())
	var err error
	fe.connRules, err = compileTCP(comp.At(acl.InTCPConn), p, p.TCPConnRules)
	add(err)
	fe.sessRules, err = compileTCP(comp.At(acl.InTCPSession), p, p.TCPSessRules)
	add(err)
	add(fe.route(comp))
	for _, c := range p.MonitorFail {
		cond, err := comp.At(acl.InHTTPRequest).Cond(c, p.ACLs)
		add(err)
		fe.monitorFail = append(fe.monitorFail, cond)
	}
	fe.lines, err = compileLines(comp, p)
	add(err)
	fe.cookie = compileCookie(p, cmp.Or(px.cfg.Global.Tune.CookieLen, defaultCookieLen))
	add(checkACLs(comp, p))
	fe.logsConnect = !fe.lines.atEnd() && px.opt.Access != nil
	return fe, errors.Join(errs...)
}

// checkACLs compiles the ACLs that no rule names: the stats socket lists them, too.
func checkACLs(comp *acl.Compiler, p *conf.Proxy) error {
	var errs []error
	for _, a := range p.ACLs {
		errs = append(errs, comp.CheckACL(a, p.ACLs))
	}
	return errors.Join(errs...)
}

// secure makes the TLS of the bind lines.
func (fe *Frontend) secure() error {
	fe.tls = map[*conf.Bind]*tlsconf.Bind{}
	var errs []error
	for _, b := range fe.p.Binds {
		if !b.TLS.On {
			continue
		}
		t, err := fe.px.tls.Bind(fe.p, b)
		if err != nil {
			errs = append(errs, err)
			continue
		}
		fe.tls[b] = t
	}
	return errors.Join(errs...)
}

// settle compiles what frontends and backends have in common.
func (px *Proxy) settle(s *settings, comp *acl.Compiler, p *conf.Proxy) error {
	t := &px.cfg.Global.Tune
	s.limits = http1.Limits{HeadBytes: t.BufSize - t.MaxRewrite, Fields: t.MaxHeaders, Lax: p.Options.AcceptUnsafeReq, AnyPayload: px.cfg.Global.AnyPayload}
	s.respLimits = s.limits
	s.respLimits.Lax = p.Options.AcceptUnsafeResp
	var errs []error
	var err error
	errs = append(errs, s.compileContents(comp, p))
	s.captures, s.resCapts, s.ownSlots = compileCaptures(p)
	errs = append(errs, s.compileHTTP(px, comp, p))
	s.forward, err = newForwardFor(p.Options.ForwardFor, conf.DefaultForwardHeader)
	errs = append(errs, err)
	s.original, err = newForwardFor(p.Options.OriginalTo, "X-Original-To")
	errs = append(errs, err)
	s.forwarded, err = newForwarded(comp.At(acl.InBackendReq), p.Options.Forwarded)
	errs = append(errs, err, noPasswords(comp, p.Pos, p.Title()+": option forwarded"))
	if px.opt.Access != nil {
		s.log, err = px.opt.Access.Route(p.Logs, px.cfg.Global.Logs, p.LogTag)
		errs = append(errs, err)
	}
	return errors.Join(errs...)
}

// compiler is for the expressions of a section. What is doubtful in them has been told by whoever checked the configuration.
func (px *Proxy) compiler(p *conf.Proxy) *acl.Compiler {
	own := "" // the backend that a server's name alone means
	if p.Kind&conf.Backend != 0 {
		own = p.Name
	}
	return acl.NewCompiler(acl.Options{Config: px.cfg, State: px.state, Probe: px.opt.Probe}).In(p.Title(), own).With(p.ACLs)
}

// resolveOne looks a listening host name up.
func resolveOne(host string, v6 bool) (netip.Addr, error) {
	ctx, cancel := context.WithTimeout(context.Background(), 5*time.Second)
	defer cancel()
	network := "ip4"
	if v6 {
		network = "ip6"
	}
	ips, err := net.DefaultResolver.LookupNetIP(ctx, network, host)
	if err != nil {
		return netip.Addr{}, err
	}
	return ips[0].Unmap(), nil
}

func modeOf(m uint32) fs.FileMode { return fs.FileMode(m) }

func firstInt(vs ...int) int {
	for _, v := range vs {
		if v != 0 {
			return v
		}
	}
	return 0
}
