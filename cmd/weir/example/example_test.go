package example

import (
	"context"
	"encoding/json"
	"fmt"
	"io"
	"net"
	"net/http"
	"os"
	"strings"
	"testing"
	"time"

	"github.com/coder/websocket"
	"github.com/coder/websocket/wsjson"
)

func start(t *testing.T) *Example {
	t.Helper()
	ex, err := Start(t.TempDir())
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() {
		if err := ex.Close(); err != nil {
			t.Error(err)
		}
	})
	return ex
}

// ask sends a request to server i itself.
func (ex *Example) ask(t *testing.T, i int, method, path string) (int, string) {
	t.Helper()
	req, err := http.NewRequest(method, "http://"+ex.demo.servers[i].addr()+path, nil)
	if err != nil {
		t.Fatal(err)
	}
	req.Header.Set("X-Weir-Example", "1")
	req.Close = true
	res, err := http.DefaultClient.Do(req)
	if err != nil {
		return 0, err.Error()
	}
	defer res.Body.Close()
	body, err := io.ReadAll(res.Body)
	if err != nil {
		t.Fatal(err)
	}
	return res.StatusCode, string(body)
}

func TestServers(t *testing.T) {
	ex := start(t)
	for i, name := range []string{"websrv1", "websrv2"} {
		if code, body := ex.ask(t, i, "GET", "/whoami"); code != 200 || !strings.Contains(body, `"server":"`+name+`"`) {
			t.Fatalf("whoami: %d %q", code, body)
		}
		if code, _ := ex.ask(t, i, "GET", "/health"); code != 200 {
			t.Fatalf("health: %d", code)
		}
		if code, body := ex.ask(t, i, "GET", "/"); code != 200 || body != string(page) {
			t.Fatalf("page: %d, %d bytes", code, len(body))
		}
	}
}

func TestStopAndStart(t *testing.T) {
	ex := start(t)
	ctx, cancel := context.WithTimeout(context.Background(), time.Minute)
	defer cancel()
	conn, _, err := websocket.Dial(ctx, "ws://"+ex.demo.servers[0].addr()+"/ws?tableId=t7", nil)
	if err != nil {
		t.Fatal(err)
	}
	defer conn.CloseNow()
	var hello map[string]string
	if err := wsjson.Read(ctx, conn, &hello); err != nil || hello["server"] != "websrv1" || hello["tableId"] != "t7" {
		t.Fatalf("got %v, %v", hello, err)
	}
	if err := conn.Write(ctx, websocket.MessageBinary, []byte{0, 1, 2}); err != nil {
		t.Fatal(err)
	}
	if kind, b, err := conn.Read(ctx); err != nil || kind != websocket.MessageBinary || string(b) != "\x00\x01\x02" {
		t.Fatalf("got %v %q %v", kind, b, err)
	}

	// Stopped through the other one, it cuts its WebSockets, refuses connections and keeps its port.
	if code, body := ex.ask(t, 1, "POST", "/demo/servers/websrv1/stop"); code != 200 {
		t.Fatalf("stop: %d %s", code, body)
	}
	if _, _, err := conn.Read(ctx); err == nil || ctx.Err() != nil {
		t.Fatalf("the WebSocket outlived its server: %v", err)
	}
	waitFor(t, "websrv1 to stop", func() bool { code, _ := ex.ask(t, 0, "GET", "/health"); return code == 0 })
	if code, body := ex.ask(t, 1, "POST", "/demo/servers/websrv2/stop"); code != http.StatusConflict {
		t.Fatalf("stopping the last server: %d %s", code, body)
	}
	var list []state
	if _, body := ex.ask(t, 1, "GET", "/demo/servers"); json.Unmarshal([]byte(body), &list) != nil || len(list) != 2 || list[0].Up || !list[1].Up {
		t.Fatalf("servers: %s", body)
	}
	for range 2 { // the second finds it running
		if code, body := ex.ask(t, 1, "POST", "/demo/servers/websrv1/start"); code != 200 {
			t.Fatalf("start: %d %s", code, body)
		}
	}
	if code, _ := ex.ask(t, 0, "GET", "/health"); code != 200 {
		t.Fatalf("health after the start: %d", code)
	}
	waitFor(t, "the WebSocket to be counted off", func() bool { return ex.demo.servers[0].state().Sockets == 0 })
}

func TestBadActions(t *testing.T) {
	ex := start(t)
	if code, _ := ex.ask(t, 0, "POST", "/demo/servers/websrv9/stop"); code != 404 {
		t.Fatalf("unknown server: %d", code)
	}
	if code, _ := ex.ask(t, 0, "POST", "/demo/servers/websrv1/explode"); code != 404 {
		t.Fatalf("unknown action: %d", code)
	}
	res, err := http.Post("http://"+ex.demo.servers[0].addr()+"/demo/servers/websrv1/stop", "text/plain", nil)
	if err != nil {
		t.Fatal(err)
	}
	res.Body.Close()
	if res.StatusCode != http.StatusForbidden {
		t.Fatalf("without the header: %d", res.StatusCode)
	}
}

// Taken ports are passed over, told, and replaced in the configuration.
func TestPortsInUse(t *testing.T) {
	var holders []net.Listener
	for _, port := range []int{frontendPort, firstPort, secondPort} {
		if ln, err := net.Listen("tcp", fmt.Sprintf(":%d", port)); err == nil {
			holders = append(holders, ln)
		} // else somebody else holds it, which serves as well
	}
	defer func() {
		for _, ln := range holders {
			ln.Close()
		}
	}()
	ex := start(t)
	text, err := os.ReadFile(ex.Config)
	if err != nil {
		t.Fatal(err)
	}
	for _, want := range []string{fmt.Sprintf(`bind ":%d"`, ex.Port), ex.demo.servers[0].addr() + `"`, ex.demo.servers[1].addr() + `"`, ex.Socket} {
		if !strings.Contains(string(text), want) {
			t.Errorf("the configuration has no %s", want)
		}
	}
	for _, old := range []string{`:7000"`, `:7070"`, socketName} {
		if strings.Contains(string(text), old) {
			t.Errorf("the configuration still has %s", old)
		}
	}
	if help := ex.Help(); len(ex.Notes) != 3 || !strings.Contains(help, "note: port 7000 is in use") || !strings.Contains(help, fmt.Sprintf("http://localhost:%d/", ex.Port)) {
		t.Errorf("help does not tell of the ports:\n%s", help)
	}
}

// The page must work without a network: nothing in it is fetched from elsewhere.
func TestPageIsSelfContained(t *testing.T) {
	for _, outside := range []string{"http://", "https://", "//cdn", "@import", "src="} {
		if strings.Contains(string(page), outside) {
			t.Errorf("the page has %q", outside)
		}
	}
}

func waitFor(t *testing.T, what string, ok func() bool) {
	t.Helper()
	for end := time.Now().Add(time.Minute); !ok(); time.Sleep(time.Millisecond) {
		if time.Now().After(end) {
			t.Fatalf("waited in vain for %s", what)
		}
	}
}
