package acme

import (
	"os"
	"path/filepath"
	"strings"
	"syscall"
	"testing"

	"weir/conf"
)

func TestOwnerOf(t *testing.T) {
	f := func(g conf.Global, want owner, wrong string) {
		t.Helper()
		o, err := ownerOf(&g)
		if wrong == "" && (err != nil || o != want) {
			t.Errorf("got %v, %v; want %v", o, err, want)
		}
		if wrong != "" && (err == nil || !strings.Contains(err.Error(), wrong)) {
			t.Errorf("got %v; want %q", err, wrong)
		}
	}
	f(conf.Global{}, owner{-1, -1}, "")
	f(conf.Global{User: "root", Group: "12"}, owner{0, 12}, "")
	f(conf.Global{User: "12", Group: "root"}, owner{12, 0}, "")
	f(conf.Global{User: "nobody of that name"}, owner{}, `user "nobody of that name"`)
	f(conf.Global{Group: "none of that name"}, owner{}, `group "none of that name"`)
}

func TestMayWrite(t *testing.T) {
	f := func(uid, gid int, mode uint32, want bool) {
		t.Helper()
		if got := mayWrite(uid, []int{gid}, &syscall.Stat_t{Uid: 5, Gid: 6, Mode: syscall.S_IFDIR | mode}); got != want {
			t.Errorf("user %d of group %d, mode %o: got %t", uid, gid, mode, got)
		}
	}
	f(5, 1, 0o700, true)
	f(5, 1, 0o500, false)
	f(5, 6, 0o077, false) // the first that applies counts
	f(1, 6, 0o070, true)
	f(1, 6, 0o757, false)
	f(1, 1, 0o777, true)
	f(1, 1, 0o775, false)
	f(1, 1, 0o776, false) // names are not found without x
}

// TestGivenUp: what is made belongs to the user that the process will be, with all above it, and what that user cannot write to is told at
// the start. Only root changes.
func TestGivenUp(t *testing.T) {
	root := os.Geteuid() == 0
	dir := t.TempDir()
	d := newDisk(&conf.Global{User: "12345", Group: "12346"}, func(string, string) {})
	defer d.close()
	storage := filepath.Join(dir, "a", "b")
	if err := d.open(filepath.Join(storage, "x.pem"), storage); err != nil {
		t.Fatal(err)
	}
	for _, name := range []string{storage, filepath.Dir(storage)} {
		var st syscall.Stat_t
		if err := syscall.Stat(name, &st); err != nil || root != (st.Uid == 12345 && st.Gid == 12346) {
			t.Errorf("%s: %v, user %d, group %d", name, err, st.Uid, st.Gid)
		}
	}
	other := filepath.Join(dir, "other")
	if err := os.Mkdir(other, 0o755); err != nil {
		t.Fatal(err)
	}
	if err := d.open(filepath.Join(other, "x.pem"), storage); root != (err != nil && strings.Contains(err.Error(), "user 12345, whom the process will be, may not")) {
		t.Error(err)
	}
	unknown := newDisk(&conf.Global{User: "nobody of that name"}, func(string, string) {})
	defer unknown.close()
	if err := unknown.open(filepath.Join(other, "x.pem"), storage); root != (err != nil) {
		t.Error(err)
	}
}

func TestDoubt(t *testing.T) {
	f := func(uid, mode uint32, want string) {
		t.Helper()
		got := doubt(&syscall.Stat_t{Uid: uid, Mode: syscall.S_IFDIR | mode}, []int{0, 5})
		if want == "" && got != "" || !strings.Contains(got, want) {
			t.Errorf("user %d, mode %o: got %q; want %q", uid, mode, got, want)
		}
	}
	f(0, 0o755, "")
	f(5, 0o700, "")
	f(5, 0o770, "")
	f(0, 0o1777, "")
	f(0, 0o777, "everybody may write to it (mode 0777)")
	f(7, 0o700, "it belongs to user 7, who can put other keys")
}

// TestOwnerStays: a file that is written anew belongs to whom it did, and a new one to the directory's owner, of which is told where that is a
// stranger.
func TestOwnerStays(t *testing.T) {
	if os.Geteuid() != 0 {
		return // nobody else gives files away
	}
	var told []string
	d := newDisk(&conf.Global{}, func(dir, why string) { told = append(told, dir+": "+why) })
	defer d.close()
	dir := t.TempDir()
	if err := os.Chown(dir, 12345, 12346); err != nil {
		t.Fatal(err)
	}
	roots := filepath.Join(dir, "root.pem")
	if err := os.WriteFile(roots, nil, 0o600); err != nil {
		t.Fatal(err)
	}
	for name, want := range map[string]uint32{roots: 0, filepath.Join(dir, "new.pem"): 12345} {
		if err := d.open(name, ""); err != nil {
			t.Fatal(err)
		}
		if err := d.write(name, []byte("key")); err != nil {
			t.Fatal(err)
		}
		var st syscall.Stat_t
		if err := syscall.Stat(name, &st); err != nil || st.Uid != want || st.Mode&0o7777 != 0o600 {
			t.Errorf("%s belongs to user %d, mode %o; want user %d, %v", name, st.Uid, st.Mode, want, err)
		}
	}
	if len(told) != 1 || !strings.Contains(told[0], dir+": it belongs to user 12345") {
		t.Errorf("told %q", told)
	}
}
