package loop

import (
	"fmt"
	"path/filepath"
	"runtime"
	"sync"

	"golang.org/x/sys/unix"
)

// namespaceDir is where ip(8) keeps the network namespaces that have names; a test has its own.
var namespaceDir = "/var/run/netns"

// Namespace is a network namespace that sockets may be made in.
type Namespace struct{ fd, own int }

// namespaces are those that are open: every reload asks for its own again, and would otherwise leave two descriptors behind for each.
var namespaces struct {
	sync.Mutex
	own    *Namespace // the process's
	byName map[string]*Namespace
}

// OpenNamespace opens the namespace of a name. It stays open as long as the process runs, and is the same for everybody who asks
// until another one has the name.
func OpenNamespace(name string) (*Namespace, error) {
	if name == "" || name != filepath.Base(name) || name == "." || name == ".." {
		return nil, fmt.Errorf("namespace %q: not a name", name)
	}
	n, err := openNamespace(name)
	if err != nil {
		return nil, fmt.Errorf("namespace %q: %w", name, err)
	}
	return n, nil
}

func openNamespace(name string) (*Namespace, error) {
	namespaces.Lock()
	defer namespaces.Unlock()
	if namespaces.own == nil {
		fd, err := unix.Open("/proc/thread-self/ns/net", unix.O_RDONLY|unix.O_CLOEXEC, 0)
		if err != nil {
			return nil, err
		}
		namespaces.own = &Namespace{fd: fd, own: fd}
		namespaces.byName = map[string]*Namespace{}
	}
	fd, err := unix.Open(filepath.Join(namespaceDir, name), unix.O_RDONLY|unix.O_CLOEXEC, 0)
	if err != nil {
		return nil, err
	}
	if n := namespaces.byName[name]; n != nil && sameFile(n.fd, fd) {
		unix.Close(fd)
		return n, nil
	}
	// One that had the name before stays open: sockets may be made in it until its generation has ended.
	n := &Namespace{fd: fd, own: namespaces.own.fd}
	namespaces.byName[name] = n
	return n, nil
}

func sameFile(a, b int) bool {
	var x, y unix.Stat_t
	return unix.Fstat(a, &x) == nil && unix.Fstat(b, &y) == nil && x.Dev == y.Dev && x.Ino == y.Ino
}

// socket makes a stream socket in the namespace. The thread is this call's alone while it is in there; one that cannot come back is
// not given to anybody else: it ends with its goroutine.
func (n *Namespace) socket(family int) (int, unix.Errno) {
	type made struct {
		fd int
		e  unix.Errno
	}
	out := make(chan made, 1)
	go func() {
		runtime.LockOSThread()
		m := made{fd: -1}
		m.e = asErrno(unix.Setns(n.fd, unix.CLONE_NEWNET))
		if m.e == 0 {
			fd, err := unix.Socket(family, unix.SOCK_STREAM|unix.SOCK_NONBLOCK|unix.SOCK_CLOEXEC, 0)
			m.fd, m.e = fd, asErrno(err)
			if unix.Setns(n.own, unix.CLONE_NEWNET) == nil {
				runtime.UnlockOSThread()
			}
		} else {
			runtime.UnlockOSThread()
		}
		out <- m
	}()
	m := <-out
	return m.fd, m.e
}

func asErrno(err error) unix.Errno {
	e, ok := err.(unix.Errno)
	if err != nil && !ok {
		return unix.EIO
	}
	return e
}
