package backend

import (
	"net/netip"

	"weir/internal/fault"
	"weir/internal/loop"
	"weir/internal/message"
	"weir/internal/tlsio"
)

// Subject is what balancing may look at. The stream embeds one and fills it in anew: a fresh one would be an
// allocation, as it goes through a function value.
type Subject struct {
	Source netip.AddrPort   // the client
	Dst    netip.AddrPort   // what the client connected to
	Req    *message.Request // nil in TCP mode
	Body   []byte           // the first bytes of a POST body, for url_param with check_post
	Key    []byte           // "hash", "rdp-cookie": the value that is hashed, where Keyed
	Keyed  bool
}

// Lease is a stream's hold on a server. It is embedded by value in the stream and used again and again; the
// zero value holds nothing. It belongs to the stream's loop.
type Lease struct {
	Place
	Reused bool // Conn had carried a stream before
	// Waited is set where Assign had to queue; one of BackendQueue and ServerQueue is then how many were served before it, and one (%bq, %sq).
	Waited                    bool
	BackendQueue, ServerQueue int64

	// Client, where set, ends a wait in a queue, and the connecting, when it hangs up ("option abortonclose").
	Client *loop.Conn
	// Class and Offset order a queue: see Prioritize.
	Class, Offset int32
	// Preface is sent before anything else over a new connection, which is nobody else's then; nor is one that comes From an
	// address of its own. Preface is read during Connect and Resume only.
	Preface []byte
	From    netip.AddrPort
	// SNI is the server name to ask a server with TLS for; "" = none.
	SNI string
	// Name is what an idle connection must have been opened for ("pool-conn-name"), in the place of SNI where the server has such names.
	Name string
	// HTTP1 asks for a connection of HTTP/1 where the server may speak either, Private for one that is shared with nobody.
	HTTP1, Private bool
	// Proved refuses idle connections of HTTP/1 that have not been reused yet: it is not known whether their server means to keep them.
	Proved bool
	// Socket is for the connection to the server, which nobody else uses then.
	Socket loop.SocketOptions

	early   bool  // in the backend before Assign, by Enter
	refused *link // a connection of HTTP/2 whose server did not take the request on it: the next try goes elsewhere
	dialing loop.DialOptions
	dst     netip.AddrPort
	w       waiter
	// Of the connection that could not be made last.
	failed     *loop.Addr
	failedFrom netip.AddrPort
	shaken     *tlsio.Conn // its TLS, where the handshake failed
}

// Failed are the ends that a connection would have had which Connect could not make; it costs some calls of the kernel.
func (ls *Lease) Failed() (local, remote netip.AddrPort) {
	if ls.failed == nil {
		return local, remote
	}
	if local = ls.failedFrom; local.IsValid() && local.Addr().IsUnspecified() {
		local = netip.AddrPortFrom(loop.SourceOf(ls.failed), local.Port())
	}
	return local, ls.failed.AddrPort()
}

// Assign picks a server for sub and takes one of its slots, waiting in a queue while all that may serve it
// are full, until deadline (Loop.Now's scale). exclude is a server to avoid if there is any other: the one
// that just failed. The lease keeps no reference to sub.
//
// Errors are rows of package fault: NoServer, QueueTimeout, ClientAbortQueue. The lease then holds nothing.
func (b *Backend) Assign(t *loop.Task, ls *Lease, sub *Subject, exclude *Server, deadline int64) error {
	ls.enter(b, t.Loop(), exclude != nil)
	ls.dst = sub.Dst
	key, hashed := b.hash(sub)
	for {
		tb := b.table.Load()
		if len(tb.servers) == 0 {
			return ls.fail(fault.NoServer)
		}
		s, own := tb.choose(key, hashed, exclude)
		if s != nil && ls.take(s, !own) {
			ls.selected(s)
			return nil
		}
		var queue *Server // nil = the backend's
		if s != nil && own {
			ls.selected(s)
			queue = s
		}
		if f := b.wait(t, ls, queue, deadline); f != errAgain {
			return ls.queued(f)
		}
	}
}

// AssignTo is Assign without balancing: to s and no other, as persistence asks for. It fails with
// NoServer where s takes no streams; draining servers do take them.
func (b *Backend) AssignTo(t *loop.Task, ls *Lease, sub *Subject, s *Server, deadline int64) error {
	return b.AssignAnyway(t, ls, sub, s, deadline, false)
}

// AssignAnyway is AssignTo that, where anyway is set, takes a server that is down too: what "option persist" and "force-persist" ask for.
func (b *Backend) AssignAnyway(t *loop.Task, ls *Lease, sub *Subject, s *Server, deadline int64, anyway bool) error {
	ls.enter(b, t.Loop(), false)
	ls.dst = sub.Dst
	for {
		if !s.persists() && !anyway {
			return ls.fail(fault.NoServer)
		}
		if ls.take(s, false) {
			return nil
		}
		if f := b.wait(t, ls, s, deadline); f != errAgain {
			return ls.queued(f)
		}
	}
}

// take takes a slot of s, unless others stand in line for it: for s, or where line is set for any server.
func (ls *Lease) take(s *Server, line bool) bool {
	if (line && ls.b.queue.any.Load() > 0 || s.queued.Load() > 0) && s.slots() != 0 {
		return false
	}
	if !s.acquire() {
		return false
	}
	ls.hold(s)
	return true
}

// hold makes the lease the owner of a slot that was taken for it.
func (ls *Lease) hold(s *Server) {
	ls.Server, ls.slot = s, true
	ls.Tried()
	b := ls.b
	b.local[ls.loop.ID()].lastUse = ls.loop.Now()
	if tb := b.table.Load(); tb.loads != nil {
		tb.loads.touch(s)
	}
}

// Tried counts a session of the server: each attempt to reach it is one, as in HAProxy. hold counts the first.
func (ls *Lease) Tried() {
	sl := &ls.Server.local[ls.loop.ID()]
	sl.traffic.Sessions++
	sl.rate.Add(ls.loop.Wall())
	sl.lastUse = ls.loop.Now()
}

// selected counts a choice of the balancing: persistence, and a slot that a queue gives, are none.
func (ls *Lease) selected(s *Server) {
	id := ls.loop.ID()
	s.local[id].traffic.Selected++
	ls.b.local[id].traffic.Selected++
}

// Enter counts the stream in the backend before it asks for a server: its rules may count, wait, and end it. Leave is to be called in the end.
func (b *Backend) Enter(ls *Lease, l *loop.Loop) {
	ls.early = true
	ls.enter(b, l, false)
}

// Leave takes a stream that has entered out of the backend, where it holds no place there.
func (ls *Lease) Leave() {
	ls.early = false
	ls.leave()
}

// enter counts the stream in the backend, once even when it is assigned again.
func (ls *Lease) enter(b *Backend, l *loop.Loop, again bool) {
	ls.b, ls.loop, ls.refused = b, l, nil
	ls.Waited, ls.BackendQueue, ls.ServerQueue = false, 0, 0
	if ls.entered {
		return
	}
	ls.entered = true
	raise(&b.max, b.cur.Add(1))
	if again {
		return
	}
	bl := &b.local[l.ID()]
	bl.traffic.Sessions++
	bl.rate.Add(l.Wall())
}

// queued ends a wait: f is nil when a slot was granted.
func (ls *Lease) queued(f *fault.Fault) error {
	if ls.w.of == nil {
		ls.BackendQueue = ls.w.place
	} else {
		ls.ServerQueue = ls.w.place
	}
	if f != nil {
		return ls.fail(f)
	}
	ls.hold(ls.w.server)
	return nil
}

// fail leaves the backend, unless somebody else will, and returns f.
func (ls *Lease) fail(f *fault.Fault) error {
	if !ls.early {
		ls.leave()
	}
	return f
}
