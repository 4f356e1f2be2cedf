package frontend

import (
	"errors"
	"fmt"

	"weir/acl"
	"weir/backend"
	"weir/conf"
	"weir/internal/loop"
)

// target is where a use_backend rule leads.
type target struct {
	route *route
	name  *acl.Format // of a name that is made for each stream; route is nil then
}

// route compiles use_backend and default_backend.
func (fe *Frontend) route(comp *acl.Compiler) error {
	p := fe.p
	if p.DefaultBackend != nil {
		if fe.fallback = fe.px.routes[p.DefaultBackend.Name]; fe.fallback == nil {
			return fmt.Errorf("%s: frontend %q: default_backend: no backend %q", p.DefaultBackend.Pos, p.Name, p.DefaultBackend.Name)
		}
	} else if p.Kind == conf.Listen {
		fe.fallback = fe.px.routes[p.Name]
	}
	if len(p.UseBackends) == 0 {
		return nil
	}
	at := comp.At(acl.InHTTPRequest)
	conds := make([]*acl.Cond, len(p.UseBackends))
	var errs []error
	for i, u := range p.UseBackends {
		var err error
		conds[i], err = at.Cond(u.Cond, p.ACLs)
		to, terr := fe.target(at, u)
		fe.targets = append(fe.targets, to)
		errs = append(errs, err, terr)
	}
	fe.pick, fe.asks = acl.NewSwitch(conds), comp.TakeUsers()
	return errors.Join(errs...)
}

func (fe *Frontend) target(at *acl.Compiler, u *conf.UseBackend) (to target, err error) {
	if u.Dynamic != nil {
		to.name, err = at.Format(u.Dynamic)
		return to, err
	}
	if to.route = fe.px.routes[u.Backend.Name]; to.route == nil {
		return to, fmt.Errorf("%s: frontend %q: use_backend: no backend %q", u.Backend.Pos, fe.p.Name, u.Backend.Name)
	}
	return to, nil
}

// choose is the stream's backend; nil = none.
func (st *stream) choose(t *loop.Task) *route {
	if r := st.s.routed; r != nil {
		st.s.routed = nil
		return r
	}
	fe := st.fe()
	st.checkPasswords(t, fe.asks)
	r := fe.choose(&st.ctx)
	for st.ctx.Unchecked != nil {
		st.checkPassword(t)
		r = fe.choose(&st.ctx)
	}
	return r
}

// choose is the backend for what ctx shows; nil = none. A name that no backend has leads to the default one.
func (fe *Frontend) choose(ctx *acl.Context) *route {
	if fe.pick == nil {
		return fe.fallback
	}
	i := fe.pick.Pick(ctx)
	if i < 0 {
		return fe.fallback
	}
	to := &fe.targets[i]
	if to.name == nil {
		return to.route
	}
	w := fe.px.workers[ctx.Loop]
	w.target = to.name.Append(w.target[:0], ctx)
	if r := fe.px.routes[string(w.target)]; r != nil {
		return r
	}
	return fe.fallback
}

// useServer is one use-server rule, compiled.
type useServer struct {
	cond   *acl.Cond
	server *backend.Server
	name   *acl.Format // of a name that is made for each stream; server is nil then
	asks   []*acl.Users
}

func (r *route) compileUseServers(comp *acl.Compiler) error {
	at := comp.At(acl.InUseServer)
	var errs []error
	for _, u := range r.p.UseServers {
		var us useServer
		var err, serr error
		us.cond, err = at.Cond(u.Cond, r.p.ACLs)
		if u.Dynamic != nil {
			us.name, serr = at.Format(u.Dynamic)
		} else if us.server = r.b.Server(u.Server.Name); us.server == nil {
			serr = conf.Unknown(u.Server.Pos, r.p.Title()+": use-server", "server", u.Server.Name, serverNames(r.b))
		}
		errs = append(errs, err, serr)
		us.asks = comp.TakeUsers()
		r.useServers = append(r.useServers, us)
	}
	return errors.Join(errs...)
}

func serverNames(b *backend.Backend) (names []string) {
	for _, s := range b.Servers() {
		names = append(names, s.Name())
	}
	return names
}

// useServer is the server that a use-server rule asks for; nil = balancing chooses. A rule whose server is down is passed over, but a
// name that no server has ends the list.
func (st *stream) useServer(t *loop.Task) *backend.Server {
	rules := st.route.useServers
	for i := range rules {
		u := &rules[i]
		if !st.holds(t, u.cond) {
			continue
		}
		st.checkPasswords(t, u.asks)
		srv := u.server
		if u.name != nil {
			st.text = u.name.Append(st.text[:0], &st.ctx)
			if srv = st.route.b.Server(string(st.text)); srv == nil {
				return nil
			}
		}
		if srv.Persists() {
			return srv
		}
	}
	return nil
}
