package http2

// Counters are what connections count together. They belong to the goroutine of their connections.
type Counters struct {
	Headers, Data, Settings, Resets, GoAways uint64 // frames received
	ConnErrors, StreamErrors                 uint64 // of the peer, found here
	ResetsSent, GoAwaysSent                  uint64
	Conns, Streams                           uint64
	OpenConns, OpenStreams                   int64
}

// Close tells that the connection is no more: nothing of it counts as open. What is still done on it counts nowhere.
func (c *Conn) Close() {
	c.n.OpenConns--
	c.n.OpenStreams -= int64(c.Open())
	c.n = new(Counters)
	c.dropBlock()
}

// opened counts a stream.
func (c *Conn) opened() {
	c.n.Streams++
	c.n.OpenStreams++
}

func (c *Conn) sendReset(id uint32, code ErrCode) {
	c.n.ResetsSent++
	c.out = appendReset(c.out, id, code)
}

func (c *Conn) sendGoAway(code ErrCode) {
	c.n.GoAwaysSent++
	c.out = appendGoAway(c.out, c.lastTaken(), code)
}
