package loop

import (
	"fmt"
	"syscall"
	"unsafe"

	"golang.org/x/sys/unix"
)

// poller is the kernel's event interface: epoll, edge-triggered. It is the only file that knows it.
//
// An event carries the fd and the generation that the fd was registered with, so one that belongs to an
// earlier owner of the same fd number is dropped instead of waking a stranger.
type poller struct {
	ep, ev int // epoll instance; eventfd that wakes it
	events [maxEvents]unix.EpollEvent
	max    int // of one poll
}

// What a connection may be ready for.
const (
	evRead  = unix.EPOLLIN | unix.EPOLLRDHUP
	evWrite = unix.EPOLLOUT
	evFail  = unix.EPOLLERR | unix.EPOLLHUP
)

func (p *poller) open() (err error) {
	if p.ep, err = unix.EpollCreate1(unix.EPOLL_CLOEXEC); err != nil {
		return fmt.Errorf("epoll_create1: %w", err)
	}
	if p.ev, err = unix.Eventfd(0, unix.EFD_NONBLOCK|unix.EFD_CLOEXEC); err != nil {
		unix.Close(p.ep)
		return fmt.Errorf("eventfd: %w", err)
	}
	// Each write is an edge of its own; it is told by its fd, so its generation does not matter.
	return p.ctl(unix.EPOLL_CTL_ADD, p.ev, unix.EPOLLIN|unix.EPOLLET, 0)
}

func (p *poller) close() {
	unix.Close(p.ep)
	unix.Close(p.ev)
	p.ep, p.ev = -1, -1
}

func (p *poller) ctl(op, fd int, events uint32, gen uint32) error {
	e := unix.EpollEvent{Events: events, Fd: int32(fd), Pad: int32(gen)}
	_, _, errno := unix.RawSyscall6(unix.SYS_EPOLL_CTL, uintptr(p.ep), uintptr(op), uintptr(fd), uintptr(unsafe.Pointer(&e)), 0, 0)
	if errno != 0 {
		return errno
	}
	return nil
}

// addListener registers a listening fd that other loops poll as well: one of them is woken per connection.
func (p *poller) addListener(fd int, gen uint32) error {
	return p.ctl(unix.EPOLL_CTL_ADD, fd, unix.EPOLLIN|unix.EPOLLEXCLUSIVE, gen)
}

func (p *poller) remove(fd int) { p.ctl(unix.EPOLL_CTL_DEL, fd, 0, 0) }

// try polls without sleeping and without telling the scheduler: it returns within a microsecond.
func (p *poller) try() int {
	n, _, errno := syscall.RawSyscall6(sysEpollWait, uintptr(p.ep), uintptr(unsafe.Pointer(&p.events[0])), uintptr(p.max), 0, 0, 0)
	if errno != 0 {
		return 0
	}
	return int(n)
}

// nap sleeps up to ms milliseconds without telling the scheduler: the thread keeps its processor. Under traffic events
// come within microseconds, and giving the processor up and getting it back costs more than handling one. A collection
// that must stop the loop interrupts the call (EINTR). The runtime needs one processor more than there are loops, or
// its other goroutines would wait as long.
func (p *poller) nap(ms int) int {
	n, _, errno := syscall.RawSyscall6(sysEpollWait, uintptr(p.ep), uintptr(unsafe.Pointer(&p.events[0])), uintptr(p.max), uintptr(ms), 0, 0)
	if errno != 0 {
		return 0
	}
	return int(n)
}

// wait sleeps up to ms milliseconds (-1 = for ever), and the scheduler knows of it.
func (p *poller) wait(ms int) int {
	n, err := unix.EpollWait(p.ep, p.events[:], ms)
	if err != nil {
		return 0 // EINTR: the loop comes back
	}
	return n
}

// wake ends a wait. A full eventfd is fine: it is awake then.
func (p *poller) wake() {
	one := [8]byte{1}
	unix.Write(p.ev, one[:])
}

// drain forgets the wake-ups so far.
func (p *poller) drain() {
	var b [8]byte
	rawRead(p.ev, b[:])
}

// tell dispatches the events that are left. A handler that panics ends it: the loop comes back for the rest.
func (l *Loop) tell() {
	defer l.recovered()
	for l.told < l.events {
		l.told++
		l.dispatch(&l.poll.events[l.told-1])
	}
}

// dispatch hands one event to its connection.
func (l *Loop) dispatch(e *unix.EpollEvent) {
	fd, gen := int(e.Fd), uint32(e.Pad)
	if fd == l.poll.ev {
		l.poll.drain()
		return
	}
	if fd >= len(l.slots) || l.slots[fd] == nil || l.slots[fd].gen != gen {
		// The fd was closed, perhaps taken again, after the kernel had queued this event.
		l.Stats.Stale.Add(1)
		return
	}
	c := l.slots[fd]
	if e.Events&(evRead|evFail) != 0 {
		c.flags |= flagReadable | flagRaw
	}
	if e.Events&(evWrite|evFail) != 0 {
		c.flags |= flagWritable
	}
	if e.Events&(unix.EPOLLRDHUP|evFail) != 0 {
		c.flags |= flagHangup
	}
	if e.Events&unix.EPOLLPRI != 0 {
		c.flags |= flagUrgent
	}
	if e.Events&unix.EPOLLERR != 0 {
		c.flags |= flagError
	}
	if c.flags&flagRests != 0 {
		l.begin(c)
		return
	}
	if c.task == nil && c.h != nil {
		l.handling = c
		c.h.Ready(c)
		l.handling = nil
		return
	}
	c.ready()
}
