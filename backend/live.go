package backend

import "time"

// Streams is the number of streams between Assign and Release.
func (b *Backend) Streams() int64 { return b.cur.Load() }

// Queued is the number of streams that wait for any server.
func (b *Backend) Queued() int64 { return b.queue.any.Load() }

// SessionRate is how many streams come in a second, over all loops. Unlike a snapshot it asks no loop.
func (b *Backend) SessionRate() (n int64) {
	now := time.Now()
	for i := range b.local {
		n += b.local[i].rate.Value(now)
	}
	return n
}

// Balanced are the servers that balancing picks from now: backups are among them only where no other is left. With "dispatch" they are those that it
// would pick from. The list must not be changed.
func (b *Backend) Balanced() []*Server {
	if b.outside != nil {
		return b.takers()
	}
	return b.table.Load().servers
}

// Limit is how many streams the server may have; 0 = any number.
func (s *Server) Limit() int64 { return s.slots() }

// SessionRate is Backend.SessionRate for one server.
func (s *Server) SessionRate() (n int64) {
	now := time.Now()
	for i := range s.local {
		n += s.local[i].rate.Value(now)
	}
	return n
}
