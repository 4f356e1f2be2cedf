package backend

import (
	"time"

	"weir/stats"
)

// Conns appends what connections there are to each server. As Snapshot, it waits for every loop, and leaves out one that does not answer.
func (b *Backend) Conns(rows []stats.ServerConns) []stats.ServerConns {
	servers := b.Servers()
	type part struct {
		loop       int
		used, idle []int64
	}
	done := make(chan part, len(b.loops))
	asked := 0
	for i, l := range b.loops {
		if l.Post(func() {
			p := part{i, make([]int64, len(servers)), make([]int64, len(servers))}
			for k, s := range servers {
				sl := &s.local[l.ID()]
				p.used[k], p.idle[k] = sl.used, int64(sl.pool.n)
			}
			done <- p
		}) {
			asked++
		}
	}
	first := len(rows)
	for _, s := range servers {
		rows = append(rows, stats.ServerConns{Backend: b.Name(), Server: s.Name(), BackendID: b.conf.ID, ServerID: s.id(), Addr: s.addr.Load().AddrPort(),
			Purge: s.conf.PoolPurge, UsedMax: s.max.Load(), Limit: int64(s.conf.PoolMax), Idle: make([]int64, len(b.loops))})
	}
	timeout := time.NewTimer(snapshotTimeout)
	defer timeout.Stop()
	for range asked {
		select {
		case p := <-done:
			for k := range servers {
				rows[first+k].Used += p.used[k]
				rows[first+k].Idle[p.loop] = p.idle[k]
			}
		case <-timeout.C:
			return rows
		}
	}
	return rows
}
