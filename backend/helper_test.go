package backend

import (
	"fmt"
	"net/netip"
	"strconv"
	"strings"
	"testing"
	"time"

	"weir/conf"
	"weir/internal/loop"
	"weir/internal/message"
)

// waitTime bounds every wait of a test: it is only reached when something is broken.
const waitTime = time.Minute

// proxy is a backend section: "name:weight", with "!" before the name of a disabled server and "~" before a backup.
func proxy(balance, servers string) *conf.Proxy {
	bal, err := conf.ParseBalance(balance)
	if err != nil {
		panic(err)
	}
	p := &conf.Proxy{Kind: conf.Backend, Name: "bk", Mode: conf.ModeHTTP, Balance: bal}
	for i, text := range strings.Fields(servers) {
		s := &conf.Server{ID: i + 1, Weight: 1, WeightSet: true, PoolMax: -1, MaxReuse: -1, PoolPurge: 5 * time.Second}
		s.Addr = conf.Addr{Kind: conf.AddrTCP, Host: "127.0.0.1", Port: 1, PortEnd: 1}
		text, s.Disabled = strings.CutPrefix(text, "!")
		text, s.Backup = strings.CutPrefix(text, "~")
		name, weight, ok := strings.Cut(text, ":")
		if s.Name = name; ok {
			if s.Weight, _ = strconv.Atoi(weight); fmt.Sprint(s.Weight) != weight {
				panic("weight " + weight)
			}
		}
		p.Servers = append(p.Servers, s)
	}
	return p
}

// newTest makes a backend of p on these loops.
func newTest(t testing.TB, p *conf.Proxy, loops ...*loop.Loop) *Backend {
	t.Helper()
	b, err := New(p, &conf.Global{}, loops, nil)
	if err != nil {
		t.Fatal(err)
	}
	return b
}

// newLoops starts real loops that stop with the test.
func newLoops(t testing.TB, n int) []*loop.Loop {
	t.Helper()
	var loops []*loop.Loop
	for i := range n {
		l, err := loop.New(loop.Options{ID: i, OnPanic: func(_ *loop.Loop, v any, stack []byte) { t.Errorf("panic on a loop: %v\n%s", v, stack) }})
		if err != nil {
			t.Fatal(err)
		}
		go l.Run()
		t.Cleanup(func() {
			l.Stop()
			<-l.Done()
		})
		loops = append(loops, l)
	}
	return loops
}

// newFake is a loop whose clock the test moves.
func newFake(t testing.TB) *loop.Fake {
	t.Helper()
	f := loop.NewFake()
	t.Cleanup(func() {
		f.Stop()
		<-f.Done()
	})
	return f
}

// onLoop runs fn in a task and waits for it.
func onLoop(l *loop.Loop, fn func(t *loop.Task)) {
	done := make(chan struct{})
	l.Post(func() {
		l.Go(func(t *loop.Task) {
			defer close(done)
			fn(t)
		})
	})
	<-done
}

// get is a GET of target with these fields ("name: value").
func get(target string, fields ...string) *message.Request {
	r := &message.Request{Method: []byte("GET"), MethodID: message.MethodGet, Target: []byte(target), Path: []byte(target)}
	if rest, ok := strings.CutPrefix(target, "http://"); ok {
		host, path, _ := strings.Cut(rest, "/")
		r.Scheme, r.Authority, r.Path = []byte("http"), []byte(host), []byte("/"+path)
	}
	for _, f := range fields {
		name, value, _ := strings.Cut(f, ": ")
		r.Fields.AddName(name, []byte(value))
	}
	return r
}

// pickName is the server that sub goes to, without taking a slot.
func pickName(b *Backend, sub *Subject, not *Server) string {
	key, hashed := b.hash(sub)
	s, _ := b.table.Load().choose(key, hashed, not)
	if s == nil {
		return ""
	}
	return s.Name()
}

// picks is the names of n picks in a row.
func picks(b *Backend, n int) string {
	var names []string
	for range n {
		names = append(names, pickName(b, &Subject{}, nil))
	}
	return strings.Join(names, " ")
}

// eventually waits for a condition that other goroutines bring about.
func eventually(t testing.TB, what string, ok func() bool) {
	t.Helper()
	for end := time.Now().Add(waitTime); !ok(); {
		if time.Now().After(end) {
			t.Fatalf("%s did not come about within %v", what, waitTime)
		}
		time.Sleep(time.Millisecond) // between looks, not instead of one
	}
}

// addrPort is a client address for each i, in turn for servers of the same weight.
func addrPort(i int) netip.AddrPort {
	return netip.AddrPortFrom(netip.AddrFrom4([4]byte{byte(i >> 24), byte(i >> 16), byte(i >> 8), byte(i)}), 1000)
}

func addrPortAt(port int) netip.AddrPort {
	return netip.AddrPortFrom(netip.AddrFrom4([4]byte{127, 0, 0, 1}), uint16(port))
}
