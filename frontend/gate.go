package frontend

import "sync/atomic"

// gate counts the client connections of the process over all generations: maxconn is the process's, and so are its file descriptors. Those of a
// generation that drains take places that the next one cannot give away.
type gate struct {
	conns atomic.Int64
	full  atomic.Bool // a listener was paused for want of a place under the limit
	// owner is the generation that accepts: its listeners are the ones that wait for a place.
	owner atomic.Pointer[Proxy]
}

func gateOf(before *Proxy) *gate {
	if before != nil {
		return before.gate
	}
	return new(gate)
}
