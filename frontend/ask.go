package frontend

import (
	"errors"
	"net/netip"
	"strconv"
	"time"

	"weir/acl"
	"weir/conf"
	"weir/internal/fault"
	"weir/internal/h2mux"
	"weir/internal/logfmt"
	"weir/internal/loop"
	"weir/internal/proxyproto"
	"weir/internal/tlsconf"
)

// What the fetches ask a stream for: the stream is an acl.Stream. Nothing is found out before it is asked for.

// timers are the log variables that tell a time in milliseconds.
var timers = func() (all [acl.TimeTotal + 1]*logfmt.Alias) {
	for n, name := range map[acl.Num]string{
		acl.TimeIdle: "Ti", acl.TimeRequest: "Tq", acl.TimeHead: "TR", acl.TimeQueue: "Tw", acl.TimeConnect: "Tc", acl.TimeResponse: "Tr",
		acl.TimeData: "Td", acl.TimeActive: "Ta", acl.TimeUser: "Tu", acl.TimeHandshake: "Th", acl.TimeTotal: "Tt",
	} {
		all[n] = logfmt.LookupAlias(name)
	}
	return all
}()

// Num is acl.Stream's.
func (st *stream) Num(n acl.Num) (int64, bool) {
	switch {
	case n <= acl.TimeTotal:
		return st.timer(n), true
	case n <= acl.RequestedAt:
		return st.date(n == acl.RequestedAt), true
	case n >= acl.ClientTimeout && n <= acl.MaxRetries:
		return st.inForce(n)
	case n >= acl.ConfClient && n <= acl.ConfRetries:
		return st.configured(n)
	case n >= acl.ClientRTT && n <= acl.ServerRTTVar:
		return st.kernel(n)
	case n >= acl.CPUCalls && n <= acl.LatTime:
		return st.cost(n)
	case n >= acl.ClientHTTP && n <= acl.ServerReused:
		return st.connNum(n)
	}
	return st.ownNum(n)
}

func (st *stream) timer(n acl.Num) int64 {
	r, lr := &st.rec, &st.w.asked
	if r.s == nil { // the connection's own rules
		if n == acl.TimeHandshake {
			return (st.s.settled - st.s.accepted) / 1e6
		}
		return (st.w.l.Now() - st.s.accepted) / 1e6
	}
	lr.HTTP = !r.tcp
	r.times(lr, st.w.l.Now())
	ms, _ := timers[n].Number(lr)
	return ms
}

// date is when the wait for the request began, or the request, in microseconds.
func (st *stream) date(request bool) int64 {
	r, at := &st.rec, st.s.accepted
	if r.s != nil {
		at = r.began
	}
	if request && r.first != 0 {
		at = r.first
	}
	return st.w.l.Wall().UnixMicro() - (st.w.l.Now()-at)/1e3
}

func (st *stream) ownNum(n acl.Num) (int64, bool) {
	r := &st.rec
	switch n {
	case acl.ClientBytesIn:
		return int64(r.head) + st.up.moved, true
	case acl.ServerBytesOut:
		return st.up.sent, true
	case acl.ServerBytesIn:
		return int64(r.respHead) + st.down.moved, true
	case acl.ClientBytesOut:
		return st.down.sent, true
	case acl.Retries:
		return int64(r.retries), true
	case acl.Redispatched:
		return asInt(r.redispatched), true
	case acl.StatusServer:
		return int64(r.srvStatus), r.srvStatus != 0
	case acl.StatusSent:
		return st.statusSent(), true
	case acl.QueuedServer:
		return r.sq, true
	case acl.QueuedBackend:
		return r.bq, true
	case acl.PrioClass:
		return int64(st.lease.Class), true
	case acl.PrioOffset:
		return int64(st.lease.Offset), true
	case acl.StreamID:
		return int64(uint32(r.seq)), true
	case acl.GotProxy:
		return asInt(st.s.hello != nil && st.s.hello.info.Version > 0), true
	case acl.LastRuleLine:
		if r.lastRule != nil {
			return int64(r.lastRule.Line), true
		}
	case acl.BufSize:
		return int64(st.w.l.BufSize()), true
	case acl.LoopBusy:
		return st.w.busy.loop(st.w), true
	case acl.LoopsBusy:
		return st.w.busy.all(st.w), true
	case acl.Compressed, acl.CacheHit: // neither is done
		return 0, true
	}
	return 0, false
}

// statusSent is as the log has it: -1 before there is one.
func (st *stream) statusSent() int64 {
	switch {
	case st.rec.status != 0:
		return int64(st.rec.status)
	case st.ctx.Resp != nil:
		return int64(st.resp.Status)
	}
	return -1
}

// connNum is what is known of the two connections.
func (st *stream) connNum(n acl.Num) (int64, bool) {
	if m := st.s.root().mux; m != nil {
		switch n {
		case acl.ClientHTTP:
			return 2, true
		case acl.ClientStreams:
			return int64(m.Streams()), true
		case acl.ClientStreamsLimit:
			return int64(m.Limit()), true
		case acl.ClientStreamID:
			return int64(h2mux.StreamID(st.s.c)), true
		case acl.ClientGlitches:
			return int64(m.Glitches()), true
		}
	}
	if v, ok := st.serverNum(n); ok {
		return v, true
	}
	server := st.lease.Conn != nil
	switch n {
	case acl.ClientHTTP:
		return asInt(st.s.http), true
	case acl.ServerHTTP:
		return asInt(!st.tcp), server || st.rec.conn != 0
	case acl.ClientStreams, acl.ClientStreamsLimit:
		return 1, true
	case acl.ServerStreams, acl.ServerStreamsLimit:
		return 1, server || st.rec.conn != 0
	case acl.ClientStreamID, acl.ServerStreamID, acl.ClientGlitches, acl.ServerGlitches:
		return 0, true
	case acl.ClientErr:
		return acl.ConnError(st.s.refused), true
	case acl.ServerErr:
		if st.rec.fault == fault.ServerHandshake {
			return acl.ConnError(st.handshakeError()), true
		} else if st.rec.fault == fault.ServerUnwelcome {
			return acl.ConnError("SSL_FATAL"), true
		}
		n := connErrors[st.rec.fault]
		return n, n != 0 || server || st.rec.conn != 0 // of no connection there is nothing to say, as in HAProxy
	case acl.ClientAborted:
		return asInt(st.rec.fault != nil && st.rec.fault.Side == fault.Client || st.s.c != nil && st.s.c.Failed()), true
	case acl.ServerAborted:
		return asInt(st.rec.fault != nil && st.rec.fault.Side == fault.Server && st.rec.conn != 0), true
	case acl.ServerReused:
		return asInt(st.lease.Reused || st.rec.srvReused), server || st.rec.conn != 0
	}
	return 0, false
}

// handshakeError is HAProxy's name for why the handshake with the server failed. It tells a wrong name from everything else that a certificate
// may have wrong, and the name that is configured from the one that was asked for.
func (st *stream) handshakeError() string {
	err := st.ctx.ServerTLS.Err()
	var bad *tlsconf.VerifyError
	switch {
	case !errors.As(err, &bad):
		if name := tlsconf.Explain(err, st.ctx.ServerTLS).Conn; name != sslEmpty {
			return name
		}
		return "SSL_HANDSHAKE" // HAProxy tells a close apart from other failures for clients alone
	case !bad.OtherName():
		return "SSL_HANDSHAKE"
	case st.ctx.ServerTLS.State().ServerName == "": // it was verifyhost's
		return "SSL_MISMATCH"
	}
	return "SSL_MISMATCH_SNI"
}

// connErrors are the numbers of the faults that are a connection's.
var connErrors = map[*fault.Fault]int64{
	fault.ConnectRefused:  acl.ConnError("EREFUSED"),
	fault.ConnectResource: acl.ConnError("FREE_PORTS"),
}

// back is the backend section, which a listen section is from the beginning; nil where none is chosen.
func (st *stream) back() *conf.Proxy {
	if st.route != nil {
		return st.route.p
	}
	if p := st.fe().p; p.Kind&conf.Backend != 0 {
		return p
	}
	return nil
}

func ms(ds ...time.Duration) int64 { return int64(firstSet(ds...) / time.Millisecond) }

func (st *stream) configured(n acl.Num) (int64, bool) {
	fe := st.fe().p
	switch n {
	case acl.ConfClient:
		return ms(fe.Timeouts.Client), true
	case acl.ConfTarpit:
		return ms(fe.Timeouts.Tarpit, fe.Timeouts.Connect), true
	}
	p := st.back()
	if p == nil {
		return 0, false
	}
	tm := &p.Timeouts
	switch n {
	case acl.ConfConnect:
		return ms(tm.Connect), true
	case acl.ConfQueue:
		return ms(tm.Queue, tm.Connect), true
	case acl.ConfServer:
		return ms(tm.Server), true
	case acl.ConfBackTarpit:
		return ms(tm.Tarpit, tm.Connect), true
	case acl.ConfTunnel:
		return ms(tm.Tunnel), true
	}
	return int64(p.Retries), true
}

func (st *stream) inForce(n acl.Num) (int64, bool) {
	set := &st.set
	switch n {
	case acl.ClientTimeout:
		return ms(st.clientTimeout()), true
	case acl.TarpitTimeout:
		return ms(st.tarpitTime()), true
	}
	p := st.back()
	if p == nil {
		return 0, false
	}
	tm := &p.Timeouts
	switch n {
	case acl.ServerTimeout:
		return ms(set.server, tm.Server), true
	case acl.ConnectTimeout:
		return ms(set.connect, tm.Connect), true
	case acl.QueueTimeout:
		return ms(set.queue, tm.Queue, set.connect, tm.Connect), true
	case acl.TunnelTimeout:
		return ms(set.tunnel, tm.Tunnel), true
	}
	if set.retries >= 0 {
		return int64(set.retries), true
	}
	return int64(p.Retries), true
}

// kernel asks the kernel about a connection, at the price of a system call.
func (st *stream) kernel(n acl.Num) (int64, bool) {
	i, ok := st.tcpInfo(n >= acl.ServerRTT)
	if !ok {
		return 0, false
	}
	var v uint32
	switch n {
	case acl.ClientRTT, acl.ServerRTT:
		v = i.RTT
	case acl.ClientRTTVar, acl.ServerRTTVar:
		v = i.RTTVar
	case acl.ClientUnacked:
		v = i.Unacked
	case acl.ClientSacked:
		v = i.Sacked
	case acl.ClientRetrans:
		v = i.Retrans
	case acl.ClientFackets:
		v = i.Fackets
	case acl.ClientLost:
		v = i.Lost
	case acl.ClientReordering:
		v = i.Reordering
	}
	return int64(v), true
}

func (st *stream) tcpInfo(server bool) (i loop.TCPInfo, ok bool) {
	switch c := st.lease.Conn; {
	case !server && st.s.c != nil:
		return st.s.c.TCPInfo()
	case server && c != nil:
		return c.TCPInfo()
	case server:
		return st.rec.srvInfo, st.rec.srvKnown
	}
	return i, false
}

// keepServer remembers what the log will ask for of a connection that somebody else has then.
func (r *record) keepServer(st *stream) {
	c := st.lease.Conn
	if c == nil || c.Closed() {
		return
	}
	r.srvEnds = [2]netip.AddrPort{c.LocalAddr(), c.RemoteAddr()}
	r.srvInfo, r.srvKnown = c.TCPInfo()
	r.srvReused, r.srvHTTP2 = st.lease.Reused, st.lease.Multiplexed()
}

// cost is what the stream's task has cost.
func (st *stream) cost(n acl.Num) (int64, bool) {
	if st.task == nil {
		return 0, true
	}
	c := st.task.Cost().Sub(st.rec.cost)
	switch n {
	case acl.CPUCalls:
		return c.Runs + 1, true // the run that began it
	case acl.CPUTime:
		return c.Ran, true
	}
	return c.Waited, true
}

// ServerEnds is acl.Stream's.
func (st *stream) ServerEnds() (local, remote netip.AddrPort) {
	if c := st.lease.Conn; c != nil && !c.Closed() {
		return c.LocalAddr(), c.RemoteAddr()
	}
	return st.rec.srvEnds[0], st.rec.srvEnds[1]
}

// ProxyTLV is acl.Stream's. The fields of SSL stand inside the SSL field, behind its five octets.
func (st *stream) ProxyTLV(kind uint8) ([]byte, bool) {
	if st.s.hello == nil {
		return nil, false
	}
	all := st.s.hello.info.TLVs
	if kind > proxyproto.TypeSSL && kind < proxyproto.TypeNetNS {
		ssl, ok := all.SSL()
		if !ok {
			return nil, false
		}
		all = ssl.Sub
	}
	return all.Get(kind)
}

// Text is acl.Stream's.
func (st *stream) Text(x acl.Text, dst []byte) ([]byte, bool) {
	r := &st.rec
	switch x {
	case acl.TermState:
		s := r.state()
		return append(dst, s[:2]...), true
	case acl.UniqueID:
		if !st.begun && !st.tcp { // a request that is none has no id
			return dst, false
		}
		id := st.uniqueID()
		return append(dst, id...), len(id) > 0
	case acl.DefaultBackend:
		if b := st.fe().p.DefaultBackend; b != nil {
			return append(dst, b.Name...), true
		}
	case acl.LastRuleFile:
		if r.lastRule != nil {
			return append(dst, r.lastRule.File...), true
		}
	case acl.LastEntity:
		return appendPlace(dst, r.lastRule)
	case acl.WaitingEntity:
		return appendPlace(dst, r.waiting)
	case acl.SavedSYN:
		if st.s.c != nil {
			return st.s.c.AppendSavedSYN(dst)
		}
	case acl.ClientDebug:
		return st.debugText(dst, st.s.c, st.s.in.len()), st.s.c != nil
	case acl.ServerDebug:
		return st.debugText(dst, st.lease.Conn, st.out.len()), st.lease.Conn != nil
	}
	return dst, false
}

func appendPlace(dst []byte, pos *conf.Pos) ([]byte, bool) {
	if pos == nil {
		return dst, false
	}
	dst = append(append(dst, pos.File...), ':')
	return strconv.AppendInt(dst, int64(pos.Line), 10), true
}

// debugText is for people who look for a bug: its form may change at any time.
func (st *stream) debugText(dst []byte, c *loop.Conn, held int) []byte {
	if c == nil {
		return dst
	}
	dst = strconv.AppendInt(append(dst, "fd="...), int64(c.FD()), 10)
	for _, x := range [...]struct {
		name string
		v    int64
	}{
		{" readable=", asInt(c.Readable())}, {" hup=", asInt(c.HungUp())}, {" err=", asInt(c.Failed())}, {" held=", int64(held)},
		{" reqs=", int64(st.s.requests)}, {" up=", st.up.sent}, {" down=", st.down.sent}, {" loop=", int64(st.w.id)},
	} {
		dst = strconv.AppendInt(append(dst, x.name...), x.v, 10)
	}
	return dst
}
