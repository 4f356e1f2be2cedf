package stats

import (
	"context"
	"errors"
	"net"
	"sync"
	"sync/atomic"
	"time"

	"go.uber.org/zap"
)

// ServerConfig is what a stats socket works with. Admin may be nil: the commands that change something then say so.
type ServerConfig struct {
	Source  Source
	Admin   Admin
	Log     *zap.Logger   // nil = no audit log
	Timeout time.Duration // "stats timeout"; 0 = 10 s
	Payload int           // bytes of what follows "<<"; 0 = the package's own bound
	AnonKey uint32        // "anonkey"; 0 = none
}

// Server serves the stats sockets: HAProxy's command line over a stream socket. It works on goroutines, apart from the
// loops: one per socket and one per connection, of which each socket has at most its maxconn.
type Server struct {
	cfg    atomic.Pointer[ServerConfig]
	ctx    context.Context
	cancel context.CancelFunc
	wg     sync.WaitGroup

	anonKey atomic.Uint32 // "anonkey", and then "set anon global-key"; 0 = none

	mu      sync.Mutex // guards what follows
	sockets []*cliSocket
	conns   map[net.Conn]struct{}
	stopped bool
}

// cliSocket is one listening socket.
type cliSocket struct {
	Socket
	listener net.Listener
	file     *boundFile
	slots    chan struct{} // one per connection that may be open
}

// NewServer returns a server without sockets.
func NewServer(cfg ServerConfig) *Server {
	if cfg.Log == nil {
		cfg.Log = zap.NewNop()
	}
	if cfg.Timeout <= 0 {
		cfg.Timeout = defaultTimeout
	}
	ctx, cancel := context.WithCancel(context.Background())
	s := &Server{ctx: ctx, cancel: cancel, conns: map[net.Conn]struct{}{}}
	s.cfg.Store(&cfg)
	s.anonKey.Store(cfg.AnonKey)
	return s
}

var errStopped = errors.New("stats socket: the server was stopped")

// Listen binds one socket and serves it until Stop. It returns as soon as the socket is bound.
func (s *Server) Listen(sock Socket) error {
	sock.fill(s)
	l, file, err := sock.bind()
	if err != nil {
		return err
	}
	cs := &cliSocket{Socket: sock, listener: l, file: file, slots: make(chan struct{}, sock.Maxconn)}
	s.mu.Lock()
	defer s.mu.Unlock()
	if s.stopped {
		l.Close()
		file.remove()
		return errStopped
	}
	s.sockets = append(s.sockets, cs)
	s.wg.Add(1)
	go s.accept(cs)
	return nil
}

// fill puts the defaults where nothing is given.
func (sock *Socket) fill(s *Server) {
	if sock.Level == levelDefault {
		sock.Level = LevelOperator
	}
	if sock.Maxconn <= 0 {
		sock.Maxconn = defaultMaxconn
	}
	if sock.Timeout <= 0 {
		sock.Timeout = s.config().Timeout
	}
}

// Use changes what the sockets work with, from the next command on. The log stays.
func (s *Server) Use(cfg ServerConfig) {
	cfg.Log = s.cfg.Load().Log
	if cfg.Timeout <= 0 {
		cfg.Timeout = defaultTimeout
	}
	if before := s.cfg.Swap(&cfg); before.AnonKey != cfg.AnonKey { // else what a command has set stays
		s.anonKey.Store(cfg.AnonKey)
	}
}

func (s *Server) config() *ServerConfig { return s.cfg.Load() }

// Addrs returns the addresses of the sockets in the order of Listen, with the ports that the kernel chose.
func (s *Server) Addrs() []net.Addr {
	s.mu.Lock()
	defer s.mu.Unlock()
	var all []net.Addr
	for _, cs := range s.sockets {
		all = append(all, cs.listener.Addr())
	}
	return all
}

// Stop closes every socket and connection, removes the socket files and waits for the goroutines to end.
func (s *Server) Stop() {
	s.mu.Lock()
	s.stopped = true
	s.cancel()
	for _, cs := range s.sockets {
		cs.listener.Close()
		cs.file.remove()
	}
	for c := range s.conns {
		c.Close()
	}
	s.mu.Unlock()
	s.wg.Wait()
}

// accept takes connections while there is a free slot; further ones wait in the kernel's queue.
func (s *Server) accept(cs *cliSocket) {
	defer s.wg.Done()
	for {
		select {
		case cs.slots <- struct{}{}:
		case <-s.ctx.Done():
			return
		}
		c, err := cs.listener.Accept()
		if err != nil {
			<-cs.slots
			if s.acceptFailed(cs, err) {
				return
			}
			continue
		}
		if !s.begin(c) {
			<-cs.slots
			continue
		}
		go func() {
			defer func() {
				s.end(c)
				<-cs.slots
			}()
			newCLISession(s, cs, c).run()
		}()
	}
}

// acceptFailed says whether the listener is gone; otherwise it pauses.
func (s *Server) acceptFailed(cs *cliSocket, err error) bool {
	if errors.Is(err, net.ErrClosed) || s.ctx.Err() != nil {
		return true
	}
	s.config().Log.Warn("stats socket: accept failed", zap.String("socket", cs.Address), zap.Error(err))
	select {
	case <-time.After(acceptRetry):
		return false
	case <-s.ctx.Done():
		return true
	}
}

// begin registers a connection; it refuses after Stop.
func (s *Server) begin(c net.Conn) bool {
	s.mu.Lock()
	defer s.mu.Unlock()
	if s.stopped {
		c.Close()
		return false
	}
	s.conns[c] = struct{}{}
	s.wg.Add(1)
	return true
}

func (s *Server) end(c net.Conn) {
	s.mu.Lock()
	delete(s.conns, c)
	s.mu.Unlock()
	c.Close()
	s.wg.Done()
}
