package main

import (
	"errors"
	"flag"
	"fmt"
	"net"
	"slices"
	"time"

	"weir/internal/h2attack"
)

// attackMain is the attacker: one connection at a time, a new one as soon as it is cut.
func attackMain(args []string) {
	fs := flag.NewFlagSet("attack", flag.ExitOnError)
	name := fs.String("name", "", "the attack")
	length := fs.Duration("for", time.Second, "how long")
	fs.Parse(args)
	end := time.Now().Add(*length)
	cuts := 0
	switch i := slices.IndexFunc(h2attack.All, func(a h2attack.Attack) bool { return a.Name == *name }); {
	case i >= 0:
		cuts = attackUntil(&h2attack.All[i], fs.Arg(1), end)
	case *name == "a busy core":
		for time.Now().Before(end) {
		}
	case *name == "new connections":
		closing(fs.Arg(0), end)
	case *name == "a hundred streams":
		greedy(fs.Arg(1), end)
	}
	fmt.Printf("%d cuts\n", cuts)
}

// attackUntil returns how often it was cut off.
func attackUntil(a *h2attack.Attack, addr string, end time.Time) (cuts int) {
	for time.Now().Before(end) {
		k, err := h2attack.Dial(addr, a.Settings)
		if err != nil {
			continue
		}
		_, cut, err := a.Play(k, end)
		k.Close()
		if cut || errors.Is(err, net.ErrClosed) {
			cuts++
		}
	}
	return cuts
}

// closing opens a connection for every request.
func closing(addr string, end time.Time) {
	l := &loader{addr: addr, request: []byte("GET / HTTP/1.1\r\nHost: bench\r\nConnection: close\r\n\r\n"), closing: true, buf: make([]byte, 64<<10)}
	for time.Now().Before(end) {
		if l.once() != nil {
			l.drop()
		}
	}
}

// greedy always has as many requests open as a client may.
func greedy(addr string, end time.Time) {
	const streams = 100
	for time.Now().Before(end) {
		c, err := dialH2(addr)
		if err != nil {
			continue
		}
		for range streams {
			c.ask(getBlock)
		}
		for err = c.flush(); err == nil && time.Now().Before(end); {
			if err = c.answer(); err == nil {
				c.ask(getBlock)
			}
			if err == nil && c.r.Buffered() == 0 {
				err = c.flush()
			}
		}
		c.c.Close()
	}
}
