package stats

import (
	"errors"
	"fmt"
	"io/fs"
	"net"
	"os"
	"path/filepath"
	"strconv"
	"strings"
	"syscall"
	"time"
)

// Socket is one "stats socket" line.
type Socket struct {
	// Address is "unix@/path" or "/path", "abns@name", "abnsz@name", "ipv4@host:port", "ipv6@[host]:port" or "host:port". With
	// Listener it only names the socket in "show cli sockets" and the audit log.
	Address  string
	Listener net.Listener // an inherited socket, already listening
	Level    Level
	Severity Severity    // of what its messages show
	Mode     fs.FileMode // of a unix socket; 0 = 0600
	UID, GID *int        // of a unix socket; nil = the process's
	Maxconn  int         // 0 = 10
	Master   bool        // it is a master's ("-S"): whoever may operate may reload
	Timeout  time.Duration
}

// boundFile remembers which file a unix socket made, so that only that one is removed.
type boundFile struct {
	path string
	info fs.FileInfo
}

// remove unlinks the file unless another process has put its own there meanwhile.
func (f *boundFile) remove() {
	if f == nil {
		return
	}
	if now, err := os.Lstat(f.path); err == nil && os.SameFile(now, f.info) {
		os.Remove(f.path)
	}
}

// bind opens the listening socket that s describes.
func (s *Socket) bind() (net.Listener, *boundFile, error) {
	if s.Listener != nil {
		return s.Listener, nil, nil
	}
	family, addr, found := strings.Cut(s.Address, "@")
	if !found {
		family, addr = "tcp", s.Address
		if strings.HasPrefix(addr, "/") {
			family = "unix"
		}
	}
	switch family {
	case "unix":
		return s.bindUnix(addr)
	case "abns", "abnsz":
		name, err := abstractName(family, addr)
		if err != nil {
			return nil, nil, err
		}
		l, err := net.Listen("unix", name)
		return l, nil, err
	case "ipv4", "ipv6", "tcp":
		network := map[string]string{"ipv4": "tcp4", "ipv6": "tcp6", "tcp": "tcp"}[family]
		if rest, ok := strings.CutPrefix(addr, "*:"); ok {
			addr = ":" + rest
		}
		l, err := net.Listen(network, addr)
		return l, nil, err
	}
	return nil, nil, fmt.Errorf("stats socket %q: got address family %q; want unix, abns, abnsz, ipv4 or ipv6", s.Address, family)
}

// bindUnix makes the socket in a directory that only this user can enter, gives it its mode and owner there, and
// moves it to its place: at no moment can somebody connect who may not. It replaces a socket left by another process.
func (s *Socket) bindUnix(path string) (net.Listener, *boundFile, error) {
	fail := func(err error) (net.Listener, *boundFile, error) {
		return nil, nil, fmt.Errorf("stats socket %q: %w", path, err)
	}
	if len(path) > maxUnixPath {
		return fail(fmt.Errorf("path of %d bytes; want at most %d", len(path), maxUnixPath))
	}
	if info, err := os.Lstat(path); err == nil && info.Mode()&fs.ModeSocket == 0 {
		return fail(errors.New("exists and is not a socket"))
	}
	dir, err := os.MkdirTemp(filepath.Dir(path), ".weir-")
	if err != nil {
		if p := (*fs.PathError)(nil); errors.As(err, &p) { // the name that was tried is nobody's business
			err = &fs.PathError{Op: "write to", Path: filepath.Dir(path), Err: p.Err}
		}
		return fail(err)
	}
	defer os.RemoveAll(dir)
	private := filepath.Join(dir, "s")
	l, err := listenUnixAt(dir, private)
	if err != nil {
		return fail(err)
	}
	if err := s.place(private, path); err != nil {
		l.Close()
		return fail(err)
	}
	info, err := os.Lstat(path)
	if err != nil {
		l.Close()
		return fail(err)
	}
	return l, &boundFile{path, info}, nil
}

// listenUnixAt binds private, through the directory's descriptor when its path is too long for a sockaddr.
func listenUnixAt(dir, private string) (*net.UnixListener, error) {
	at := private
	if len(at) > maxUnixPath {
		d, err := os.Open(dir)
		if err != nil {
			return nil, err
		}
		defer d.Close()
		at = "/proc/self/fd/" + strconv.Itoa(int(d.Fd())) + "/s"
	}
	l, err := net.ListenUnix("unix", &net.UnixAddr{Name: at, Net: "unix"})
	if err != nil {
		return nil, err
	}
	l.SetUnlinkOnClose(false)
	return l, nil
}

// place sets mode and owner, then renames.
func (s *Socket) place(private, path string) error {
	if err := s.own(private); err != nil {
		return err
	}
	return os.Rename(private, path)
}

// own sets mode and owner of the file.
func (s *Socket) own(path string) error {
	mode := s.Mode
	if mode == 0 {
		mode = 0o600
	}
	if s.UID != nil || s.GID != nil {
		uid, gid := -1, -1
		if s.UID != nil {
			uid = *s.UID
		}
		if s.GID != nil {
			gid = *s.GID
		}
		if err := os.Chown(path, uid, gid); err != nil {
			return err
		}
	}
	// After chown, which clears nothing here but may take the right to chmod away.
	return os.Chmod(path, mode)
}

// peerOf describes who is at the other end, for the audit log.
func peerOf(c net.Conn) string {
	u, ok := c.(*net.UnixConn)
	if !ok {
		return c.RemoteAddr().String()
	}
	raw, err := u.SyscallConn()
	if err != nil {
		return "unix"
	}
	peer := "unix"
	raw.Control(func(fd uintptr) {
		if cred, err := syscall.GetsockoptUcred(int(fd), syscall.SOL_SOCKET, syscall.SO_PEERCRED); err == nil {
			peer = fmt.Sprintf("pid %d uid %d gid %d", cred.Pid, cred.Uid, cred.Gid)
		}
	})
	return peer
}

// abstractName is a name in the abstract namespace as net wants it, for "abns" padded with NUL to the full length of a path, as HAProxy
// does: to the kernel all of it is the name.
func abstractName(family, name string) (string, error) {
	const full = 107 // of sun_path's 108 bytes, the first being the NUL that net writes as "@"
	if len(name) > full {
		return "", fmt.Errorf("stats socket %q: the name has %d bytes; want at most %d", family+"@"+name, len(name), full)
	}
	if family == "abnsz" {
		return "@" + name, nil
	}
	return "@" + name + strings.Repeat("\x00", full-len(name)), nil
}
