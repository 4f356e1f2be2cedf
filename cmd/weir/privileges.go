package main

import (
	"errors"
	"fmt"
	"os"
	"os/user"
	"strconv"
	"syscall"

	"weir/conf"
)

// writePidFile writes the process's id; remove takes the file away again.
func writePidFile(path string) (remove func(), err error) {
	if path == "" {
		return func() {}, nil
	}
	if err := os.WriteFile(path, []byte(strconv.Itoa(os.Getpid())+"\n"), 0o644); err != nil {
		return nil, fmt.Errorf("pidfile: %w", err)
	}
	return func() { os.Remove(path) }, nil
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
