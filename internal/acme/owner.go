package acme

import (
	"fmt"
	"os"
	"os/user"
	"slices"
	"strconv"
	"syscall"

	"weir/conf"
)

// owner is who the process will be once it has given up its rights; -1 = who it is now.
type owner struct{ uid, gid int }

// ownerOf looks up what user and group name: names or numbers.
func ownerOf(g *conf.Global) (o owner, err error) {
	o = owner{-1, -1}
	if g.User != "" {
		if o.uid, err = number(g.User, func(s string) (string, error) {
			u, err := user.Lookup(s)
			if err != nil {
				return "", err
			}
			return u.Uid, nil
		}); err != nil {
			return o, fmt.Errorf("user %q: %w", g.User, err)
		}
	}
	if g.Group != "" {
		if o.gid, err = number(g.Group, func(s string) (string, error) {
			g, err := user.LookupGroup(s)
			if err != nil {
				return "", err
			}
			return g.Gid, nil
		}); err != nil {
			return o, fmt.Errorf("group %q: %w", g.Group, err)
		}
	}
	return o, nil
}

func number(s string, find func(string) (string, error)) (int, error) {
	if id, err := strconv.Atoi(s); err == nil {
		return id, nil
	}
	id, err := find(s)
	if err != nil {
		return 0, err
	}
	return strconv.Atoi(id)
}

// groups are those that the process will be in.
func (o owner) groups() []int {
	if o.gid >= 0 {
		return []int{o.gid}
	}
	list, _ := os.Getgroups()
	return append(list, os.Getegid())
}

// changes reports whether a process that is root now will have fewer rights.
func (o owner) changes() bool { return o.uid > 0 }

// mayWrite reports whether the mode of a directory lets somebody make files in it.
func mayWrite(uid int, groups []int, dir *syscall.Stat_t) bool {
	const writeAndSearch = 0o3
	switch {
	case int(dir.Uid) == uid:
		return dir.Mode>>6&writeAndSearch == writeAndSearch
	case slices.Contains(groups, int(dir.Gid)):
		return dir.Mode>>3&writeAndSearch == writeAndSearch
	}
	return dir.Mode&writeAndSearch == writeAndSearch
}

// check finds out at the start, as root, whether the user that the process will be can write to the directory. One with an access control
// list is not judged: the mode does not say whom that lets in.
func (o owner) check(dir string) error {
	if os.Geteuid() != 0 || !o.changes() {
		return nil
	}
	var st syscall.Stat_t
	if err := syscall.Stat(dir, &st); err != nil {
		return err
	}
	if _, err := syscall.Getxattr(dir, "system.posix_acl_access", nil); err == nil || mayWrite(o.uid, o.groups(), &st) {
		return nil
	}
	return fmt.Errorf("user %d, whom the process will be, may not: it belongs to user %d and group %d, with mode %04o", o.uid, st.Uid, st.Gid, st.Mode&0o7777)
}
