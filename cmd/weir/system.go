package main

import (
	"fmt"
	"os"
	"path/filepath"
	"strings"

	"weir/conf"
)

// checkSystem looks at what a configuration expects of the machine: users and groups, and the directories of sockets and files. All of it
// would fail only at the start, one thing after another. Who is not known is an error, as in HAProxy; a directory may be made by whoever
// starts the process, and is a warning.
func checkSystem(cfg *conf.Config) conf.Diagnostics {
	c := new(systemCheck)
	g := &cfg.Global
	c.owner(g.Pos, "global", g.User, g.Group)
	if g.Chroot != "" {
		c.directory(g.Pos, "global: chroot", g.Chroot)
	}
	if g.PidFile != "" {
		c.directory(g.Pos, "global: pidfile", filepath.Dir(g.PidFile))
	}
	for _, s := range g.StatsSockets {
		path := "global: " + keyword(s.Pos, "stats socket")
		c.owner(s.Pos, path, s.User, s.Group)
		c.socket(s.Pos, path, &s.Addr)
	}
	for _, p := range cfg.Proxies {
		if p.Disabled {
			continue
		}
		for _, b := range p.Binds {
			path := p.Title() + ": bind"
			c.owner(b.Pos, path, b.User, b.Group)
			c.socket(b.Pos, path, &b.Addr)
		}
	}
	return c.diags
}

type systemCheck struct{ diags conf.Diagnostics }

func (c *systemCheck) owner(pos conf.Pos, path, user, group string) {
	if user != "" {
		if _, err := userID(user); err != nil {
			c.diags.Add(conf.Bad(pos, path, "there is no user %q on this system", user))
		}
	}
	if group != "" {
		if _, err := groupID(group); err != nil {
			c.diags.Add(conf.Bad(pos, path, "there is no group %q on this system", group))
		}
	}
}

// socket checks that a unix socket's file can be made.
func (c *systemCheck) socket(pos conf.Pos, path string, a *conf.Addr) {
	if a.Kind == conf.AddrUnix {
		c.directory(pos, fmt.Sprintf("%s %q", path, a.Path), filepath.Dir(a.Path))
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
	return len(cfg.Global.StatsSockets) > 0
}
