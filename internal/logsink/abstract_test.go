package logsink

import (
	"fmt"
	"net"
	"os"
	"strings"
	"testing"
	"time"

	"weir/conf"
)

// A target at abns@ is reached by the name that is filled up with NULs, as HAProxy's is; one at abnsz@ by the name alone.
func TestAbstractTargets(t *testing.T) {
	name := fmt.Sprintf("weir-log-%d", os.Getpid())
	for family, address := range map[string]string{"abns": "@" + name + strings.Repeat("\x00", 107-len(name)), "abnsz": "@" + name} {
		c, err := net.ListenPacket("unixgram", address)
		if err != nil {
			t.Fatal(err)
		}
		defer c.Close()
		addr, err := conf.ParseAddr(family + "@" + name)
		if err != nil {
			t.Fatal(err)
		}
		w := New(Options{})
		route, err := w.Route([]*conf.LogTarget{{Target: addr.String(), Addr: addr, Format: "raw", Facility: "local0"}}, nil, "")
		if err != nil {
			t.Fatal(err)
		}
		w.Log(route, Info, family)
		c.SetReadDeadline(time.Now().Add(waitTime))
		got := make([]byte, 100)
		n, _, err := c.ReadFrom(got)
		if err != nil || strings.TrimSpace(string(got[:n])) != family {
			t.Errorf("%s: got %q, %v", family, got[:n], err)
		}
		if err := w.Close(waitTime); err != nil {
			t.Error(err)
		}
	}
}
