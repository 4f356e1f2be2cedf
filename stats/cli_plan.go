package stats

import (
	"errors"
	"net"
	"os"
	"slices"
)

// Plan is a change of a Server's sockets that is prepared and not in force yet: what is new is bound and not served, what stays and what goes
// is served as before.
type Plan struct {
	s       *Server
	sockets []*cliSocket // in the order that is wanted
	fresh   []*cliSocket // bound for the plan
	kept    map[*cliSocket]*cliSocket
}

// Plan prepares to serve these sockets and no others. All that cannot be bound is told, by index; nothing is bound then.
func (s *Server) Plan(list []Socket) (*Plan, map[int]error) {
	p := &Plan{s: s, kept: map[*cliSocket]*cliSocket{}}
	errs := map[int]error{}
	for i, sock := range list {
		sock.fill(s)
		if err := p.add(sock); err != nil {
			errs[i] = err
		}
	}
	if len(errs) > 0 {
		p.Abort()
		return nil, errs
	}
	return p, nil
}

// add takes over the socket of that address, or binds it.
func (p *Plan) add(sock Socket) error {
	if old := p.s.find(sock.Address); old != nil && p.kept[old] == nil {
		next, err := old.again(sock)
		if err != nil {
			return err
		}
		p.kept[old] = next
		p.sockets = append(p.sockets, next)
		return nil
	}
	l, file, err := sock.bind()
	if err != nil {
		return err
	}
	cs := &cliSocket{Socket: sock, listener: l, file: file, slots: make(chan struct{}, sock.Maxconn)}
	p.fresh = append(p.fresh, cs)
	p.sockets = append(p.sockets, cs)
	return nil
}

func (s *Server) find(address string) *cliSocket {
	s.mu.Lock()
	defer s.mu.Unlock()
	for _, cs := range s.sockets {
		if cs.Address == address {
			return cs
		}
	}
	return nil
}

// again is the socket with the settings of sock: the same listening socket, duplicated where anything is another.
func (cs *cliSocket) again(sock Socket) (*cliSocket, error) {
	if cs.Socket.same(&sock) {
		return cs, nil
	}
	f, ok := cs.listener.(interface{ File() (*os.File, error) })
	if !ok {
		return nil, errors.New("the socket cannot be handed over")
	}
	dup, err := f.File()
	if err != nil {
		return nil, err
	}
	defer dup.Close()
	l, err := net.FileListener(dup)
	if err != nil {
		return nil, err
	}
	return &cliSocket{Socket: sock, listener: l, file: cs.file, slots: make(chan struct{}, sock.Maxconn)}, nil
}

// same reports whether the two are served alike.
func (s *Socket) same(o *Socket) bool {
	return s.sameFile(o) && s.Level == o.Level && s.Severity == o.Severity && s.Maxconn == o.Maxconn && s.Timeout == o.Timeout && s.Master == o.Master
}

// sameFile reports whether the socket file's rights are the same.
func (s *Socket) sameFile(o *Socket) bool {
	return s.Mode == o.Mode && sameID(s.UID, o.UID) && sameID(s.GID, o.GID)
}

func sameID(a, b *int) bool { return a == b || a != nil && b != nil && *a == *b }

// Abort closes what was bound. What is served stays.
func (p *Plan) Abort() {
	for _, cs := range p.fresh {
		cs.listener.Close()
		cs.file.remove()
	}
	for old, next := range p.kept {
		if old != next {
			next.listener.Close()
		}
	}
}

// Commit puts the plan in force. Connections go on as they are, also those of sockets that are closed by it. The error is about the rights of
// a socket's file, which then stay.
func (p *Plan) Commit() error {
	s := p.s
	s.mu.Lock()
	defer s.mu.Unlock()
	if s.stopped {
		p.Abort()
		return errStopped
	}
	var errs []error
	for _, old := range s.sockets {
		next := p.kept[old]
		switch {
		case next == nil:
			old.listener.Close()
			old.file.remove()
		case next != old:
			if !old.sameFile(&next.Socket) && next.file != nil {
				errs = append(errs, next.own(next.file.path))
			}
			old.listener.Close() // the other one has the same queue
		}
	}
	for _, cs := range p.sockets {
		if !slices.Contains(s.sockets, cs) {
			s.wg.Add(1)
			go s.accept(cs)
		}
	}
	s.sockets = p.sockets
	return errors.Join(errs...)
}
