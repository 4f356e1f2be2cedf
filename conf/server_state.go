package conf

import "time"

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
