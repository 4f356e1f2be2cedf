package main

import (
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"strings"
	"sync"

	"golang.org/x/sys/unix"

	"weir/conf"
	"weir/internal/loop"
)

// checkSystem looks at what a configuration expects of the machine: users and groups, and the directories of sockets and files. All of it
// would fail only at the start, one thing after another. Who is not known is an error, as in HAProxy, and so is a network namespace; a directory may be made by whoever
// starts the process, and is a warning.
func checkSystem(cfg *conf.Config) conf.Diagnostics {
	c := new(systemCheck)
	g := &cfg.Global
	c.user(g.UserPos, g.Pos, "global", g.User)
	c.group(g.GroupPos, g.Pos, "global", g.Group)
	c.logs(g.Logs, "global")
	if g.Chroot != "" {
		c.directory(g.Pos, "global: chroot", g.Chroot)
	}
	if g.DefaultPath == "origin" {
		c.mustBeDirectory(g.Pos, "global: "+keyword(g.Pos, "default-path"), g.DefaultOrigin)
	}
	if dir := g.TLS.IssuersChain; dir != "" {
		c.mustBeDirectory(g.Pos, "global: "+keyword(g.Pos, "issuers-chain-path"), dir)
	}
	if g.PidFile != "" {
		c.directory(g.Pos, "global: pidfile", filepath.Dir(g.PidFile))
	}
	for _, s := range g.StatsSockets {
		path := "global: " + keyword(s.Pos, "stats socket")
		c.user(s.UserPos, s.Pos, path, s.User)
		c.group(s.GroupPos, s.Pos, path, s.Group)
		c.socket(s.Pos, path, &s.Addr)
	}
	for _, p := range cfg.Proxies {
		if p.Disabled {
			continue
		}
		c.logs(p.Logs, p.Title())
		for _, s := range p.Servers {
			if s.Addr.Kind == conf.AddrPair {
				c.inherited(s.Pos, p.Title()+": "+s.Title(), &s.Addr)
			}
		}
		for _, b := range p.Binds {
			path := p.Title() + ": bind"
			c.user(b.UserPos, b.Pos, path, b.User)
			c.group(b.GroupPos, b.Pos, path, b.Group)
			c.socket(b.Pos, path, &b.Addr)
			c.namespace(b.Pos, fmt.Sprintf("%s %q", path, b.Addr.String()), b.Namespace)
		}
	}
	return c.diags
}

// socketKind is the kind of errors about sockets that should have been handed over.
const socketKind = "socket"

type systemCheck struct{ diags conf.Diagnostics }

// user and group check a name where it stands, or the line that it has from elsewhere.
func (c *systemCheck) user(at, line conf.Pos, path, name string) {
	if _, err := userID(name); name != "" && err != nil {
		c.diags.Add(conf.Bad(orPos(at, line), path, "there is no user %q on this system", name))
	}
}

func (c *systemCheck) group(at, line conf.Pos, path, name string) {
	if _, err := groupID(name); name != "" && err != nil {
		c.diags.Add(conf.Bad(orPos(at, line), path, "there is no group %q on this system", name))
	}
}

func orPos(pos, other conf.Pos) conf.Pos {
	if pos.IsZero() {
		return other
	}
	return pos
}

// socket checks that a unix socket's file can be made, or that an inherited socket is one.
func (c *systemCheck) socket(pos conf.Pos, path string, a *conf.Addr) {
	switch a.Kind {
	case conf.AddrUnix:
		c.directory(pos, fmt.Sprintf("%s %q", path, a.Path), filepath.Dir(a.Path))
	case conf.AddrFD, conf.AddrPair:
		c.inherited(pos, path, a)
	}
}

// inherited checks a socket that whoever starts Weir hands over, as HAProxy does: it must be there.
func (c *systemCheck) inherited(pos conf.Pos, path string, a *conf.Addr) {
	if _, known := handedOver.Load(a.FD); known {
		return
	}
	kind, err := unix.GetsockoptInt(a.FD, unix.SOL_SOCKET, unix.SO_TYPE)
	switch {
	case err == nil && (a.Kind == conf.AddrPair || kind == unix.SOCK_STREAM):
		handedOver.Store(a.FD, nil)
	case a.FD < 0: // the readers' stand-in for what they could not read
	case errors.Is(err, unix.EBADF):
		c.unusable(pos, path, "%q: no such file descriptor was handed over", a)
	case err != nil:
		c.unusable(pos, path, "%q: the file descriptor is no socket", a)
	default:
		c.unusable(pos, path, "%q: the socket is not of type stream", a)
	}
}

func (c *systemCheck) unusable(pos conf.Pos, path, format string, a *conf.Addr) {
	e := conf.Bad(pos, path, format, a.String())
	e.Kind = socketKind
	c.diags.Add(e)
}

// handedOver are the descriptors that were sockets when this process first looked. Of a reload they are not asked again: the listener that had one
// has closed its number, and the generations hand a copy on.
var handedOver sync.Map

// logs checks descriptors that lines are written to. They may be those of another shell than the service's.
func (c *systemCheck) logs(logs []*conf.LogTarget, path string) {
	for _, l := range logs {
		if l.Addr.Kind != conf.AddrFD {
			continue
		}
		if _, err := unix.FcntlInt(uintptr(l.Addr.FD), unix.F_GETFD, 0); err != nil {
			c.diags.Warn(conf.Bad(l.Pos, path+": log", "%q: no such file descriptor was handed over; it must be there at the start", l.Target))
		}
	}
}

func (c *systemCheck) directory(pos conf.Pos, path, dir string) {
	switch st, err := os.Stat(dir); {
	case err != nil:
		c.diags.Warn(conf.Bad(pos, path, "the directory %q cannot be entered: %s; it must be there at the start", dir, plainCause(err)))
	case !st.IsDir():
		c.diags.Warn(conf.Bad(pos, path, "%q is not a directory; it must be one at the start", dir))
	}
}

// mustBeDirectory is for a directory that HAProxy wants to be there.
func (c *systemCheck) mustBeDirectory(pos conf.Pos, path, dir string) {
	switch st, err := os.Stat(dir); {
	case err != nil:
		c.diags.Add(conf.Bad(pos, path, "the directory %q cannot be entered: %s", dir, plainCause(err)))
	case !st.IsDir():
		c.diags.Add(conf.Bad(pos, path, "%q is not a directory", dir))
	}
}

// namespace checks that a network namespace is there. A server's is opened where its addresses are looked at.
func (c *systemCheck) namespace(pos conf.Pos, path, name string) {
	if name == "" {
		return
	}
	if _, err := loop.OpenNamespace(name); err != nil {
		c.diags.Add(conf.Bad(pos, path, "%s", err))
	}
}

// keyword spells a keyword as the configuration's language does.
func keyword(pos conf.Pos, name string) string {
	if filepath.Ext(pos.File) == ".hcl" {
		return strings.NewReplacer(" ", "_", "-", "_").Replace(name)
	}
	return name
}

// listens reports whether anything would be bound: a frontend's address or a stats socket.
func listens(cfg *conf.Config) bool {
	for _, p := range cfg.Proxies {
		if !p.Disabled && p.Kind&conf.Frontend != 0 && len(p.Binds) > 0 {
			return true
		}
	}
	for _, s := range cfg.Global.StatsSockets {
		if s.Pos != (conf.Pos{}) { // not the master's: see masterSocket
			return true
		}
	}
	return false
}
