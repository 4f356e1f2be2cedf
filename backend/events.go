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

// logCheck is a line of "option log-health-checks". With Backend.mu held.
func (s *Server) logCheck(r *checkResult) {
	st := &s.state
	word, have, of := "failed", st.health, st.rise
	if r.ok() {
		word = "succeeded"
	}
	up := "DOWN"
	if st.up() {
		up, have, of = "UP", st.health-st.rise+1, st.fall
	}
	s.b.events.say(zap.InfoLevel, fmt.Sprintf("health check for server %s/%s %s%s, status: %d/%d %s",
		s.b.Name(), s.Name(), word, r.reason(), have, of, up), zap.String("backend", s.b.Name()), zap.String("server", s.Name()))
}
