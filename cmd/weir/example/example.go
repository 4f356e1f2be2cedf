// Package example is what "weir run" shows when it is given no configuration: two small WebSocket and HTTP echo servers inside
// the process, a weir.hcl that balances over them, and a page that shows which server each table sticks to.
//
//	ex, err := example.Start(dir) // servers up, dir/weir.hcl written
//	fmt.Print(ex.Help())
//	defer ex.Close()
//
// It runs no proxy: the caller loads ex.Config as any other file. The servers listen on the loopback address only.
package example

import (
	_ "embed"
	"errors"
	"fmt"
	"net"
	"os"
	"path/filepath"
	"strconv"
	"strings"
	"syscall"
)

//go:embed weir.hcl
var config string

//go:embed page.html
var page []byte

// The ports that weir.hcl names; where one is taken, the next free one is used instead.
const (
	frontendPort = 7000
	firstPort    = 7070
	secondPort   = 7071
	portTries    = 100
)

// socketName is the admin socket as weir.hcl names it; a running example has it in a folder of its own.
const socketName = `"/run/weir/example.sock"`

// Example is the running example.
type Example struct {
	Config string // path of the configuration to run
	Socket string // path of the admin socket
	Port   int    // of the frontend
	Notes  []string
	demo   *demo
	dir    string
}

// Start makes a folder with the configuration in dir (the system's folder for temporary files where empty) and starts the servers.
func Start(dir string) (*Example, error) {
	dir, err := os.MkdirTemp(dir, "weir-example-") // 0700: the admin socket lies in it
	if err != nil {
		return nil, err
	}
	ex := &Example{Config: filepath.Join(dir, "weir.hcl"), Socket: filepath.Join(dir, "admin.sock"), dir: dir, demo: newDemo()}
	text := strings.ReplaceAll(config, socketName, strconv.Quote(ex.Socket))
	for i, want := range []int{firstPort, secondPort} {
		ln, err := listen(want, "127.0.0.1")
		if err != nil {
			ex.Close()
			return nil, err
		}
		got := ln.Addr().(*net.TCPAddr).Port
		text = ex.movePort(text, want, got)
		ex.demo.servers[i].start(ln)
	}
	ln, err := listen(frontendPort, "")
	if err != nil {
		ex.Close()
		return nil, err
	}
	ex.Port = ln.Addr().(*net.TCPAddr).Port
	text = ex.movePort(text, frontendPort, ex.Port)
	if err := errors.Join(ln.Close(), os.WriteFile(ex.Config, []byte(text), 0o600)); err != nil {
		ex.Close()
		return nil, err
	}
	return ex, nil
}

// WriteConfig writes the configuration as it is embedded to a temporary file, for a look or a check without running it.
func WriteConfig() (path string, remove func(), err error) {
	dir, err := os.MkdirTemp("", "weir-example-")
	if err != nil {
		return "", nil, err
	}
	remove = func() { os.RemoveAll(dir) }
	path = filepath.Join(dir, "weir.hcl")
	if err := os.WriteFile(path, []byte(strings.Replace(config, socketName, strconv.Quote(filepath.Join(dir, "admin.sock")), 1)), 0o600); err != nil {
		remove()
		return "", nil, err
	}
	return path, remove, nil
}

func (ex *Example) movePort(text string, want, got int) string {
	if want == got {
		return text
	}
	ex.Notes = append(ex.Notes, fmt.Sprintf("port %d is in use: the example takes %d instead", want, got))
	return strings.ReplaceAll(text, fmt.Sprintf(":%d\"", want), fmt.Sprintf(":%d\"", got))
}

// listen takes the first free port from want on.
func listen(want int, host string) (net.Listener, error) {
	var first error
	for port := want; port < want+portTries; port++ {
		ln, err := net.Listen("tcp", net.JoinHostPort(host, strconv.Itoa(port)))
		if err == nil {
			return ln, nil
		}
		if first == nil {
			first = err
		}
		if !errors.Is(err, syscall.EADDRINUSE) {
			break
		}
	}
	return nil, first
}

// Close stops the servers and removes the folder.
func (ex *Example) Close() error {
	ex.demo.close()
	return os.RemoveAll(ex.dir)
}

// Help says what to open and what to type.
func (ex *Example) Help() string {
	var b strings.Builder
	for _, n := range ex.Notes {
		fmt.Fprintf(&b, "note: %s\n", n)
	}
	at := fmt.Sprintf("http://localhost:%d", ex.Port)
	fmt.Fprintf(&b, `
Weir runs its example: two servers in this process (%s at %s, %s at %s) and a frontend on port %d.

  open     %s/           tables that stick to a server; stop one and watch
           %s/metrics    Prometheus metrics
           %s/stats      the stats page

  type     curl %s/whoami                       round robin
           curl --include --no-buffer --http1.1 \
             -H 'Connection: Upgrade' -H 'Upgrade: websocket' -H 'Sec-WebSocket-Version: 13' \
             -H 'Sec-WebSocket-Key: d2VpciBzYXlzIGhlbGxvIQ==' '%s/ws?tableId=7'   (a WebSocket; tableId decides; end it with ^C)
           websocat 'ws://localhost:%d/ws?tableId=7'
           echo 'show stat' | socat - %s
           echo 'disable server bk_ws/websrv1' | socat - %s

  read     %s
  stop     ^C

`, ex.demo.servers[0].name, ex.demo.servers[0].addr(), ex.demo.servers[1].name, ex.demo.servers[1].addr(), ex.Port,
		at, at, at, at, at, ex.Port, ex.Socket, ex.Socket, ex.Config)
	return b.String()
}
