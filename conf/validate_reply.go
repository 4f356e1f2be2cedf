package conf

import (
	"maps"
	"slices"
)

// reply checks what a ready response holds, and reads its error page.
func (v *validator) reply(pos Pos, path string, r *Reply) {
	for i := range r.Headers {
		v.headerName(pos, path, r.Headers[i].Name)
	}
	if r.ErrorFile != nil {
		v.errorFile(r.ErrorFile, v.path(path, "errorfile"))
	}
	if r.Errors != nil {
		v.httpErrors(path, r.Errors)
	}
}

// httpErrors checks that there is an http-errors section of that name.
func (v *validator) httpErrors(path string, ref *Ref) {
	var names []string
	for _, h := range v.cfg.HTTPErrors {
		if h.Name == ref.Name {
			return
		}
		names = append(names, h.Name)
	}
	v.add(Unknown(ref.Pos, v.path(path, "errorfiles"), v.kw("http-errors"), ref.Name, names))
}

func (v *validator) errorReplies(p *Proxy) {
	for _, r := range p.ErrorReplies {
		v.reply(r.Pos, v.path(p.Title(), "http-error"), &r.Reply)
	}
}

// useServers checks that the names lead to servers of the section.
func (v *validator) useServers(p *Proxy, servers map[string]*Server) {
	for _, u := range p.UseServers {
		path := v.path(p.Title(), "use-server")
		v.cond(u.Cond, path)
		if u.Dynamic == nil && servers[u.Server.Name] == nil {
			v.add(Unknown(u.Server.Pos, path, "server", u.Server.Name, slices.Sorted(maps.Keys(servers))))
		}
	}
}
