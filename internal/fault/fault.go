// Package fault is the one table of what can go wrong with a stream: whose side it is on, in which phase,
// whether a retry may help, and how it is told to the log (HAProxy's two-letter termination state), to the
// client (an HTTP status), to the counters and to people (one plain sentence).
//
//	if f.Retry == fault.RetryIfReused && conn.Reused() { ... }
//
// It does not log, count or answer: the stream does, from the fields.
package fault

// Side is whose fault it is; its byte is the first letter of the termination state (HAProxy manual, 8.5).
type Side byte

const (
	None     Side = '-'
	Client   Side = 'C' // the client aborted
	Server   Side = 'S' // the server aborted or refused
	Proxy    Side = 'P' // Weir ended it: a deny, a limit, bad syntax
	Local    Side = 'L' // Weir answered by itself
	Resource Side = 'R' // a resource ran out
	Internal Side = 'I' // a bug was contained
	Down     Side = 'D' // killed because the server went down
	Killed   Side = 'K' // killed by an administrator
	CTimeout Side = 'c' // the client timed out
	STimeout Side = 's' // the server timed out
)

// Phase is where the stream was; its byte is the second letter.
type Phase byte

const (
	PhaseNone    Phase = '-' // after the end of the response
	PhaseRequest Phase = 'R' // waiting for a complete request
	PhaseQueue   Phase = 'Q'
	PhaseConnect Phase = 'C'
	PhaseHeaders Phase = 'H' // waiting for complete response headers
	PhaseData    Phase = 'D'
	PhaseLast    Phase = 'L' // sending the last bytes
	PhaseTarpit  Phase = 'T'
)

// Retry says when sending the request again can be right.
type Retry uint8

const (
	RetryNo       Retry = iota
	RetryYes            // nothing was sent
	RetryIfReused       // the connection had been idle: the server may have closed it before it saw the request
	RetryUndone         // the server says that it has done nothing with the request
)

// Fault is one row. Rows are shared, immutable values: compare them by pointer.
type Fault struct {
	Side   Side
	Phase  Phase
	Status int // what the client is answered; 0 = nothing can be answered
	Retry  Retry
	Name   string // for metrics: lower_snake
	Text   string // for people
}

// Aborted reports whether it cut the stream short: an error or a timeout, and not what the configuration asks for.
func (f *Fault) Aborted() bool { return f.Side != None && f.Side != Proxy && f.Side != Local }

// Error makes a Fault an error.
func (f *Fault) Error() string { return f.Text }
