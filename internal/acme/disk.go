package acme

import (
	"errors"
	"fmt"
	"io"
	"os"
	"path/filepath"
	"slices"
	"syscall"

	"weir/conf"
	"weir/internal/tlsconf"
)

// disk writes files into directories that were opened at the start: after chroot their names mean something else.
type disk struct {
	g     *conf.Global
	roots map[string]*os.Root // by directory
	doubt func(dir, why string)
}

// newDisk makes one. doubt hears of directories that others have power over.
func newDisk(g *conf.Global, doubt func(dir, why string)) *disk {
	return &disk{g: g, roots: map[string]*os.Root{}, doubt: doubt}
}

// open opens the directory of a file, which must be there unless it is storage: that is made.
func (d *disk) open(path, storage string) error {
	if path == "" || d.roots[filepath.Dir(path)] != nil {
		return nil
	}
	to, err := ownerOf(d.g)
	if err != nil && os.Geteuid() == 0 { // nobody else changes
		return fmt.Errorf("acme: %w", err)
	}
	dir := filepath.Dir(path)
	if storage != "" && dir == filepath.Clean(storage) {
		if err := d.make(dir, to); err != nil {
			return fmt.Errorf("acme: storage: %w", err)
		}
	}
	root, err := os.OpenRoot(dir)
	if err != nil {
		return fmt.Errorf("acme: the directory of %q: %w", path, err)
	}
	d.roots[dir] = root
	probe := "." + filepath.Base(path) + ".probe" // not .new: the Keeper before this one may be about to rename that
	f, err := root.OpenFile(probe, os.O_WRONLY|os.O_CREATE, 0o600)
	if err == nil {
		f.Close()
		err = errors.Join(root.Remove(probe), to.check(dir))
	}
	if err != nil {
		return fmt.Errorf("acme: %q must be written to: %w", dir, err)
	}
	if why := to.doubt(dir); why != "" {
		d.doubt(dir, why)
	}
	return nil
}

// make makes a directory for us alone: for the user that the process will be, who has to get through those above it as well.
func (d *disk) make(dir string, to owner) error {
	if _, err := os.Stat(dir); err == nil {
		return nil
	}
	missing := []string{dir}
	for up := filepath.Dir(dir); up != filepath.Dir(up); up = filepath.Dir(up) {
		if _, err := os.Stat(up); !errors.Is(err, os.ErrNotExist) {
			break
		}
		missing = append(missing, up)
	}
	for _, name := range slices.Backward(missing) {
		mode := os.FileMode(0o755)
		if name == dir {
			mode = 0o700
		}
		if err := os.Mkdir(name, mode); err != nil {
			return err
		}
		if os.Geteuid() != 0 {
			continue
		}
		if err := os.Chown(name, to.uid, to.gid); err != nil {
			return err
		}
	}
	return nil
}

func (d *disk) close() {
	for _, r := range d.roots {
		r.Close()
	}
	d.roots = map[string]*os.Root{}
}

// read reads a file of bounded size.
func (d *disk) read(path string) ([]byte, error) {
	root := d.roots[filepath.Dir(path)]
	if root == nil {
		return nil, os.ErrNotExist
	}
	f, err := root.Open(filepath.Base(path))
	if err != nil {
		return nil, err
	}
	defer f.Close()
	return readBounded(f)
}

func readBounded(r io.Reader) ([]byte, error) {
	b, err := io.ReadAll(io.LimitReader(r, maxKeyFile+1))
	if err == nil && len(b) > maxKeyFile {
		err = fmt.Errorf("it is larger than %d bytes", maxKeyFile)
	}
	return b, err
}

// save writes a certificate. Where the key has a file of its own, both are written before either takes its place: a disk that is full must not
// leave a certificate with another one's key.
func (d *disk) save(is *tlsconf.Issued, m *made) error {
	if is.Broken != nil {
		if err := d.setAside(is.Crt, is.Key); err != nil {
			return err
		}
	}
	crt, err := d.stage(is.Crt, m.crtFile(is))
	if err != nil {
		return err
	}
	defer crt.drop()
	if is.Key != "" {
		key, err := d.stage(is.Key, m.key)
		if err != nil {
			return err
		}
		defer key.drop()
		if err := key.commit(); err != nil {
			return err
		}
		if err := key.sync(); err != nil { // before the certificate's: a crash must not leave a certificate whose key is lost
			return err
		}
	}
	return errors.Join(crt.commit(), crt.sync())
}

// setAside keeps files that cannot be used under a name that no folder of certificates shows: there may be a key in them that somebody wants
// back.
func (d *disk) setAside(paths ...string) error {
	for _, path := range paths {
		root, name := d.roots[filepath.Dir(path)], filepath.Base(path)
		if path == "" || root == nil {
			continue
		}
		aside := "." + name + brokenEnding
		if err := root.Remove(aside); err != nil && !errors.Is(err, os.ErrNotExist) {
			return err
		}
		if err := root.Link(name, aside); err != nil && !errors.Is(err, os.ErrNotExist) {
			return err
		}
	}
	return nil
}

// brokenEnding is that of files that were set aside.
const brokenEnding = ".broken"

// write puts a file in place as a whole or not at all.
func (d *disk) write(path string, data []byte) error {
	f, err := d.stage(path, data)
	if err != nil {
		return err
	}
	defer f.drop()
	return errors.Join(f.commit(), f.sync())
}

// staged is a file that waits beside its place.
type staged struct {
	root       *os.Root
	temp, name string
}

func (f *staged) commit() error { return f.root.Rename(f.temp, f.name) }

// sync makes the new name survive a crash. Not all file systems know how to.
func (f *staged) sync() error {
	dir, err := f.root.Open(".")
	if errors.Is(err, os.ErrPermission) {
		return nil // one may be allowed to write to a directory and not to read it
	}
	if err != nil {
		return err
	}
	err = dir.Sync()
	if errors.Is(err, syscall.EINVAL) || errors.Is(err, errors.ErrUnsupported) {
		err = nil
	}
	return errors.Join(err, dir.Close())
}

// drop removes what was not committed.
func (f *staged) drop() { f.root.Remove(f.temp) }

// stage writes a file beside its place, readable by its owner only.
func (d *disk) stage(path string, data []byte) (*staged, error) {
	root := d.roots[filepath.Dir(path)]
	if root == nil {
		return nil, errors.New("its directory is not open")
	}
	name := filepath.Base(path)
	out := &staged{root, "." + name + ".new", name}
	f, err := root.OpenFile(out.temp, os.O_WRONLY|os.O_CREATE|os.O_TRUNC, 0o600)
	if err != nil {
		return nil, err
	}
	err = errors.Join(f.Chmod(0o600), d.own(root, f, name))
	if err == nil {
		_, err = f.Write(data)
	}
	if err == nil {
		err = f.Sync()
	}
	if err = errors.Join(err, f.Close()); err != nil {
		out.drop()
		return nil, err
	}
	return out, nil
}

// own gives a file that root writes to whom the file before it belongs, else to the owner of its directory, who may have to read it at the next
// start. A key of root's stays one, whosever directory it is in.
func (d *disk) own(root *os.Root, f *os.File, name string) error {
	if os.Geteuid() != 0 {
		return nil
	}
	st, err := root.Lstat(name)
	if err != nil || !st.Mode().IsRegular() {
		st, err = root.Stat(".")
	}
	if err != nil {
		return err
	}
	if sys, ok := st.Sys().(*syscall.Stat_t); ok && sys.Uid != 0 {
		return f.Chown(int(sys.Uid), int(sys.Gid))
	}
	return nil
}
