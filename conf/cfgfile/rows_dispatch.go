package cfgfile

import "weir/conf"

// addDispatch adds what there is beside servers and their connections.
func addDispatch() {
	proxyTable.rows = append(proxyTable.rows,
		row{name: "dispatch", in: inBackend, args: "<address>:<port>", strict: true, doc: "where streams go that persistence leads to no server; without effect beside balance", read: readDispatch},
		row{name: "max-session-srv-conns", in: forFrontends, args: "<number>", doc: "idle connections to servers that one client's connection may have for itself",
			read: sectionInt(func(s *section) *int { return &s.SessionConns }, 0, maxInt)})
}

func readDispatch(l *line) {
	w, ok := l.arg("<address>:<port>")
	if !ok {
		return
	}
	a, err := conf.DispatchAddr(w.Text)
	if err != nil {
		l.add(conf.Misread(w.Pos, l.path, w.Text, err))
		return
	}
	l.sec.Dispatch = &conf.Dispatch{Pos: w.Pos, Addr: a}
}
