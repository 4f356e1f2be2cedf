package frontend

import (
	"maps"
	"os"
	"time"

	"golang.org/x/sys/unix"

	"weir/internal/loop"
	"weir/stats"
)

// snapshotTimeout is how long a snapshot waits for a loop: a scrape must not hang on one that is held up. It is no shorter, because what is
// gone on without is missing in the sums: a counter that falls looks like a restart to those who scrape.
const snapshotTimeout = 5 * time.Second

// collect runs f on every loop and returns what came within snapshotTimeout. Each result is a value of its own: one that
// comes too late goes where nobody reads.
func collectLoops[T any](px *Proxy, f func(w *worker) T) []T {
	done := make(chan T, len(px.workers))
	asked := 0
	for _, w := range px.workers {
		if w.l.Post(func() { done <- f(w) }) { // else it has ended
			asked++
		}
	}
	timeout := time.NewTimer(snapshotTimeout)
	defer timeout.Stop()
	var out []T
	for range asked {
		select {
		case v := <-done:
			out = append(out, v)
		case <-timeout.C:
			return out
		}
	}
	return out
}

// fePart is what one loop contributes to a frontend's rows.
type fePart struct {
	traffic                stats.Traffic
	listeners              []stats.Traffic
	rate, connRate, reqs   int64
	rateMax, connMax, rMax int64
	reasons                map[string]uint64
}

func (fe *Frontend) part(w *worker) fePart {
	fl := &fe.local[w.id]
	wall := w.l.Wall()
	p := fePart{traffic: fl.traffic,
		rate: fl.sessRate.Value(wall), connRate: fl.connRate.Value(wall), reqs: fl.reqRate.Value(wall),
		rateMax: fl.sessRate.Max(), connMax: fl.connRate.Max(), rMax: fl.reqRate.Max(),
		reasons: map[string]uint64{},
	}
	for _, ln := range fe.listeners {
		p.listeners = append(p.listeners, ln.local[w.id])
	}
	for k, v := range fl.reasons {
		p.reasons[k] = v
	}
	return p
}

// Snapshot appends the frontend's row and, by "option socket-stats", one for each of its listeners. Any goroutine may call it, but no task: it
// waits for the loops.
func (fe *Frontend) Snapshot(rows []stats.Row) []stats.Row {
	r := stats.Row{
		Proxy: fe.p.Name, Name: "FRONTEND", Type: stats.RowFrontend, IID: fe.p.ID, Mode: fe.mode(),
		Current: fe.cur.Load(), Max: fe.max.Load(), Limit: fe.slots(), Status: fe.status(),
	}
	lns := make([]stats.Row, len(fe.listeners))
	for i, ln := range fe.listeners {
		lns[i] = stats.Row{
			Proxy: fe.p.Name, Name: ln.name, Type: stats.RowListener, IID: fe.p.ID, SID: ln.id, Mode: fe.mode(), Addr: ln.ln.Addr.String(),
			Current: ln.cur.Load(), Max: ln.max.Load(), Limit: int64(firstInt(ln.b.Maxconn, int(fe.slots()))), Status: ln.status(),
		}
	}
	for _, p := range collectLoops(fe.px, fe.part) {
		r.Traffic.Add(&p.traffic)
		r.Rate += p.rate
		r.ConnRate += p.connRate
		r.ReqRate += p.reqs
		r.RateMax = max(r.RateMax, p.rateMax)
		r.ConnRateMax = max(r.ConnRateMax, p.connMax)
		r.ReqRateMax = max(r.ReqRateMax, p.rMax)
		for i := range lns {
			lns[i].Traffic.Add(&p.listeners[i])
		}
	}
	rows = append(rows, r)
	if fe.p.Options.SocketStats {
		rows = append(rows, lns...)
	}
	return rows
}

// slots is the frontend's limit of connections: its own or the process's.
func (fe *Frontend) slots() int64 {
	if n := fe.limit.Load(); n > 0 {
		return n
	}
	return fe.px.limit.Load()
}

func (fe *Frontend) mode() string {
	if fe.tcp {
		return "tcp"
	}
	return "http"
}

func (fe *Frontend) status() string {
	switch {
	case fe.shut.Load() || fe.px.stopping.Load():
		return "STOP"
	case fe.disabled.Load():
		return "PAUSED"
	}
	return "OPEN"
}

func (ln *listener) status() string {
	if ln.full.Load() {
		return "FULL"
	}
	return ln.fe.status()
}

// Reasons are the malformed requests by reason. Any goroutine may call it, but no task.
func (fe *Frontend) Reasons() map[string]uint64 {
	out := map[string]uint64{}
	for _, p := range collectLoops(fe.px, fe.part) {
		for k, v := range p.reasons {
			out[k] += v
		}
	}
	return out
}

// ClearCounters forgets the maxima, or all counters. It returns when the loops have done so.
func (fe *Frontend) ClearCounters(all bool) {
	fe.max.Store(fe.cur.Load())
	for _, ln := range fe.listeners {
		ln.max.Store(ln.cur.Load())
	}
	collectLoops(fe.px, func(w *worker) bool {
		fl := &fe.local[w.id]
		fl.sessRate.ResetMax()
		fl.connRate.ResetMax()
		w.connRate.ResetMax()
		fl.reqRate.ResetMax()
		if all {
			fl.traffic.Forget()
			fl.reasons = nil
			for _, ln := range fe.listeners {
				ln.local[w.id] = stats.Traffic{}
			}
		}
		return true
	})
}

// Info is the process's snapshot. Any goroutine may call it, but no task.
func (px *Proxy) Info() stats.Info {
	g := &px.cfg.Global
	info := stats.Info{
		Name: "Weir", Version: px.opt.Version, Node: g.Node, Description: g.Description, PID: os.Getpid(), NbThread: len(px.loops),
		Started: px.started, Maxconn: px.limit.Load(), HardMaxconn: int64(g.Maxconn), MaxPipes: int64(g.MaxPipes), CurrConns: uint64(max(px.gate.conns.Load(), 0)), Stopping: px.stopping.Load(),
	}
	var lim unix.Rlimit
	if unix.Getrlimit(unix.RLIMIT_NOFILE, &lim) == nil {
		info.ULimitN, info.MaxSock = int64(lim.Cur), int64(lim.Cur)
	}
	for _, fe := range px.frontends {
		info.Listeners += int64(len(fe.listeners))
	}
	info.Jobs = info.Listeners + int64(info.CurrConns)
	var busy, idle int64
	for _, l := range px.loops {
		addLoop(&info, l)
		busy += l.Stats.BusyNS.Load()
		idle += l.Stats.IdleNS.Load()
	}
	if busy+idle > 0 {
		info.IdlePct = 100 * idle / (busy + idle)
	}
	for _, t := range collectLoops(px, px.totals) {
		info.CumConns += t.conns
		info.CumReq += t.reqs
		info.ConnRate += t.rate
		info.ConnRateMax = max(info.ConnRateMax, t.rateMax)
		info.SessRate += t.rate
		info.SessRateMax = info.ConnRateMax
		info.TotalBytesOut += t.out
		info.BytesOutRate += t.outRate
		info.AddFaults(t.faults)
	}
	info.ConnRateLimit, info.SessRateLimit = int64(px.connRate.perSecond()), int64(px.sessRate.perSecond())
	px.countTLS(&info)
	return info
}

func addLoop(info *stats.Info, l *loop.Loop) {
	info.Tasks += l.Stats.Tasks.Load()
	info.Panics += l.Stats.Panics.Load()
	info.Stalls += l.Stats.Stalls.Load()
	info.AcceptErrors += l.Stats.AcceptErrors.Load()
	info.TotalSplicedBytesOut += l.Stats.Spliced.Load()
	info.PipesUsed += l.Stats.PipesUsed.Load()
	info.PipesFree += l.Stats.PipesFree.Load()
}

// loopTotals is one loop's share of the process's counters.
type loopTotals struct {
	conns, reqs   uint64
	out, outRate  uint64
	rate, rateMax int64
	faults        map[string]uint64
}

func (px *Proxy) totals(w *worker) loopTotals {
	t := loopTotals{conns: w.conns, reqs: w.reqs, faults: maps.Clone(w.faults)}
	t.out, t.outRate = w.l.Sent()
	t.rate, t.rateMax = w.connRate.Value(w.l.Wall()), w.connRate.Max()
	return t
}
