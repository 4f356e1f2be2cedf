package tlsio

import (
	"crypto/tls"
	"io"
	"time"

	"weir/internal/loop"
)

// Options are what a connection is made with beside its tls.Config.
type Options struct {
	// Received are bytes that were read of the connection already.
	Received []byte
	// Record is the most plain text in one record (tune.ssl.maxrecord); 0 = 16 KiB.
	Record int
	// KeepHello is how many octets of the lists of the ClientHello are kept for who asks about it later; 0 = none.
	KeepHello int
	// KeyLog keeps the secrets of the handshake (tune.ssl.keylog), for Info.Secret.
	KeyLog bool
	// Count counts the connections, and bounds them; nil = nothing does.
	Count *Count
}

// shake is a handshake under way.
type shake struct {
	t        *loop.Task
	deadline int64
	received []byte
	err      error // the connection's, which crypto/tls may wrap
	keep     int
	heard    bool // the peer has said something
	tail     tail // of what it has said

	peer, own listener // what the two sides say
}

// Server is the server's side of a handshake on c, a connection that no task waits for. With an error c is still without a layer:
// an alert may have been sent, and the caller closes it. Errors of the connection itself are loop's.
func Server(t *loop.Task, c *loop.Conn, cfg *tls.Config, o Options, deadline int64) (*Conn, error) {
	if !o.Count.take() {
		return nil, ErrTooMany
	}
	y := begin(t, c, o, deadline)
	y.tls = tls.Server((*wire)(y), cfg)
	if o.Count == nil {
		return y, y.run()
	}
	o.Count.Front.Add(time.Now())
	err := y.run()
	if err == nil && !y.State().DidResume {
		o.Count.FrontKeys.Add(time.Now())
	}
	return y, err
}

// Client is the client's side.
func Client(t *loop.Task, c *loop.Conn, cfg *tls.Config, o Options, deadline int64) (*Conn, error) {
	if !o.Count.take() {
		return nil, ErrTooMany
	}
	y := begin(t, c, o, deadline)
	if o.KeyLog {
		cfg = cfg.Clone()
		cfg.KeyLogWriter = y.KeyLog()
	}
	y.tls, y.info.Newest = tls.Client((*wire)(y), cfg), cfg.MaxVersion
	err := y.run()
	if o.Count != nil && err == nil && !y.State().DidResume {
		o.Count.BackKeys.Add(time.Now())
	}
	return y, err
}

func begin(t *loop.Task, c *loop.Conn, o Options, deadline int64) *Conn {
	y := &Conn{c: c, count: o.Count, record: maxRecord, shake: &shake{t: t, deadline: deadline, received: o.Received, keep: o.KeepHello, peer: listener{peer: true}}}
	if o.Record > 0 {
		y.record = min(o.Record, maxRecord)
	}
	return y
}

// OfHello is the connection that a callback of tls.Config is asked about.
func OfHello(h *tls.ClientHelloInfo) *Conn {
	w, _ := h.Conn.(*wire)
	return (*Conn)(w)
}

// Info is what the handshake has found out.
func (c *Conn) Info() *Info { return &c.info }

// State is what the handshake has agreed on.
func (c *Conn) State() tls.ConnectionState {
	if c.fixed != nil {
		return *c.fixed
	}
	return c.tls.ConnectionState()
}

// Err is why the handshake has failed, or the connection since; nil = nothing has. c may be nil.
func (c *Conn) Err() error {
	if c == nil {
		return nil
	}
	return c.err
}

// run is the handshake.
func (c *Conn) run() error {
	over := false
	defer func() {
		if !over {
			c.release()
		}
	}()
	err := c.tls.Handshake()
	s := c.shake
	c.shake = nil
	if err != nil {
		c.flush() // an alert
		if s.err != nil {
			err = s.err
		} else {
			err = s.told(err)
		}
		c.err = err
		return err
	}
	c.info.trim(s.keep)
	c.detach()
	c.c.SetLayer(c)
	over = true
	return nil
}

// read is what crypto/tls reads with in a handshake.
func (s *shake) read(c *Conn, b []byte) (int, error) {
	n, err := s.some(c, b)
	if err != nil {
		s.err = err
		if err == io.EOF && s.heard {
			s.err = io.ErrUnexpectedEOF
		}
		return 0, err
	}
	s.heard = true
	s.tail.add(b[:n])
	s.peer.hear(b[:n], &c.info)
	if k := maxHello - len(c.info.Hello); s.keep > 0 && k > 0 {
		c.info.Hello = append(c.info.Hello, b[:min(k, n)]...)
	}
	return n, nil
}

// some gives what was received before, then what comes.
func (s *shake) some(c *Conn, b []byte) (int, error) {
	if len(s.received) > 0 {
		n := copy(b, s.received)
		s.received = s.received[n:]
		return n, nil
	}
	for {
		if err := c.flush(); err != nil && err != loop.ErrAgain { // the peer may be waiting for it before it says anything
			return 0, err
		} else if err == loop.ErrAgain {
			if err := c.c.WaitWrite(s.t, s.deadline); err != nil {
				return 0, err
			}
			continue
		}
		n, err := c.c.TryRecv(b)
		if err != loop.ErrAgain {
			return n, err
		}
		if err := c.c.WaitRead(s.t, s.deadline); err != nil {
			return 0, err
		}
	}
}

// Fixed is a Conn that only tells what it is given, to ask where there is no connection.
func Fixed(st tls.ConnectionState, f Info) *Conn { return &Conn{fixed: &st, info: f} }

// Await runs f beside the loop while the handshake waits for it: callbacks of tls.Config that compute for long call it.
func (c *Conn) Await(f func()) error {
	_, err := loop.Await(c.shake.t, func() (struct{}, error) {
		f()
		return struct{}{}, nil
	})
	return err
}
