package logsink

import (
	"bytes"
	"fmt"
	"net"
	"os"
	"path/filepath"
	"regexp"
	"strings"
	"sync"
	"testing"
	"time"

	"weir/conf"
)

// waitTime bounds every wait of a test: it is only reached when something is broken.
const waitTime = time.Minute

// sink is a target that a test holds still.
type sink struct {
	mu   sync.Mutex
	buf  bytes.Buffer
	gate chan struct{} // nil = open; else a Write waits for a value
}

func (s *sink) Write(b []byte) (int, error) {
	if s.gate != nil {
		<-s.gate
	}
	s.mu.Lock()
	defer s.mu.Unlock()
	return s.buf.Write(b)
}

func (s *sink) String() string {
	s.mu.Lock()
	defer s.mu.Unlock()
	return s.buf.String()
}

func route(t testing.TB, w *Writer, logs ...*conf.LogTarget) Route {
	t.Helper()
	r, err := w.Route(logs, nil, "")
	if err != nil {
		t.Fatal(err)
	}
	return r
}

func shut(t testing.TB, w *Writer) {
	t.Helper()
	if err := w.Close(waitTime); err != nil {
		t.Fatal(err)
	}
}

func put(p *Producer, r Route, l Level, line string) { p.End(append(p.Begin(), line...), r, l) }

// The layouts are those that HAProxy 2.6 sends (see TestHeadersAgainstHAProxy).
func TestFormats(t *testing.T) {
	const date, iso = `[A-Z][a-z]{2} [ 123]\d \d\d:\d\d:\d\d`, `\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d\.\d{6}[+-]\d\d:\d\d`
	f := func(format, host, want string) {
		t.Helper()
		out := new(sink)
		w := New(Options{PID: 42, Host: host, Stdout: out})
		r := route(t, w, &conf.LogTarget{Target: "stdout", Format: format, Facility: "local1"})
		put(w.Producer(0), r, Info, "hello")
		put(w.Producer(0), r, Err, "again")
		w.Producer(0).Flush()
		shut(t, w)
		want = strings.NewReplacer("DATE", date, "ISO", iso).Replace(want)
		first, second, _ := strings.Cut(out.String(), "\n")
		if !regexp.MustCompile("^" + want + "hello$").MatchString(first) {
			t.Fatalf("%s: got %q; want %s", format, first, want)
		}
		if second = strings.NewReplacer("<139>", "<142>", "<3>", "<6>").Replace(second); !regexp.MustCompile("^" + want + "again\n$").MatchString(second) {
			t.Fatalf("%s: got %q; want %s", format, second, want)
		}
	}
	f("", "", `<142>DATE weir\[42\]: `)
	f("", "lb1", `<142>DATE lb1 weir\[42\]: `)
	f("local", "lb1", `<142>DATE weir\[42\]: `)
	f("rfc3164", "", `<142>DATE localhost weir\[42\]: `)
	f("rfc5424", "", `<142>1 ISO - weir 42 - - `)
	f("rfc5424", "lb1", `<142>1 ISO lb1 weir 42 - - `)
	f("raw", "", ``)
	f("short", "", `<6>`)
	f("timed", "", `<6>ISO `)
	f("iso", "", `ISO `)
	f("priority", "", `<142>`)
}

func TestDates(t *testing.T) {
	h := newHeader(formatRFC5424, 0, "weir", "", 1)
	at := time.Date(2009, 2, 6, 12, 14, 14, 655_001_999, time.FixedZone("", -3*3600-1800))
	for range 2 {
		if got := string(h.appendISO(nil, at)); got != "2009-02-06T12:14:14.655001-03:30" {
			t.Fatalf("got %s", got)
		}
	}
	old := newHeader(formatLocal, 0, "weir", "", 1)
	if got := string(old.appendOldDate(nil, at)); got != "Feb  6 12:14:14" {
		t.Fatalf("got %s", got)
	}
	if got := string(old.appendOldDate(nil, at.Add(time.Second))); got != "Feb  6 12:14:15" {
		t.Fatalf("got %s", got)
	}
}

func TestLevels(t *testing.T) {
	f := func(level, minLevel, want string) {
		t.Helper()
		out := new(sink)
		w := New(Options{Stdout: out})
		r := route(t, w, &conf.LogTarget{Target: "stdout", Format: "short", Level: level, MinLevel: minLevel})
		for l := Emerg; l <= Debug; l++ {
			put(w.Producer(0), r, l, l.String())
		}
		w.Producer(0).Flush()
		shut(t, w)
		if got := strings.TrimSpace(strings.ReplaceAll(out.String(), "\n", " ")); got != want {
			t.Fatalf("%s %s: got %q; want %q", level, minLevel, got, want)
		}
	}
	f("", "", "<0>emerg <1>alert <2>crit <3>err <4>warning <5>notice <6>info <7>debug")
	f("crit", "", "<0>emerg <1>alert <2>crit")
	f("err", "crit", "<2>emerg <2>alert <2>crit <3>err")
}

// A route's level is that of its most talkative target; the others still filter.
func TestRoute(t *testing.T) {
	stdout, stderr := new(sink), new(sink)
	w := New(Options{Stdout: stdout, Stderr: stderr})
	global := []*conf.LogTarget{{Target: "stderr", Format: "raw", Level: "err"}}
	r, err := w.Route([]*conf.LogTarget{{Global: true}, {Target: "stdout", Format: "raw", Level: "info"}}, global, "")
	if err != nil {
		t.Fatal(err)
	}
	none, err := w.Route(nil, global, "")
	if err != nil {
		t.Fatal(err)
	}
	if r.Wants(Debug) || !r.Wants(Info) || none.Wants(Emerg) {
		t.Fatalf("routes want what they should not: %+v %+v", r, none)
	}
	p := w.Producer(0)
	put(p, none, Emerg, "nobody")
	put(p, r, Info, "info")
	put(p, r, Err, "err")
	put(p, r, Info, "")
	w.Log(r, Err, "from elsewhere")
	p.Flush()
	shut(t, w)
	if stdout.String() != "from elsewhere\ninfo\nerr\n" || stderr.String() != "from elsewhere\nerr\n" {
		t.Fatalf("stdout %q, stderr %q", stdout.String(), stderr.String())
	}
}

func TestRouteErrors(t *testing.T) {
	w := New(Options{})
	defer shut(t, w)
	f := func(l conf.LogTarget, want string) {
		t.Helper()
		l.Pos = conf.Pos{File: "weir.hcl", Line: 3, Col: 5}
		if _, err := w.Route([]*conf.LogTarget{&l}, nil, ""); err == nil || err.Error() != want {
			t.Fatalf("got %v; want %s", err, want)
		}
	}
	f(conf.LogTarget{Target: "stdout", Format: "xml"},
		`weir.hcl:3:5: log "stdout": format: got "xml"; want one of local, rfc3164, rfc5424, raw, short, timed, iso, priority`)
	f(conf.LogTarget{Target: "stdout", Level: "loud"},
		`weir.hcl:3:5: log "stdout": level: got "loud"; want one of emerg, alert, crit, err, warning, notice, info, debug`)
	f(conf.LogTarget{Target: "nowhere"},
		`weir.hcl:3:5: log "nowhere": want "stdout", "stderr", an address with a port, or the path of a unix socket`)
}

func TestTruncation(t *testing.T) {
	out := new(sink)
	w := New(Options{Stdout: out})
	short := route(t, w, &conf.LogTarget{Target: "stdout", Format: "short", Len: 80})
	long := route(t, w, &conf.LogTarget{Target: "stdout", Format: "raw"})
	line := strings.Repeat("x", 2*MaxLine)
	put(w.Producer(0), short, Info, line)
	put(w.Producer(0), long, Info, line)
	w.Producer(0).Flush()
	shut(t, w)
	if want := "<6>" + line[:77] + "\n" + line[:MaxLine] + "\n"; out.String() != want {
		t.Fatalf("got %d bytes; want %d", len(out.String()), len(want))
	}
}

// Lines from several loops arrive whole and, from one loop, in order, over many turns of a small ring.
func TestManyProducers(t *testing.T) {
	const loops, lines = 4, 5000
	out := new(sink)
	w := New(Options{Producers: loops, RingSize: 4 * MaxLine, Stdout: out})
	r := route(t, w, &conf.LogTarget{Target: "stdout", Format: "raw"})
	var wg sync.WaitGroup
	for i := range loops {
		wg.Go(func() {
			p := w.Producer(i)
			for n := 0; n < lines; n++ {
				for before := p.dropped.Load(); ; before = p.dropped.Load() {
					p.End(fmt.Appendf(p.Begin(), "%d %d %s", i, n, strings.Repeat("-", n%300)), r, Info)
					p.Flush()
					if p.dropped.Load() == before {
						break
					}
				}
			}
		})
	}
	wg.Wait()
	shut(t, w)
	var next [loops]int
	for line := range strings.Lines(out.String()) {
		var i, n int
		var tail string
		if _, err := fmt.Sscanf(line, "%d %d %s", &i, &n, &tail); err != nil && n%300 != 0 {
			t.Fatalf("%q: %v", line, err)
		}
		if n != next[i] || len(tail) != n%300 {
			t.Fatalf("loop %d: line %d with %d bytes; want line %d", i, n, len(tail), next[i])
		}
		next[i]++
	}
	if next != [loops]int{lines, lines, lines, lines} {
		t.Fatalf("lines %v", next)
	}
}

// A target that takes nothing costs the loops no time: lines are dropped and counted, and what was kept comes out whole.
func TestSlowSink(t *testing.T) {
	out := &sink{gate: make(chan struct{})}
	w := New(Options{Stdout: out})
	r := route(t, w, &conf.LogTarget{Target: "stdout", Format: "raw"})
	p := w.Producer(0)
	line := strings.Repeat("x", 1023)
	sent := 0
	for ; w.Dropped() < 1000; sent++ {
		put(p, r, Info, line)
		p.Flush()
	}
	close(out.gate)
	shut(t, w)
	if got := strings.Count(out.String(), line+"\n"); got != sent-int(w.Dropped()) || got*1024 != len(out.String()) {
		t.Fatalf("%d lines came out whole of %d bytes; want %d sent less %d dropped", got, len(out.String()), sent, w.Dropped())
	}
}

func TestCloseGivesUp(t *testing.T) {
	out := &sink{gate: make(chan struct{})}
	w := New(Options{Stdout: out})
	r := route(t, w, &conf.LogTarget{Target: "stdout", Format: "raw"})
	put(w.Producer(0), r, Info, "stuck")
	w.Producer(0).Flush()
	if err := w.Close(20 * time.Millisecond); err != ErrNotFlushed {
		t.Fatalf("got %v; want %v", err, ErrNotFlushed)
	}
	close(out.gate)
}

// After a sleep a single line wakes the writer: nothing else comes to push it out.
func TestWake(t *testing.T) {
	out := new(sink)
	w := New(Options{Stdout: out})
	r := route(t, w, &conf.LogTarget{Target: "stdout", Format: "raw"})
	for i := range 50 {
		waitFor(t, "the writer to sleep", w.asleep.Load)
		put(w.Producer(0), r, Info, "line")
		w.Producer(0).Flush()
		waitFor(t, "the line", func() bool { return strings.Count(out.String(), "line\n") == i+1 })
	}
	shut(t, w)
}

func waitFor(t testing.TB, what string, ok func() bool) {
	t.Helper()
	again := time.NewTicker(50 * time.Microsecond)
	defer again.Stop()
	late := time.After(waitTime)
	for !ok() {
		select {
		case <-late:
			t.Fatalf("waited in vain for %s", what)
		case <-again.C:
		}
	}
}

// A datagram socket's reader may come late, go and come back: lines are lost meanwhile, and counted.
func TestUnixDatagram(t *testing.T) {
	path := filepath.Join(t.TempDir(), "log")
	w := New(Options{PID: 7})
	r := route(t, w, &conf.LogTarget{Target: path, Addr: conf.Addr{Kind: conf.AddrUnix, Path: path}, Facility: "daemon"})
	w.Log(r, Notice, "nobody listens")
	waitFor(t, "a drop", func() bool { return w.Dropped() == 1 })
	for range 2 {
		conn, err := net.ListenUnixgram("unixgram", &net.UnixAddr{Name: path, Net: "unixgram"})
		if err != nil {
			t.Fatal(err)
		}
		conn.SetReadDeadline(time.Now().Add(waitTime))
		got := make(chan string, 1)
		go func() {
			b := make([]byte, 2048)
			n, _ := conn.Read(b)
			got <- string(b[:n])
		}()
		var msg string
		waitFor(t, "a datagram", func() bool {
			w.Log(r, Notice, "hello")
			select {
			case msg = <-got:
				return true
			case <-time.After(time.Millisecond):
				return false
			}
		})
		if !strings.HasPrefix(msg, "<29>") || !strings.HasSuffix(msg, " weir[7]: hello\n") {
			t.Fatalf("got %q", msg)
		}
		conn.Close()
		os.Remove(path)
	}
	shut(t, w)
}

func TestUDPAndTCP(t *testing.T) {
	udp, err := net.ListenPacket("udp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	defer udp.Close()
	tcp, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	defer tcp.Close()
	w := New(Options{})
	r := route(t, w,
		&conf.LogTarget{Target: udp.LocalAddr().String(), Format: "raw", Len: 80, Addr: inet(udp.LocalAddr().(*net.UDPAddr).Port)},
		&conf.LogTarget{Target: "tcp@" + tcp.Addr().String(), Format: "raw", Addr: inet(tcp.Addr().(*net.TCPAddr).Port)})
	line := strings.Repeat("y", 100)
	w.Log(r, Info, line)
	b := make([]byte, 2048)
	udp.SetReadDeadline(time.Now().Add(waitTime))
	if n, _, err := udp.ReadFrom(b); err != nil || string(b[:n]) != line[:80]+"\n" {
		t.Fatalf("got %q, %v", b[:n], err)
	}
	conn, err := tcp.Accept()
	if err != nil {
		t.Fatal(err)
	}
	defer conn.Close()
	conn.SetReadDeadline(time.Now().Add(waitTime))
	if n, err := conn.Read(b); err != nil || string(b[:n]) != line+"\n" {
		t.Fatalf("got %q, %v", b[:n], err)
	}
	shut(t, w)
}

func confTarget(format string, limit int) *conf.LogTarget {
	return &conf.LogTarget{Target: "stdout", Format: format, Facility: "local3", Level: "debug", MinLevel: "err", Len: limit}
}

func inet(port int) conf.Addr {
	return conf.Addr{Kind: conf.AddrTCP, Host: "localhost", Port: port, PortEnd: port, V4Only: true}
}

// The writer works during the measure, so this is the whole path's count.
func TestAllocatesNothing(t *testing.T) {
	w := New(Options{Stdout: discard{}})
	r := route(t, w, &conf.LogTarget{Target: "stdout"})
	p := w.Producer(0)
	line := []byte(strings.Repeat("z", 250))
	one := func() {
		p.End(append(p.Begin(), line...), r, Info)
		p.Flush()
	}
	for range 5000 { // buffers grow to their size
		one()
	}
	if n := testing.AllocsPerRun(2000, one); n != 0 {
		t.Fatalf("%v allocations per line; want 0", n)
	}
	shut(t, w)
}

type discard struct{}

func (discard) Write(b []byte) (int, error) { return len(b), nil }

func BenchmarkProducer(b *testing.B) {
	w := New(Options{Stdout: discard{}})
	r := route(b, w, &conf.LogTarget{Target: "stdout"})
	p := w.Producer(0)
	line := []byte(strings.Repeat("z", 250))
	b.ReportAllocs()
	for b.Loop() {
		p.End(append(p.Begin(), line...), r, Info)
		p.Flush()
	}
	b.ReportMetric(float64(w.Dropped())/float64(b.N), "dropped/op")
	shut(b, w)
}
