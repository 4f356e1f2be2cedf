package e2e

import (
	"errors"
	"fmt"
	"net"
	"sync"
	"sync/atomic"
)

// origin is one server section: a listener and the script of each connection.
type origin struct {
	run     *run
	name    string
	network string
	addr    string
	turns   [][]stmt // of the first connections, in order
	every   []stmt   // of all others; nil = they are refused as a failure

	accepted atomic.Int64
	requests atomic.Int64

	mu    sync.Mutex
	l     net.Listener
	conns map[net.Conn]bool
	next  int
}

// newOrigin reads a server section and listens.
func newOrigin(r *run, sec *section) (*origin, error) {
	o := &origin{run: r, conns: map[net.Conn]bool{}}
	if len(sec.args) == 0 {
		return nil, fmt.Errorf("line %d: server without a name", sec.line-1)
	}
	o.name = sec.args[0]
	o.network, o.addr = r.network(o.name)
	if len(sec.args) > 1 {
		o.network, o.addr = r.network(r.at.expand(sec.args[1]))
	}
	stmts, err := parseStmts(r.at.expand(sec.text), sec.line)
	if err != nil {
		return nil, err
	}
	o.split(stmts)
	return o, o.listen()
}

// split cuts the statements at each accept.
func (o *origin) split(stmts []stmt) {
	if len(stmts) > 0 && stmts[0].verb != "accept" {
		o.every = stmts
		return
	}
	var cur *[]stmt
	for _, st := range stmts {
		switch {
		case st.verb == "accept" && len(st.args) > 0:
			o.every = []stmt{}
			cur = &o.every
		case st.verb == "accept":
			o.turns = append(o.turns, nil)
			cur = &o.turns[len(o.turns)-1]
		default:
			*cur = append(*cur, st)
		}
	}
}

func (o *origin) listen() error {
	l, err := listen(o.network, o.addr)
	if err != nil {
		return err
	}
	o.mu.Lock()
	o.l = l
	o.mu.Unlock()
	o.run.wg.Add(1)
	go o.serve(l)
	return nil
}

func (o *origin) serve(l net.Listener) {
	defer o.run.wg.Done()
	for {
		c, err := l.Accept()
		if err != nil {
			return
		}
		o.accepted.Add(1)
		o.mu.Lock()
		o.conns[c] = true
		turn := o.next
		o.next++
		o.mu.Unlock()
		o.run.wg.Add(1)
		go o.handle(c, turn)
	}
}

func (o *origin) handle(c net.Conn, turn int) {
	defer o.run.wg.Done()
	defer func() {
		c.Close()
		o.mu.Lock()
		delete(o.conns, c)
		o.mu.Unlock()
	}()
	stmts := o.every
	if turn < len(o.turns) {
		stmts = o.turns[turn]
	} else if o.every == nil {
		o.run.fail(fmt.Errorf("server %s: connection %d; want %d", o.name, turn+1, len(o.turns)))
		return
	}
	a := &actor{run: o.run, name: o.name, server: o}
	a.use(c)
	if err := a.exec(stmts); err != nil && !(o.run.over.Load() || o.isDown() && errors.Is(err, net.ErrClosed)) {
		o.run.fail(fmt.Errorf("server %s, connection %d: %w", o.name, turn+1, err))
	}
}

func (o *origin) isDown() bool {
	o.mu.Lock()
	defer o.mu.Unlock()
	return o.l == nil
}

// down stops listening and closes every connection.
func (o *origin) down() {
	o.mu.Lock()
	defer o.mu.Unlock()
	if o.l != nil {
		o.l.Close()
		o.l = nil
	}
	for c := range o.conns {
		c.Close()
	}
}

// missing tells how many scripted connections never came.
func (o *origin) missing() int {
	o.mu.Lock()
	defer o.mu.Unlock()
	return len(o.turns) - o.next
}
