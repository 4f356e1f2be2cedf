package frontend

import (
	"sync/atomic"
	"time"
)

// pace holds something to a number of times a second: as many at once as a second has, then one after another at even distances. The
// zero value has no limit.
//
// It keeps the time at which the last one that was let in would have come if all had come at even distances; the next may come as
// long as that is less than a second ahead.
type pace struct {
	every atomic.Int64 // nanoseconds between two; 0 = no limit
	tat   atomic.Int64 // when the next one is due
}

// limit sets how many a second; 0 = any number.
func (p *pace) limit(n int) {
	every := int64(0)
	if n > 0 {
		every = int64(time.Second) / int64(n)
	}
	p.every.Store(every)
}

// perSecond is the limit.
func (p *pace) perSecond() int {
	if every := p.every.Load(); every > 0 {
		return int(int64(time.Second) / every)
	}
	return 0
}

// limited reports whether there is a limit at all.
func (p *pace) limited() bool { return p.every.Load() > 0 }

// wait is how long the next one has to; 0 = it may come.
func (p *pace) wait(now int64) time.Duration {
	every := p.every.Load()
	if every == 0 {
		return 0
	}
	return max(0, time.Duration(p.tat.Load()+every-int64(time.Second)-now))
}

// took counts one that came.
func (p *pace) took(now int64) {
	every := p.every.Load()
	if every == 0 {
		return
	}
	for {
		tat := p.tat.Load()
		if p.tat.CompareAndSwap(tat, max(tat, now)+every) {
			return
		}
	}
}

// start is what the times of paces count from.
var start = time.Now()

func sinceStart() int64 { return int64(time.Since(start)) }

// pacing is how long the listener's next connection has to wait for the rates of the frontend and the process.
func (ln *listener) pacing() time.Duration {
	fe, px := ln.fe, ln.fe.px
	tls := ln.tls != nil && px.tlsRate.limited()
	if !fe.pace.limited() && !px.connRate.limited() && !px.sessRate.limited() && !tls {
		return 0
	}
	now := sinceStart()
	d := max(fe.pace.wait(now), px.connRate.wait(now), px.sessRate.wait(now))
	if tls {
		d = max(d, px.tlsRate.wait(now))
	}
	return d
}

// tooFast reports whether the rate of connections is reached: the listener then rests until the next one may come. What comes meanwhile
// waits in the kernel.
func (ln *listener) tooFast() bool {
	d := ln.pacing()
	if d == 0 {
		return false
	}
	if ln.resting.CompareAndSwap(false, true) {
		time.AfterFunc(d, func() {
			ln.resting.Store(false)
			ln.fe.resume()
		})
	}
	return true
}

// countConn and countSess count for the rates.
func (ln *listener) countConn() {
	px := ln.fe.px
	if px.connRate.limited() {
		px.connRate.took(sinceStart())
	}
	if ln.tls != nil && px.tlsRate.limited() {
		px.tlsRate.took(sinceStart())
	}
}

func (ln *listener) countSess() {
	fe, px := ln.fe, ln.fe.px
	if !fe.pace.limited() && !px.sessRate.limited() {
		return
	}
	now := sinceStart()
	fe.pace.took(now)
	px.sessRate.took(now)
}
