package logsink

import (
	"context"
	"errors"
	"fmt"
	"io"
	"net"
	"net/netip"
	"os"
	"strings"
	"sync/atomic"
	"time"

	"golang.org/x/sys/unix"

	"weir/conf"
)

const (
	lookupTimeout = 5 * time.Second // a name server that does not answer must not hold up the start
	syslogPort    = 514
)

// output takes whole messages. write and flush are the writer goroutine's and never block; close may wait until
// giveUp, after the writer goroutine has ended.
type output interface {
	write(msg []byte) bool // false = lost
	flush()
	close(giveUp <-chan time.Time) bool
	limit() int // the default of "len": bytes of a message; 0 = none
}

// output returns the output that l names, opened once however many "log" lines name it.
func (w *Writer) output(l *conf.LogTarget) (output, error) {
	if out := w.outs[l.Target]; out != nil {
		return out, nil
	}
	out, err := w.open(l)
	if err != nil {
		return nil, err
	}
	w.outs[l.Target] = out
	all := append(append([]output(nil), *w.flushes.Load()...), out) // the writer has the old slice
	w.flushes.Store(&all)
	return out, nil
}

func (w *Writer) open(l *conf.LogTarget) (output, error) {
	why := complaint{say: w.opts.Lost, target: l.Target}
	switch {
	case l.Target == "stdout":
		return newStream(orFile(w.opts.Stdout, os.Stdout), &w.dropped, why), nil
	case l.Target == "stderr":
		return newStream(orFile(w.opts.Stderr, os.Stderr), &w.dropped, why), nil
	}
	switch l.Addr.Kind {
	case conf.AddrFD:
		return newInherited(l, &w.dropped, why)
	case conf.AddrUnix:
		d := newDatagram(unixAddr(l.Addr.Path), w.opts.SndBuf, why)
		d.connect() // at once: the writer's thread may be in a chroot when the first line comes
		d.retry = time.Time{}
		return d, nil
	case conf.AddrAbstract:
		return newDatagram(unixAddr(abstractName(&l.Addr)), w.opts.SndBuf, why), nil
	case conf.AddrTCP:
		addr, err := resolve(&l.Addr)
		if err != nil {
			return nil, err
		}
		if family, _, tagged := strings.Cut(l.Target, "@"); tagged && strings.HasPrefix(family, "tcp") {
			return newStream(&dialer{addr: addr.String()}, &w.dropped, why), nil
		}
		return newDatagram(inetAddr(addr), w.opts.SndBuf, why), nil
	}
	return nil, errors.New(`want "stdout", "stderr", an address with a port, or the path of a unix socket`)
}

// abstractName is a name in the abstract namespace as net has it. "abns@" fills it up with NULs, which are a part of it then; the first of
// the 107 other octets is where net writes "@".
func abstractName(a *conf.Addr) string {
	name := "@" + a.Path
	if a.Unpadded {
		return name
	}
	return name + strings.Repeat("\x00", max(0, 107-len(a.Path)))
}

// newInherited writes to a descriptor of its own: another Writer may write to the same file, and either may end first.
func newInherited(l *conf.LogTarget, dropped *atomic.Uint64, why complaint) (output, error) {
	fd, err := unix.FcntlInt(uintptr(l.Addr.FD), unix.F_DUPFD_CLOEXEC, 0)
	if err != nil {
		return nil, fmt.Errorf("fd %d: %w", l.Addr.FD, err)
	}
	return newStream(&ownFile{os.NewFile(uintptr(fd), l.Target)}, dropped, why), nil
}

// ownFile is a file that ends with its stream.
type ownFile struct{ *os.File }

func (f *ownFile) end() { f.Close() }

func orFile(w io.Writer, f *os.File) io.Writer {
	if w == nil {
		return f
	}
	return w
}

// resolve returns the first address of a.Host; a name is looked up once, at the start, as HAProxy does.
func resolve(a *conf.Addr) (netip.AddrPort, error) {
	port := uint16(a.Port)
	if port == 0 {
		port = syslogPort
	}
	if ip, err := netip.ParseAddr(a.Host); err == nil {
		return netip.AddrPortFrom(ip.Unmap(), port), nil
	}
	network := "ip"
	switch {
	case a.V4Only:
		network = "ip4"
	case a.V6Only:
		network = "ip6"
	}
	ctx, cancel := context.WithTimeout(context.Background(), lookupTimeout)
	defer cancel()
	ips, err := net.DefaultResolver.LookupNetIP(ctx, network, a.Host)
	if err != nil {
		return netip.AddrPort{}, fmt.Errorf("%q: %w", a.Host, err)
	}
	return netip.AddrPortFrom(ips[0].Unmap(), port), nil
}
