package cfgfile

import (
	"strings"

	"weir/conf"
)

// addDispatch adds what there is beside servers and their connections.
func addDispatch() {
	proxyTable.rows = append(proxyTable.rows,
		row{name: "dispatch", in: inBackend, args: "<address>:<port>", strict: true, doc: "where streams go that persistence leads to no server; without effect beside balance", read: readDispatch},
		row{name: "persist", in: forBackends, args: "rdp-cookie[(<name>)]", doc: "clients go to the server whose address is in a cookie of RDP", read: readPersistRDP},
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

func readPersistRDP(l *line) {
	w, ok := l.arg("rdp-cookie")
	if !ok {
		return
	}
	name, inside, call := strings.Cut(w.Text, "(")
	inside, closed := strings.CutSuffix(inside, ")")
	switch {
	case name != "rdp-cookie":
		l.wrong(w, "rdp-cookie", "rdp-cookie(<name>)")
	case !call:
		l.sec.PersistRDP = conf.RDPCookieServer
	case !closed || inside == "" || strings.ContainsAny(inside, "()"):
		l.bad(w, "want the cookie's name between the parentheses")
	default:
		l.sec.PersistRDP = inside
	}
}
