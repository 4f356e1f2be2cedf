package logsink

import (
	"fmt"
	"net"
	"os"
	"os/exec"
	"path/filepath"
	"regexp"
	"strings"
	"testing"
	"time"

	"weir/internal/peer"
)

// TestHeadersAgainstHAProxy compares the bytes before and around a message in every format, with and without a host name, and cut off.
func TestHeadersAgainstHAProxy(t *testing.T) {
	program := peer.Need(t, "haproxy")
	for _, host := range []string{"", "lb1"} {
		var config strings.Builder
		fmt.Fprintf(&config, "global\n log-tag weir\n")
		if host != "" {
			fmt.Fprintf(&config, " log-send-hostname %s\n", host)
		}
		type target struct {
			conn   net.PacketConn
			format string
			limit  int
		}
		var targets []target
		for _, limit := range []int{1024, 80} {
			for _, format := range append([]string{""}, formatNames...) {
				conn, err := net.ListenPacket("udp", "127.0.0.1:0")
				if err != nil {
					t.Fatal(err)
				}
				defer conn.Close()
				targets = append(targets, target{conn, format, limit})
				fmt.Fprintf(&config, " log %s len %d ", conn.LocalAddr(), limit)
				if format != "" {
					fmt.Fprintf(&config, "format %s ", format)
				}
				fmt.Fprintf(&config, "local3 debug err\n") // "err": graver lines are lowered to it
			}
		}
		ln, err := net.Listen("tcp", "127.0.0.1:0")
		if err != nil {
			t.Fatal(err)
		}
		address := ln.Addr().String()
		ln.Close()
		fmt.Fprintf(&config, "defaults\n timeout client 1s\n timeout connect 1s\n timeout server 1s\n")
		fmt.Fprintf(&config, "frontend a_name_that_makes_the_line_longer_than_the_shortest_limit\n log global\n bind %s\n", address)
		path := filepath.Join(t.TempDir(), "haproxy.cfg")
		if err := os.WriteFile(path, []byte(config.String()), 0o600); err != nil {
			t.Fatal(err)
		}
		cmd := exec.Command(program, "-db", "-f", path)
		if err := cmd.Start(); err != nil {
			t.Fatal(err)
		}
		defer func() {
			cmd.Process.Kill()
			cmd.Wait()
		}()
		var client string
		waitFor(t, "haproxy to listen", func() bool {
			conn, err := net.Dial("tcp", address)
			if err == nil {
				client = conn.LocalAddr().String()
				conn.Close()
			}
			return err == nil
		})
		message := fmt.Sprintf("Connect from %s to %s (a_name_that_makes_the_line_longer_than_the_shortest_limit/TCP)", client, address)
		for _, to := range targets {
			b := make([]byte, 2048)
			to.conn.SetReadDeadline(time.Now().Add(waitTime))
			var got string
			for !strings.Contains(got, "Connect from") { // the first may be an alert at the start
				n, _, err := to.conn.ReadFrom(b)
				if err != nil {
					t.Fatalf("format %q: %v", to.format, err)
				}
				got = string(b[:n])
			}
			out := new(sink)
			w := New(Options{Host: host, PID: cmd.Process.Pid, Stdout: out})
			r := route(t, w, confTarget(to.format, to.limit))
			w.Log(r, Info, message)
			shut(t, w)
			if mine := out.String(); undated(mine) != undated(got) {
				t.Errorf("format %q host %q len %d\nhaproxy %q\nweir    %q", to.format, host, to.limit, got, mine)
			}
		}
	}
}

var dates = regexp.MustCompile(`[A-Z][a-z]{2} [ 123]\d \d\d:\d\d:\d\d|\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d\.\d{6}([+-]\d\d:\d\d)`)

// undated replaces the time, which the two read at different moments, by its shape.
func undated(s string) string { return dates.ReplaceAllString(s, "DATE$1") }
