package acl

import (
	"sync"
	"sync/atomic"
)

// State is what the expressions of one configuration share and what outlives a request: variables' names and the proc variables. A
// reload begins with a State of its own, as HAProxy's new process does. Its methods may be called from any goroutine.
type State struct {
	vars varNames
	keys keyStore
	// VarLimits bound the memory of variables; set them before anything runs.
	VarLimits VarLimits
	// Patterns are the pattern files and maps.
	Patterns *Store
	// Events are what the converter debug has seen.
	Events Events

	auth     *verdicts // of passwords; made when a userlist is first asked
	authOnce sync.Once
	measured atomic.Bool
	server   atomic.Bool
}

// Measured reports whether an expression asks how long tasks run or wait: somebody has to measure that then.
func (s *State) Measured() bool { return s.measured.Load() }

// LogsServer reports whether a log format asks for the server's connection, which is gone when the line is written: somebody has to
// remember what is asked for.
func (s *State) LogsServer() bool { return s.server.Load() }

func (s *State) verdicts() *verdicts {
	s.authOnce.Do(func() { s.auth = newVerdicts() })
	return s.auth
}

// NewState returns an empty State.
func NewState() *State { return &State{Patterns: newStore()} }
