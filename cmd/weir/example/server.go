package example

import (
	"context"
	"net"
	"net/http"
	"sync"
	"sync/atomic"
	"time"

	"github.com/coder/websocket"
	"github.com/coder/websocket/wsjson"
)

const (
	stopGrace  = 300 * time.Millisecond // for the request that asked for the stop
	maxMessage = 1 << 20                // bytes of a WebSocket message that is echoed
)

// server is one HTTP and WebSocket echo server that can be stopped and started.
type server struct {
	name     string
	handler  http.Handler
	sockets  atomic.Int64
	requests atomic.Int64

	mu      sync.Mutex // guards the fields below
	address string     // kept over a stop
	http    *http.Server
	cancel  context.CancelFunc // ends the WebSockets
}

func (s *server) start(ln net.Listener) {
	ctx, cancel := context.WithCancel(context.Background())
	srv := &http.Server{
		Handler: s.handler, ReadHeaderTimeout: 10 * time.Second,
		BaseContext: func(net.Listener) context.Context { return ctx },
	}
	s.mu.Lock()
	s.address, s.http, s.cancel = ln.Addr().String(), srv, cancel
	s.mu.Unlock()
	go srv.Serve(ln) // ends with ErrServerClosed when stop closes it
}

func (s *server) restart() error {
	s.mu.Lock()
	running, address := s.http != nil, s.address
	s.mu.Unlock()
	if running {
		return nil
	}
	ln, err := net.Listen("tcp", address)
	if err != nil {
		return err
	}
	s.start(ln)
	return nil
}

// stop closes the listener, lets requests end and cuts the WebSockets, as a killed server would.
func (s *server) stop() {
	s.mu.Lock()
	srv, cancel := s.http, s.cancel
	s.http = nil
	s.mu.Unlock()
	if srv == nil {
		return
	}
	cancel()
	ctx, done := context.WithTimeout(context.Background(), stopGrace)
	defer done()
	if srv.Shutdown(ctx) != nil {
		srv.Close()
	}
}

func (s *server) addr() string {
	s.mu.Lock()
	defer s.mu.Unlock()
	return s.address
}

func (s *server) state() state {
	s.mu.Lock()
	defer s.mu.Unlock()
	return state{Name: s.name, Addr: s.address, Up: s.http != nil, Sockets: s.sockets.Load(), Requests: s.requests.Load()}
}

func (s *server) whoami(w http.ResponseWriter, _ *http.Request) {
	writeJSON(w, map[string]any{"server": s.name, "request": s.requests.Add(1)})
}

// echo says which server it is, then sends back what it gets.
func (s *server) echo(w http.ResponseWriter, r *http.Request) {
	conn, err := websocket.Accept(w, r, nil)
	if err != nil {
		return // Accept has answered
	}
	defer conn.CloseNow()
	conn.SetReadLimit(maxMessage)
	s.sockets.Add(1)
	defer s.sockets.Add(-1)
	hello := map[string]string{"server": s.name, "tableId": r.URL.Query().Get("tableId")}
	if wsjson.Write(r.Context(), conn, hello) != nil {
		return
	}
	for {
		kind, message, err := conn.Read(r.Context())
		if err != nil || conn.Write(r.Context(), kind, message) != nil {
			return
		}
	}
}
