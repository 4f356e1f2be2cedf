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

// writePidFile writes the process's id; remove takes the file away again, unless another process has written its own since.
func writePidFile(path string) (remove func(), err error) {
	if path == "" {
		return func() {}, nil
	}
	own := strconv.Itoa(os.Getpid()) + "\n"
	if err := os.WriteFile(path, []byte(own), 0o644); err != nil {
		return nil, fmt.Errorf("pidfile: %w", err)
	}
	return func() {
		if text, err := os.ReadFile(path); err == nil && string(text) == own {
			os.Remove(path)
		}
	}, nil
}

// confine gives up what the process needed to start: the rest of the file system, then the rights.
func confine(g *conf.Global, log *zap.Logger) error {
	if g.Chroot != "" {
		if err := enter(g.Chroot); err != nil {
			return err
		}
		log.Info("the file system begins at the chroot now: names are no longer looked up by the files outside of it, and log sockets, the pid file "+
			"and unix sockets outside of it can be neither opened again nor removed", zap.String("chroot", g.Chroot))
	}
	return dropPrivileges(g)
}

// enter makes dir the root. The local time zone is read first: its file will be out of reach.
func enter(dir string) error {
	_ = time.Now().Local().String()
	if err := syscall.Chroot(dir); err != nil {
		return fmt.Errorf("chroot %q: %w", dir, err)
	}
	return os.Chdir("/")
}

// dropPrivileges changes to the configured group and user, after everything that needs root is open.
func dropPrivileges(g *conf.Global) error {
	if g.Group != "" {
		gid, err := groupID(g.Group)
		if err == nil {
			err = errors.Join(syscall.Setgroups([]int{gid}), syscall.Setgid(gid))
		}
		if err != nil {
			return fmt.Errorf("group %q: %w", g.Group, err)
		}
	}
	if g.User != "" {
		uid, err := userID(g.User)
		if err == nil {
			err = syscall.Setuid(uid)
		}
		if err != nil {
			return fmt.Errorf("user %q: %w", g.User, err)
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
