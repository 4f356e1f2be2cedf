package main

import (
	"errors"
	"fmt"
	"os"
	"os/user"
	"strconv"
	"syscall"
	"time"

	"go.uber.org/zap"

	"weir/conf"
)

// pidFileError is that of a process whose id cannot be written down.
type pidFileError struct {
	path  string
	cause error
}

func (e *pidFileError) Error() string { return "pidfile: " + e.cause.Error() }
func (e *pidFileError) Unwrap() error { return e.cause }

// writePidFile writes the process's id; remove takes the file away again, unless another process has written its own since.
func writePidFile(path string) (remove func(), err error) {
	if path == "" {
		return func() {}, nil
	}
	own := strconv.Itoa(os.Getpid()) + "\n"
	if err := os.WriteFile(path, []byte(own), 0o644); err != nil {
		return nil, &pidFileError{path, err}
	}
	return func() {
		if text, err := os.ReadFile(path); err == nil && string(text) == own {
			os.Remove(path)
		}
	}, nil
}

// confine gives up what the process needed to start: the rest of the file system, then the rights. Names are looked up first: the files that
// know them are outside of the chroot.
func confine(g *conf.Global, log *zap.Logger) error {
	own, err := ownerOf(g)
	if err != nil {
		return err
	}
	if g.Chroot != "" {
		if err := enter(g.Chroot); err != nil {
			return err
		}
		log.Info("the file system begins at the chroot now: names are no longer looked up by the files outside of it, and log sockets, the pid file "+
			"and unix sockets outside of it can be neither opened again nor removed", zap.String("chroot", g.Chroot))
	}
	return own.become()
}

// enter makes dir the root. The local time zone is read first: its file will be out of reach.
func enter(dir string) error {
	_ = time.Now().Local().String()
	if err := syscall.Chroot(dir); err != nil {
		return fmt.Errorf("chroot %q: %w", dir, err)
	}
	return os.Chdir("/")
}

// owner is who the process becomes; -1 = it stays who it is.
type owner struct{ uid, gid int }

func ownerOf(g *conf.Global) (o owner, err error) {
	o = owner{-1, -1}
	if g.Group != "" {
		if o.gid, err = groupID(g.Group); err != nil {
			return o, fmt.Errorf("group %q: %w", g.Group, err)
		}
	}
	if g.User != "" {
		if o.uid, err = userID(g.User); err != nil {
			return o, fmt.Errorf("user %q: %w", g.User, err)
		}
	}
	return o, nil
}

// become changes group and user, after everything that needs root is open.
func (o owner) become() error {
	if o.gid >= 0 {
		if err := errors.Join(syscall.Setgroups([]int{o.gid}), syscall.Setgid(o.gid)); err != nil {
			return fmt.Errorf("group %d: %w", o.gid, err)
		}
	}
	if o.uid >= 0 {
		if err := syscall.Setuid(o.uid); err != nil {
			return fmt.Errorf("user %d: %w", o.uid, err)
		}
	}
	return nil
}

// userID takes a name or a number.
func userID(s string) (int, error) {
	if id, err := strconv.Atoi(s); err == nil {
		return id, nil
	}
	u, err := user.Lookup(s)
	if err != nil {
		return 0, err
	}
	return strconv.Atoi(u.Uid)
}

// groupID takes a name or a number.
func groupID(s string) (int, error) {
	if id, err := strconv.Atoi(s); err == nil {
		return id, nil
	}
	g, err := user.LookupGroup(s)
	if err != nil {
		return 0, err
	}
	return strconv.Atoi(g.Gid)
}
