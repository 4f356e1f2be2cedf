package logsink

import (
	"errors"
	"time"
)

// complainEvery is how often one target's losses are told: whoever runs the proxy learns of a full disk or a daemon that is gone, and is
// not flooded by it. Dropped counts each line.
const complainEvery = 10 * time.Minute

var errSlow = errors.New("it is read too slowly")

// complaint tells why a target loses lines. One goroutine at a time uses it.
type complaint struct {
	say    func(target string, err error) // it may not block; nil = nobody is told
	target string
	last   time.Time
}

func (c *complaint) lost(err error) {
	if c.say == nil {
		return
	}
	if now := time.Now(); c.last.IsZero() || now.Sub(c.last) >= complainEvery {
		c.last = now
		c.say(c.target, err)
	}
}
