package conf

import (
	"path/filepath"
	"time"
)

// ServerState is what decides over a server's state beside its health checks.
type ServerState struct {
	Agent      bool // "agent-check"
	AgentCheck AgentCheck
	Observe    string        // "layer4" or "layer7": what traffic shows counts as checks
	ErrorLimit int           // errors in a row that count; default 10
	OnError    string        // one of ErrorActions; "" = fail-check
	SlowStart  time.Duration // over which a server that has come back takes up its load
	Track      *Ref          // "track": the server whose state is this one's, BACKEND/SERVER or SERVER
	InitState  string        // one of InitStates; "" = up
}

// AgentCheck is where the agent of a server is asked for its state.
type AgentCheck struct {
	Addr  string        // "" = the server's
	Port  int           // 0 = there is no agent to ask
	Inter time.Duration // default 2s
	Send  string        // what it is told first
}

// ErrorActions are what "on-error" does, and InitStates what "init-state" begins with.
var (
	ErrorActions = []string{"fastinter", "fail-check", "sudden-death", "mark-down"}
	InitStates   = []string{"fully-up", "up", "down", "fully-down"}
)

// StatesOf is the file that the states of a backend's servers are read from at the start; "" = none.
func (g *Process) StatesOf(p *Proxy) string {
	switch p.LoadState {
	case "global":
		return g.GlobalStates()
	case "local":
		if p.StateName == "" {
			return g.statePath(p.Name)
		}
		return g.statePath(p.StateName)
	}
	return ""
}

// GlobalStates is the file of "server-state-file"; "" = none.
func (g *Process) GlobalStates() string { return g.statePath(g.StateFile) }

func (g *Process) statePath(name string) string {
	if name == "" || filepath.IsAbs(name) {
		return name
	}
	return filepath.Join(g.StateBase, name)
}
