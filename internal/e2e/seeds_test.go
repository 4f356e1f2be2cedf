package e2e

import (
	"encoding/base64"
	"errors"
	"fmt"
	"os"
	"strings"
	"testing"

	"weir/internal/peer"
)

// TestSeeds runs configurations of systems that exist through Debian's haproxy and through Weir, step by step the same, and
// wants the same account of it: what servers and clients received, which server every table was on, health, and the log.
func TestSeeds(t *testing.T) {
	t.Parallel()
	peer.Need(t, "haproxy")
	for _, s := range []struct {
		name, file string
		changes    []string
		steps      func(w *seedWorld) error
	}{
		{"http", "haproxy-http.cfg", nil, seedHTTP},
		{"websocket", "haproxy-websocket.cfg", nil, seedWebSocket},
		{"websocket_by_host", "haproxy-websocket.cfg", uncommented("acl host_ws", "use_backend bk_ws if host_ws"), seedByHost},
		{"websocket_by_header", "haproxy-websocket.cfg", uncommented("acl hdr_connection_upgrade", "acl hdr_upgrade_websocket",
			"use_backend bk_ws if hdr_connection_upgrade"), seedByHeader},
		// As HAProxy 1.7 took it: the backslashes are those of the line as it was first written.
		{"websocket_check", "haproxy-websocket.cfg", append(uncommented("option httpchk", "http-check expect"), "HTTP/1.1rn", `HTTP/1.1\r\n`), seedCheck},
	} {
		t.Run(s.name, func(t *testing.T) {
			t.Parallel()
			want := runSeed(t, "haproxy", s.file, s.changes, s.steps)
			if os.Getenv("WEIR_E2E") == "haproxy" {
				t.Log(want)
				return
			}
			if got := runSeed(t, "weir", s.file, s.changes, s.steps); got != want {
				t.Errorf("%s: - haproxy, + weir:\n%s", s.file, lineDiff(want, got))
			}
		})
	}
}

// TestSeedWithoutBackslashes: the health check as it stands in the seed, commented out, works once it is uncommented.
func TestSeedWithoutBackslashes(t *testing.T) {
	t.Parallel()
	runSeed(t, "weir", "haproxy-websocket.cfg", uncommented("option httpchk", "http-check expect"), func(w *seedWorld) error {
		return w.states("bk_ws/websrv1 UP L7OK 101", "bk_ws/websrv2 UP L7OK 101")
	})
}

// uncommented are the changes that bring commented lines to life.
func uncommented(lines ...string) (out []string) {
	for _, l := range lines {
		out = append(out, "#"+l, l)
	}
	return out
}

func runSeed(t *testing.T, kind, file string, changes []string, steps func(*seedWorld) error) string {
	t.Helper()
	w, err := newSeedWorld(kind, shortDir(t), file, changes...)
	if w == nil {
		t.Fatalf("%s: %v", kind, err)
	}
	defer w.end()
	if err == nil {
		err = steps(w)
	}
	account := ""
	if err == nil {
		account, err = w.stop()
	}
	if err != nil {
		t.Fatalf("%s: %v\n%s", kind, err, w.account.String())
	}
	return account
}

// request makes a request; each field is "Name: value".
func request(line string, fields ...string) string {
	return line + " HTTP/1.1\r\n" + strings.Join(append([]string{"Host: www.example.org"}, fields...), "\r\n") + "\r\n\r\n"
}

func seedHTTP(w *seedWorld) error {
	up := []string{"bk_web/websrv1 UP L4OK", "bk_web/websrv2 UP L4OK"}
	tables := func() (err error) {
		for i := range 12 {
			err = errors.Join(err, w.send(request(fmt.Sprintf("GET /table/%d", i), fmt.Sprintf("tableId: table-%d", i%6))))
		}
		return err
	}
	return first(
		func() error { return w.states(up...) },
		w.socketMode,
		tables,
		func() error { // nobody says a table: in turn
			return errors.Join(w.send(request("GET /1")), w.send(request("GET /2")), w.send(request("GET /3")), w.send(request("GET /4")))
		},
		func() error { // one connection of the client's, and one of the server's for each request
			return w.send(request("GET /kept/1", "tableId: x"), request("HEAD /kept/2", "tableId: x"),
				request("POST /kept/3", "tableId: x", "Content-Length: 5")+"hello", request("GET /kept/4", "tableId: x", "Connection: close"))
		},
		func() error {
			return w.send(request("GET /forwarded", "tableId: x", "X-Forwarded-For: 192.0.2.7", "Cookie: SERVERID=websrv2"))
		},
		w.silent,
		func() error { w.origins[0].stop(); return w.states("bk_web/websrv1 DOWN L4CON", up[1]) },
		tables,
		func() error {
			w.origins[1].stop()
			return w.states("bk_web/websrv1 DOWN L4CON", "bk_web/websrv2 DOWN L4CON")
		},
		func() error { return w.send(request("GET /nobody", "tableId: x")) },
		func() error { return errors.Join(w.origins[0].start(), w.origins[1].start(), w.states(up...)) },
		tables,
	)
}

// first runs the steps until one fails.
func first(steps ...func() error) error {
	for i, step := range steps {
		if err := step(); err != nil {
			return fmt.Errorf("step %d: %w", i, err)
		}
	}
	return nil
}

// webSocket makes a handshake for a table.
func webSocket(host, table, connection, protocol string) string {
	key := base64.StdEncoding.EncodeToString(fmt.Appendf(nil, "%-16.16s", table)) // RFC 6455, 4.1
	return fmt.Sprintf("GET /ws?tableId=%s HTTP/1.1\r\nHost: %s\r\nConnection: %s\r\nUpgrade: websocket\r\nSec-WebSocket-Key: %s\r\n"+
		"Sec-WebSocket-Version: 13\r\nSec-WebSocket-Protocol: %s\r\n\r\n", table, host, connection, key, protocol)
}

// allUp is how the WebSocket seed begins.
var allUp = []string{"bk_web/websrv1 UP L4OK", "bk_web/websrv2 UP L4OK", "bk_ws/websrv1 UP L4OK", "bk_ws/websrv2 UP L4OK"}

func seedWebSocket(w *seedWorld) error {
	return first(
		func() error { return w.states(allUp...) },
		func() (err error) {
			for i := range 8 {
				err = errors.Join(err, w.send(request(fmt.Sprintf("GET /page/%d?a=b&tableId=table-%d", i, i%4))))
				err = errors.Join(err, w.send(webSocket("a-rather-long-name.example.org", fmt.Sprint("table-", i%4), "Upgrade", "echo-protocol")))
			}
			return err
		},
		func() error {
			return w.send(webSocket("ws.example.org", strings.Repeat("long", 20), "keep-alive, Upgrade", "other"))
		},
	)
}

func seedByHost(w *seedWorld) error {
	return first(
		func() error { return w.states(allUp...) },
		func() error { return w.send(webSocket("ws.example.org", "1", "Upgrade", "echo-protocol")) },
		func() error { return w.send(webSocket("WS.example.org", "2", "keep-alive, Upgrade", "echo-protocol")) },
		func() error { return w.send(webSocket("ws.example.org", "3", "Upgrade", "other-protocol")) },
		func() error { return w.send(webSocket("www.example.org", "4", "Upgrade", "other-protocol")) },
		func() error { return w.send(strings.ReplaceAll(request("GET /no/socket?tableId=5"), "www.", "ws.")) },
		func() error {
			return w.send(strings.ReplaceAll(request("GET /half?tableId=6", "Sec-WebSocket-Protocol: echo-protocol"), "www.", "ws."))
		},
		func() error {
			return w.send(strings.ReplaceAll(request("GET /keys?tableId=7", "Sec-WebSocket-Protocol: echo-protocol", "Sec-WebSocket-Key: MTIzNDU2Nzg5MDEyMzQ1Ng==",
				"Sec-WebSocket-Key: YTIzNDU2Nzg5MDEyMzQ1Ng==", "Sec-WebSocket-Version: 13"), "www.", "ws."))
		},
	)
}

func seedByHeader(w *seedWorld) error {
	return first(
		func() error { return w.states(allUp...) },
		func() error { return w.send(webSocket("www.example.org", "1", "Upgrade", "echo-protocol")) },
		func() error { return w.send(webSocket("www.example.org", "2", "keep-alive, UPGRADE", "echo-protocol")) },
		func() error { return w.send(webSocket("www.example.org", "3", "Upgrade", "chat")) },
		func() error { return w.send(request("GET /plain?tableId=4")) },
		func() error { return w.send(request("GET /other?tableId=5", "Connection: Upgrade", "Upgrade: chat")) },
	)
}

func seedCheck(w *seedWorld) error {
	return first(
		func() error {
			return w.states("bk_web/websrv1 UP L4OK", "bk_web/websrv2 UP L4OK", "bk_ws/websrv1 UP L7OK 101", "bk_ws/websrv2 UP L7OK 101")
		},
		func() error { w.note("check:\n%s", quoteLines(w.origins[0].firstCheck())); return nil },
		func() error {
			w.origins[1].setSick(true)
			return w.states("bk_ws/websrv2 DOWN L7STS 200", "bk_ws/websrv1 UP L7OK 101")
		},
		func() error { return w.send(request("GET /page?tableId=1")) },
		func() error {
			w.origins[1].setSick(false)
			return w.states("bk_ws/websrv2 UP L7OK 101", "bk_ws/websrv1 UP L7OK 101")
		},
	)
}
