package tlsio

import (
	"errors"
	"sync/atomic"
)

// Limit bounds how many TLS connections there are at once, of clients and to servers together (maxsslconn): what each holds is memory.
type Limit struct {
	most int64
	n    atomic.Int64
}

// NewLimit makes a Limit; nil where most is 0, which bounds nothing.
func NewLimit(most int) *Limit {
	if most == 0 {
		return nil
	}
	return &Limit{most: int64(most)}
}

// ErrTooMany is the end of a connection that is one too many.
var ErrTooMany = errors.New("there are as many TLS connections as maxsslconn lets")

func (l *Limit) take() bool {
	if l == nil {
		return true
	}
	if l.n.Add(1) > l.most {
		l.n.Add(-1)
		return false
	}
	return true
}

// release gives the connection's place back, once.
func (c *Conn) release() {
	if c.limit != nil {
		c.limit.n.Add(-1)
		c.limit = nil
	}
}
