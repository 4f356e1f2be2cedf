package conf

import (
	"io/fs"
	"time"
)

// Config is one whole configuration. It is immutable once Validate has passed:
// everything below reads it from many goroutines without a lock.
type Config struct {
	Files  []string // the files it was read from, in order
	Global Global
	// Proxies holds every frontend, backend and listen section in file order. What a defaults
	// section says is already merged into them.
	Proxies    []*Proxy
	Userlists  []*Userlist
	HTTPErrors []*HTTPErrors
	CrtStores  []*CrtStore
	ACMEs      []*ACME
	Mailers    []*Mailers
}

// Userlist is a section of users and groups for http_auth.
type Userlist struct {
	Pos    Pos
	Name   string
	Users  []*User
	Groups []*Group
}

// User is one user of a Userlist.
type User struct {
	Pos      Pos
	Name     string
	Password string   // a crypt(3) string, or plain text where Insecure
	Insecure bool     // "insecure-password"
	None     bool     // no password was given: nobody can log in
	Groups   []string // "groups"; and those whose Group names the user
}

// Group is one group of a Userlist.
type Group struct {
	Pos   Pos
	Name  string
	Users []string
}

// HTTPErrors is an http-errors section: error pages that others name.
type HTTPErrors struct {
	Pos   Pos
	Name  string
	Files map[int]*ErrorFile
}

// Proxy returns the proxy of that name having the side asked for, or nil.
func (c *Config) find(name string, side Kind) *Proxy {
	for _, p := range c.Proxies {
		if p.Name == name && p.Kind&side != 0 {
			return p
		}
	}
	return nil
}

// Frontend returns the frontend or listen section of that name, or nil.
func (c *Config) Frontend(name string) *Proxy { return c.find(name, Frontend) }

// Backend returns the backend or listen section of that name, or nil.
func (c *Config) Backend(name string) *Proxy { return c.find(name, Backend) }

// Global holds the process-wide settings. A zero number means "not set": Validate puts the default.
type Global struct {
	Pos            Pos
	NbThread       int // loops; default GOMAXPROCS
	Maxconn        int // connections over all frontends; 0 = as many as the fd limit lets, found at start
	MaxPipes       int // "maxpipes": pipes that splice(2) uses; 0 = what maxconn leaves of the fds, found at start
	FDHardLimit    int // the most fds the process may use; 0 = the hard rlimit
	User, Group    string
	UserPos        Pos // of the names
	GroupPos       Pos
	PidFile        string
	DefaultPath    string // what relative file names are relative to: "current" directory (default), "config" file's, its "parent" or "origin"
	DefaultOrigin  string // the directory of "origin"
	Node           string // name in "show info" and logs; default the host name
	Description    string
	LogTag         string // default "weir", in haproxy.cfg "haproxy"
	LogSendHost    string // host name in syslog lines; "" = none
	Logs           []*LogTarget
	StatsSockets   []*StatsSocket
	StatsMaxconn   int           // "stats maxconn": of each of them that does not say its own
	StatsTimeout   time.Duration // idle time on a stats socket; default 10s
	HardStopAfter  time.Duration // after a graceful stop began; 0 = wait for ever
	Grace          time.Duration // from the signal to the closing of the listeners
	ExternalCheck  bool          // "external-check": commands may be health checks ...
	ExternalEnv    bool          // "preserve-env": ... with this process's environment
	ForkWanted     bool          // "insecure-fork-wanted": ... and may be started
	SpreadChecks   int           // percent of the interval by which health checks are spread, 0..50
	MaxSpreadCheck time.Duration
	Tune           Tune
	Chroot         string
	Daemon         bool
	MasterWorker   bool
	TLS            GlobalTLS
	HTTPClient     HTTPClient
	ACMEManual     bool // "acme.scheduler off": certificates are ordered where somebody asks for it only
	Process        Process
	Cases          []string // "h1-case-adjust": names of fields as some clients and servers need them written
	AnyPayload     bool     // "h1-accept-payload-with-any-method": GET, HEAD and DELETE of HTTP/1.0 may have a body
	CaseFile       string   // "h1-case-adjust-file": more of them, as "name Name" on each line
	MaxConnRate    int      // connections a second over all frontends; 0 = no limit
	MaxSessRate    int      // ... and sessions: connections that the rules have let in
	NameFamily     string   // "dns-accept-family": the addresses of names that are taken; "" = all
	Env            []EnvChange
	SetVars        []*Rule // "set-var" and "set-var-fmt" of the global section: proc variables
	Unsupported    []Unsupported
}

// Process is what is asked of the system and of the process as a whole.
type Process struct {
	ULimitN      int   // "ulimit-n": the limit of open files; 0 = as many as the system lets it, or fd-hard-limit
	StrictLimits bool  // "strict-limits": a limit that cannot be had is an error
	PreallocFD   bool  // "prealloc-fd": the table of file descriptors has its full size from the beginning
	Dumpable     bool  // "set-dumpable": core files are written, also after a change of user
	ZeroWarning  bool  // "zero-warning": a warning is an error
	CPUs         []int // the processors to run on; nil = all but DropCPUs
	DropCPUs     []int
	// StateBase and StateFile are "server-state-base" and "server-state-file": where the states of servers are read at the start.
	StateBase, StateFile string
	StatePos             Pos // of StateFile
	MaxReloads           int // "mworker-max-reloads": reloads that a configuration whose connections do not end survives; 0 = any number; NoReloads
	ThreadLimit          int // "thread-hard-limit": of nbthread where that is not set; 0 = none
	NiceStart            Niceness
	NiceRun              Niceness
	// CloseSpread is "close-spread-time": over what time idle connections are closed by a stop; SpreadForever ("infinite") leaves them
	// to their timeouts.
	CloseSpread      time.Duration
	SpreadForever    bool
	WarnBlocked      time.Duration // "warn-blocked-traffic-after"
	RejectPrivileged bool          // "harden.reject-privileged-ports.tcp": no connections from ports below 1024
	PP2NeverLocal    bool          // "pp2-never-send-local": health checks announce their own address
	Profiling        string        // "profiling.tasks", one of ProfilingModes; "" = ProfilingAuto
	AnonKey          int           // "anonkey": the key of "set anon on" where none is given; 0 = each makes its own
}

// NoReloads is "mworker-max-reloads 0".
const NoReloads = -1

// ProfilingModes say whether event loops measure what tasks cost; ProfilingAuto: where an expression of the configuration asks for it.
var ProfilingModes = []string{ProfilingAuto, "on", "off"}

// ProfilingAuto is the mode where none is set.
const ProfilingAuto = "auto"

// Niceness is a scheduling priority, from -20 to 19.
type Niceness struct {
	Set   bool
	Value int
}

// VarSizes are tune.vars.*-max-size in bytes; 0 = no limit.
type VarSizes struct{ Global, Proc, Sess, Txn, ReqRes, Check int }

// Tune holds the tune.* settings that act.
type Tune struct {
	BufSize    int // bytes of one buffer, which bounds a message head; default 16384
	MaxRewrite int // bytes of BufSize kept free for added fields; default 1024
	MaxHeaders int // tune.http.maxhdr: fields in one message; default 101
	MaxAccept  int // connections taken per wake-up; default 64
	H2         TuneH2
	// Sizes of the kernel's buffers of connections to one side, and how much may wait there that is not sent yet; 0 = as the kernel
	// has it.
	SndBufClient, RcvBufClient, NotSentClient int
	SndBufServer, RcvBufServer, NotSentServer int
	Vars                                      VarSizes
	LogURILen                                 int // tune.http.logurilen: bytes of a logged request line; 0 = as many as there are, up to 1023; NoRequestLine
	CookieLen                                 int // tune.http.cookielen: bytes of a captured cookie, its name included; default 63
	MaxPollEvents                             int // events of one poll
	RunQueue                                  int // tune.runqueue-depth: tasks resumed in a row
	PipeSize                                  int
	NoSplice                                  bool
	// NoReusePort is "noreuseport": with HAProxy's command line too no other process may listen on the same addresses.
	NoReusePort bool
	// PoolLowFDs and PoolHighFDs are percents of the limit of open files: with more in use no connection to a server is kept idle, and
	// one that is made ends an idle one; 0 = never.
	PoolLowFDs, PoolHighFDs int
	MaxPayload              int // tune.cli.max-payload-size: bytes of what follows "<<" on a stats socket; 0 = 64 KiB
	SndBufLog               int // tune.sndbuf.backend: the kernel's buffer of datagrams to log servers; 0 = as the kernel has it
}

// NoRequestLine is "tune.http.logurilen 0".
const NoRequestLine = -1

// Unsupported is a keyword that is understood but not done yet; Validate turns each into an error.
type Unsupported struct {
	Pos     Pos
	Keyword string
	Why     string
}

// Level is what a stats socket's user may do.
type Level uint8

const (
	LevelUser     Level = iota + 1 // read counters that reveal nothing of configuration
	LevelOperator                  // read everything, change nothing that matters
	LevelAdmin                     // everything
)

// StatsSocket is one "stats socket" line.
type StatsSocket struct {
	Pos               Pos
	Addr              Addr
	Mode              fs.FileMode // of a unix socket; default 0600
	User              string
	Group             string
	UserPos, GroupPos Pos
	Level             Level  // default LevelOperator
	Maxconn           int    // default 10
	Severity          string // "severity-output": one of SeverityOutputs; "" = none
}

// SeverityOutputs are what "severity-output" takes: how a stats socket shows the severity of its messages.
var SeverityOutputs = []string{"none", "number", "string"}

// LogTarget is one "log" line.
type LogTarget struct {
	Pos      Pos
	Global   bool   // "log global": use the targets of the global section
	Target   string // "stdout", "stderr", an address as written
	Addr     Addr   // where Target is an address
	Format   string // one of LogFormats; "" = "local", or "rfc3164" where Global.LogSendHost is set
	Facility string // "local0", ...
	Level    string // the highest level sent: emerg..debug; default debug
	MinLevel string
	Len      int // bytes of a line; 0 = 1024 to a syslog server, no limit to stdout, stderr and fds
	Sample   *LogSample
}

// LogSample is "sample RANGES:SIZE" of a log line: of each Size messages those whose number, from 1, is in Ranges are sent.
type LogSample struct {
	Ranges [][2]int
	Size   int
}
