package backend

import (
	"fmt"
	"sync"

	"go.uber.org/zap"
	"go.uber.org/zap/zapcore"
)

// events is the way of a backend's log lines out: in order, on a goroutine that lives while there are any. A
// state changes on a loop as often as not, and a log that is slow to write must not hold the loop up.
type events struct {
	log *zap.Logger

	mu      sync.Mutex // guards what follows
	list    []event
	talking bool
}

type event struct {
	level  zapcore.Level
	text   string
	fields []zap.Field
}

// say logs a line, soon.
func (e *events) say(level zapcore.Level, text string, fields ...zap.Field) {
	e.mu.Lock()
	defer e.mu.Unlock()
	e.list = append(e.list, event{level, text, fields})
	if !e.talking {
		e.talking = true
		go e.talk()
	}
}

func (e *events) talk() {
	for {
		e.mu.Lock()
		list := e.list
		e.list = nil
		if len(list) == 0 {
			e.talking = false
			e.mu.Unlock()
			return
		}
		e.mu.Unlock()
		for _, v := range list {
			e.log.Log(v.level, v.text, v.fields...)
		}
	}
}

// logCheck is a line of "option log-health-checks" about the server's health. With Backend.mu held.
func (s *Server) logCheck(r *checkResult) {
	st := &s.state
	have, of := st.health, st.rise
	if st.up() {
		have, of = st.health-st.rise+1, st.fall
	}
	s.sayCheck("Health", r, have, of, st.up())
}

// sayCheck says how a check ended, in HAProxy's words.
func (s *Server) sayCheck(kind string, r *checkResult, have, of int, up bool) {
	backup, word, state := "", "failed", "DOWN"
	if s.conf.Backup {
		backup = "backup "
	}
	if r.ok() {
		word = "succeeded"
	}
	if up {
		state = "UP"
	}
	s.b.events.say(zap.InfoLevel, fmt.Sprintf("%s check for %sserver %s/%s %s%s, status: %d/%d %s.",
		kind, backup, s.b.Name(), s.Name(), word, r.reason(), have, of, state), zap.String("backend", s.b.Name()), zap.String("server", s.Name()))
}
