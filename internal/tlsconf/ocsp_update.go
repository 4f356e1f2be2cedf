package tlsconf

import (
	"context"
	"time"
)

// ocspState is what is known of the updates of one certificate's response.
type ocspState struct {
	on        bool   // it is fetched without being asked for
	said      string // "on" or "off", by a line or a crt-store; "" = nothing
	pair      *Pair
	busy      bool
	next      time.Time // of the next update
	last      time.Time // of the last one that went well; zero = there was none
	good, bad int       // updates that ended so
	inRow     int       // those that failed since one went well
	code      int       // how the last one ended
}

// OCSPEvent is the end of one update.
type OCSPEvent struct {
	Path string
	Next time.Time
	Err  error // nil = it went well
}

// UpdateOCSP fetches the responses of certificates until ctx ends: at once those that have none, then each before it is out of date. told
// hears how each update ended.
func (s *Store) UpdateOCSP(ctx context.Context, told func(OCSPEvent)) {
	if s.cfg.Global.TLS.OCSP.Disable {
		return
	}
	places := make(chan struct{}, maxOCSPAtOnce)
	for {
		due, wait := s.dueOCSP(time.Now())
		for _, e := range due {
			select {
			case places <- struct{}{}:
			case <-ctx.Done():
				return
			}
			go func() {
				defer func() { <-places }()
				ev := s.updateOCSP(ctx, e, true)
				if ctx.Err() == nil {
					told(ev)
				}
			}()
		}
		t := time.NewTimer(wait)
		select {
		case <-ctx.Done():
		case <-t.C:
		case <-s.ocspWake:
		}
		t.Stop()
		if ctx.Err() != nil {
			return
		}
	}
}

// dueOCSP are the certificates whose time has come, which are busy from now on, and how long until the next one's has.
func (s *Store) dueOCSP(now time.Time) (due []*entry, wait time.Duration) {
	s.mu.Lock()
	defer s.mu.Unlock()
	wait = time.Hour
	for _, e := range s.pairs {
		o := &e.ocsp
		if e.pair == nil || !o.on || o.busy {
			continue
		}
		if o.pair != e.pair { // it is new, or another one
			o.pair, o.next = e.pair, now
			if st := e.pair.staple.Load(); st != nil {
				o.next = now.Add(s.ocspPause(st, 0, now))
			}
		}
		if d := o.next.Sub(now); d > 0 {
			wait = min(wait, d)
			continue
		}
		o.busy = true
		due = append(due, e)
	}
	return due, wait
}

// updateOCSP fetches one response, and puts it to use. holds: the caller has made the entry busy, which ends with this.
func (s *Store) updateOCSP(ctx context.Context, e *entry, holds bool) OCSPEvent {
	s.mu.Lock()
	p := e.pair
	s.mu.Unlock()
	st, code, err := s.ocspFetcher.ask(ctx, p, time.Now())
	s.mu.Lock()
	defer s.mu.Unlock()
	o := &e.ocsp
	now := time.Now()
	o.code = code
	if holds {
		o.busy = false
	}
	if err == nil {
		p.staple.Store(st)
		o.good, o.inRow, o.last = o.good+1, 0, now
	} else {
		o.bad, o.inRow = o.bad+1, o.inRow+1
	}
	o.pair, o.next = p, now.Add(s.ocspPause(st, o.inRow, now))
	s.wakeOCSP()
	return OCSPEvent{Path: e.path, Next: o.next, Err: err}
}

// ocspPause is how long to wait after an update: until the response is out of date, within the bounds that are configured; after failures
// longer each time.
func (s *Store) ocspPause(st *staple, failed int, now time.Time) time.Duration {
	low, high := s.cfg.Global.TLS.OCSP.Delays()
	if failed > 0 {
		return min(low<<min(failed-1, maxOCSPDoublings), high)
	}
	if st == nil || st.resp.NextUpdate.IsZero() {
		return high
	}
	return min(max(st.resp.NextUpdate.Sub(now), low), high)
}

// wakeOCSP has UpdateOCSP look again.
func (s *Store) wakeOCSP() {
	select {
	case s.ocspWake <- struct{}{}:
	default:
	}
}

// wantOCSP notes whether the response of a line's certificate is fetched: as its crt-store, else its lines, else the global section says. Lines
// that disagree are an error.
func (s *Store) wantOCSP(l *line, e *entry, r *report) {
	g, o := &s.cfg.Global.TLS.OCSP, &e.ocsp
	own := l.ocspUpdate
	if ld := s.loads[l.path]; ld != nil && ld.OCSPUpdate != "" {
		own = ld.OCSPUpdate
	}
	if own != "" && o.said != "" && own != o.said {
		r.bad("ocsp-update", "%q: it is both on and off for that certificate", l.path)
		return
	}
	if own == "" {
		own = o.said
	}
	o.said = own
	mode := own
	if mode == "" {
		mode = g.Mode
	}
	if o.on = mode == "on" && !g.Disable && !e.pair.temporary; !o.on {
		return
	}
	if _, err := responderOf(e.pair); err != nil {
		o.on = false
		if own == "on" { // one that follows from the mode of all is not asked for
			r.warn("ocsp-update", "%q: %s: no OCSP response is fetched", l.path, err)
		}
	}
}

// forgetOCSP begins anew with what lines say about updates; recallOCSP undoes that.
func (s *Store) forgetOCSP() map[*entry]ocspState {
	was := map[*entry]ocspState{}
	for _, e := range s.pairs {
		was[e] = e.ocsp
		e.ocsp.said, e.ocsp.on = "", false
	}
	return was
}

func (s *Store) recallOCSP(was map[*entry]ocspState) {
	for e, o := range was {
		e.ocsp.said, e.ocsp.on = o.said, o.on
	}
}

// TakeOCSP goes on with the responses that old has fetched, of certificates that are the same here: a client that insists on one finds it from the
// first handshake on. It is called before that.
func (s *Store) TakeOCSP(old *Store) {
	old.mu.Lock()
	was := map[string]*entry{}
	for path, e := range old.pairs {
		if e.pair != nil && e.pair.staple.Load() != nil {
			was[path] = &entry{pair: e.pair, ocsp: e.ocsp}
		}
	}
	old.mu.Unlock()
	s.mu.Lock()
	defer s.mu.Unlock()
	for path, e := range s.pairs {
		o := was[path]
		if o == nil || e.pair == nil || !e.ocsp.on || !e.pair.Leaf.Equal(o.pair.Leaf) {
			continue
		}
		st := o.pair.staple.Load()
		if has := e.pair.staple.Load(); has != nil && !st.resp.ThisUpdate.After(has.resp.ThisUpdate) {
			continue // a file's is newer
		}
		with := e.pair.tls
		with.OCSPStaple = st.raw
		e.pair.staple.Store(&staple{st.raw, st.resp, &with})
		said, on := e.ocsp.said, e.ocsp.on
		e.ocsp = o.ocsp
		e.ocsp.said, e.ocsp.on, e.ocsp.busy, e.ocsp.pair = said, on, false, e.pair
	}
}
