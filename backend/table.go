package backend

import "weir/conf"

// table is the servers that balancing may use, with what the algorithm makes of them. It is immutable and
// replaced whole (Backend.table), so that picking needs no lock. A server that went down since it was made
// says so itself (Server.usable): pickers skip it.
type table struct {
	servers []*Server // in configuration order; backups only where no active one is left
	byKey   keyPicker // for streams with a hash key; nil where the algorithm has none
	any     picker    // for the others, and where the keyed server's queue is full
	loads   *loadTree // leastconn's, told of every change of load; nil for the others
}

// picker chooses a server with a free slot, or nil when none has one. not is never chosen. It never suspends.
type picker interface{ pick(not *Server) *Server }

// keyPicker chooses the server of a key, whether it has a free slot or not; nil when all are down.
type keyPicker interface {
	pickKey(key uint32, not *Server) *Server
}

// choose picks a server. own is set where the stream must wait for this very server if it is full.
func (tb *table) choose(key uint32, hashed bool, not *Server) (s *Server, own bool) {
	if hashed && tb.byKey != nil {
		if s := tb.byKey.pickKey(key, not); s != nil && !s.queueFull() && s.keepsKeys() {
			return s, true
		}
	}
	s = tb.any.pick(not)
	if s == nil && not != nil {
		s = tb.any.pick(nil)
	}
	return s, false
}

// keepsKeys reports whether a key's server is waited for, by "hash-preserve-affinity": always, as long as it has a free slot, or as
// long as its queue has room.
func (s *Server) keepsKeys() bool {
	switch s.b.conf.HashAffinity {
	case "maxconn":
		return s.free() && s.queued.Load() == 0
	case "maxqueue":
		return s.free() || s.conf.Maxqueue == 0 || s.queued.Load() < int64(s.conf.Maxqueue)
	}
	return true
}

// queueFull reports whether maxqueue says that nobody more is to wait for s.
func (s *Server) queueFull() bool {
	return s.conf.Maxqueue > 0 && s.queued.Load() >= int64(s.conf.Maxqueue) && !s.free()
}

// takes reports whether s may be picked for a stream that could go elsewhere.
func (s *Server) takes(not *Server) bool { return s != not && s.usable.Load() && s.free() }

// usableServers are what balancing picks from. With "dispatch" nothing is balanced: only persistence and use-server lead to servers.
func (b *Backend) usableServers() []*Server {
	if b.outside != nil {
		return []*Server{b.outside}
	}
	return b.takers()
}

// takers are the active servers that take streams; where there is none, the first backup or all of them.
func (b *Backend) takers() []*Server {
	var active, backup []*Server
	for _, s := range b.Servers() {
		switch {
		case !s.usable.Load():
		case s.conf.Backup:
			backup = append(backup, s)
		default:
			active = append(active, s)
		}
	}
	if len(active) > 0 || len(backup) == 0 {
		return active
	}
	if b.conf.AllBackups {
		return backup
	}
	return backup[:1]
}

// newTable makes the table of servers, which stays valid while weights do.
func (b *Backend) newTable(servers []*Server) *table {
	tb := &table{servers: servers}
	switch b.conf.Balance.Algo {
	case conf.LeastConn:
		tb.loads = newLoadTree(servers)
		tb.any = &leastConn{servers: servers, turn: &b.turn, tree: tb.loads}
	case conf.Random:
		tb.any = &random{turns: newTurns(servers, &b.turn, smoothOrder), draws: b.conf.Balance.Draws}
	case conf.First:
		tb.any = newFirst(servers)
	case conf.StaticRR:
		tb.any = newStaticRR(servers, &b.turn)
	default:
		tb.any = newTurns(servers, &b.turn, smoothOrder)
		switch {
		case b.key == nil:
		case b.conf.HashType.Consistent:
			tb.byKey = newRing(servers, b)
		default:
			tb.byKey = &hashMap{newTurns(servers, &b.turn, mapOrder)}
		}
	}
	return tb
}

// cost is about how many steps newTable takes.
func (b *Backend) cost(servers []*Server) int {
	if b.key != nil && b.conf.HashType.Consistent {
		return len(servers) * ringPoints * 8
	}
	total, equal := weights(servers)
	if equal && !b.static() {
		return len(servers)
	}
	if equal {
		total = len(servers)
	}
	return total * len(servers)
}

// weights are the servers' total weight and whether all have the same.
func weights(servers []*Server) (total int, equal bool) {
	equal = true
	for _, s := range servers {
		total += s.Weight()
		equal = equal && s.Weight() == servers[0].Weight()
	}
	return total, equal
}

// rebuild makes and publishes the table of the present states. With Backend.mu held, or before Start.
func (b *Backend) rebuild() {
	b.tableGen++
	b.publish(b.newTable(b.usableServers()))
}

func (b *Backend) publish(tb *table) {
	b.table.Store(tb)
	if tb.loads != nil {
		// Loads that changed while it was made went to the tree before.
		tb.loads.refresh()
	}
}

// update is rebuild, in a goroutine if it takes long. With Backend.mu held.
func (b *Backend) update() {
	if b.dirty {
		return
	}
	if servers := b.usableServers(); b.cost(servers) <= syncTableCost || b.table.Load() == nil {
		b.rebuild()
		return
	}
	b.dirty = true
	go b.catchUp()
}

// catchUp makes one table for all the changes since update. The making is outside the lock: a loop that has a change to report must not wait for it.
func (b *Backend) catchUp() {
	b.mu.Lock()
	b.dirty = false
	b.tableGen++
	gen := b.tableGen
	servers := b.usableServers()
	b.mu.Unlock()
	tb := b.newTable(servers)
	b.mu.Lock()
	defer b.mu.Unlock()
	if b.tableGen != gen { // a later one is on its way, or there already
		return
	}
	b.publish(tb)
	b.settle()
}
