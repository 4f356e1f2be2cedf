package backend

import (
	"fmt"
	"time"

	"go.uber.org/zap"

	"weir/conf"
)

// change is the one way a server's state changes: fn edits it, then what loops read is derived anew, the
// table is made again, queues are told and the transition is logged. why is for the log.
func (s *Server) change(why string, fn func(st *state)) {
	s.edit(why, fn)
	s.spread()
}

func (s *Server) edit(why string, fn func(st *state)) {
	b := s.b
	b.mu.Lock()
	defer b.mu.Unlock()
	before := s.state
	fn(&s.state)
	st := &s.state
	if before.weight != st.weight {
		s.weight.Store(int32(st.weight))
	}
	s.usable.Store(st.balanced())
	s.alive.Store(st.alive())
	s.warmUp(before.alive())
	if before.balanced() != st.balanced() || before.weight != st.weight {
		b.update()
	}
	requeued, waiting := 0, b.queue.any.Load()
	if before.alive() && !st.alive() {
		requeued = b.queue.redistribute(s)
		s.closeIdle()
	}
	s.shutStreams(before.alive(), st.alive())
	b.settle()
	if st.alive() {
		requeued = int(max(0, waiting-b.queue.any.Load())) // those that it took over
	}
	if before.String() != st.String() {
		s.transition(&before, why, requeued)
	}
}

// transition counts and logs a change of state. With Backend.mu held.
func (s *Server) transition(before *state, why string, requeued int) {
	st, b, now := &s.state, s.b, time.Now()
	if before.alive() != st.alive() || before.drains() != st.drains() {
		if !before.alive() {
			st.downtime += now.Sub(before.changed)
		}
		st.changed = now
	}
	if before.alive() && !st.alive() {
		st.downs++
	}
	word := s.event(before)
	if word == "" {
		return
	}
	active, backup := b.countUsable()
	msg := "Server " + b.Name() + "/" + s.Name() + " " + word
	if s.conf.Backup {
		msg = "Backup " + msg
	}
	if leaving := before.stopped() && !st.stopped() || before.drains() && !st.drains(); leaving {
		msg += "."
	} else {
		msg += why + s.standing(active, backup, requeued)
	}
	level, alert := zap.InfoLevel, "notice"
	if before.alive() && !st.alive() {
		level, alert = zap.WarnLevel, "alert"
	}
	if st.stopped() || before.stopped() || before.drains() && !st.drains() {
		alert = "" // somebody's doing, and as in HAProxy no news for who is told by mail
	}
	fields := []zap.Field{zap.String("backend", b.Name()), zap.String("server", s.Name()), zap.String("state", st.String())}
	b.events.add(event{level, msg, fields, alert})
	b.noteEmpty(active + backup)
}

// standing is how a line about a server ends: what is left of the backend, and what becomes of the streams.
func (s *Server) standing(active, backup, requeued int) string {
	place, running := "left", ""
	if s.state.alive() {
		place = "online"
	}
	if active == 0 && backup > 0 {
		running = " Running on backup."
	}
	text := fmt.Sprintf(". %d active and %d backup servers %s.%s ", active, backup, place, running)
	if s.state.alive() {
		return text + fmt.Sprintf("%d sessions requeued, %d total in queue.", requeued, s.b.queue.any.Load())
	}
	return text + fmt.Sprintf("%d sessions active, %d requeued, %d remaining in queue.", s.cur.Load(), requeued, s.queued.Load())
}

// event is the word for a transition; empty for the steps between, which are not news.
func (s *Server) event(before *state) string {
	st := &s.state
	switch {
	case st.stopped() && !before.stopped():
		return "is going DOWN for maintenance"
	case before.stopped() && !st.stopped() && before.viaMaint:
		return s.upOrDown() + "/READY (leaving maintenance)"
	case before.stopped() && !st.stopped():
		return s.upOrDown() + "/READY (leaving forced maintenance)"
	case before.up() && !st.up():
		return "is DOWN"
	case !before.up() && st.up():
		return "is UP"
	case st.drains() != before.drains() && st.drains():
		return "enters drain state"
	case st.drains() != before.drains():
		return s.upOrDown() + " (leaving forced drain)"
	case st.stopping != before.stopping && st.stopping:
		return "is stopping"
	case st.stopping != before.stopping:
		return "is UP"
	}
	return ""
}

func (s *Server) upOrDown() string {
	if s.state.up() {
		return "is UP"
	}
	return "is DOWN"
}

// noteEmpty says so when no server is left, once.
func (b *Backend) noteEmpty(left int) {
	if empty := left == 0; empty != b.empty {
		b.empty = empty
		b.changed.set()
		if empty {
			b.downs++
			b.downSince = time.Now()
			b.events.say(zap.ErrorLevel, b.word()+" "+b.Name()+" has no server available!", zap.String("backend", b.Name()))
		} else {
			b.downtime += time.Since(b.downSince)
		}
	}
}

// word is what HAProxy calls it: a listen section is a proxy.
func (b *Backend) word() string {
	if b.conf.Kind&conf.Frontend != 0 {
		return "proxy"
	}
	return "backend"
}

// countUsable is how many active and backup servers balancing may use.
func (b *Backend) countUsable() (active, backup int) {
	for _, s := range b.Servers() {
		switch {
		case !s.usable.Load():
		case s.conf.Backup:
			backup++
		default:
			active++
		}
	}
	return active, backup
}

// settle tells the queues what the present table means for them.
func (b *Backend) settle() {
	if len(b.table.Load().servers) == 0 {
		b.queue.disband()
		return
	}
	b.offer(nil, nil)
}
