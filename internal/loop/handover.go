package loop

import (
	"errors"
	"fmt"
	"os"

	"golang.org/x/sys/unix"
)

// Dup is another Listener over the same socket, for loops that take over from this one's: both accept from one queue until one
// of them is closed, and no connection that waits there is lost. A unix socket's file stays this one's to remove: see Bequeath.
func (ln *Listener) Dup() (*Listener, error) {
	ln.mu.Lock()
	defer ln.mu.Unlock()
	if ln.closed.Load() {
		return nil, os.ErrClosed
	}
	fd, err := unix.FcntlInt(uintptr(ln.fd), unix.F_DUPFD_CLOEXEC, 0)
	if err != nil {
		return nil, fmt.Errorf("dup: %w", err)
	}
	heir := newListener(ln.Addr, fd)
	heir.opt, heir.queue, heir.bound = ln.opt, ln.queue, ln.bound
	if !heir.bound.IsValid() {
		heir.bound = localAddr(heir.fd) // ln may be silenced yet, and the heir has to speak
	}
	return heir, nil
}

// Bequeath leaves the file of a unix socket to one that Dup has made: closing ln does not remove it any more.
func (ln *Listener) Bequeath(heir *Listener) {
	ln.mu.Lock()
	file := ln.file
	ln.file = nil
	ln.mu.Unlock()
	heir.mu.Lock()
	heir.file = file
	heir.mu.Unlock()
}

// Closed reports whether Close was called.
func (ln *Listener) Closed() bool { return ln.closed.Load() }

// Poke lets every loop look whether connections wait. The kernel wakes one of all who share a socket for each connection: who was woken and
// closed its side before it accepted leaves one behind of which nobody else has heard.
func (ln *Listener) Poke() {
	ln.mu.Lock()
	defer ln.mu.Unlock()
	ln.each((*ear).poke)
}

// poke registers anew, which tells of what waits already.
func (e *ear) poke() {
	e.ln.mu.Lock()
	if e.on {
		e.l.poll.remove(e.ln.fd)
		e.on = false
	}
	e.ln.mu.Unlock()
	e.sync()
}

// Sweep accepts what waits in the queue now, on one loop, before the socket is closed for good: those clients have been told that they are
// connected. The channel is closed when it is done.
func (ln *Listener) Sweep() <-chan struct{} {
	done := make(chan struct{})
	ln.mu.Lock()
	defer ln.mu.Unlock()
	if ln.closed.Load() || len(ln.ears) == 0 {
		close(done)
		return done
	}
	e := ln.ears[0]
	sent := e.l.Post(func() {
		defer close(done)
		for n := 0; n < maxSweep && e.conn != nil && !ln.full.Load() && !ln.paused.Load(); n += ln.max {
			if !waits(ln.fd) {
				return
			}
			e.Ready(e.conn)
		}
	})
	if !sent {
		close(done)
	}
	return done
}

// waits reports whether a connection waits to be accepted.
func waits(fd int) bool {
	p := []unix.PollFd{{Fd: int32(fd), Events: unix.POLLIN}}
	n, err := unix.Poll(p, 0)
	return err == nil && n > 0 && p[0].Revents&unix.POLLIN != 0
}

// Share lets another socket of this process be bound to an address that overlaps, and takes that back. The kernel asks the
// sockets that are there as well as the new one.
func (ln *Listener) Share(on bool) {
	ln.mu.Lock()
	defer ln.mu.Unlock()
	if ln.closed.Load() || ln.Addr.Family == unix.AF_UNIX {
		return
	}
	v := 0
	if on {
		v = 1
	}
	rawSetInt(ln.fd, unix.SOL_SOCKET, unix.SO_REUSEPORT, v)
}

// CanRetune reports what in o cannot be had on a socket that listens already; nil = Retune can do it all.
func (ln *Listener) CanRetune(o *ListenOptions) error {
	var errs []error
	bad := func(is bool, what string) {
		if is {
			errs = append(errs, fmt.Errorf("%s cannot change while the address is open: it needs a restart, or a reload without the address first", what))
		}
	}
	was := &ln.opt
	bad(o.Transparent != was.Transparent, "transparent")
	bad(o.MD5Sig != was.MD5Sig, "tcp-md5sig")
	bad(o.MSS < 0 && o.MSS != was.MSS, "a relative mss")
	bad(o.Congestion == "" && was.Congestion != "", "cc")
	bad(o.SndBuf == 0 && was.SndBuf != 0 || o.RcvBuf == 0 && was.RcvBuf != 0 || o.NotSent == 0 && was.NotSent != 0, "the size of the kernel's buffers")
	if len(errs) > 0 || ln.Addr.Family == unix.AF_UNIX {
		return errors.Join(errs...)
	}
	return tryOptions(ln.Addr, o)
}

// tryOptions sets the options on a socket made for that.
func tryOptions(a *Addr, o *ListenOptions) error {
	d := DialOptions{Namespace: o.Namespace}
	fd, e := d.newSocket(a.Family)
	if e != 0 {
		return fmt.Errorf("socket: %w", e)
	}
	defer unix.Close(fd)
	return setListenOptions(fd, a, o)
}

// Retune gives a socket that listens the options of o; those of CanRetune stay. What is accepted already keeps what it has.
func (ln *Listener) Retune(o *ListenOptions) error {
	ln.mu.Lock()
	defer ln.mu.Unlock()
	if ln.closed.Load() || ln.Addr.pair || ln.queue == 0 && ln.Addr.Family != unix.AF_UNIX {
		return nil // an inherited socket is as it was made
	}
	was := ln.opt
	ln.opt = *o
	if ln.Addr.Family == unix.AF_UNIX {
		return ln.retuneUnix(&was, o)
	}
	err := errors.Join(ln.retuneTCP(&was, o), ln.requeue(&was, o))
	setBuffers(ln.fd, o.SndBuf, o.RcvBuf, o.NotSent)
	return err
}

func (ln *Listener) retuneTCP(was, o *ListenOptions) error {
	var errs []error
	set := func(changed bool, what string, opt, v int) {
		if !changed {
			return
		}
		if e := rawSetInt(ln.fd, unix.IPPROTO_TCP, opt, v); e != 0 {
			errs = append(errs, fmt.Errorf("%s: %w", what, e))
		}
	}
	deferred := 0
	if o.DeferAccept {
		deferred = 1
	}
	set(was.DeferAccept != o.DeferAccept, "defer-accept", unix.TCP_DEFER_ACCEPT, deferred)
	set(was.MSS != o.MSS, "mss", unix.TCP_MAXSEG, o.MSS)
	set(was.UserTimeout != o.UserTimeout, "tcp-ut", unix.TCP_USER_TIMEOUT, int(o.UserTimeout.Milliseconds()))
	set(was.FastOpen != o.FastOpen, "tfo", unix.TCP_FASTOPEN, o.FastOpen)
	set(was.SaveSYN != o.SaveSYN, "tcp-ss", unix.TCP_SAVE_SYN, o.SaveSYN)
	if o.Congestion != was.Congestion {
		if err := unix.SetsockoptString(ln.fd, unix.IPPROTO_TCP, unix.TCP_CONGESTION, o.Congestion); err != nil {
			errs = append(errs, fmt.Errorf("cc %q: %w", o.Congestion, err))
		}
	}
	return errors.Join(errs...)
}

// requeue changes the length of the queue, unless the socket was silenced: it would listen again.
func (ln *Listener) requeue(was, o *ListenOptions) error {
	if was.Backlog == o.Backlog {
		return nil
	}
	if !listens(ln.fd) {
		ln.queue = o.queue()
		return nil
	}
	return ln.listen(o)
}

func (ln *Listener) retuneUnix(was, o *ListenOptions) error {
	if !ln.Addr.named && (was.Mode != o.Mode || was.Chown != o.Chown || was.UID != o.UID || was.GID != o.GID) {
		if err := setOwner(ln.Addr.path, o); err != nil {
			return err
		}
	}
	return ln.requeue(was, o)
}
