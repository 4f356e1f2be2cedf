package backend

import (
	"errors"
	"fmt"
	"slices"
	"time"

	"weir/conf"
	"weir/stats"
)

// What stands in the way of adding and deleting servers at run time. The texts are HAProxy's: tools match them.
var (
	ErrStatic     = stats.ErrStaticBackend
	ErrExists     = errors.New("Already exists a server with the same name in backend.")
	ErrNotMaint   = errors.New("Only servers in maintenance mode can be deleted.")
	ErrReferenced = errors.New("This server cannot be removed at runtime due to other configuration elements pointing to it.")
	ErrBusy       = errors.New("Server still has connections attached to it, cannot remove it.")
)

// Addition is a server to be added at run time.
type Addition struct {
	Conf *conf.Server
	// Up says that it takes streams at once; else it is in maintenance until somebody enables it.
	Up bool
	// Of is the server that it tracks; nil = none.
	Of *Server
	// Ready is called with the new server before anybody else sees it.
	Ready func(*Server) error
}

// Dynamic reports whether servers can be added: where a key's place among all servers is fixed at the start they cannot.
func (b *Backend) Dynamic() bool { return b.outside == nil && !b.static() }

// AddServer puts one more server behind the others. Names are not looked up: a server with one has no address until it is given one.
// Its health checks are paused until they are enabled, as in HAProxy.
func (b *Backend) AddServer(a Addition) error {
	b.adding.Lock()
	defer b.adding.Unlock()
	c := a.Conf
	switch {
	case !b.Dynamic():
		return ErrStatic
	case b.Server(c.Name) != nil:
		return ErrExists
	}
	if err := b.numbered(c); err != nil {
		return err
	}
	c.InitAddr = []string{"none"}
	s, err := newServer(b, b.made, c, loopIDs(b.loops))
	if err != nil {
		return err
	}
	s.added = true
	if errs := resolveAll([]*Server{s}); len(errs) > 0 {
		return errors.Join(errs...)
	}
	if err := errors.Join(s.useTLS(), a.Ready(s)); err != nil {
		s.forgetTLS()
		return err
	}
	b.made++
	if a.Of != nil {
		s.track(a.Of)
	}
	b.enlist(s, a.Up)
	if a.Of != nil {
		s.follow(a.Of)
	}
	return nil
}

// numbered gives the server the next number that is free, or checks its own.
func (b *Backend) numbered(c *conf.Server) error {
	used := map[int]*Server{}
	for _, s := range b.Servers() {
		used[s.id()] = s
	}
	if o := used[c.ID]; o != nil {
		return fmt.Errorf("'id' : custom id %d already used at %s:%d ('server %s').", c.ID, o.conf.Pos.File, o.conf.Pos.Line, o.Name())
	}
	if c.ID == 0 {
		for c.ID = 1; used[c.ID] != nil; c.ID++ {
		}
	}
	return nil
}

// enlist shows the server to everybody and begins its checks.
func (b *Backend) enlist(s *Server, up bool) {
	b.mu.Lock()
	defer b.mu.Unlock()
	s.state.maint = s.state.maint || !up
	s.usable.Store(s.state.balanced())
	s.alive.Store(s.state.alive())
	list := b.list.Load()
	next := &serverList{all: append(slices.Clone(list.all), s), byName: map[string]*Server{s.Name(): s}}
	for _, o := range list.all {
		next.byName[o.Name()] = o
	}
	b.list.Store(next)
	if s.usable.Load() {
		b.update()
		b.settle()
	}
	for _, c := range s.checkers() {
		if c == s.checker {
			c.paused.Store(true)
			if b.plan != nil {
				c.plan = b.plan
			}
		}
		if b.started && len(b.loops) > 0 {
			b.checkers = append(b.checkers, c)
			c.start(b.loops[(len(b.checkers)+b.conf.ID)%len(b.loops)], c.interval(0))
		}
	}
}

// DeleteServer takes a server away that is in maintenance and that nobody is on. pinned says that something refers to it,
// of is the server that it tracks; nil = none.
func (b *Backend) DeleteServer(s *Server, pinned bool, of *Server) error {
	b.adding.Lock()
	defer b.adding.Unlock()
	b.mu.Lock()
	maint := s.state.stopped()
	b.mu.Unlock()
	switch {
	case pinned || len(s.tracking()) > 0:
		return ErrReferenced
	case !maint:
		return ErrNotMaint
	}
	s.closeIdle()
	b.catchUpLoops() // what is idle goes on its own loop
	if s.cur.Load() > 0 || s.queued.Load() > 0 || s.idle.Load() > 0 || s.muxes.Load() > 0 {
		return ErrBusy
	}
	if of != nil {
		s.untrack(of)
	}
	b.strike(s)
	s.forgetTLS()
	for _, c := range s.checkers() {
		if c.loop != nil {
			c.loop.Post(c.stop)
		}
	}
	s.cool()
	return nil
}

// strike takes the server off the list. A stream that has picked it in this very moment ends as it would have: what it has of the server
// stays its own.
func (b *Backend) strike(s *Server) {
	b.mu.Lock()
	defer b.mu.Unlock()
	gone := s.checkers()
	b.checkers = slices.DeleteFunc(slices.Clone(b.checkers), func(c *checker) bool { return slices.Contains(gone, c) })
	list := b.list.Load()
	next := &serverList{byName: map[string]*Server{}}
	for _, o := range list.all {
		if o != s {
			next.all = append(next.all, o)
			next.byName[o.Name()] = o
		}
	}
	b.list.Store(next)
}

// catchUpLoops waits until every loop has done what it had been told until now, or a moment has passed.
func (b *Backend) catchUpLoops() {
	done := make(chan struct{}, len(b.loops))
	asked := 0
	for _, l := range b.loops {
		if l.Post(func() { done <- struct{}{} }) {
			asked++
		}
	}
	timeout := time.NewTimer(snapshotTimeout)
	defer timeout.Stop()
	for range asked {
		select {
		case <-done:
		case <-timeout.C:
			return
		}
	}
}

// Added reports whether the server was added at run time.
func (s *Server) Added() bool { return s.added }
