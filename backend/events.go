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
	log   *zap.Logger
	alert func(level, text string) // nil = nobody is told by mail

	mu      sync.Mutex // guards what follows
	list    []event
	talking bool
}

type event struct {
	level  zapcore.Level
	text   string
	fields []zap.Field
	alert  string // the level of a mail; "" = it is no news for one
}

// OnAlert has f told what becomes of the servers, with its level, one line after the other. It may not wait. It is called before Start.
func (b *Backend) OnAlert(f func(level, text string)) { b.events.alert = f }

// say logs a line, soon.
func (e *events) say(level zapcore.Level, text string, fields ...zap.Field) {
	e.add(event{level: level, text: text, fields: fields})
}

func (e *events) add(v event) {
	e.mu.Lock()
	defer e.mu.Unlock()
	e.list = append(e.list, v)
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
			if e.alert != nil && v.alert != "" {
				e.alert(v.alert, v.text)
			}
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
	text := fmt.Sprintf("%s check for %sserver %s/%s %s%s, status: %d/%d %s.", kind, backup, s.b.Name(), s.Name(), word, r.reason(), have, of, state)
	s.b.events.add(event{zap.InfoLevel, text, []zap.Field{zap.String("backend", s.b.Name()), zap.String("server", s.Name())}, "info"})
}
