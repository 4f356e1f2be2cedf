package conf

import "strings"

// stateOf checks what decides over a server's state beside its checks.
func (v *validator) stateOf(p *Proxy, s *Server, section string) {
	if s.Agent && s.AgentCheck.Port == 0 {
		v.warn(Bad(s.Pos, v.path(section, "agent-check"), "has no agent-port: the agent is not asked"))
	}
	if s.Observe == "layer7" && p.Mode != ModeHTTP {
		v.add(Bad(s.Pos, v.path(section, "observe"), "layer7 needs http mode"))
	}
	if s.Observe != "" && !s.Check {
		v.warn(Bad(s.Pos, v.path(section, "observe"), "does nothing without check"))
	}
	v.track(p, s, section)
}

// Tracked is the server that one tracks; nil where there is none, or none of that name.
func (c *Config) Tracked(p *Proxy, s *Server) (*Proxy, *Server) {
	if s.Track == nil {
		return nil, nil
	}
	backend, name, both := strings.Cut(s.Track.Name, "/")
	if both {
		p = c.Backend(backend)
	} else {
		name = backend
	}
	if p == nil {
		return nil, nil
	}
	for _, o := range p.Servers {
		if o.Name == name {
			return p, o
		}
	}
	return p, nil
}

// track follows a server to the one at the end of the chain, which must be checked.
func (v *validator) track(p *Proxy, s *Server, section string) {
	if s.Track == nil {
		return
	}
	path := v.path(section, "track")
	if s.Check || s.Agent {
		v.add(Bad(s.Track.Pos, path, "a server either is checked or tracks another"))
		return
	}
	seen := map[*Server]bool{}
	for at, o := p, s; ; {
		if seen[o] {
			v.add(Bad(s.Track.Pos, path, "%q leads back to itself", s.Track.Name))
			return
		}
		seen[o] = true
		if o.Track == nil {
			if !o.Check && !o.Agent {
				v.add(Bad(s.Track.Pos, path, "%q is not checked itself", o.Name))
			}
			return
		}
		next, to := v.cfg.Tracked(at, o)
		if to == nil {
			if o == s {
				v.add(v.noServer(s.Track, path, next))
			}
			return
		}
		at, o = next, to
	}
}

func (v *validator) noServer(ref *Ref, path string, p *Proxy) *Error {
	if p == nil {
		backend, _, _ := strings.Cut(ref.Name, "/")
		return Unknown(ref.Pos, path, "backend", backend, v.backendNames())
	}
	var names []string
	for _, s := range p.Servers {
		names = append(names, s.Name)
	}
	_, name, both := strings.Cut(ref.Name, "/")
	if !both {
		name = ref.Name
	}
	return Unknown(ref.Pos, path, "server", name, names)
}
