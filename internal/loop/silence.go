package loop

import "golang.org/x/sys/unix"

// Silence is Pause that does not let connections wait in the kernel's queue: who connects is refused, and who waits there is reset. The
// address stays bound. A unix socket, which could never listen again, and one that was inherited, which others may listen on,
// are only paused.
// One goroutine at a time calls Silence and Speak.
func (ln *Listener) Silence() {
	ln.Pause()
	ln.mu.Lock()
	defer ln.mu.Unlock()
	// Shut down twice, the socket would keep that, and every connection that it accepts later on would begin with an end.
	if ln.mayStop() && listens(ln.fd) {
		ln.bound = localAddr(ln.fd)
		unix.Shutdown(ln.fd, unix.SHUT_RD)
	}
}

// listens reports whether the socket is one that clients can connect to.
func listens(fd int) bool {
	on, err := unix.GetsockoptInt(fd, unix.SOL_SOCKET, unix.SO_ACCEPTCONN)
	return err == nil && on != 0
}

// Speak undoes Silence.
func (ln *Listener) Speak() error {
	err := ln.relisten()
	ln.Resume()
	return err
}

func (ln *Listener) relisten() error {
	ln.mu.Lock()
	defer ln.mu.Unlock()
	if !ln.mayStop() || !ln.bound.IsValid() {
		return nil
	}
	if ln.Addr.ap.Port() == 0 { // a port that the kernel chose was given back
		bindSource(ln.fd, TCPAddr(ln.bound))
	}
	return unix.Listen(ln.fd, ln.queue)
}

func (ln *Listener) mayStop() bool {
	return ln.queue > 0 && ln.Addr.Family != unix.AF_UNIX && !ln.closed.Load()
}
