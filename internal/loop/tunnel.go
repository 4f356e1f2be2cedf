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
	// Idle is how long neither direction may move a byte; ServerIdle says whose timeout it is.
	Idle       time.Duration
	ServerIdle bool
	// ClientFin and ServerFin replace Idle once a FIN has been sent to that side.
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
func (tn *Tunnel) Ready(*Conn) {
	if !tn.again { // else its turn comes anyway
		tn.pump()
	}
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
	if tn.up.over() && tn.down.over() || tn.up.done(upEnd) || tn.down.done(downEnd) {
		tn.finish(max(tn.up.fail, tn.down.fail))
		return
	}
	if up >= tunnelTurn || down >= tunnelTurn {
		tn.l.later(tn)
	}
}

// limit is the idle time allowed now and whose it is.
func (tn *Tunnel) limit() (time.Duration, End) {
	if tn.down.shut && tn.opt.Linger > 0 && (tn.opt.ClientFin == 0 || tn.opt.Linger < tn.opt.ClientFin) {
		return tn.opt.Linger, EndNormal
	}
	if tn.down.shut && tn.opt.ClientFin > 0 {
		return tn.opt.ClientFin, EndClientTimeout
	}
	if tn.up.shut && tn.opt.ServerFin > 0 {
		return tn.opt.ServerFin, EndServerTimeout
	}
	if tn.opt.ServerIdle {
		return tn.opt.Idle, EndServerTimeout
	}
	return tn.opt.Idle, EndClientTimeout
}

func (tn *Tunnel) arm() {
	if d, _ := tn.limit(); d > 0 && !tn.over {
		if at := tn.last + int64(d); !tn.timer.Armed() || tn.timer.At() > at {
			tn.l.Arm(&tn.timer, at)
		}
	}
}

// expire is lazy: a tunnel that moved bytes since the timer was armed only arms it again.
func (tn *Tunnel) expire() {
	d, end := tn.limit()
	if d > 0 && tn.l.now-tn.last >= int64(d) {
		tn.finish(end)
		return
	}
	tn.arm()
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
	tn.Server.Close()
	if tn.Done != nil {
		tn.Done(tn, end)
	}
}
