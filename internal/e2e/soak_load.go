package e2e

import (
	"bufio"
	"bytes"
	"fmt"
	"io"
	"math/rand/v2"
	"net"
	"strings"
	"time"
)

// soakLoads are the kinds of client that a soak runs side by side. Each does one round on connections of its own and returns an
// error when the proxy's answer is wrong; what it breaks off itself is no error.
var soakLoads = map[string]func(addr string) error{
	"keep-alive":     loadKeepAlive,
	"close":          loadClose,
	"pipelined":      loadPipelined,
	"chunked":        loadChunked,
	"big":            loadBig,
	"tunnel":         loadTunnel,
	"server-close":   func(addr string) error { return loadGets(addr, "/close/x", 5) },
	"queued":         func(addr string) error { return loadGets(addr, "/queue/x", 3) },
	"abort-upload":   loadAbortUpload,
	"abort-download": loadAbortDownload,
	"abort-tunnel":   loadAbortTunnel,
	"abort-idle":     loadAbortIdle,
	"server-aborts":  loadServerAborts,
	"errors":         loadErrors,
}

func dialSoak(addr string) (net.Conn, *bufio.Reader, error) {
	c, err := net.Dial("tcp", addr)
	if err != nil {
		return nil, nil, err
	}
	c.SetDeadline(time.Now().Add(patience))
	return c, bufio.NewReader(c), nil
}

// exchange sends one request and reads the response, which must have the status.
func exchange(c net.Conn, br *bufio.Reader, request, status string) (*httpMessage, error) {
	if _, err := io.WriteString(c, request); err != nil {
		return nil, err
	}
	return answered(br, request, status)
}

func answered(br *bufio.Reader, request, status string) (*httpMessage, error) {
	line, _, _ := strings.Cut(request, "\r\n")
	m, err := readHead(br)
	if err == nil {
		err = m.readBody(br, true, false)
	}
	if err != nil {
		return m, fmt.Errorf("%q: %w", line, err)
	}
	if m.word(1) != status {
		return m, fmt.Errorf("%q: got %q; want %s", line, m.start, status)
	}
	return m, nil
}

func getRequest(path, more string) string {
	return "GET " + path + " HTTP/1.1\r\nHost: soak\r\n" + more + "\r\n"
}

func loadGets(addr, path string, n int) error {
	c, br, err := dialSoak(addr)
	if err != nil {
		return err
	}
	defer c.Close()
	for range n {
		m, err := exchange(c, br, getRequest(path, ""), "200")
		if err != nil {
			return err
		}
		if string(m.body) != "hello "+path {
			return fmt.Errorf("%s: got body %q", path, clip(m.body))
		}
	}
	return nil
}

func loadKeepAlive(addr string) error { return loadGets(addr, "/keep", 50) }

func loadClose(addr string) error {
	c, br, err := dialSoak(addr)
	if err != nil {
		return err
	}
	defer c.Close()
	if _, err := exchange(c, br, getRequest("/", "Connection: close\r\n"), "200"); err != nil {
		return err
	}
	if _, err := br.ReadByte(); err != io.EOF {
		return fmt.Errorf("after Connection: close: got %v; want the end", err)
	}
	return nil
}

func loadPipelined(addr string) error {
	c, br, err := dialSoak(addr)
	if err != nil {
		return err
	}
	defer c.Close()
	const n = 20
	var all strings.Builder
	for i := range n {
		all.WriteString(getRequest(fmt.Sprintf("/p%d", i), ""))
	}
	if _, err := io.WriteString(c, all.String()); err != nil {
		return err
	}
	for i := range n {
		m, err := answered(br, "pipelined", "200")
		if err != nil {
			return err
		}
		if want := fmt.Sprintf("hello /p%d", i); string(m.body) != want {
			return fmt.Errorf("pipelined: got %q; want %q", clip(m.body), want)
		}
	}
	return nil
}

func loadChunked(addr string) error {
	c, br, err := dialSoak(addr)
	if err != nil {
		return err
	}
	defer c.Close()
	want := pattern[:rand.IntN(len(pattern)-1)+1]
	io.WriteString(c, "POST /echo HTTP/1.1\r\nHost: soak\r\nTransfer-Encoding: chunked\r\n\r\n")
	go func() {
		for rest := want; len(rest) > 0; {
			n := rand.IntN(min(len(rest), 9000)) + 1
			fmt.Fprintf(c, "%x\r\n%s\r\n", n, rest[:n])
			rest = rest[n:]
		}
		io.WriteString(c, "0\r\n\r\n")
	}()
	m, err := answered(br, "POST /echo", "200")
	if err != nil {
		return err
	}
	if !bytes.Equal(m.body, want) {
		return fmt.Errorf("echo of %d bytes came back as %d bytes or others", len(want), len(m.body))
	}
	return nil
}

func loadBig(addr string) error {
	c, br, err := dialSoak(addr)
	if err != nil {
		return err
	}
	defer c.Close()
	const n = 3 << 20
	m, err := exchange(c, br, getRequest(fmt.Sprintf("/big/%d", n), ""), "200")
	if err == nil && len(m.body) != n {
		err = fmt.Errorf("big: got %d bytes; want %d", len(m.body), n)
	}
	return err
}

// openTunnel upgrades a connection to the origin's echo.
func openTunnel(addr string) (net.Conn, *bufio.Reader, error) {
	c, br, err := dialSoak(addr)
	if err != nil {
		return nil, nil, err
	}
	io.WriteString(c, getRequest("/ws", "Connection: Upgrade\r\nUpgrade: echo\r\n"))
	m, err := readHead(br)
	if err == nil && m.word(1) != "101" {
		err = fmt.Errorf("upgrade: got %q", m.start)
	}
	if err != nil {
		c.Close()
		return nil, nil, err
	}
	return c, br, nil
}

func loadTunnel(addr string) error {
	c, br, err := openTunnel(addr)
	if err != nil {
		return err
	}
	defer c.Close()
	for range 10 {
		part := pattern[:rand.IntN(20000)+1]
		go c.Write(part)
		got := make([]byte, len(part))
		if _, err := io.ReadFull(br, got); err != nil || !bytes.Equal(got, part) {
			return fmt.Errorf("tunnel: %d bytes came back wrong: %v", len(part), err)
		}
	}
	return nil
}

// abortive closes with RST where fate has it, else with FIN.
func abortive(c net.Conn) {
	if rand.IntN(2) == 0 {
		c.(*net.TCPConn).SetLinger(0)
	}
	c.Close()
}

func loadAbortUpload(addr string) error {
	c, _, err := dialSoak(addr)
	if err != nil {
		return err
	}
	defer abortive(c)
	io.WriteString(c, "POST /echo HTTP/1.1\r\nHost: soak\r\nContent-Length: 1000000\r\n\r\n")
	c.Write(pattern[:rand.IntN(len(pattern))])
	return nil
}

func loadAbortDownload(addr string) error {
	c, br, err := dialSoak(addr)
	if err != nil {
		return err
	}
	defer abortive(c)
	io.WriteString(c, getRequest("/big/8000000", ""))
	io.CopyN(io.Discard, br, int64(rand.IntN(1<<20)))
	return nil
}

func loadAbortTunnel(addr string) error {
	c, _, err := openTunnel(addr)
	if err != nil {
		return err
	}
	c.Write(pattern[:rand.IntN(len(pattern))])
	abortive(c)
	return nil
}

// loadAbortIdle leaves after half a request head or none.
func loadAbortIdle(addr string) error {
	c, _, err := dialSoak(addr)
	if err != nil {
		return err
	}
	head := getRequest("/never", "")
	io.WriteString(c, head[:rand.IntN(len(head)-1)])
	abortive(c)
	return nil
}

func loadServerAborts(addr string) error {
	c, br, err := dialSoak(addr)
	if err != nil {
		return err
	}
	defer c.Close()
	io.WriteString(c, getRequest("/abort", ""))
	m, err := readHead(br)
	if err != nil {
		return nil // the reset may have overtaken the head
	}
	if err = m.readBody(br, true, false); err == nil && m.word(1) == "200" {
		return fmt.Errorf("an aborted response looked complete")
	}
	return nil
}

func loadErrors(addr string) error {
	for path, status := range map[string]string{"/denied": "403", "/dead": "503", "/garbage": "502"} {
		c, br, err := dialSoak(addr)
		if err != nil {
			return err
		}
		_, err = exchange(c, br, getRequest(path, ""), status)
		c.Close()
		if err != nil {
			return err
		}
	}
	c, br, err := dialSoak(addr)
	if err != nil {
		return err
	}
	defer c.Close()
	_, err = exchange(c, br, "GET / HTTP/1.1\r\nHost: a\r\nContent-Length: x\r\n\r\n", "400")
	return err
}
