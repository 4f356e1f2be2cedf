package loop

import "time"

// End says how a tunnel ended.
type End uint8

const (
	EndNormal        End = iota // both sides closed in good order
	EndClientError              // the client's connection failed (a reset)
	EndServerError              // the server's connection failed
	EndClientTimeout            // idle for longer than the client's timeout
	EndServerTimeout            // idle for longer than the server's timeout
	EndKilled                   // Kill was called
)

// TunnelOptions are a tunnel's timeouts; 0 = none.
type TunnelOptions struct {
	// ClientIdle and ServerIdle are how long that side is waited for while neither direction moves a byte. A side that is silent for
	// longer sends no more: the other one is told so, and is then waited for alone.
	ClientIdle, ServerIdle time.Duration
	// ClientFin and ServerFin replace them once a FIN has been sent to that side.
	ClientFin, ServerFin time.Duration
	// Linger, where set, is how long a client may be idle once the server has ended: then the tunnel is over, in good
	// order. Protocols that do not use half-closed connections (WebSocket) want it; 0 = wait for the client's end.
	Linger   time.Duration
	NoSplice bool
}

// Tunnel relays bytes between two connections until both ends have closed.
//
//	client --up--> server
//	client <-down- server
//
// It is callbacks, not a task: an idle tunnel holds two connections and this struct, no stack, no buffer and no pipe.
// A direction begins with one read and one write through the loop's scratch buffer; one that moves much
// in a wake-up goes on with splice(2).
type Tunnel struct {
	Client, Server *Conn
	Up, Down       uint64 // bytes relayed
	// Done is called once, on the loop, when the tunnel is over; both connections are closed by then.
	Done func(tn *Tunnel, end End)

	l        *Loop
	opt      *TunnelOptions
	up, down stream
	last     int64 // Now of the last byte
	timer    Timer
	over     bool
	again    bool // in the loop's list of tunnels that have more to do
	late     End  // which side was silent for too long; the first one counts
}

// Begin starts the relay. Both connections belong to the tunnel from here on. opt is shared and must stay unchanged.
func (tn *Tunnel) Begin(l *Loop, opt *TunnelOptions) {
	tn.l, tn.opt, tn.last = l, opt, l.now
	tn.timer.Fire = tn.expire
	if tn.Client.SetHandler(tn) != nil {
		tn.finish(EndClientError)
		return
	}
	if tn.Server.SetHandler(tn) != nil {
		tn.finish(EndServerError)
		return
	}
	tn.arm()
	tn.pump()
}

// Spliced is how many of the bytes went through a pipe.
func (tn *Tunnel) Spliced() (up, down uint64) { return tn.up.piped, tn.down.piped }

// Unsent gives the tunnel bytes that were read from a side before it began; they are sent first.
// It must be called before Begin.
func (tn *Tunnel) Unsent(l *Loop, fromClient bool, b []byte) {
	s := &tn.down
	if fromClient {
		s = &tn.up
	}
	s.hold(l, b)
}

// Ready is the connections' event.
func (tn *Tunnel) Ready(c *Conn) {
	if !tn.again && !tn.brief(c) { // again: its turn comes anyway
		tn.pump()
	}
}

// brief does what is to be done where one side has sent a little and nothing else is the matter, which is most often: one read and one
// write, in a function that calls few others, since the processor knows none of the way back from behind a system call. It reports whether
// that was all.
func (tn *Tunnel) brief(c *Conn) bool {
	s, back, dst, moved := &tn.up, &tn.down, tn.Server, &tn.Up
	srcFail, dstFail := EndClientError, EndServerError
	if c == dst {
		s, back, dst, moved = back, s, tn.Client, &tn.Down
		srcFail, dstFail = dstFail, srcFail
	}
	const all = flagReadable | flagHangup | flagError
	if c.flags&(all|flagUrgent|flagLocal) != flagReadable || dst.flags&(all|flagWritable) != flagWritable ||
		c.layer != nil || dst.layer != nil || !s.plain() || !back.plain() {
		return false
	}
	l := tn.l
	b := l.scratch[:l.opt.BufSize]
	n, e := rawRecv(int(c.fd), b, 0)
	if e != 0 || n == 0 {
		_, err := c.received(n, e, len(b))
		s.ended(err, srcFail)
		return false
	}
	if n < len(b) {
		c.flags &^= flagReadable // as in received
	}
	m, e := rawSend(int(dst.fd), b[:n], 0)
	if e != 0 || m < n {
		m, err := dst.took(m, e, n)
		if err != nil && err != ErrAgain {
			s.kill(l, dstFail)
			return false
		}
		s.hold(l, b[m:n])
		n = m
	} else {
		l.sent.add(n, l.now)
	}
	tn.last = l.now
	*moved += uint64(n)
	return n < len(b) && s.pending == nil
}

// crashed ends a tunnel whose pump has panicked: half of one would hold its places for ever.
func (tn *Tunnel) crashed() { tn.l.call(tn.Kill) }

// Kill ends the tunnel at once.
func (tn *Tunnel) Kill() { tn.finish(EndKilled) }

// pump moves what can be moved in both directions.
//
// A connection that has failed takes no more bytes, but what it had sent before is still delivered: a server that answers
// and resets because it does not want the rest of the request is heard.
func (tn *Tunnel) pump() {
	if tn.over {
		return
	}
	up, upEnd := tn.up.move(tn, tn.Client, tn.Server, EndClientError, EndServerError)
	down, downEnd := tn.down.move(tn, tn.Server, tn.Client, EndServerError, EndClientError)
	tn.Up += uint64(up)
	tn.Down += uint64(down)
	if up+down > 0 {
		tn.last = tn.l.now
	}
	if tn.up.over() && tn.down.over() || tn.up.done(upEnd) || tn.down.done(downEnd) || tn.lost() {
		tn.finish(tn.end())
		return
	}
	if up >= tunnelTurn || down >= tunnelTurn {
		tn.l.later(tn)
	}
}

// lost reports whether a side that is not waited for any more has failed: nobody reads from it, and would find out.
func (tn *Tunnel) lost() bool {
	return tn.late != EndNormal && (tn.up.eof && tn.Client.Failed() || tn.down.eof && tn.Server.Failed())
}

// end is how the tunnel has ended: the first word counts.
func (tn *Tunnel) end() End {
	if tn.late != EndNormal {
		return tn.late
	}
	return max(tn.up.fail, tn.down.fail)
}

// limits are for how long the client and the server are waited for now; 0 = it is not waited for, or for ever. A side is waited for
// until it has ended, and while it does not take what there is for it.
func (tn *Tunnel) limits() (client, server time.Duration) {
	o := tn.opt
	if !tn.up.eof && !tn.up.held() || tn.down.held() {
		client = o.ClientIdle
		if tn.down.shut && o.ClientFin > 0 {
			client = o.ClientFin
		}
		if tn.lingers() {
			client = o.Linger
		}
	}
	if !tn.down.eof && !tn.down.held() || tn.up.held() {
		server = o.ServerIdle
		if tn.up.shut && o.ServerFin > 0 {
			server = o.ServerFin
		}
	}
	return client, server
}

// lingers reports whether the server has ended, the client is expected to do the same, and it is no fault if it does not.
func (tn *Tunnel) lingers() bool {
	return tn.down.shut && tn.opt.Linger > 0 && (tn.opt.ClientFin == 0 || tn.opt.Linger < tn.opt.ClientFin)
}

func (tn *Tunnel) arm() {
	if tn.over {
		return
	}
	d, server := tn.limits()
	if d == 0 || server > 0 && server < d {
		d = server
	}
	if d > 0 {
		if at := tn.last + int64(d); !tn.timer.Armed() || tn.timer.At() > at {
			tn.l.Arm(&tn.timer, at)
		}
	}
}

// expire is lazy: a tunnel that moved bytes since the timer was armed only arms it again.
func (tn *Tunnel) expire() {
	silent := tn.l.now - tn.last
	client, server := tn.limits()
	if client > 0 && silent >= int64(client) {
		if tn.lingers() {
			tn.finish(EndNormal)
			return
		}
		tn.giveUp(&tn.up, tn.Server, EndClientTimeout, tn.opt.ServerFin)
	}
	if server > 0 && silent >= int64(server) {
		tn.giveUp(&tn.down, tn.Client, EndServerTimeout, tn.opt.ClientFin)
	}
	tn.arm()
}

// giveUp is for a side that was waited for in vain: what it may yet send is not wanted any more, and the other one, dst, is told that there
// is no more to come. What it does not take itself will never leave: the tunnel is over.
func (tn *Tunnel) giveUp(s *stream, dst *Conn, end End, fin time.Duration) {
	if tn.over {
		return
	}
	if tn.late == EndNormal {
		tn.late = end
	}
	if s.eof || tn.up.held() || tn.down.held() {
		tn.finish(tn.late)
		return
	}
	s.eof = true
	last := tn.last
	s.finish(tn, dst)
	if fin == 0 { // no time of its own begins
		tn.last = last
	}
	if tn.up.over() && tn.down.over() {
		tn.finish(tn.late)
	}
}

func (tn *Tunnel) finish(end End) {
	if tn.over {
		return
	}
	tn.over = true
	l := tn.l
	l.Disarm(&tn.timer)
	tn.up.drop(l)
	tn.down.drop(l)
	tn.Client.Close()
	if end == EndClientError {
		tn.Server.Reset() // a FIN would say that what came of the client is all of it (RFC 9113, 8.5, has it so too)
	} else {
		tn.Server.Close()
	}
	if tn.Done != nil {
		tn.Done(tn, end)
	}
}
