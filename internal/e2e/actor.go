package e2e

import (
	"bufio"
	"fmt"
	"io"
	"net"
	"strings"
	"sync"
	"sync/atomic"
	"time"
)

// actor runs the statements of one section: a client, one connection of a server, or checks.
type actor struct {
	run    *run
	name   string
	server *origin // set for the server side
	conn   net.Conn
	br     *bufio.Reader
	got    *httpMessage
	sent   strings.Builder // the client's last request line, to know that it was HEAD
	saw    []string
	output string
	start  time.Time
}

// run is one script through one proxy.
type run struct {
	kind    string // weir or haproxy
	at      *places
	procs   map[string]*proc
	current string
	origins map[string]*origin
	mu      sync.Mutex
	gates   map[string]chan struct{}
	failed  chan error     // the first failure of a background actor
	clients sync.WaitGroup // those with "&"
	wg      sync.WaitGroup // what the origins run
	cleanup []func()
	over    atomic.Bool // the clients are done: servers that still wait end quietly
}

func (r *run) proc() *proc { return r.procs[r.current] }

// gate returns the channel that "signal NAME" closes.
func (r *run) gate(name string) chan struct{} {
	r.mu.Lock()
	defer r.mu.Unlock()
	if r.gates[name] == nil {
		r.gates[name] = make(chan struct{})
	}
	return r.gates[name]
}

func (r *run) fail(err error) {
	select {
	case r.failed <- err:
	default:
	}
}

// exec runs statements in order until one fails.
func (a *actor) exec(stmts []stmt) error {
	for _, st := range stmts {
		if st.only != "" && st.only != a.run.kind {
			continue
		}
		if err := a.step(st); err != nil {
			return err
		}
	}
	return nil
}

func (a *actor) step(st stmt) error {
	if st.verb == ">" {
		return a.at(st, a.write(st.raw+"\r\n"))
	}
	if st.verb == "loop" {
		n := 1
		fmt.Sscan(strings.Join(st.args, " "), &n)
		for range n {
			if err := a.exec(st.body); err != nil {
				return err
			}
		}
		return nil
	}
	v, ok := verbs[st.verb]
	if !ok {
		return a.at(st, fmt.Errorf("no such verb"))
	}
	if len(st.args) < v.min {
		return a.at(st, fmt.Errorf("got %d words; want %s", len(st.args), v.usage))
	}
	if v.conn && a.conn == nil {
		return a.at(st, fmt.Errorf("no connection is open"))
	}
	return a.at(st, v.do(a, st.args))
}

// at says where an error happened.
func (a *actor) at(st stmt, err error) error {
	if err == nil {
		return nil
	}
	return fmt.Errorf("line %d: %s: %s: %w", st.line, a.name, strings.TrimSpace(st.verb+" "+st.raw+strings.Join(st.args, " ")), err)
}

func (a *actor) use(c net.Conn) {
	a.conn, a.br, a.got = c, bufio.NewReaderSize(c, 64<<10), nil
}

func (a *actor) write(s string) error {
	if a.conn == nil {
		return fmt.Errorf("no connection is open")
	}
	if a.sent.Len() > 1<<16 {
		a.sent.Reset()
	}
	a.sent.WriteString(s)
	a.conn.SetWriteDeadline(time.Now().Add(patience))
	_, err := io.WriteString(a.conn, s)
	return err
}

// lastMethod returns the method of the last request head that was sent.
func (a *actor) lastMethod() string {
	method := ""
	for _, line := range strings.Split(a.sent.String(), "\r\n") {
		if strings.Contains(line, " HTTP/1.") && !strings.HasPrefix(line, "HTTP/") {
			method, _, _ = strings.Cut(line, " ")
		}
	}
	return method
}

func (a *actor) closeConn() {
	if a.conn != nil {
		a.conn.Close()
		a.conn, a.br = nil, nil
	}
}
