package frontend

import "weir/internal/loop"

// busyEvery is for how long a loop's load is told as it was: a shorter time would tell of single requests.
const busyEvery = 1e9

// busy tells how loaded loops are. It belongs to one worker.
type busy struct {
	own, every load
}

// load is the share of time that loops were at work, between two readings of their counters.
type load struct {
	at, worked, slept int64
	percent           int64
}

// read takes new readings where the last are old enough.
func (b *load) read(now, worked, slept int64) int64 {
	if b.at != 0 && now-b.at < busyEvery {
		return b.percent
	}
	if dw, ds := worked-b.worked, slept-b.slept; dw+ds > 0 {
		b.percent = 100 * dw / (dw + ds)
	}
	b.at, b.worked, b.slept = now, worked, slept
	return b.percent
}

func (b *busy) loop(w *worker) int64 {
	s := &w.l.Stats
	return b.own.read(w.l.Now(), s.BusyNS.Load(), s.IdleNS.Load())
}

func (b *busy) all(w *worker) int64 {
	worked, slept := sumLoops(w.px.loops)
	return b.every.read(w.l.Now(), worked, slept)
}

func sumLoops(loops []*loop.Loop) (worked, slept int64) {
	for _, l := range loops {
		worked += l.Stats.BusyNS.Load()
		slept += l.Stats.IdleNS.Load()
	}
	return worked, slept
}
