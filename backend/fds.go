package backend

import "syscall"

// fdShares are the numbers of connections from which "tune.pool-low-fd-ratio" and "tune.pool-high-fd-ratio" act; 0 = never. Files that are
// no connections are few, and not counted.
type fdShares struct{ low, high int64 }

func (b *Backend) fdShares() (f fdShares) {
	if b.global == nil || b.global.Tune.PoolLowFDs == 0 && b.global.Tune.PoolHighFDs == 0 {
		return f
	}
	var r syscall.Rlimit
	if syscall.Getrlimit(syscall.RLIMIT_NOFILE, &r) != nil {
		return f
	}
	limit := int64(min(r.Cur, 1<<31))
	return fdShares{limit * int64(b.global.Tune.PoolLowFDs) / 100, limit * int64(b.global.Tune.PoolHighFDs) / 100}
}

// crowded reports whether the process has as many connections as n; n = 0 is never.
func (b *Backend) crowded(n int64) bool {
	if n == 0 {
		return false
	}
	var open int64
	for _, l := range b.loops {
		open += l.Stats.Conns.Load()
	}
	return open >= n
}

// thinOut closes this loop's oldest idle connection to a server, in favour of one that is about to be made.
func (b *Backend) thinOut(loop int) {
	for _, s := range b.targets() {
		p := &s.local[loop].pool
		if k := p.tail; k != nil {
			p.remove(k)
			k.close()
			return
		}
	}
}
