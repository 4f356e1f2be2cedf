package backend

import (
	"cmp"
	"slices"

	"weir/internal/fault"
	"weir/internal/h2mux"
	"weir/internal/http2"
	"weir/internal/loop"
)

// Connections to servers that speak HTTP/2. Each stream has a virtual connection of its own (package h2mux), which a lease holds as it
// holds a connection of HTTP/1; the link is that of the connection below them all.
//
//	carries streams ──► pool.busy: other streams join it, while the server takes more
//	carries none ─────► pool's list, as an idle connection of HTTP/1
//	one client's ─────► in neither; while it carries none, that client's Held has it, as it has those of HTTP/1

// muxed is what a link of HTTP/2 has beside.
type muxed struct {
	mux    *h2mux.Conn // nil = it speaks HTTP/1
	open   int         // streams
	shared bool        // in pool.busy
	alone  bool        // one client's
	ended  bool
}

// multiplex begins HTTP/2 on a new connection, and gives the lease its first stream.
func (ls *Lease) multiplex(k *link) error {
	s, b := ls.Server, ls.b
	k.alone = ls.Private || k.owner != 0 || ls.Socket.Any()
	s.muxes.Add(1)
	o := h2mux.Options{HTTP2: b.http2, Secure: s.tls.streams.Load(), Stall: b.conf.Timeouts.Server, Ping: s.conf.IdlePing, Closed: k.over}
	o.HTTP2.Counters = (*http2.Counters)(&b.local[ls.loop.ID()].traffic.HTTP2)
	if b.note != nil {
		l := ls.loop
		o.Reason = func(reason string, _ *http2.Error) { b.note(l, reason) }
	}
	k.mux = h2mux.NewServer(k.conn, o)
	if !ls.enterStream(k) { // the server takes no stream, for now or ever
		k.mux.GoAway()
		return fault.ConnectRefused
	}
	return nil
}

// http2Options are what servers are granted.
func (b *Backend) http2Options() (o http2.Options) {
	g := b.global
	if g == nil {
		return o
	}
	t := &g.Tune.H2
	o.Streams, o.Window = cmp.Or(t.BEStreams, t.Streams), cmp.Or(t.BEWindow, t.Window)
	o.TableSize, o.Glitches, o.Fields = t.HeaderTable, t.BEGlitches, g.Tune.MaxHeaders
	o.Frames, o.Buffer = t.BEFrames, t.BERxBuf
	if g.Tune.BufSize > 0 {
		o.MaxFrame = min(t.MaxFrame, g.Tune.BufSize)
	}
	if n := g.Tune.BufSize - g.Tune.MaxRewrite; n > 0 {
		o.HeadBytes = n
	}
	return o
}

// OnGlitch has f told, on the loop, of what servers do that well-made ones do not. It is called before Start.
func (b *Backend) OnGlitch(f func(l *loop.Loop, reason string)) { b.note = f }

// share gives the lease a stream on a connection that carries others; false: there is none that takes one more.
func (ls *Lease) share(addr *loop.Addr) bool {
	if ls.HTTP1 {
		return false
	}
	name, most := ls.poolName(), ls.Server.conf.MaxReuse
	busy := ls.Server.local[ls.loop.ID()].pool.busy
	for i := len(busy) - 1; i >= 0; i-- {
		k := busy[i]
		if k != ls.refused && k.sni == name && sameAddr(k.addr, addr) && (most < 0 || k.uses < most) && !k.stale() && ls.join(k) {
			return true
		}
	}
	return false
}

// join gives the lease a stream on a connection that has carried one.
func (ls *Lease) join(k *link) bool {
	if !ls.enterStream(k) {
		return false
	}
	k.uses++
	ls.Reused = true
	ls.countReuse()
	return true
}

func (ls *Lease) enterStream(k *link) bool {
	c := k.mux.Open()
	if c == nil {
		return false
	}
	ls.Conn, ls.link = c, k
	sl := &ls.Server.local[ls.loop.ID()]
	if k.open++; k.open == 1 {
		sl.used++
		if !k.alone {
			k.shared = true
			sl.pool.busy = append(sl.pool.busy, k)
		}
	}
	return true
}

// part ends a stream. Who carried the last one rests, with h where it is one client's alone.
func (p *Place) part(c *loop.Conn, k *link, h *Held) {
	c.Close()
	h2mux.Recycle(c)
	if k.open--; k.open > 0 {
		return
	}
	sl := &p.Server.local[p.loop.ID()]
	sl.used--
	sl.pool.unshare(k)
	switch {
	case k.ended:
	case k.alone && h != nil && k.mux.Usable():
		h.add(k)
	case k.alone || !sl.pool.put(p.loop, k):
		k.mux.GoAway()
	}
}

func (p *pool) unshare(k *link) {
	if !k.shared {
		return
	}
	k.shared = false
	if i := slices.Index(p.busy, k); i >= 0 {
		p.busy = slices.Delete(p.busy, i, i+1)
	}
}

// over is the end of the connection.
func (k *link) over() {
	k.ended = true
	k.server.muxes.Add(-1)
	if k.held != nil {
		k.held.remove(k)
	}
	if k.pool != nil {
		k.pool.remove(k)
	}
	k.server.local[k.conn.Loop().ID()].pool.unshare(k)
}

// Multiplexed reports whether the connection is one stream of several.
func (p *Place) Multiplexed() bool { return p.link != nil && p.link.mux != nil }

// Mux is the connection of HTTP/2 that the stream is on; nil = it is none of HTTP/2.
func (p *Place) Mux() *h2mux.Conn {
	if p.link == nil {
		return nil
	}
	return p.link.mux
}
