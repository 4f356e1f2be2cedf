package backend

import (
	"weir/internal/loop"
	"weir/stats"
)

// local is one loop's share of a backend's counters; padded so that loops do not share cache lines.
type local struct {
	traffic stats.Traffic
	times   averages
	rate    stats.LiveRate
	lastUse int64 // Loop.Now of the last stream
	_       [64]byte
}

// serverLocal is one loop's share of a server: its counters and its connections.
type serverLocal struct {
	traffic stats.Traffic
	times   averages
	rate    stats.LiveRate
	lastUse int64
	used    int64 // connections that streams hold
	pool    pool
	_       [64]byte
}

// Counters are the loop's counters of the backend, for its own code to increment. Assign and Connect count
// Sessions, Selected, Connects and Reuses; everything else is the caller's.
func (b *Backend) Counters(l *loop.Loop) *stats.Traffic { return &b.local[l.ID()].traffic }

// Counters are the loop's counters of the server, as Backend.Counters.
func (s *Server) Counters(l *loop.Loop) *stats.Traffic { return &s.local[l.ID()].traffic }

// Timed notes a finished stream's times in milliseconds, for the averages over the last 1,024 streams. s may be nil.
// A time that does not apply (TCP has no response time) is 0.
func (b *Backend) Timed(l *loop.Loop, s *Server, queue, connect, response, total int64) {
	b.local[l.ID()].times.add(queue, connect, response, total)
	if s != nil {
		s.local[l.ID()].times.add(queue, connect, response, total)
	}
}

// averages are a stream's times in milliseconds.
type averages struct{ queue, connect, response, total stats.Average }

func (a *averages) add(queue, connect, response, total int64) {
	a.queue.Add(queue)
	a.connect.Add(connect)
	a.response.Add(response)
	a.total.Add(total)
}

// into merges a into a row's.
func (a *averages) into(r *stats.Row) {
	r.QueueTime.Merge(&a.queue)
	r.ConnectTime.Merge(&a.connect)
	r.ResponseTime.Merge(&a.response)
	r.TotalTime.Merge(&a.total)
}
