package frontend

import (
	"fmt"
	"testing"

	"golang.org/x/sys/unix"

	"weir/conf"
)

// deaf is an address where connecting never ends: its queue is full and nobody accepts.
func deaf(t *testing.T) string {
	t.Helper()
	socket := func() int {
		fd, err := unix.Socket(unix.AF_INET, unix.SOCK_STREAM|unix.SOCK_NONBLOCK|unix.SOCK_CLOEXEC, 0)
		if err != nil {
			t.Fatal(err)
		}
		t.Cleanup(func() { unix.Close(fd) })
		return fd
	}
	fd := socket()
	if err := unix.Bind(fd, &unix.SockaddrInet4{Addr: [4]byte{127, 0, 0, 1}}); err != nil {
		t.Fatal(err)
	}
	if err := unix.Listen(fd, 0); err != nil {
		t.Fatal(err)
	}
	sa, err := unix.Getsockname(fd)
	if err != nil {
		t.Fatal(err)
	}
	for range 2 {
		unix.Connect(socket(), sa)
	}
	return fmt.Sprintf("127.0.0.1:%d", sa.(*unix.SockaddrInet4).Port)
}

// A client that goes while its server is connected to ends the attempt where abortonclose is set: CC, and no status (observed: HAProxy
// 2.6). Without it the server's connect timeout would.
func TestAbortWhileConnecting(t *testing.T) {
	f := func(mode conf.Mode, want string) {
		t.Helper()
		px := editedProxy(t, fmt.Sprintf(tcpHead, deaf(t)), func(c *conf.Config) {
			p := c.Proxies[0]
			p.Mode, p.Options.AbortOnClose, p.Timeouts.Connect = mode, true, 10*waitTime
			if mode == conf.ModeHTTP {
				p.LogFormat = conf.LogHTTP
			}
		})
		c := dialPeer(t, px.addr("t", 0))
		c.send(get)
		eventually(t, "it is being connected", func() error {
			if n := px.Backends()[0].Servers()[0].Streams(); n != 1 {
				return fmt.Errorf("%d streams", n)
			}
			return nil
		})
		c.Close()
		px.logLine(want)
		px.balanced()
	}
	f(conf.ModeTCP, " 0 CC ")
	f(conf.ModeHTTP, " -1 0 - - CC-- ")
}
