package frontend

import (
	"fmt"
	"strings"

	"weir/backend"
	"weir/conf"
)

// AddServer puts one more server into a backend, for as long as this configuration is at work: a reload begins with the servers of the
// file. up says that it takes streams at once.
func (px *Proxy) AddServer(b *backend.Backend, c *conf.Server, up bool) error {
	of, err := px.trackedBy(b, c)
	if err != nil {
		return err
	}
	comp := px.compiler(b.Conf())
	err = b.AddServer(backend.Addition{Conf: c, Up: up, Of: of, Ready: func(s *backend.Server) error { return compileServer(comp, s) }})
	if err != nil {
		return err
	}
	px.renameCookies(b)
	return nil
}

// trackedBy is the server that a new one is to track; nil = none. The texts are HAProxy's.
func (px *Proxy) trackedBy(b *backend.Backend, c *conf.Server) (*backend.Server, error) {
	if c.Track == nil {
		return nil, nil
	}
	to, name, both := strings.Cut(c.Track.Name, "/")
	if !both {
		to, name = b.Name(), to
	}
	of := px.Backend(to)
	if of == nil {
		return nil, fmt.Errorf("unable to find required proxy '%s' for tracking.", to)
	}
	s := of.Server(name)
	full := to + "/" + name
	switch {
	case s == nil:
		return nil, fmt.Errorf("unable to find required server '%s' for tracking.", name)
	case s.Added():
		return nil, fmt.Errorf("unable to use %s for tracking as it is a dynamic server.", full)
	case !s.Conf().Check && !s.Conf().Agent && s.Conf().Track == nil:
		return nil, fmt.Errorf("unable to use %s for tracking as it does not have any check nor agent enabled.", full)
	}
	return s, nil
}

// DeleteServer takes a server out of its backend.
func (px *Proxy) DeleteServer(s *backend.Server) error {
	b := s.Backend()
	pinned := false
	for _, u := range b.Conf().UseServers {
		pinned = pinned || u.Dynamic == nil && u.Server.Name == s.Name()
	}
	of, _ := px.trackedBy(b, s.Conf())
	if err := b.DeleteServer(s, pinned, of); err != nil {
		return err
	}
	px.renameCookies(b)
	return nil
}

// renameCookies makes the names of a backend's servers in cookies anew.
func (px *Proxy) renameCookies(b *backend.Backend) {
	px.changeCookies(b.Name(), func(*persistence) {})
}
