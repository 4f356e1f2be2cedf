package stats

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"net/netip"
	"os"
	"strings"
	"sync"
	"testing"
	"time"
)

// labNow is the moment of the recorded snapshot.
var labNow = time.Unix(1795249351, 0)

func ago(s int) time.Time { return labNow.Add(-time.Duration(s) * time.Second) }

// labRows are the rows of testdata/haproxy-2.6/stat.csv: rendering them must give that file.
func labRows() []Row {
	fe := Row{Proxy: "fe", Name: "FRONTEND", Type: RowFrontend, IID: 2, Mode: "http", Status: "OPEN", Max: 1, Limit: 200,
		Rate: 6, RateMax: 6, RateLimit: 100, ReqRate: 6, ReqRateMax: 6, ConnRate: 6, ConnRateMax: 6}
	fe.Traffic = Traffic{Sessions: 6, Connections: 6, Requests: 6, BytesIn: 410, BytesOut: 595, ReqErrors: 1, Responses: [6]uint64{2: 5, 4: 1}}
	main := Row{Proxy: "fe", Name: "main", Type: RowListener, IID: 2, SID: 1, Mode: "http", Status: "OPEN", Max: 1, Addr: "127.0.0.1:18080"}
	main.Traffic = Traffic{Sessions: 6, BytesIn: 410, BytesOut: 595, ReqErrors: 1}
	sock2 := Row{Proxy: "fe", Name: "sock-2", Type: RowListener, IID: 2, SID: 2, Mode: "http", Status: "OPEN", Addr: "127.0.0.1:18081"}
	ftcp := Row{Proxy: "ftcp", Name: "FRONTEND", Type: RowFrontend, IID: 3, Mode: "tcp", Status: "OPEN", Limit: 200}

	s1 := labServer("be", 4, 1, "s1", "UP", checkedBy("L7OK", 200, ""))
	s1.Max, s1.Limit, s1.Weight, s1.UserWeight, s1.Cookie = 1, 10, 50, 50, "c1"
	s1.Rate, s1.RateMax, s1.IdleConns, s1.UnsafeIdle, s1.LastSession = 5, 5, 2, 2, labNow
	s1.CheckDuration, s1.CheckHealth = time.Millisecond, 4
	s1.Traffic = Traffic{Sessions: 5, Requests: 5, BytesIn: 410, BytesOut: 595, Selected: 5, Connects: 5, Responses: [6]uint64{2: 5}}
	s2 := labServer("be", 4, 2, "s2", "DOWN", checkedBy("L4CON", -1, "Connection refused"))
	s2.Addr, s2.Limit, s2.QueueLimit, s2.Weight, s2.UserWeight = "127.0.0.1:18091", 5, 5, 10, 10
	s2.Active, s2.Backup, s2.CheckFails, s2.DownTransitions, s2.Downtime = 0, 1, 1, 1, 5*time.Second
	s3 := labServer("be", 4, 3, "s3", "MAINT", nil)
	s3.Addr, s3.NeededConns = "127.0.0.1:18092", 0
	s4 := labServer("be", 4, 4, "s4", "UP", nil)
	s4.Tracked, s4.NeededConns = "be/s1", 0
	s5 := labServer("be", 4, 5, "s5", "UP", checkedBy("L7OK", 200, ""))
	s5.CheckDuration, s5.CheckHealth = time.Millisecond, 4
	s5.AgentChecked, s5.AgentStatus, s5.AgentText, s5.AgentRise, s5.AgentFall, s5.AgentHealth = true, "L4CON", "Connection refused", 1, 1, 1
	s6 := labServer("be", 4, 6, "s6", "no check", nil)
	s6.Addr, s6.NeededConns = "[::1]:18090", 0
	be := labBackend("be", 4, "http", 53, 4)
	be.Cookie, be.Max, be.Rate, be.RateMax, be.LastSession, be.Algo = "SRV", 1, 5, 5, labNow, "roundrobin"
	be.Traffic = s1.Traffic

	t1 := labServer("btcp", 5, 1, "t1", "no check", nil)
	t1.NeededConns = 0
	t2 := labServer("btcp", 5, 2, "t2", "DOWN", checkedBy("SOCKERR", -1, "General socket error (No such file or directory)"))
	t2.Addr, t2.CheckFails, t2.DownTransitions, t2.Downtime, t2.LastChange = "unix", 1, 1, 4*time.Second, ago(4)
	t3 := labServer("btcp", 5, 3, "t3", "DOWN", checkedBy("L4CON", -1, "Connection refused"))
	t3.Addr, t3.CheckFails, t3.DownTransitions, t3.Downtime, t3.LastChange = "127.0.0.1:18099", 1, 1, 3*time.Second, ago(3)
	btcp := labBackend("btcp", 5, "tcp", 1, 1)
	btcp.Algo = "leastconn"

	lfe := Row{Proxy: "li", Name: "FRONTEND", Type: RowFrontend, IID: 6, Mode: "http", Status: "OPEN", Max: 1, Limit: 7,
		Rate: 5, RateMax: 5, ReqRate: 5, ReqRateMax: 5, ConnRate: 5, ConnRateMax: 5}
	lfe.Traffic = Traffic{Sessions: 5, Connections: 5, Requests: 5, BytesIn: 425, BytesOut: 630, Responses: [6]uint64{4: 5}}
	l1 := labServer("li", 6, 1, "l1", "UP", checkedBy("L4OK", -1, ""))
	l1.Max, l1.Rate, l1.RateMax, l1.LastSession, l1.Observed, l1.IdleConns, l1.UnsafeIdle, l1.CheckHealth = 1, 5, 5, labNow, true, 2, 2, 4
	l1.Traffic = Traffic{Sessions: 5, Requests: 5, BytesIn: 425, BytesOut: 630, Selected: 5, Connects: 5, Responses: [6]uint64{4: 5}}
	lbe := labBackend("li", 6, "http", 1, 1)
	lbe.Max, lbe.Limit, lbe.Rate, lbe.RateMax, lbe.LastSession, lbe.Algo = 1, 1, 5, 5, labNow, "roundrobin"
	lbe.Traffic = l1.Traffic
	return []Row{fe, main, sock2, ftcp, s1, s2, s3, s4, s5, s6, be, t1, t2, t3, btcp, lfe, l1, lbe}
}

func checkedBy(status string, code int, text string) func(*Row) {
	return func(r *Row) {
		r.Checked, r.CheckStatus, r.CheckCode, r.LastCheck, r.CheckRise, r.CheckFall = true, status, code, text, 2, 3
	}
}

func labServer(proxy string, iid, sid int, name, status string, check func(*Row)) Row {
	mode := "http"
	if proxy == "btcp" {
		mode = "tcp"
	}
	r := Row{Proxy: proxy, Name: name, Type: RowServer, IID: iid, SID: sid, Mode: mode, Status: status, Weight: 1, UserWeight: 1,
		Active: 1, LastChange: ago(5), Addr: "127.0.0.1:18090", NeededConns: 1}
	if check != nil {
		check(&r)
	}
	return r
}

func labBackend(name string, iid int, mode string, weight, active int64) Row {
	return Row{Proxy: name, Name: "BACKEND", Type: RowBackend, IID: iid, Mode: mode, Status: "UP", Limit: 20, Weight: weight,
		UserWeight: weight, Active: active, LastChange: ago(5)}
}

func labInfo() Info {
	return Info{Name: "HAProxy", Version: "9.9.9", ReleaseDate: "2026/11/21", Node: "n1", Description: "a test box", PID: 42, NbThread: 2,
		Started: ago(93784), MaxSock: 442, Maxconn: 200, HardMaxconn: 200, CurrConns: 3, CumConns: 1<<32 + 5, IdlePct: 93, ULimitN: 442,
		Panics: 1, Stalls: 2, DroppedLogs: 3, Faults: map[string]uint64{"bad_request": 7, "no_server": 1}}
}

// lab is a Source and an Admin that remembers what it was told.
type lab struct {
	mu    sync.Mutex
	rows  []Row
	did   []string
	fail  error
	panic bool
}

func newLab() *lab { return &lab{rows: labRows()} }

func (l *lab) Rows(context.Context) []Row {
	if l.panic {
		panic("rows")
	}
	return l.rows
}

func (l *lab) Info(context.Context) Info { return labInfo() }

func (l *lab) note(format string, args ...any) error {
	l.mu.Lock()
	defer l.mu.Unlock()
	l.did = append(l.did, fmt.Sprintf(format, args...))
	return l.fail
}

// done returns and forgets what was noted.
func (l *lab) done() string {
	l.mu.Lock()
	defer l.mu.Unlock()
	s := strings.Join(l.did, "; ")
	l.did = nil
	return s
}

func (l *lab) EnableServer(_ context.Context, b, s string) error { return l.note("enable %s/%s", b, s) }
func (l *lab) DisableServer(_ context.Context, b, s string) error {
	return l.note("disable %s/%s", b, s)
}
func (l *lab) SetServerState(_ context.Context, b, s, v string) error {
	return l.note("state %s/%s %s", b, s, v)
}
func (l *lab) SetServerWeight(_ context.Context, b, s, v string) error {
	return l.note("weight %s/%s %s", b, s, v)
}
func (l *lab) SetServerAddr(_ context.Context, b, s string, a netip.Addr, p uint16) error {
	return l.note("addr %s/%s %s %d", b, s, a, p)
}
func (l *lab) SetServerHealth(_ context.Context, b, s, v string) error {
	return l.note("health %s/%s %s", b, s, v)
}
func (l *lab) SetDynamicCookie(_ context.Context, b string, on bool) error {
	return l.note("dynamic-cookie %s %v", b, on)
}

func (l *lab) SetDynamicCookieKey(_ context.Context, b, key string) error {
	return l.note("dynamic-cookie-key %s %s", b, key)
}

func (l *lab) SetServerAgent(_ context.Context, b, s string, on bool) error {
	return l.note("agent %s/%s %v", b, s, on)
}

func (l *lab) SetServerAgentState(_ context.Context, b, s string, up bool) error {
	return l.note("agent-state %s/%s %v", b, s, up)
}

func (l *lab) SetServerAgentSend(_ context.Context, b, s, text string) error {
	return l.note("agent-send %s/%s %q", b, s, text)
}

func (l *lab) SetServerAgentAddr(_ context.Context, b, s string, ip netip.Addr, port uint16) error {
	return l.note("agent-addr %s/%s %v %d", b, s, ip, port)
}

func (l *lab) SetServerCheckAddr(_ context.Context, b, s string, ip netip.Addr, port uint16) error {
	return l.note("check-addr %s/%s %v %d", b, s, ip, port)
}

func (l *lab) SetServerChecks(_ context.Context, b, s string, on bool) error {
	return l.note("checks %s/%s %v", b, s, on)
}
func (l *lab) SetServerMaxconn(_ context.Context, b, s string, n int) error {
	return l.note("maxconn %s/%s %d", b, s, n)
}
func (l *lab) EnableFrontend(_ context.Context, f string) error   { return l.note("enable %s", f) }
func (l *lab) DisableFrontend(_ context.Context, f string) error  { return l.note("disable %s", f) }
func (l *lab) ShutdownFrontend(_ context.Context, f string) error { return l.note("shutdown %s", f) }
func (l *lab) SetMaxconnFrontend(_ context.Context, f string, n int) error {
	return l.note("maxconn %s %d", f, n)
}
func (l *lab) SetMaxconnGlobal(_ context.Context, n int) error { return l.note("maxconn global %d", n) }
func (l *lab) ClearCounters(_ context.Context, all bool) error { return l.note("clear %v", all) }
func (l *lab) SetRateLimit(_ context.Context, k string, n int) error {
	return l.note("rate %s %d", k, n)
}
func (l *lab) ServersState(_ context.Context, backend string) ([]ServerStateRow, error) {
	all := []ServerStateRow{
		{BackendID: 4, Backend: "be", ServerID: 1, Server: "s1", Addr: netip.MustParseAddr("127.0.0.1"), OpState: 2, UserWeight: 25, InitialWeight: 50,
			LastChange: 5 * time.Second, CheckStatus: 15, CheckResult: 3, CheckHealth: 4, CheckState: 6, Port: 18090},
		{BackendID: 4, Backend: "be", ServerID: 6, Server: "s6", Addr: netip.MustParseAddr("::1"), OpState: 2, UserWeight: 1, InitialWeight: 1,
			LastChange: 5 * time.Second, CheckStatus: 1, CheckHealth: 2, Port: 18090},
		{BackendID: 5, Backend: "btcp", ServerID: 2, Server: "t2", UserWeight: 1, InitialWeight: 1, LastChange: 4 * time.Second, CheckStatus: 5, CheckResult: 2, CheckState: 6},
	}
	var some []ServerStateRow
	for _, r := range all {
		if backend == "" || r.Backend == backend {
			some = append(some, r)
		}
	}
	return some, nil
}
func (l *lab) Sessions(context.Context) []Session {
	return []Session{{ID: "0x7", Proto: "tcpv4", Source: "127.0.0.1:4711", Frontend: "fe", Backend: "be", Server: "s1", Age: 3 * time.Second, Phase: "DATA", BytesIn: 10, BytesOut: 20, Expires: time.Minute}}
}
func (l *lab) ShutdownSession(_ context.Context, id string) bool {
	l.note("kill %s", id)
	return id == "0x7"
}
func (l *lab) ShutdownServerSessions(_ context.Context, b, s string) error {
	return l.note("kill %s/%s", b, s)
}
func (l *lab) Errors(context.Context) ([]CapturedError, uint64) {
	return []CapturedError{{When: labNow, Event: 4, Frontend: "fe", FrontendIID: 2, BackendIID: -1, Source: "127.0.0.1:1", Reason: "bad header name", Position: 20, Data: []byte("GET / HTTP/1.1\r\nbad header\r\n\r\n")}}, 5
}

var errLab = errors.New("the backend says no")

func recorded(t *testing.T, name string) string {
	t.Helper()
	b, err := os.ReadFile("testdata/haproxy-2.6/" + name)
	if err != nil {
		t.Fatal(err)
	}
	return string(bytes.TrimRight(b, "\n"))
}

func (l *lab) SSLCommand(_ context.Context, name string, args []string, payload string) string {
	return fmt.Sprintf("%s %q\n%q", name, args, payload)
}

func (l *lab) ACMEStatus(context.Context) string { return "# certificate\tsection\na.pem\tle\n" }

func (l *lab) ACMERenew(_ context.Context, name string) bool { return name == "a.pem" }

func (l *lab) ACMEReady(_ context.Context, name, domain string) (said, left int) {
	switch domain {
	case "two.example.com":
		return 1, 2
	case "last.example.com":
		return 2, 0
	}
	return 0, 3
}
