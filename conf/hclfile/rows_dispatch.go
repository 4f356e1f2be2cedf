package hclfile

import "weir/conf"

var dispatchRow = row[section]{info: info{name: "dispatch", typ: tString, in: inBackend, doc: "HOST:PORT where streams go that persistence leads to no server; without effect beside balance"},
	read: readDispatch, text: func(s *section) string {
		if s.Dispatch == nil {
			return ""
		}
		return quote(s.Dispatch.Addr.String())
	}}

func readDispatch(d *decoder, s *section, a *attr) {
	text := ""
	if d.assign(&text, &info{typ: tString}, a); text == "" {
		return
	}
	addr, err := conf.DispatchAddr(text)
	if err != nil {
		d.add(conf.Misread(a.pos, a.path, text, err))
		return
	}
	s.Dispatch = &conf.Dispatch{Pos: a.pos, Addr: addr}
}
