package h2mux

import "weir/internal/loop"

// nextPing is when a connection without streams is asked for a sign of life, or has not given the one that it was asked for. A connection that
// is about to end is not asked.
func (m *Conn) nextPing() int64 {
	if m.o.Ping <= 0 || m.h.Open() > 0 || m.closing || m.failed || m.leaving != 0 {
		return loop.Never
	}
	return max(m.moved, m.asked) + int64(m.o.Ping)
}

// ping asks, or ends a connection whose peer has not answered the last time. What is sent here is no sign of the peer's life.
func (m *Conn) ping() {
	if m.h.Asked() {
		m.abort()
		return
	}
	before := m.moved
	m.asked = m.l.Now()
	m.h.Ping()
	if !m.flush() {
		m.abort()
		return
	}
	if len(m.h.Out()) == 0 {
		m.moved = before
	}
}

// ponged notes that the peer lives.
func (m *Conn) ponged(asked bool) {
	if asked && !m.h.Asked() && m.o.PingKeeps {
		m.moved = m.l.Now()
	}
}
