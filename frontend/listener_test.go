package frontend

import (
	"context"
	"fmt"
	"net"
	"strings"
	"sync"
	"testing"
	"time"
)

// limitConf has two listeners on "f" and one on "g".
const limitConf = `global {
  nbthread = 2
  %s
}
defaults {
  mode    = "http"
  backlog = 1000 # what finds no place in the kernel's queue comes again after a second
  timeout {
    client  = "20s"
    connect = "2s"
    server  = "5s"
  }
}
frontend "f" {
  bind "127.0.0.1:1" {
    %s
  }
  bind "127.0.0.1:2" {}
  monitor_uri = "/up"
  %s
}
frontend "g" {
  bind "127.0.0.1:3" {}
  monitor_uri = "/up"
}
`

func startLimited(t *testing.T, global, bind, fe string) (px *testProxy, addrs []string) {
	t.Helper()
	px = buildTestProxy(t, fmt.Sprintf(limitConf, global, bind, fe))
	if err := px.Start(); err != nil {
		t.Fatal(err)
	}
	return px, []string{px.addr("f", 0), px.addr("f", 1), px.addr("g", 0)}
}

const askUp = "GET /up HTTP/1.1\r\nHost: a\r\n\r\n"

// Every limit holds its connections and lets the next in as soon as one has left.
func TestLimits(t *testing.T) {
	f := func(global, bind, fe string, full, waits int) {
		t.Helper()
		px, addrs := startLimited(t, global, bind, fe)
		var in []*peer
		for range 2 {
			c := dialPeer(t, addrs[full])
			c.send(askUp)
			c.status(200)
			in = append(in, c)
		}
		late := dialPeer(t, addrs[waits])
		late.send(askUp)
		eventually(t, "the listener says FULL", func() error {
			for _, fe := range px.Frontends() {
				for _, ln := range fe.listeners {
					if ln.status() == "FULL" {
						return nil
					}
				}
			}
			return fmt.Errorf("none is")
		})
		late.SetReadDeadline(time.Now().Add(20 * time.Millisecond))
		if _, err := late.r.Peek(1); err == nil {
			t.Fatal("the third was served")
		}
		late.SetReadDeadline(time.Now().Add(waitTime))
		in[0].Close()
		late.status(200)
		in[1].Close()
		late.Close()
		px.balanced()
	}
	f("", "maxconn = 2", "", 0, 0)
	f("", "", "maxconn = 2", 0, 0)
	f("", "", "maxconn = 2", 0, 1) // another listener of the frontend
	f("maxconn = 2", "", "", 0, 1)
	f("maxconn = 2", "", "", 0, 2) // another frontend, which has no connection whose end would wake it
}

// Whoever knocks at a full proxy is let in at last: no wake-up is lost, on whatever loop and listener.
func TestLimitsUnderLoad(t *testing.T) {
	f := func(global, bind, fe string) {
		t.Helper()
		px, addrs := startLimited(t, global, bind, fe)
		var wg sync.WaitGroup
		fail := make(chan error, 100)
		for i := range 24 {
			wg.Add(1)
			go func() {
				defer wg.Done()
				for range 40 {
					if err := visit(addrs[i%3]); err != nil {
						fail <- err
						return
					}
				}
			}()
		}
		wg.Wait()
		select {
		case err := <-fail:
			t.Fatalf("global %q, bind %q, frontend %q: %v", global, bind, fe, err)
		default:
		}
		px.balanced()
	}
	f("maxconn = 1", "", "")
	f("maxconn = 3", "maxconn = 1", "maxconn = 2")
	f("", "maxconn = 1", "")
	f("", "", "maxconn = 1")
}

// The kernel queues as many connections as there may be, where it is not told.
func TestBacklog(t *testing.T) {
	f := func(global, bind, fe string, want int) {
		t.Helper()
		px := buildTestProxy(t, fmt.Sprintf(strings.Replace(limitConf, "backlog = 1000", "", 1), global, bind, fe))
		b := px.frontend("f").p.Binds[0]
		o, err := listenOptions(b, px.frontend("f"))
		if err != nil || o.Backlog != want {
			t.Errorf("global %q, bind %q, frontend %q: %d, %v; want %d", global, bind, fe, o.Backlog, err, want)
		}
	}
	f("", "", "", 0) // the kernel's most
	f("maxconn = 7", "", "", 7)
	f("maxconn = 7", "", "maxconn = 6", 6)
	f("maxconn = 7", "maxconn = 5", "maxconn = 6", 5)
	f("maxconn = 7", "maxconn = 5", "backlog = 4", 4)
	f("maxconn = 7", "backlog = 3", "backlog = 4", 3)
}

func visit(addr string) error {
	c, err := net.Dial("tcp", addr)
	if err != nil {
		return err
	}
	defer c.Close()
	c.SetDeadline(time.Now().Add(waitTime))
	if _, err := c.Write([]byte(askUp)); err != nil {
		return err
	}
	_, err = c.Read(make([]byte, 1000))
	return err
}

func TestDisableAndMaxconn(t *testing.T) {
	px, addrs := startLimited(t, "", "", "maxconn = 1")
	fe := px.frontend("f")
	c := dialPeer(t, addrs[0])
	c.send(askUp)
	c.status(200)
	late := dialPeer(t, addrs[0])
	late.send(askUp)
	eventually(t, "the listener says FULL", func() error {
		if s := fe.listeners[0].status(); s != "FULL" {
			return fmt.Errorf("it says %s", s)
		}
		return nil
	})
	fe.Disable()
	c.Close()
	eventually(t, "the first has left", func() error {
		if n := fe.cur.Load(); n != 0 {
			return fmt.Errorf("%d are there", n)
		}
		return nil
	})
	late.closed() // who waited in the kernel's queue is refused, as who comes now is
	if _, err := net.Dial("tcp", addrs[0]); err == nil {
		t.Fatal("a disabled frontend accepts")
	}
	fe.Enable()
	late = dialPeer(t, addrs[0])
	late.send(askUp)
	late.status(200)
	fe.SetMaxconn(2)
	d := dialPeer(t, addrs[1])
	d.send(askUp)
	d.status(200)
	d.Close()
	late.Close()
	px.balanced()
}

// A stop ends what rests and lets what runs come to its end. Who has not said anything yet may still do so, as in HAProxy: the client has
// just been told that it is connected.
func TestShutdown(t *testing.T) {
	o := newTestOrigin(t)
	px := newTestProxy(t, simple(o.addr(), "", ""))
	idle, silent, busy := dialPeer(t, px.addr("f", 0)), dialPeer(t, px.addr("f", 0)), dialPeer(t, px.addr("f", 0))
	idle.send(get)
	s := o.accept()
	s.head()
	s.send("HTTP/1.1 200 OK\r\nContent-Length: 0\r\n\r\n")
	idle.status(200)
	busy.send(get)
	s.head()
	addr := px.addr("f", 0)
	over := make(chan error)
	go func() { over <- px.Shutdown(context.Background()) }()
	idle.closed()
	silent.send(get)
	s2 := o.accept()
	s2.head()
	s2.send("HTTP/1.1 200 OK\r\nContent-Length: 2\r\n\r\nok")
	if resp := silent.status(200); !resp.Close {
		t.Error("a proxy that stops keeps a connection")
	}
	silent.Close()
	if _, err := net.Dial("tcp", addr); err == nil {
		t.Error("a proxy that stops accepts")
	}
	s.send("HTTP/1.1 200 OK\r\nContent-Length: 2\r\n\r\nok")
	if resp := busy.status(200); !resp.Close {
		t.Error("a proxy that stops keeps a connection")
	}
	busy.Close()
	select {
	case err := <-over:
		if err != nil {
			t.Fatal(err)
		}
	case <-time.After(waitTime):
		t.Fatal("it does not stop")
	}
}

// A stop that runs out of time cuts what runs, and tells it to who waits for a response; every place is given back all the same.
func TestShutdownCut(t *testing.T) {
	o := newTestOrigin(t)
	px := newTestProxy(t, simple(o.addr(), "", ""))
	c := dialPeer(t, px.addr("f", 0))
	c.send(get)
	o.accept().head()
	ctx, cancel := context.WithTimeout(context.Background(), 10*time.Millisecond)
	defer cancel()
	if err := px.Shutdown(ctx); err != context.DeadlineExceeded {
		t.Fatalf("got %v; want %v", err, context.DeadlineExceeded)
	}
	c.status(502)
	c.closed()
	px.logLine("KH--")
	px.balanced()
}
