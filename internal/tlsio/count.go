package tlsio

import (
	"errors"
	"sync"
	"sync/atomic"
	"time"
)

// Count counts TLS connections, of clients and to servers, and bounds how many there are at once (maxsslconn): what each holds is memory. Its
// methods may be called from any goroutine; nil counts nothing.
type Count struct {
	most  int64         // 0 = no bound
	now   *atomic.Int64 // shared with the generation before: its connections are the process's too
	total atomic.Int64

	// Front are handshakes of clients a second, FrontKeys those of them that resumed nothing: a key was agreed on, which is what they cost.
	// BackKeys are those with servers.
	Front, FrontKeys, BackKeys Meter
}

// NewCount makes a Count; most is the bound, 0 = none. One that comes after another, as with a reload, bounds the connections of both.
func NewCount(most int, before *Count) *Count {
	c := &Count{most: int64(most), now: new(atomic.Int64)}
	if before != nil {
		c.now = before.now
	}
	return c
}

// Now is how many connections there are, of generations before too, and Total how many there were of this one, handshakes included.
func (c *Count) Now() int64   { return c.now.Load() }
func (c *Count) Total() int64 { return c.total.Load() }

// ErrTooMany is the end of a connection that is one too many.
var ErrTooMany = errors.New("there are as many TLS connections as maxsslconn lets")

// take takes a place.
func (c *Count) take() bool {
	if c == nil {
		return true
	}
	if n := c.now.Add(1); c.most > 0 && n > c.most {
		c.now.Add(-1)
		return false
	}
	c.total.Add(1)
	return true
}

// release gives the connection's place back, once.
func (c *Conn) release() {
	if c.count != nil {
		c.count.now.Add(-1)
		c.count = nil
	}
}

// Meter counts events a second. A handshake costs a thousand times what its lock does.
type Meter struct {
	mu             sync.Mutex
	second         int64
	now, last, max int
}

// Add counts one.
func (m *Meter) Add(at time.Time) {
	m.mu.Lock()
	defer m.mu.Unlock()
	m.turn(at.Unix())
	m.now++
	m.max = max(m.max, m.now)
}

// Value is how many there were in the last second, and Max the most in any.
func (m *Meter) Value(at time.Time) int {
	m.mu.Lock()
	defer m.mu.Unlock()
	m.turn(at.Unix())
	// Of the second before only so much counts as is less than a second ago.
	left := time.Second - time.Duration(at.Nanosecond())
	return m.now + int(int64(m.last)*int64(left)/int64(time.Second))
}

// Max is the most in any second.
func (m *Meter) Max() int {
	m.mu.Lock()
	defer m.mu.Unlock()
	return m.max
}

func (m *Meter) turn(second int64) {
	switch second - m.second {
	case 0:
		return
	case 1:
		m.last = m.now
	default:
		m.last = 0
	}
	m.second, m.now = second, 0
}
