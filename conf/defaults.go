package conf

import (
	"cmp"
	"os"
	"runtime"
	"time"
)

// The defaults, as HAProxy has them where it has the setting.
// DefaultSessionConns is max-session-srv-conns where nothing is said, as in HAProxy.
const DefaultSessionConns = 5

const (
	DefaultRetries       = 3
	DefaultWeight        = 1
	MaxWeight            = 256
	DefaultInter         = 2 * time.Second
	DefaultRise          = 2
	DefaultFall          = 3
	DefaultErrorLimit    = 10
	DefaultPoolPurge     = 5 * time.Second
	DefaultBufSize       = 16384
	DefaultMaxRewrite    = 1024
	DefaultMaxHeaders    = 101
	DefaultMaxAccept     = 64
	DefaultStatsTimeout  = 10 * time.Second
	DefaultStatsMaxconn  = 10
	DefaultStatsMode     = 0o600
	DefaultStatsURI      = "/haproxy?stats"
	DefaultStatsRealm    = "HAProxy Statistics"
	DefaultLogTag        = "weir"
	DefaultDenyStatus    = 403
	DefaultTarpitStatus  = 500
	DefaultRedirectCode  = 302
	DefaultReturnStatus  = 200
	DefaultForwardHeader = "X-Forwarded-For"
	DefaultOriginalTo    = "X-Original-To"
	DefaultCheckMethod   = "OPTIONS"
	DefaultCheckURI      = "/"
	DefaultCheckVersion  = "HTTP/1.0"
	firstProxyID         = 2 // HAProxy keeps 1 for itself, so its first section's iid is 2
	firstServerID        = 1
	firstBindID          = 1
	defaultHashFunc      = "sdbm"
	defaultLogLevel      = "debug"
	defaultDefaultPath   = "current"
	unsetWeight          = -1
	unlimited            = -1
	maxThreads           = 1024
	maxConnections       = 1 << 30 // what fits an int32 counter with room
	maxCheckCount        = 1 << 20
	maxErrorFile         = 1 << 20 // bytes read of an error file before it is called too large
	maxRetries           = 1000
)

// NewProxy returns a section whose zero-means-something fields hold their defaults.
func NewProxy(pos Pos, kind Kind, name string) *Proxy {
	return &Proxy{Pos: pos, Kind: kind, Name: name, Retries: DefaultRetries, KeepAliveQueue: unlimited, SessionConns: DefaultSessionConns, ErrorFiles: map[int]*ErrorFile{}}
}

// NewServer returns a server whose zero-means-something fields hold their defaults.
func NewServer(pos Pos, name string) *Server {
	return &Server{Pos: pos, Name: name, Weight: unsetWeight, PoolMax: unlimited, MaxReuse: unlimited, PoolPurge: DefaultPoolPurge}
}

// setDefault puts def where nothing is set.
func setDefault[T comparable](field *T, def T) {
	var zero T
	if *field == zero {
		*field = def
	}
}

// Processors is what the process may use: the default of nbthread. It is looked up once, for a process that runs asks the runtime for more
// than its loops.
var Processors = runtime.GOMAXPROCS(0)

func (g *Global) fill() {
	threads := Processors
	if most := g.Process.ThreadLimit; most > 0 {
		threads = min(threads, most)
	}
	setDefault(&g.NbThread, threads)
	setDefault(&g.DefaultPath, defaultDefaultPath)
	setDefault(&g.LogTag, DefaultLogTag)
	setDefault(&g.StatsTimeout, DefaultStatsTimeout)
	if g.Node == "" {
		g.Node, _ = os.Hostname()
	}
	t := &g.Tune
	setDefault(&t.BufSize, DefaultBufSize)
	setDefault(&t.MaxRewrite, DefaultMaxRewrite)
	setDefault(&t.MaxHeaders, DefaultMaxHeaders)
	setDefault(&t.MaxAccept, DefaultMaxAccept)
	for _, s := range g.StatsSockets {
		setDefault(&s.Mode, DefaultStatsMode)
		setDefault(&s.Level, LevelOperator)
		setDefault(&s.Maxconn, cmp.Or(g.StatsMaxconn, DefaultStatsMaxconn))
	}
	fillLogs(g.Logs)
}

// fillLogs leaves Format and Len open: their defaults depend on log_send_hostname and on the kind of target.
func fillLogs(logs []*LogTarget) {
	for _, l := range logs {
		if l.Global {
			continue
		}
		setDefault(&l.Level, defaultLogLevel)
	}
}

func (p *Proxy) fill() {
	setDefault(&p.Mode, ModeTCP)
	if p.StatsURI != nil {
		setDefault(&p.StatsURI.Path, DefaultStatsURI)
		setDefault(&p.StatsURI.Realm, DefaultStatsRealm)
	}
	fillLogs(p.Logs)
	if f := p.Options.ForwardFor; f != nil {
		setDefault(&f.Header, DefaultForwardHeader)
	}
	if f := p.Options.OriginalTo; f != nil {
		setDefault(&f.Header, DefaultOriginalTo)
	}
	if p.Kind&Backend == 0 {
		return
	}
	setDefault(&p.HashType.Func, defaultHashFunc)
	if p.Balance.Algo == Random {
		setDefault(&p.Balance.Draws, DefaultDraws)
	}
	for _, s := range p.Servers {
		s.fill()
	}
}

func (s *Server) fill() {
	if s.Weight == unsetWeight || s.Weight == 0 && !s.WeightSet {
		s.Weight = DefaultWeight
	}
	setDefault(&s.Checks.Inter, DefaultInter)
	setDefault(&s.Checks.Rise, DefaultRise)
	setDefault(&s.Checks.Fall, DefaultFall)
	setDefault(&s.ErrorLimit, DefaultErrorLimit)
	setDefault(&s.AgentCheck.Inter, DefaultInter)
}

// fillRules puts the statuses that actions leave open.
func fillRules(rules []*Rule) {
	for _, r := range rules {
		switch a := r.Action.(type) {
		case *Deny:
			setDefault(&a.Status, DefaultDenyStatus)
		case *Tarpit:
			setDefault(&a.Status, DefaultTarpitStatus)
		case *Redirect:
			setDefault(&a.Code, DefaultRedirectCode)
		case *Return:
			setDefault(&a.Status, DefaultReturnStatus)
		}
	}
}

// number gives every id of 0 the lowest that is free, from first on.
func number[T any](list []T, first int, id func(T) *int) {
	used := map[int]bool{}
	for _, t := range list {
		used[*id(t)] = true
	}
	for _, t := range list {
		if *id(t) == 0 {
			for used[first] {
				first++
			}
			used[first] = true
			*id(t) = first
		}
	}
}
