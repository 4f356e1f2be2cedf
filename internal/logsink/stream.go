package logsink

import (
	"bytes"
	"io"
	"net"
	"sync"
	"sync/atomic"
	"time"
)

const (
	// streamBacklog is how many bytes may wait for a pipe or connection that is not read: about a second of a busy
	// proxy. More are dropped, so that a stopped reader costs memory once and never stops a loop.
	streamBacklog = 8 << 20
	dialTimeout   = 2 * time.Second
	sendTimeout   = 10 * time.Second // after this a log server that takes nothing is dialed anew
)

// stream writes to something that may block: a goroutine of its own does, so that the other targets go on.
type stream struct {
	dst     io.Writer
	dropped *atomic.Uint64
	why     complaint // the goroutine's

	full complaint // write's

	mu      sync.Mutex
	waiting []byte // guarded by mu: messages to write
	spare   []byte // guarded by mu: the buffer written last, to use again

	ready   chan struct{}
	closing chan struct{}
	done    chan struct{}
}

func newStream(dst io.Writer, dropped *atomic.Uint64, why complaint) *stream {
	s := &stream{
		dst: dst, dropped: dropped, why: why, full: why,
		ready: make(chan struct{}, 1), closing: make(chan struct{}), done: make(chan struct{}),
	}
	go s.run()
	return s
}

func (s *stream) limit() int { return 0 } // HAProxy truncates nothing that goes to a file descriptor

func (s *stream) write(msg []byte) bool {
	s.mu.Lock()
	defer s.mu.Unlock()
	if len(s.waiting)+len(msg) > streamBacklog {
		s.full.lost(errSlow)
		return false
	}
	s.waiting = append(s.waiting, msg...)
	return true
}

func (s *stream) flush() {
	select {
	case s.ready <- struct{}{}:
	default: // it will look anyway
	}
}

func (s *stream) run() {
	defer close(s.done)
	for {
		select {
		case <-s.ready:
			s.send()
		case <-s.closing:
			s.send()
			if d, own := s.dst.(interface{ end() }); own {
				d.end()
			}
			return
		}
	}
}

func (s *stream) send() {
	s.mu.Lock()
	b := s.waiting
	s.waiting = s.spare[:0]
	s.mu.Unlock()
	if len(b) > 0 {
		if n, err := s.dst.Write(b); err != nil {
			s.dropped.Add(uint64(bytes.Count(b[n:], []byte{'\n'})))
			s.why.lost(err)
		}
	}
	s.mu.Lock()
	s.spare = b
	s.mu.Unlock()
}

func (s *stream) close(giveUp <-chan time.Time) bool {
	close(s.closing)
	select {
	case <-s.done:
		return true
	case <-giveUp:
		return false
	}
}

// dialer is a syslog server over TCP; messages end with a line feed (RFC 6587, 3.4.2).
type dialer struct {
	addr string
	conn net.Conn
}

func (d *dialer) Write(b []byte) (int, error) {
	if d.conn == nil {
		conn, err := net.DialTimeout("tcp", d.addr, dialTimeout)
		if err != nil {
			return 0, err
		}
		d.conn = conn
	}
	if err := d.conn.SetWriteDeadline(time.Now().Add(sendTimeout)); err != nil {
		return 0, err
	}
	n, err := d.conn.Write(b)
	if err != nil {
		d.conn.Close()
		d.conn = nil
	}
	return n, err
}

// end closes the connection: its stream is over.
func (d *dialer) end() {
	if d.conn != nil {
		d.conn.Close()
		d.conn = nil
	}
}
