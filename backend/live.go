package backend

import "time"

// Streams is the number of streams between Assign and Release.
func (b *Backend) Streams() int64 { return b.cur.Load() }

// Queued is the number of streams that wait for any server.
func (b *Backend) Queued() int64 { return b.queue.any.Load() }

// SessionRate is about how many streams came in the last whole second, over all loops. Unlike a snapshot it asks no loop.
func (b *Backend) SessionRate() int64 { return b.shared.last(time.Now().Unix()) }

// last is what was counted in the second before sec.
func (a *rates) last(sec int64) int64 {
	v := a.slot[(sec-1)&3].Load()
	if int64(v>>32) != (sec-1)&(1<<32-1) {
		return 0
	}
	return int64(v & (1<<32 - 1))
}

// Limit is how many streams the server may have; 0 = any number.
func (s *Server) Limit() int64 { return s.slots() }

// SessionRate is Backend.SessionRate for one server.
func (s *Server) SessionRate() int64 { return s.shared.last(time.Now().Unix()) }
