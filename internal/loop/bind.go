package loop

import (
	"errors"
	"fmt"
	"os"
	"unsafe"

	"golang.org/x/sys/unix"
)

// open sets the options of ln's socket, binds it and listens.
func (ln *Listener) open(o *ListenOptions) error {
	if o == nil {
		o = &ListenOptions{}
	}
	a := ln.Addr
	ln.opt = *o
	if a.Family == unix.AF_UNIX {
		return ln.openUnix(o)
	}
	rawSetInt(ln.fd, unix.SOL_SOCKET, unix.SO_REUSEADDR, 1)
	rawSetInt(ln.fd, unix.IPPROTO_TCP, unix.TCP_NODELAY, 1) // accepted sockets inherit it
	if err := setListenOptions(ln.fd, a, o); err != nil {
		return err
	}
	if err := ln.bind(); err != nil {
		return err
	}
	return ln.listen(o)
}

func setListenOptions(fd int, a *Addr, o *ListenOptions) error {
	set := func(on bool, what string, level, opt, v int) error {
		if !on {
			return nil
		}
		if e := rawSetInt(fd, level, opt, v); e != 0 {
			return fmt.Errorf("%s: %w", what, e)
		}
		return nil
	}
	v6only := 0
	if o.V6Only {
		v6only = 1
	}
	err := errors.Join(
		set(a.Family == unix.AF_INET6, "v6only", unix.IPPROTO_IPV6, unix.IPV6_V6ONLY, v6only),
		set(o.DeferAccept, "defer-accept", unix.IPPROTO_TCP, unix.TCP_DEFER_ACCEPT, 1),
		set(o.MSS != 0, "mss", unix.IPPROTO_TCP, unix.TCP_MAXSEG, segmentSize(fd, o.MSS)),
		set(o.UserTimeout > 0, "tcp-ut", unix.IPPROTO_TCP, unix.TCP_USER_TIMEOUT, int(o.UserTimeout.Milliseconds())),
		set(o.FastOpen > 0, "tfo", unix.IPPROTO_TCP, unix.TCP_FASTOPEN, o.FastOpen),
		set(o.ReusePort, "reuseport", unix.SOL_SOCKET, unix.SO_REUSEPORT, 1),
		set(o.SaveSYN > 0, "tcp-ss", unix.IPPROTO_TCP, unix.TCP_SAVE_SYN, o.SaveSYN),
	)
	setBuffers(fd, o.SndBuf, o.RcvBuf, o.NotSent)
	return errors.Join(err, setListenMore(fd, a, o))
}

func setListenMore(fd int, a *Addr, o *ListenOptions) (err error) {
	if o.Transparent {
		if e := setTransparent(fd, a.Family); e != nil {
			err = fmt.Errorf("transparent: %w", e)
		}
	}
	if o.Congestion != "" {
		if e := unix.SetsockoptString(fd, unix.IPPROTO_TCP, unix.TCP_CONGESTION, o.Congestion); e != nil {
			err = errors.Join(err, fmt.Errorf("cc %q: %w", o.Congestion, e))
		}
	}
	if o.MD5Sig != "" {
		if e := setMD5Any(fd, a.Family, o.MD5Sig); e != nil {
			err = errors.Join(err, fmt.Errorf("tcp-md5sig: %w", e))
		}
	}
	if o.Interface != "" {
		if e := unix.BindToDevice(fd, o.Interface); e != nil {
			err = errors.Join(err, fmt.Errorf("interface %q: %w", o.Interface, e))
		}
	}
	return err
}

// segmentSize is the size to announce; a negative n is by how much less than the kernel's own.
func segmentSize(fd, n int) int {
	if n >= 0 {
		return n
	}
	own, err := unix.GetsockoptInt(fd, unix.IPPROTO_TCP, unix.TCP_MAXSEG)
	if err != nil {
		return n // refused, and told
	}
	return own + n
}

func (ln *Listener) bind() error {
	_, _, e := unix.RawSyscall(unix.SYS_BIND, uintptr(ln.fd), uintptr(unsafe.Pointer(&ln.Addr.sa)), uintptr(ln.Addr.len))
	if e != 0 {
		return fmt.Errorf("bind: %w", e)
	}
	return nil
}

func (ln *Listener) listen(o *ListenOptions) error {
	ln.queue = o.queue()
	if err := unix.Listen(ln.fd, ln.queue); err != nil {
		return fmt.Errorf("listen: %w", err)
	}
	return nil
}

// queue is the length that listen(2) is asked for.
func (o *ListenOptions) queue() int {
	if o.Backlog > 0 {
		return o.Backlog
	}
	return 1 << 16 // the kernel lowers it to net.core.somaxconn
}

// openUnix binds a socket file. A file left behind by a process that is gone is replaced; one that somebody listens on is not.
func (ln *Listener) openUnix(o *ListenOptions) error {
	if ln.Addr.named {
		if err := ln.bind(); err != nil {
			return err
		}
		return ln.listen(o)
	}
	if err := removeStale(ln.Addr); err != nil {
		return err
	}
	// Not connectable until listen(2), so nobody slips in before the mode is right.
	if err := ln.bind(); err != nil {
		return err
	}
	ln.file, _ = os.Lstat(ln.Addr.path)
	err := setOwner(ln.Addr.path, o)
	if err == nil {
		err = ln.listen(o)
	}
	if err != nil {
		ln.removeFile()
	}
	return err
}

func setOwner(path string, o *ListenOptions) error {
	if o.Mode != 0 {
		if err := os.Chmod(path, o.Mode); err != nil {
			return err
		}
	}
	if o.Chown {
		return os.Chown(path, o.UID, o.GID)
	}
	return nil
}

// removeFile removes the socket's file, unless somebody has bound another in its place.
func (ln *Listener) removeFile() {
	if ln.file == nil {
		return
	}
	if fi, err := os.Lstat(ln.Addr.path); err == nil && os.SameFile(fi, ln.file) {
		os.Remove(ln.Addr.path)
	}
}

// removeStale removes a socket file on which nobody listens any more. That is certain only if the kernel refuses the connection:
// it may also be somebody's whom we may not talk to, or of another socket type.
func removeStale(a *Addr) error {
	fi, err := os.Lstat(a.path)
	if err != nil || fi.Mode()&os.ModeSocket == 0 {
		return nil // bind(2) says what is wrong, if anything is
	}
	fd, err := unix.Socket(unix.AF_UNIX, unix.SOCK_STREAM|unix.SOCK_NONBLOCK|unix.SOCK_CLOEXEC, 0)
	if err != nil {
		return err
	}
	defer unix.Close(fd)
	if e := rawConnect(fd, a); e != unix.ECONNREFUSED {
		return fmt.Errorf("bind: %w", unix.EADDRINUSE)
	}
	return os.Remove(a.path)
}
