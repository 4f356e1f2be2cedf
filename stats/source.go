package stats

import (
	"context"
	"errors"
	"net/netip"
	"time"
)

// Source hands out snapshots. Its methods may be called from any goroutine, at the pace of scrapes and commands.
type Source interface {
	// Rows returns one row per listener, frontend, server and backend, in the order of "show stat": proxies in the
	// order of the configuration; within one: FRONTEND, its listeners, its servers, BACKEND.
	Rows(ctx context.Context) []Row
	Info(ctx context.Context) Info
}

// Errors that an Admin returns for names it does not know (any more). Their texts are HAProxy's: clients match them.
var (
	ErrNoBackend  = errors.New("No such backend.")
	ErrNoServer   = errors.New("No such server.")
	ErrNoFrontend = errors.New("No such frontend.")
	ErrEnabled    = errors.New("All sockets are already enabled.")
	ErrDisabled   = errors.New("All sockets are already disabled.")
	ErrShut       = errors.New("Frontend was already shut down.")
	ErrShutOn     = errors.New("Frontend was previously shut down, cannot enable.")
	ErrShutOff    = errors.New("Frontend was previously shut down, cannot disable.")
	// ErrStaticBackend is for AddServer.
	ErrStaticBackend = errors.New("Backend must use a dynamic load balancing to support dynamic servers.")
)

// Admin changes the running process for the stats socket. Names are resolved and values are checked before a method is
// called; a method's error text is what the person at the socket reads. Methods may be called from any goroutine and
// return when the change is in force.
type Admin interface {
	EnableServer(ctx context.Context, backend, server string) error
	DisableServer(ctx context.Context, backend, server string) error
	// SetServerState takes "ready", "drain" or "maint".
	SetServerState(ctx context.Context, backend, server, state string) error
	// SetServerWeight takes "50" (0 to 256) or "50%" of the configured weight.
	SetServerWeight(ctx context.Context, backend, server, weight string) error
	// SetServerAddr changes the address; port 0 keeps the port.
	SetServerAddr(ctx context.Context, backend, server string, ip netip.Addr, port uint16) error
	// SetServerHealth takes "up", "stopping" or "down".
	SetServerHealth(ctx context.Context, backend, server, health string) error
	// SetServerChecks switches the server's health checks on or off ("enable health").
	SetServerChecks(ctx context.Context, backend, server string, on bool) error
	SetServerMaxconn(ctx context.Context, backend, server string, n int) error

	EnableFrontend(ctx context.Context, name string) error
	DisableFrontend(ctx context.Context, name string) error
	ShutdownFrontend(ctx context.Context, name string) error
	SetMaxconnFrontend(ctx context.Context, name string, n int) error
	// SetMaxconnGlobal takes 1 to the hard limit, or 0 for the configured value.
	SetMaxconnGlobal(ctx context.Context, n int) error

	// ServersState returns the rows of one backend, or of all when backend is empty.
	ServersState(ctx context.Context, backend string) ([]ServerStateRow, error)
	// ClearCounters forgets the maxima, or every counter.
	ClearCounters(ctx context.Context, all bool) error
}

// An Admin may also implement these; without them their commands say that they are not available.
type (
	// SessionAdmin lists and ends streams ("show sess", "shutdown session", "shutdown sessions server").
	SessionAdmin interface {
		Sessions(ctx context.Context) []Session
		// ShutdownSession returns false when no stream has that id (any more).
		ShutdownSession(ctx context.Context, id string) bool
		ShutdownServerSessions(ctx context.Context, backend, server string) error
	}
	// ErrorLister remembers the last malformed messages ("show errors").
	ErrorLister interface {
		// Errors returns those and how many there have been altogether.
		Errors(ctx context.Context) (list []CapturedError, total uint64)
	}
	// RateLimiter changes process-wide rates ("set rate-limit connections global"): kind is "connections",
	// "sessions", "ssl-sessions" or "http-compression"; 0 lifts the limit.
	RateLimiter interface {
		SetRateLimit(ctx context.Context, kind string, perSecond int) error
	}
)

// Session is one line of "show sess".
type Session struct {
	ID                        string // unique while the stream lives, without spaces
	Proto                     string // "tcpv4", "tcpv6", "unix_stream"
	Source                    string // the client's address
	Frontend, Backend, Server string // empty = none yet
	Age, Expires              time.Duration
	Phase                     string
	BytesIn, BytesOut         uint64
}

// CapturedError is one block of "show errors": the last malformed request or response of a proxy.
type CapturedError struct {
	When                      time.Time
	Event                     uint64 // its number, from 0
	Frontend, Backend, Server string // of a request: where it came in; empty = none
	FrontendIID, BackendIID   int
	ServerSID                 int
	Response                  bool
	Source                    string
	Reason                    string
	Position                  int    // offset in Data of the byte that was wrong; -1 = unknown
	Data                      []byte // as received, possibly cut
}

// ServerStateRow is one line of "show servers state", version 1 (HAProxy management guide, 9.3).
type ServerStateRow struct {
	BackendID               int
	Backend                 string
	ServerID                int
	Server                  string
	Addr                    netip.Addr // invalid = unix or unresolved
	OpState                 int        // 0 stopped, 1 starting, 2 running, 3 stopping
	AdminState              int        // sum of 1 forced maint, 2 inherited, 4 by configuration, 8 forced drain, 16 inherited, 32 no address
	UserWeight              int
	InitialWeight           int
	LastChange              time.Duration // since the last change
	CheckStatus             int
	CheckResult             int // 0 unknown, 1 neutral, 2 failed, 3 passed, 4 conditionally
	CheckHealth             int
	CheckState              int // sum of 1 in progress, 2 configured, 4 enabled, 8 paused
	AgentState              int
	BackendForced, SrvForce bool // the numeric id is in the configuration
	FQDN                    string
	Port                    uint16
	SRVRecord               string
	SSL                     bool
	CheckPort               uint16
	CheckAddr, AgentAddr    string
	AgentPort               uint16
}
