package backend

import (
	"fmt"

	"weir/conf"
)

// serverList is the servers of a backend. It is immutable and replaced whole when one is added or deleted at run time.
type serverList struct {
	all    []*Server // in configuration order, those that were added behind
	byName map[string]*Server
}

// newServers makes the servers of the configuration, and what stands for the address that streams go to without one.
func (b *Backend) newServers(ids int) (*serverList, []error) {
	list := &serverList{byName: map[string]*Server{}}
	var errs []error
	for i, c := range b.conf.Servers {
		s, err := newServer(b, i, c, ids)
		if err != nil {
			errs = append(errs, err)
			continue
		}
		if list.byName[c.Name] != nil {
			errs = append(errs, conf.Bad(c.Pos, fmt.Sprintf("backend %q", b.Name()), "server %q stands there twice", c.Name))
		}
		list.all = append(list.all, s)
		list.byName[c.Name] = s
	}
	if c := outside(b.conf); c != nil {
		var err error
		if b.outside, err = newServer(b, len(list.all), c, ids); err != nil {
			errs = append(errs, err)
		}
	}
	b.made = len(list.all) + 1
	return list, errs
}

// outside is the server without a name that stands for the address of "dispatch", or for wherever a client wanted to go ("option
// transparent", which asks that there be no server); nil = neither.
func outside(p *conf.Proxy) *conf.Server {
	switch {
	case p.Dispatch != nil:
		s := conf.NewServer(p.Dispatch.Pos, "")
		s.Addr = p.Dispatch.Addr
		return s
	case p.Options.Transparent && len(p.Servers) == 0:
		s := conf.NewServer(p.Pos, "")
		s.Addr = conf.Addr{Kind: conf.AddrTCP, Host: "*"}
		return s
	}
	return nil
}

// Servers are the servers in configuration order. Read only.
func (b *Backend) Servers() []*Server { return b.list.Load().all }

// Server is the server of that name, or nil.
func (b *Backend) Server(name string) *Server { return b.list.Load().byName[name] }

// targets are the servers and what stands beside them.
func (b *Backend) targets() []*Server {
	all := b.Servers()
	if b.outside != nil {
		return append(all[:len(all):len(all)], b.outside)
	}
	return all
}

// Outside reports whether s is no server but the address of "dispatch" or "option transparent".
func (s *Server) Outside() bool { return s == s.b.outside }
