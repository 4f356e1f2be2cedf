package backend

import (
	"time"

	"weir/conf"
	"weir/stats"
)

// part is what one loop contributes to a snapshot: the backend's and then each server's.
type part struct {
	loop    int
	traffic []stats.Traffic // [0] is the backend's
	times   []averages
	rate    []int64
	rateMax []int64
	used    []int64
	last    []time.Time
}

// Snapshot appends a row for each server and one for the backend. Any goroutine may call it; a task must do so
// through loop.Await, since it waits for every loop to hand in its counters. A loop that does not answer within a second is left out.
func (b *Backend) Snapshot(rows []stats.Row) []stats.Row {
	servers := b.Servers()
	parts := b.collect(servers)
	now := time.Now()
	b.mu.Lock()
	defer b.mu.Unlock()
	for i, s := range servers {
		r := s.row(now)
		merge(&r, parts, i+1)
		rows = append(rows, r)
	}
	r := b.row(now)
	merge(&r, parts, 0)
	return append(rows, r)
}

// collect asks every loop through its mailbox. Each fills a part of its own: one that answers too late writes where nobody reads.
func (b *Backend) collect(servers []*Server) []*part {
	done := make(chan *part, len(b.loops))
	asked := 0
	for _, l := range b.loops {
		if l.Post(func() { done <- b.part(servers, l.ID(), l.Now(), l.Wall()) }) { // else it has ended
			asked++
		}
	}
	timeout := time.NewTimer(snapshotTimeout)
	defer timeout.Stop()
	var parts []*part
	for range asked {
		select {
		case p := <-done:
			parts = append(parts, p)
		case <-timeout.C:
			return parts
		}
	}
	return parts
}

// part copies the counters of one loop, on it.
func (b *Backend) part(servers []*Server, id int, now int64, wall time.Time) *part {
	n := len(servers) + 1
	p := &part{loop: id, traffic: make([]stats.Traffic, n), times: make([]averages, n), rate: make([]int64, n), rateMax: make([]int64, n), used: make([]int64, n), last: make([]time.Time, n)}
	p.set(0, &b.local[id].traffic, &b.local[id].times, &b.local[id].rate, b.local[id].lastUse-now, b.local[id].lastUse, wall)
	for i, s := range servers {
		sl := &s.local[id]
		p.set(i+1, &sl.traffic, &sl.times, &sl.rate, sl.lastUse-now, sl.lastUse, wall)
		p.used[i+1] = sl.used
		p.used[0] += sl.used
	}
	return p
}

func (p *part) set(i int, t *stats.Traffic, a *averages, r *stats.LiveRate, ago, last int64, wall time.Time) {
	p.traffic[i], p.times[i] = *t, *a
	p.rate[i], p.rateMax[i] = r.Value(wall), r.Max()
	if t.Sessions > 0 || last > 0 {
		p.last[i] = wall.Add(time.Duration(ago))
	}
}

func merge(r *stats.Row, parts []*part, i int) {
	for _, p := range parts {
		r.Traffic.Add(&p.traffic[i])
		p.times[i].into(r)
		r.Rate += p.rate[i]
		r.RateMax = max(r.RateMax, p.rateMax[i])
		r.UsedConns += p.used[i]
		if p.last[i].After(r.LastSession) {
			r.LastSession = p.last[i]
		}
	}
}

// row is what loops share of a server. With Backend.mu held.
func (s *Server) row(now time.Time) stats.Row {
	st, b := &s.state, s.b
	r := stats.Row{
		Proxy: b.Name(), Name: s.Name(), Type: stats.RowServer, IID: b.conf.ID, SID: s.id(), Mode: b.mode(),
		Current: s.cur.Load(), Max: s.max.Load(), Limit: s.limit.Load(),
		QueueCurrent: s.queued.Load(), QueueMax: s.qmax.Load(), QueueLimit: int64(s.conf.Maxqueue),
		Status: st.String(),
		Weight: int64(st.weight), UserWeight: int64(st.weight), LastChange: st.changed, Downtime: st.down(now),
		IdleConns: s.idle.Load(), Checked: st.checked, Cookie: s.conf.Cookie,
	}
	if st.maint && s.homeless.Load() {
		r.Status = "MAINT (resolution)"
	}
	if a := s.addr.Load(); a != nil {
		r.Addr = a.String()
	}
	if s.conf.Backup {
		r.Backup = 1
	} else {
		r.Active = 1
	}
	if st.checked {
		st.last.fill(&r, s.checker.running())
		r.CheckHealth, r.CheckRise, r.CheckFall = int64(st.health), int64(st.rise), int64(st.fall)
		r.CheckFails, r.DownTransitions = st.fails, st.downs
	}
	r.Tracked, r.Throttle = st.via, s.throttle()
	r.Observed, r.HealthFails = s.conf.Observe != "", st.hanas
	if s.agent != nil {
		s.agent.fill(&r)
	}
	if st.stopped() { // nothing is checked: HAProxy shows no result either
		r.CheckStatus, r.CheckCode, r.LastCheck = "", -1, ""
	}
	return r
}

// ID is the number that statistics have for it.
func (s *Server) ID() int { return s.id() }

// id is the sid: the configured one, else its place from 1.
func (s *Server) id() int {
	if s.conf.ID > 0 {
		return s.conf.ID
	}
	return s.n + 1
}

// row is what loops share of the backend. With mu held.
func (b *Backend) row(now time.Time) stats.Row {
	active, backup := b.countUsable()
	r := stats.Row{
		Proxy: b.Name(), Name: "BACKEND", Type: stats.RowBackend, IID: b.conf.ID, Mode: b.mode(),
		Current: b.cur.Load(), Max: b.max.Load(), Limit: b.fullconn.Load(),
		QueueCurrent: b.queue.any.Load(), QueueMax: b.queue.max.Load(),
		Status: "UP", Active: int64(active), Backup: int64(backup),
		DownTransitions: b.downs, LastChange: b.changed.time(), Downtime: b.downtime, Algo: b.conf.Balance.Algo.String(),
		CheckCode: -1,
	}
	if len(b.Servers()) > 0 && active+backup == 0 {
		r.Status = "DOWN"
	}
	if b.empty {
		r.Downtime += now.Sub(b.downSince)
	}
	for _, s := range b.table.Load().servers {
		if s.Outside() {
			break
		}
		r.Weight += int64(s.Weight())
	}
	r.UserWeight = r.Weight
	for _, s := range b.Servers() {
		r.IdleConns += s.idle.Load()
		r.CheckFails += s.state.fails
	}
	return r
}

func (b *Backend) mode() string {
	if b.conf.Mode == conf.ModeTCP {
		return "tcp"
	}
	return "http"
}
