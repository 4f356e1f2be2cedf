package cfgfile

import (
	"strings"

	"weir/conf"
)

// addDispatch adds what there is beside servers and their connections.
func addDispatch() {
	proxyTable.rows = append(proxyTable.rows,
		row{name: "dispatch", in: inBackend, args: "<address>:<port>", doc: "where streams go that persistence leads to no server; without effect beside balance", read: readDispatch},
		row{name: "persist", in: forBackends, args: "rdp-cookie[(<name>)]", doc: "clients go to the server whose address is in a cookie of RDP", read: readPersistRDP},
		row{name: "guid", in: inListen, args: "<id>", status: Inert, why: whyGUID, read: readGUID},
		row{name: "max-session-srv-conns", in: forFrontends, args: "<number>", doc: "idle connections to servers that one client's connection may have for itself",
			read: sectionInt(func(s *section) *int { return &s.SessionConns }, 0, maxInt)})
	bindTable.rows = append(bindTable.rows, row{name: "guid-prefix", args: "<prefix>", status: Inert, why: whyGUID, read: readGUID})
	serverTable.rows = append(serverTable.rows,
		row{name: "guid", args: "<id>", status: Inert, why: whyGUID, read: readGUID},
		row{name: "pool-low-conn", args: "<number>", status: Inert, why: "loops take no idle connections from each other, however many there are", read: func(l *line) {
			var n int
			l.int(&n, 0, maxInt)
		}})
	globalTable.rows = append(globalTable.rows,
		globalRow("h1-accept-payload-with-any-method", "", "GET, HEAD and DELETE of HTTP/1.0 may have a body", globalFlag(func(g *conf.Global) *bool { return &g.AnyPayload })))
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

const whyGUID = "counters outlive a reload by the names of sections and servers"

// maxGUID is the most bytes of an id, as in HAProxy.
const maxGUID = 127

// readGUID takes an id that no other section, bind line or server has.
func readGUID(l *line) {
	w, ok := l.arg("<id>")
	if !ok {
		return
	}
	if want, at := conf.CheckName(w.Text); want != "" {
		l.add(conf.BadValue(w.At(at), l.path, w.Text, want))
		return
	}
	if len(w.Text) > maxGUID {
		l.wrong(w, "an id of at most 127 bytes")
		return
	}
	if l.d.guids == nil {
		l.d.guids = map[string]conf.Pos{}
	}
	if at, twice := l.d.guids[w.Text]; twice && at != w.Pos {
		l.bad(w, "%q is already the id of something else, at %s", w.Text, at)
		return
	}
	l.d.guids[w.Text] = w.Pos
}
