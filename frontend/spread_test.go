package frontend

import (
	"context"
	"fmt"
	"testing"
	"time"
)

// Idle connections are closed little by little when the process stops, or not at all.
func TestCloseSpread(t *testing.T) {
	f := func(global string) (*testProxy, []*peer, chan error) {
		px := buildTestProxy(t, fmt.Sprintf(limitConf, global, "", ""))
		if err := px.Start(); err != nil {
			t.Fatal(err)
		}
		var idle []*peer
		for range 24 { // so many that they do not all come at the beginning by chance
			c := dialPeer(t, px.addr("f", 0))
			c.send(askUp)
			c.status(200)
			idle = append(idle, c)
		}
		ended := make(chan error, 1)
		ctx, cancel := context.WithCancel(context.Background())
		t.Cleanup(cancel)
		go func() { ended <- px.Shutdown(ctx) }()
		return px, idle, ended
	}
	began := time.Now()
	_, idle, ended := f(`close_spread_time = "400ms"`)
	for _, c := range idle {
		c.closed()
	}
	if err := <-ended; err != nil {
		t.Error(err)
	}
	if d := time.Since(began); d < 150*time.Millisecond {
		t.Errorf("all were closed within %v", d)
	}

	px, idle, ended := f(`close_spread_time = "infinite"`)
	for _, c := range idle { // each goes on to be served
		c.send(askUp)
		c.status(200)
		c.Close()
	}
	if err := <-ended; err != nil {
		t.Error(err)
	}
	px.balanced()
}
