package frontend

import (
	"errors"
	"fmt"
	"net/netip"
	"os/user"
	"strconv"
	"sync/atomic"
	"time"

	"go.uber.org/zap"

	"weir/conf"
	"weir/internal/loop"
	"weir/internal/tlsconf"
	"weir/stats"
)

// listener is one bind address at work.
type listener struct {
	fe      *Frontend
	b       *conf.Bind
	name    string
	http1   bool // the preface of HTTP/2 means nothing here, unless TLS has agreed on it
	http2   bool // clients speak HTTP/2 and nothing else
	id      int
	ln      *loop.Listener
	cur     atomic.Int64
	max     atomic.Int64
	full    atomic.Bool // paused for want of a place
	resting atomic.Bool // paused by a rate until a timer says otherwise
	off     atomic.Bool // paused by an administrator
	local   []stats.Traffic
	tls     *tlsconf.Bind  // nil = clients speak without TLS
	dst     netip.AddrPort // where clients connect to; invalid when each must be asked, or for a unix socket
	said    atomic.Int64   // unix nanoseconds of the last word about an accept that failed
	key     string         // what makes it the same socket in the next generation
	heir    atomic.Bool    // the next generation has the socket too
	// Until Start: the listener of the generation before whose socket it has, and the options that the socket is to have.
	from *listener
	opt  *loop.ListenOptions
	// explain takes what would go to a server; nil in live traffic.
	explain *explained
}

// bind opens every listening socket of the frontend; all that cannot be opened are told.
func (fe *Frontend) bind() error {
	var errs []error
	for _, b := range fe.p.Binds {
		addrs, err := listenAddrs(&b.Addr)
		if err != nil {
			errs = append(errs, bindError(b, fe, err))
		}
		for i, a := range addrs {
			if err := fe.open(b, a, b.ID+i); err != nil {
				errs = append(errs, bindError(b, fe, err))
			}
		}
	}
	return errors.Join(errs...)
}

// open takes the socket of the address over from the generation before, or opens it.
func (fe *Frontend) open(b *conf.Bind, a *loop.Addr, id int) error {
	o, err := listenOptions(b, fe)
	if err != nil {
		return err
	}
	key := socketKey(b, a)
	old := fe.px.heritage.take(key, fe.p.Name)
	var ln *loop.Listener
	if old != nil {
		ln, err = old.inherit(o)
	} else {
		ln, err = openListener(b, fe, a, o)
	}
	if err != nil {
		return err
	}
	l := fe.newListener(b, ln, id)
	l.key, l.from, l.opt = key, old, o
	if old != nil {
		l.tls.TakeTickets(old.tls)
	}
	fe.listeners = append(fe.listeners, l)
	return nil
}

func (fe *Frontend) newListener(b *conf.Bind, ln *loop.Listener, id int) *listener {
	l := &listener{fe: fe, b: b, tls: fe.tls[b], ln: ln, name: b.Name, id: id, local: make([]stats.Traffic, len(fe.px.loops))}
	l.http1, l.http2 = b.Proto == "h1" || b.Proto == "" && fe.p.Options.DisableH2Upgrade, b.Proto == "h2"
	if l.name == "" {
		l.name = "sock-" + strconv.Itoa(len(fe.listeners)+1)
	}
	if ap := ln.Addr.AddrPort(); ap.IsValid() && !ap.Addr().IsUnspecified() {
		l.dst = netip.AddrPortFrom(ap.Addr(), uint16(ln.Port()))
	}
	return l
}

// label is what log lines call the listener.
func (ln *listener) label() string {
	if ln.b.Name != "" {
		return ln.b.Name
	}
	return strconv.Itoa(ln.id)
}

// bindFailure is why an address could not be bound, told at its place in the configuration.
type bindFailure struct {
	at    *conf.Error
	cause error
}

func bindError(b *conf.Bind, fe *Frontend, err error) error {
	path := fmt.Sprintf("frontend %q: bind %s", fe.p.Name, addrText(&b.Addr))
	return &bindFailure{conf.Bad(b.Pos, path, "%s", err), err}
}

func (f *bindFailure) Error() string { return f.at.Error() }
func (f *bindFailure) Unwrap() error { return f.cause }

// As gives the error of the configuration to who sorts errors by their places.
func (f *bindFailure) As(target any) bool {
	to, ok := target.(**conf.Error)
	if ok {
		*to = f.at
	}
	return ok
}

func addrText(a *conf.Addr) string {
	if a.Kind != conf.AddrTCP {
		return strconv.Quote(a.String())
	}
	port := strconv.Itoa(a.Port)
	if a.PortEnd > a.Port {
		port += "-" + strconv.Itoa(a.PortEnd)
	}
	return strconv.Quote(a.Host + ":" + port)
}

func openListener(b *conf.Bind, fe *Frontend, a *loop.Addr, o *loop.ListenOptions) (*loop.Listener, error) {
	if b.Addr.Kind != conf.AddrFD && b.Addr.Kind != conf.AddrPair {
		own := fe.px.overlap(a)
		o.ReusePort = o.ReusePort || fe.px.heritage.share(a) || own
		return loop.Listen(a, o)
	}
	if fe.px.heritage != nil {
		return nil, errors.New("sockets are handed over when the process starts: a reload can keep one, and cannot add one")
	}
	if b.Addr.Kind == conf.AddrPair {
		return loop.ListenPair(b.Addr.FD)
	}
	return loop.ListenFD(b.Addr.FD)
}

func listenOptions(b *conf.Bind, fe *Frontend) (*loop.ListenOptions, error) {
	t := &fe.px.cfg.Global.Tune
	o := &loop.ListenOptions{
		Backlog:     firstInt(b.Backlog, fe.p.Backlog, b.Maxconn, int(fe.slots())),
		V6Only:      b.Addr.V6Alone,
		DeferAccept: b.DeferAccept,
		Interface:   b.Interface,
		MSS:         b.MSS,
		UserTimeout: b.UserTimeout,
		Transparent: b.Transparent,
		Congestion:  b.Congestion,
		MD5Sig:      b.MD5Sig,
		SaveSYN:     b.SaveSYN,
		SndBuf:      t.SndBufClient,
		RcvBuf:      t.RcvBufClient,
		NotSent:     t.NotSentClient,
		Mode:        modeOf(b.Mode),
		ReusePort:   fe.px.opt.ReusePort,
	}
	if b.TFO {
		o.FastOpen = 256
	}
	if b.Namespace != "" {
		ns, err := loop.OpenNamespace(b.Namespace)
		if err != nil {
			return nil, err
		}
		o.Namespace = ns
	}
	return o, owner(b, o)
}

func owner(b *conf.Bind, o *loop.ListenOptions) (err error) {
	if b.User == "" && b.Group == "" {
		return nil
	}
	o.Chown, o.UID, o.GID = true, -1, -1
	if b.User != "" {
		if o.UID, err = idOf(b.User, func(name string) (string, error) {
			u, err := user.Lookup(name)
			if err != nil {
				return "", err
			}
			return u.Uid, nil
		}); err != nil {
			return err
		}
	}
	if b.Group != "" {
		o.GID, err = idOf(b.Group, func(name string) (string, error) {
			g, err := user.LookupGroup(name)
			if err != nil {
				return "", err
			}
			return g.Gid, nil
		})
	}
	return err
}

// idOf takes a number, or looks a name up.
func idOf(s string, look func(string) (string, error)) (int, error) {
	if id, err := strconv.Atoi(s); err == nil {
		return id, nil
	}
	text, err := look(s)
	if err != nil {
		return 0, err
	}
	return strconv.Atoi(text)
}

// listenAddrs resolves a bind address to one socket address per port.
func listenAddrs(a *conf.Addr) ([]*loop.Addr, error) {
	switch a.Kind {
	case conf.AddrUnix:
		return []*loop.Addr{loop.UnixAddr(a.Path)}, nil
	case conf.AddrAbstract:
		return []*loop.Addr{loop.AbstractAddr(a.Path, !a.Unpadded)}, nil
	case conf.AddrFD, conf.AddrPair:
		return []*loop.Addr{nil}, nil
	}
	ip, err := listenIP(a)
	if err != nil {
		return nil, err
	}
	var out []*loop.Addr
	for port := a.Port; port <= max(a.Port, a.PortEnd); port++ {
		out = append(out, loop.TCPAddr(netip.AddrPortFrom(ip, uint16(port))))
	}
	return out, nil
}

func listenIP(a *conf.Addr) (netip.Addr, error) {
	if a.Host == "" || a.Host == "*" {
		if a.V6Only {
			return netip.IPv6Unspecified(), nil
		}
		return netip.IPv4Unspecified(), nil
	}
	if ip, err := netip.ParseAddr(a.Host); err == nil {
		return ip, nil
	}
	return resolveOne(a.Host, a.V6Only)
}

// needsDst reports whether only the connection knows what address its client connected to.
func (ln *listener) needsDst() bool { return !ln.dst.IsValid() && ln.ln.Addr.AddrPort().IsValid() }

// listen begins to accept on every address.
func (fe *Frontend) listen() {
	for _, ln := range fe.listeners {
		ln.ln.Start(fe.px.loops, fe.px.cfg.Global.Tune.MaxAccept, ln)
	}
}

// Admit takes a place among the connections of the listener, the frontend and the process, or none.
func (ln *listener) Admit() bool {
	if ln.off.Load() { // a look that was under way when an administrator paused it
		return false
	}
	fe, px := ln.fe, ln.fe.px
	if ln.tooFast() {
		ln.full.Store(true)
		return false
	}
	if !take(&ln.cur, int64(ln.b.Maxconn)) {
		ln.full.Store(true)
		return false
	}
	if !take(&fe.cur, fe.limit.Load()) {
		ln.cur.Add(-1)
		ln.full.Store(true)
		return false
	}
	if !take(&px.gate.conns, px.limit.Load()) {
		fe.cur.Add(-1)
		ln.cur.Add(-1)
		ln.full.Store(true)
		px.gate.full.Store(true)
		return false
	}
	px.conns.Add(1)
	return true
}

// Leave gives back the place of a connection that is over, or of an accept that brought none: for want of that place too,
// another listener may have been paused. No wake-up is lost: who finds no place says so and then looks once more (loop's ear);
// who leaves frees the place and then reads what was said.
func (ln *listener) Leave() {
	fe, px := ln.fe, ln.fe.px
	ln.cur.Add(-1)
	fe.cur.Add(-1)
	n := px.conns.Add(-1)
	px.gate.conns.Add(-1)
	if g := px.gate; g.full.Load() && g.full.CompareAndSwap(true, false) {
		if owner := g.owner.Load(); owner != nil {
			owner.resume()
		}
	} else {
		fe.resume()
	}
	if n == 0 {
		px.checkDrained()
	}
}

// take counts one more unless the limit is reached. It never counts too many, not even for a moment: another loop would see no
// place where there is one, and pause for good.
func take(cur *atomic.Int64, limit int64) bool {
	for {
		n := cur.Load()
		if limit > 0 && n >= limit {
			return false
		}
		if cur.CompareAndSwap(n, n+1) {
			return true
		}
	}
}

// raise lifts a high-water mark to what is counted now. A place that was taken for an accept that brought no connection is none.
func raise(most, cur *atomic.Int64) {
	n := cur.Load()
	for {
		m := most.Load()
		if n <= m || most.CompareAndSwap(m, n) {
			return
		}
	}
}

// Failed is told of an accept that the kernel refused; the listener rests meanwhile.
func (ln *listener) Failed(err error) {
	now := time.Now().UnixNano()
	if last := ln.said.Load(); now-last < int64(acceptLogEvery) || !ln.said.CompareAndSwap(last, now) {
		return
	}
	go ln.fe.px.log.Error("cannot accept connections for now", zap.String("frontend", ln.fe.p.Name), zap.String("listener", ln.name),
		zap.Error(err), zap.Int64("connections", ln.fe.px.conns.Load()))
}

// resume lets the frontend's listeners accept again where they had no place left.
func (fe *Frontend) resume() {
	for _, ln := range fe.listeners {
		if ln.full.Load() && !ln.off.Load() && ln.full.CompareAndSwap(true, false) {
			ln.ln.Resume()
			if ln.off.Load() { // Disable came in between
				ln.ln.Pause()
			}
		}
	}
}

// Disable stops listening: clients are refused. What is connected goes on.
func (fe *Frontend) Disable() {
	fe.disabled.Store(true)
	for _, ln := range fe.listeners {
		ln.off.Store(true)
		ln.ln.Silence()
	}
}

// Enable accepts again.
func (fe *Frontend) Enable() {
	fe.disabled.Store(false)
	for _, ln := range fe.listeners {
		ln.off.Store(false)
		ln.full.Store(false)
		if err := ln.ln.Speak(); err != nil {
			fe.px.log.Error("cannot listen again", zap.String("frontend", fe.p.Name), zap.String("listener", ln.name), zap.Error(err))
		}
	}
}

// ShutdownListeners closes the frontend's sockets for good; what is connected goes on.
func (fe *Frontend) ShutdownListeners() bool {
	if fe.shut.Swap(true) {
		return false
	}
	fe.closeListeners()
	fe.px.sayStopped(fe.p, fe, fe.px.Backend(fe.p.Name))
	return true
}

// IsShut reports whether the listeners are closed for good.
func (fe *Frontend) IsShut() bool { return fe.shut.Load() }

// Pause is "disable frontend": what an operator asks for is told in the log. false: it was paused already.
func (fe *Frontend) Pause() bool {
	if fe.shut.Load() || fe.disabled.Load() {
		return false
	}
	fe.Disable()
	fe.px.announce(fe.log, "Paused "+fe.word()+" "+fe.p.Name+".")
	return true
}

// word is what HAProxy calls it: a listen section is a proxy.
func (fe *Frontend) word() string {
	if fe.p.Kind&conf.Backend != 0 {
		return "proxy"
	}
	return "frontend"
}

// Resume is "enable frontend". false: it was not paused.
func (fe *Frontend) Resume() bool {
	if fe.shut.Load() || !fe.disabled.Load() {
		return false
	}
	fe.Enable()
	fe.px.announce(fe.log, "Resumed "+fe.word()+" "+fe.p.Name+".")
	return true
}

func (fe *Frontend) closeListeners() {
	for _, ln := range fe.listeners {
		ln.ln.Close()
	}
}

// SetMaxconn changes the frontend's limit of connections.
func (fe *Frontend) SetMaxconn(n int) {
	fe.limit.Store(int64(n))
	fe.resume()
}
