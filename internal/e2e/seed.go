package e2e

import (
	"bufio"
	"fmt"
	"io"
	"net"
	"os"
	"os/user"
	"path/filepath"
	"regexp"
	"slices"
	"strings"
	"time"
)

// seedWorld is one of the set-ups in testdata/seeds at work: the proxy, its two servers, the log daemon and what is
// written down of what happens. The same steps through HAProxy and through Weir must give the same account.
type seedWorld struct {
	kind    string
	dir     string
	at      *places
	proxy   *proc
	origins [2]*seedOrigin // websrv1, websrv2
	udp     *logEar        // "log 127.0.0.1"
	local   *logEar        // "log /dev/log"
	account strings.Builder
}

// seedStatuses have error files in the seeds.
var seedStatuses = []int{400, 403, 408, 500, 502, 503, 504}

// newSeedWorld readies what a seed names and starts the proxy as its user did: by HAProxy's command line.
func newSeedWorld(kind, dir, file string, changes ...string) (w *seedWorld, err error) {
	w = &seedWorld{kind: kind, dir: dir, at: newPlaces(dir, kind)}
	if err := os.Chmod(dir, 0o755); err != nil { // the proxy is another user when it logs
		return nil, err
	}
	if err := os.Mkdir(filepath.Join(dir, "errors"), 0o755); err != nil {
		return nil, err
	}
	for _, code := range seedStatuses {
		if err := os.WriteFile(filepath.Join(dir, "errors", fmt.Sprint(code, ".http")), []byte(page(code)), 0o644); err != nil {
			return nil, err
		}
	}
	for i := range w.origins {
		w.origins[i] = &seedOrigin{name: fmt.Sprint("websrv", i+1), port: w.at.port(fmt.Sprint("o", i))}
		if err := w.origins[i].start(); err != nil {
			return nil, err
		}
	}
	if w.udp, err = listenLog(w.at.port("log")); err == nil {
		w.local, err = listenLocalLog(filepath.Join(dir, "log"))
	}
	if err != nil {
		return nil, err
	}
	text, err := os.ReadFile(filepath.Join("testdata/seeds", file))
	if err != nil {
		return nil, err
	}
	conf := filepath.Join(dir, file)
	seed, err := adapt(string(text), append(w.forced(), changes...))
	if err != nil {
		return nil, err
	}
	if err := os.WriteFile(conf, []byte(seed), 0o644); err != nil {
		return nil, err
	}
	return w, w.run(conf)
}

// forced is what a machine that others use too forces on a seed, old and new in turn: ports, folders, and, where the test is
// not root's, who the proxy becomes. Checks are made more often, so that nobody has to wait for them, and what a busy machine would run into
// is longer.
func (w *seedWorld) forced() []string {
	port := func(name string) string { return fmt.Sprint(w.at.port(name)) }
	out := []string{
		"bind *:7000", "bind 127.0.0.1:" + port("web"),
		"localhost:7070", "localhost:" + port("o0"),
		"localhost:7071", "localhost:" + port("o1"),
		"log 127.0.0.1 ", "log 127.0.0.1:" + port("log") + " ",
		"/dev/log", filepath.Join(w.dir, "log"),
		"/run/haproxy/", w.dir + "/",
		"/etc/haproxy/", w.dir + "/",
		"inter 3s", "inter 200ms",
		"timeout tarpit          60s", "timeout tarpit          60s\n\ttimeout check 1m", // without, inter is what a check may take
		"timeout http-keep-alive  1s", "timeout http-keep-alive  1m", // no connection waits for as long
	}
	_, err := user.Lookup("haproxy")
	if me, err2 := user.Current(); err2 == nil && (os.Getuid() != 0 || err != nil) {
		out = append(out, "user haproxy", "uid "+me.Uid, "group haproxy", "gid "+me.Gid)
	}
	return out
}

// adapt replaces old by new, in turn; each old must be there.
func adapt(text string, changes []string) (string, error) {
	for c := range slices.Chunk(changes, 2) {
		if !strings.Contains(text, c[0]) {
			return "", fmt.Errorf("the seed has no %q", c[0])
		}
		text = strings.ReplaceAll(text, c[0], c[1])
	}
	return text, nil
}

func (w *seedWorld) run(conf string) error {
	args := []string{"haproxy", "-db", "-f", conf}
	if w.kind == "weir" {
		weir, err := weirBinary()
		if err != nil {
			return err
		}
		args = append([]string{weir}, args...)
	}
	var err error
	if w.proxy, err = startCommand(w.kind, w.dir, args); err != nil {
		return err
	}
	return w.proxy.ready([]int{w.at.port("web")}, []string{filepath.Join(w.dir, "admin.sock")})
}

// stop ends everything and writes down what was logged, in the order of the lines.
func (w *seedWorld) stop() (string, error) {
	if err := w.proxy.drain(); err != nil {
		return "", err
	}
	for _, log := range []struct {
		name string
		ear  *logEar
	}{{"udp", w.udp}, {"local", w.local}} {
		lines, err := log.ear.lines()
		if err != nil {
			return "", err
		}
		for i := range lines {
			lines[i] = maskedSyslog(lines[i])
		}
		slices.Sort(lines)
		for _, line := range slices.Compact(lines) {
			w.note("%s log: %s", log.name, line)
		}
	}
	return w.account.String(), nil
}

// end gives back what the test holds, also after a failure.
func (w *seedWorld) end() {
	if w.proxy != nil {
		w.proxy.cmd.Process.Kill()
		<-w.proxy.done
	}
	for _, o := range w.origins {
		if o != nil {
			o.stop()
		}
	}
	for _, e := range []*logEar{w.udp, w.local} {
		if e != nil {
			e.c.Close()
		}
	}
}

var (
	syslogHeader = regexp.MustCompile(`^(<\d+>)\w{3} [ \d]\d \d\d:\d\d:\d\d (?:\S+ )?haproxy\[\d+\]: `)
	// A connection that the client has closed may be counted still when the next one is there.
	otherConns  = regexp.MustCompile(` N/\d+/\d+/\d+/`)
	serverState = regexp.MustCompile(`(?i)(server \S+ is (?:up|down)).*`)
)

// maskedSyslog keeps the priority, which holds facility and severity. A server's state is told in words of each proxy's own.
func maskedSyslog(line string) string {
	line = masked(syslogHeader.ReplaceAllString(line, "${1}DATE haproxy: "))
	line = otherConns.ReplaceAllString(line, " N/N/N/N/")
	return serverState.ReplaceAllString(line, "$1")
}

func (w *seedWorld) note(format string, args ...any) { fmt.Fprintf(&w.account, format+"\n", args...) }

// send plays one connection: every request in turn, each with its response; what comes of it is written down.
func (w *seedWorld) send(requests ...string) error {
	c, err := net.Dial("tcp", fmt.Sprintf("127.0.0.1:%d", w.at.port("web")))
	if err != nil {
		return err
	}
	defer c.Close()
	c.SetDeadline(time.Now().Add(patience))
	br := bufio.NewReader(c)
	for _, r := range requests {
		if _, err := io.WriteString(c, r); err != nil {
			return err
		}
		m, err := readHead(br)
		if err == nil && !strings.Contains(m.start, " 101 ") {
			err = m.readBody(br, true, strings.HasPrefix(r, "HEAD "))
		}
		if err != nil {
			return fmt.Errorf("%q: %w", r, err)
		}
		w.note("-- %q\n%s\n%s", r, w.received(), quoteLines(string(m.raw)+string(m.body)))
		if strings.Contains(m.start, " 101 ") {
			return w.echo(c, br)
		}
	}
	return nil
}

// echo sends something through a WebSocket, or what is taken for one, and expects it back.
func (w *seedWorld) echo(c net.Conn, br *bufio.Reader) error {
	if _, err := io.WriteString(c, "ping"); err != nil {
		return err
	}
	got := make([]byte, 4)
	if _, err := io.ReadFull(br, got); err != nil {
		return fmt.Errorf("through the tunnel: %w", err)
	}
	w.note("tunnel: %s", got)
	return nil
}

// received tells which server got what since the last time.
func (w *seedWorld) received() string {
	var b strings.Builder
	for _, o := range w.origins {
		if got := o.take(); got != "" {
			fmt.Fprintf(&b, "%s received:\n%s\n", o.name, quoteLines(got))
		}
	}
	return strings.TrimSuffix(b.String(), "\n")
}

// admin asks the stats socket.
func (w *seedWorld) admin(command string) (string, error) {
	c, err := net.Dial("unix", filepath.Join(w.dir, "admin.sock"))
	if err != nil {
		return "", err
	}
	defer c.Close()
	c.SetDeadline(time.Now().Add(patience))
	if _, err := io.WriteString(c, command+"\n"); err != nil {
		return "", err
	}
	out, err := io.ReadAll(c)
	return string(out), err
}

// states waits until the servers are as wanted ("bk_web/websrv1 UP ..."; "DOWN L7STS") and writes down what "show stat" says.
func (w *seedWorld) states(want ...string) error {
	var rows []string
	err := eventually(patience, func() error {
		out, err := w.admin("show stat")
		if err != nil {
			return stop(err)
		}
		if rows, err = serverRows(out); err != nil {
			return stop(err)
		}
		for _, row := range want {
			if !slices.ContainsFunc(rows, func(r string) bool { return strings.HasPrefix(r, row) }) {
				return fmt.Errorf("%s: want %q among\n%s", w.kind, row, strings.Join(rows, "\n"))
			}
		}
		return nil
	})
	w.note("states:\n  %s", strings.Join(rows, "\n  "))
	return err
}

// serverRows takes of "show stat" what it says of servers and their checks.
func serverRows(csv string) (rows []string, err error) {
	lines := strings.Split(strings.TrimSpace(csv), "\n")
	head := strings.Split(strings.TrimPrefix(lines[0], "# "), ",")
	for _, line := range lines[1:] {
		f := strings.Split(line, ",")
		get := func(name string) string {
			i := slices.Index(head, name)
			if i < 0 || i >= len(f) {
				err = fmt.Errorf("show stat has no %q: %q", name, line)
				return ""
			}
			return f[i]
		}
		if name := get("svname"); name == "FRONTEND" || name == "BACKEND" {
			rows = append(rows, fmt.Sprintf("%s/%s %s", get("pxname"), name, get("status")))
			continue
		}
		rows = append(rows, fmt.Sprintf("%s/%s %s %s %s weight %s", get("pxname"), get("svname"), get("status"), strings.TrimPrefix(get("check_status"), "* "),
			get("check_code"), get("weight")))
	}
	return rows, err
}

// listenLocalLog is the log daemon's socket, which everybody may write to.
func listenLocalLog(path string) (*logEar, error) {
	c, err := net.ListenPacket("unixgram", path)
	if err != nil {
		return nil, err
	}
	return newLogEar(c), os.Chmod(path, 0o777)
}

// socketMode writes down who may use the stats socket.
func (w *seedWorld) socketMode() error {
	st, err := os.Stat(filepath.Join(w.dir, "admin.sock"))
	if err == nil {
		w.note("admin.sock: %s", st.Mode())
	}
	return err
}

// silent connects and says nothing: with dontlognull that is not logged.
func (w *seedWorld) silent() error {
	c, err := net.Dial("tcp", fmt.Sprintf("127.0.0.1:%d", w.at.port("web")))
	if err != nil {
		return err
	}
	return c.Close()
}
