package loop

import (
	"io"
	"sync/atomic"

	"golang.org/x/sys/unix"
)

// Pipes is how many pipes the loops of a process may have between them: each holds two file descriptors, which must not be those of
// connections. Receivers that stall keep theirs for as long as they like.
type Pipes struct{ most, made atomic.Int64 }

// Limit sets the number; 0 = as many as the file descriptors let. Pipes that are there stay.
func (p *Pipes) Limit(n int) { p.most.Store(int64(n)) }

// take reports whether there may be one more, which is then counted.
func (p *Pipes) take() bool {
	if p == nil {
		return true
	}
	if n, most := p.made.Add(1), p.most.Load(); most > 0 && n > most {
		p.made.Add(-1)
		return false
	}
	return true
}

func (p *Pipes) giveBack() {
	if p != nil {
		p.made.Add(-1)
	}
}

// pipe is what splice(2) moves bytes through: the kernel hands pages on instead of copying them.
type pipe struct{ r, w int }

// closePipe closes a pipe, and others may have one in its place.
func (l *Loop) closePipe(p pipe) {
	rawClose(p.r)
	rawClose(p.w)
	l.opt.Pipes.giveBack()
}

// getPipe takes a pipe from the loop's free list, or makes one; ok is false when there may be no more. Copying needs none.
func (l *Loop) getPipe() (p pipe, ok bool) {
	if n := len(l.pipes); n > 0 {
		p = l.pipes[n-1]
		l.pipes = l.pipes[:n-1]
		l.lowPipes = min(l.lowPipes, n-1)
		l.Stats.PipesFree.Add(-1)
		l.Stats.PipesUsed.Add(1)
		return p, true
	}
	if !l.opt.Pipes.take() {
		return p, false
	}
	var fds [2]int
	if err := unix.Pipe2(fds[:], unix.O_NONBLOCK|unix.O_CLOEXEC); err != nil {
		l.opt.Pipes.giveBack()
		return p, false
	}
	l.Stats.PipesUsed.Add(1)
	// Without the privilege the kernel caps it; the default size works too.
	unix.RawSyscall(unix.SYS_FCNTL, uintptr(fds[1]), unix.F_SETPIPE_SZ, uintptr(l.opt.PipeSize))
	return pipe{fds[0], fds[1]}, true
}

// endPipes is the timer's: half of the idle pipes that nobody has taken since the last time are closed.
func (l *Loop) endPipes() {
	for range (l.lowPipes + 1) / 2 {
		n := len(l.pipes) - 1
		l.closePipe(l.pipes[n])
		l.pipes = l.pipes[:n]
		l.Stats.PipesFree.Add(-1)
	}
	l.watchPipes()
}

func (l *Loop) watchPipes() {
	l.lowPipes = len(l.pipes)
	if l.lowPipes > 0 && !l.pipeTimer.Armed() {
		l.Arm(&l.pipeTimer, l.now+int64(trimEvery))
	}
}

// putPipe gives back an empty pipe. One that still holds bytes must be closed instead: the next user would send them.
func (l *Loop) putPipe(p pipe) {
	l.Stats.PipesUsed.Add(-1)
	if len(l.pipes) >= maxIdlePipes {
		l.closePipe(p)
		return
	}
	l.Stats.PipesFree.Add(1)
	l.pipes = append(l.pipes, p)
	if !l.pipeTimer.Armed() {
		l.watchPipes()
	}
}

// Flow moves bytes from one connection to another through a pipe. The zero value is empty and holds nothing.
type Flow struct {
	p      pipe
	open   bool
	inside int // bytes in the pipe
}

// Inside is the number of bytes taken from the source and not yet given to the destination.
func (f *Flow) Inside() int { return f.inside }

// Fill moves up to n bytes from src into the pipe. Errors are TryRecv's; one that leaves src not Failed says that there
// is no pipe to be had or that src cannot be spliced: the caller goes on by copying.
func (f *Flow) Fill(src *Conn, n int) (int, error) {
	src.l.mustOwn("Fill")
	if src.flags&flagReadable == 0 {
		return 0, ErrAgain
	}
	if src.fd < 0 {
		return 0, ErrClosed
	}
	if src.flags&flagUrgent != 0 {
		return 0, unix.EINVAL // splice never gets past urgent data
	}
	if !f.open {
		if f.p, f.open = src.l.getPipe(); !f.open {
			return 0, unix.EMFILE
		}
	}
	m, e := rawSplice(int(src.fd), f.p.w, n)
	if err := src.spliced(m, e, f.inside); err != nil {
		return 0, err
	}
	f.inside += m
	return m, nil
}

// spliced notes what a splice from c says about it.
func (c *Conn) spliced(n int, e unix.Errno, inside int) error {
	switch {
	case e == unix.EAGAIN:
		if inside == 0 { // else it may be the pipe that is full
			c.flags &^= flagReadable
		}
		return ErrAgain
	case e == unix.EINVAL || e == unix.ENOSYS:
		return e
	case e != 0:
		c.flags |= flagError
		return e
	case n == 0:
		c.flags |= flagHangup
		return io.EOF
	}
	return nil
}

// Drain moves what is in the pipe to dst. Errors are TrySend's.
func (f *Flow) Drain(dst *Conn) (int, error) {
	dst.l.mustOwn("Drain")
	if dst.flags&flagWritable == 0 {
		return 0, ErrAgain
	}
	if dst.fd < 0 {
		return 0, ErrClosed
	}
	n, e := rawSplice(f.p.r, int(dst.fd), f.inside)
	switch {
	case e == unix.EAGAIN:
		dst.flags &^= flagWritable
		return 0, ErrAgain
	case e != 0:
		dst.flags |= flagError
		return 0, e
	}
	f.inside -= n
	dst.l.Stats.Spliced.Add(uint64(n))
	dst.l.sent.add(n, dst.l.now)
	return n, nil
}

// Close gives the pipe back, or closes it if bytes are left in it.
func (f *Flow) Close(l *Loop) {
	if !f.open {
		return
	}
	if f.inside == 0 {
		l.putPipe(f.p)
	} else {
		l.Stats.PipesUsed.Add(-1)
		l.closePipe(f.p)
	}
	*f = Flow{}
}
