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

// doubt is what is doubtful of a directory with private keys, of which those in users may be the owner: root, and who the process is and will
// be; "" = nothing. Whoever else owns it, or may write to it, can put keys of his own in the place of ours.
func doubt(dir *syscall.Stat_t, users []int) string {
	const anybody, sticky = 0o002, syscall.S_ISVTX
	switch {
	case !slices.Contains(users, int(dir.Uid)):
		return fmt.Sprintf("it belongs to user %d, who can put other keys in the place of those in it, and whom root gives those that it makes there", dir.Uid)
	case dir.Mode&anybody != 0 && dir.Mode&sticky == 0:
		return fmt.Sprintf("everybody may write to it (mode %04o) and can put other keys in the place of those in it", dir.Mode&0o7777)
	}
	return ""
}

// doubt is what is doubtful of the directory for a process that will be that user.
func (o owner) doubt(dir string) string {
	var st syscall.Stat_t
	if syscall.Stat(dir, &st) != nil {
		return "" // it was opened just now
	}
	users := []int{0, os.Geteuid()}
	if o.changes() {
		users = append(users, o.uid)
	}
	return doubt(&st, users)
}
