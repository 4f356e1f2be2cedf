package h2mux

import "time"

// A connection that has said all it had to say is not closed at once: what its client has not taken yet is still in the kernel, and any octet that comes
// after the close, such as the WINDOW_UPDATE of somebody who is reading the last response, would have the kernel throw that away with a reset. So the
// end is said (a FIN), and what comes is read and forgotten until the client closes too.
//
//	last frame out ──► bye: FIN ──► listen ──► the client's FIN, or it is silent and has taken everything, or it takes nothing

// partTime is how long a client that has taken everything may go on before the connection is closed; partBytes how much is read of it meanwhile:
// more than the windows that it has let it send.
const (
	partTime  = 2 * time.Second
	partBytes = 1 << 20
)

// bye ends a connection of which everything has left. A server has nothing more to be told, and who broke the rules is not waited for: what the kernel
// has by now is read, so that the GOAWAY comes before the reset.
func (m *Conn) bye() {
	m.c.CloseWrite()
	m.parting, m.left, m.unread = true, partBytes, m.c.Unsent()
	if m.failed || m.server {
		m.left = lingerBytes
	}
	m.moved = m.l.Now()
	if m.hear(); !m.over && (m.failed || m.server) {
		m.abort()
	}
	m.arm()
}

// lingerBytes is how much of a client that broke the rules is read and thrown away before the close.
const lingerBytes = 256 << 10

// hear reads what comes and forgets it.
func (m *Conn) hear() {
	n, over := m.c.Forget(m.left)
	if m.left -= n; over {
		m.abort()
	}
}

// parts looks, every partTime, whether the client takes what is left for it.
func (m *Conn) parts() {
	now, unread := m.l.Now(), m.c.Unsent()
	switch limit := m.patience(); {
	case unread < m.unread:
		m.unread, m.moved = unread, now
	case now-m.moved >= int64(limit):
		m.abort()
	}
}

// patience is how long nothing may move.
func (m *Conn) patience() time.Duration {
	if m.unread > 0 && m.o.Stall > partTime {
		return m.o.Stall
	}
	return partTime
}
