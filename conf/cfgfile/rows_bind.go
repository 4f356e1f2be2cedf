package cfgfile

import (
	"math"

	"weir/conf"
)

const whyNice = "Weir's loops serve connections in the order in which they come"

const whyStats = "it is for stats sockets; HAProxy passes it over on others too"

// bindTable: the options of a bind line go into l.d.bind, and from there into one conf.Bind for each address.
var bindTable = table{context: "bind", in: inFrontend, pending: pendingBind, rows: []row{
	{name: "name", args: "<name>", doc: "name in statistics", read: func(l *line) { l.text(&l.d.bind.Name, "<name>") }},
	{name: "id", args: "<number>", doc: "number in statistics", read: func(l *line) { l.int(&l.d.bind.ID, 1, maxInt) }},
	{name: "maxconn", args: "<number>", doc: "connections at once", read: func(l *line) { l.int(&l.d.bind.Maxconn, 0, maxInt) }},
	{name: "backlog", args: "<number>", doc: "connections that the kernel queues", read: func(l *line) { l.int(&l.d.bind.Backlog, 0, maxInt) }},
	{name: "defer-accept", doc: "connections come in with their first bytes", read: func(l *line) { l.d.bind.DeferAccept = true }},
	{name: "tfo", doc: "TCP Fast Open", read: func(l *line) { l.d.bind.TFO = true }},
	{name: "transparent", doc: "bind an address that is not this host's", read: func(l *line) { l.d.bind.Transparent = true }},
	{name: "interface", args: "<interface>", doc: "connections from this network interface only", read: func(l *line) { l.text(&l.d.bind.Interface, "<interface>") }},
	{name: "mss", args: "<bytes>", doc: "segment size to announce", read: readMSS},
	{name: "tcp-ut", args: "<time>", doc: "how long sent bytes may go unacknowledged", read: func(l *line) { l.duration(&l.d.bind.UserTimeout) }},
	{name: "idle-ping", args: "<time>", doc: "how often clients of HTTP/2 without streams are asked for a sign of life", read: func(l *line) { l.duration(&l.d.bind.IdlePing) }},
	{name: "accept-proxy", doc: "connections begin with a PROXY header", read: func(l *line) { l.d.bind.AcceptProxy = true }},
	{name: "accept-netscaler-cip", args: "<number>", doc: "connections begin with the header that a NetScaler inserts, of this magic number", read: func(l *line) {
		l.int(&l.d.bind.CIPMagic, 1, math.MaxUint32)
	}},
	{name: "proto", args: "<h1|h2>", doc: "what clients speak, whatever their first octets look like", read: func(l *line) {
		l.proto(&l.d.bind.Proto, conf.BindProtos, conf.BindProtosLater)
	}},
	{name: "nice", args: "<number>", status: Inert, why: whyNice, read: func(l *line) { l.int(&l.d.bind.Nice, -1024, 1024) }},
	{name: "mode", args: "<octal>", doc: "of a unix socket's file", read: func(l *line) {
		if m, ok := l.octal(); ok {
			l.d.bind.Mode = m
		}
	}},
	{name: "user", args: "<user>", doc: "owner of a unix socket's file", read: func(l *line) { l.name(&l.d.bind.User, &l.d.bind.UserPos, "<user>") }},
	{name: "group", args: "<group>", doc: "group of a unix socket's file", read: func(l *line) { l.name(&l.d.bind.Group, &l.d.bind.GroupPos, "<group>") }},
	{name: "uid", args: "<number>", doc: "as user, by number", read: func(l *line) { l.id(&l.d.bind.User) }},
	{name: "gid", args: "<number>", doc: "as group, by number", read: func(l *line) { l.id(&l.d.bind.Group) }},
	{name: "cc", args: "<algorithm>", doc: "the kernel's congestion control", read: func(l *line) { l.text(&l.d.bind.Congestion, "<algorithm>") }},
	{name: "tcp-md5sig", args: "<key>", doc: "key that signs TCP segments (RFC 2385)", read: func(l *line) { l.text(&l.d.bind.MD5Sig, "<key>") }},
	{name: "tcp-ss", args: "<0|1|2>", doc: "what the kernel keeps of a client's SYN: nothing, its headers from IP on, or from Ethernet on", read: func(l *line) { l.int(&l.d.bind.SaveSYN, 0, 2) }},
	{name: "namespace", args: "<name>", doc: "network namespace to listen in", read: func(l *line) { l.text(&l.d.bind.Namespace, "<name>") }},
	{name: "v4v6", doc: "IPv4 connections too", read: func(l *line) { l.d.bind.Addr.V4V6 = true }},
	{name: "v6only", doc: "IPv6 connections only", read: func(l *line) { l.d.bind.Addr.V6Alone = true }},
	{name: "shards", args: "<number|by-thread|by-group>", status: Inert, why: "the loops share each socket and hand connections over", read: inert(1, 1)},
	{name: "thread", args: "<threads>", status: Inert, why: "connections go to the least loaded loop", read: inert(1, 1)},
	{name: "process", args: "<value>", status: Inert, why: "there is one process", read: inert(1, 1)},
	{name: "severity-output", args: "<none|number|string>", status: Inert, why: whyStats, read: func(l *line) { l.word("none", "number", "string") }},
	{name: "level", args: "<user|operator|admin>", status: Inert, why: whyStats, read: func(l *line) { l.word("user", "operator", "admin") }},
	{name: "expose-fd", args: "<listeners>", status: Inert, why: whyStats, read: func(l *line) { l.word("listeners") }},
}}

func readMSS(l *line) {
	i := l.i
	if l.int(&l.d.bind.MSS, -65535, 65535) && l.d.bind.MSS == 0 {
		l.wrong(l.words[i], conf.WantMSS)
	}
}

func readBind(l *line) {
	// What cannot be read keeps the section from seeming to have no address.
	var addrs []conf.Addr
	unread := func() conf.Addr { return conf.Addr{Kind: conf.AddrFD, FD: -1 - len(l.sec.Binds) - len(addrs)} }
	w, ok := l.arg("<address>")
	if !ok {
		l.sec.Binds = append(l.sec.Binds, &conf.Bind{Pos: l.key.Pos, Addr: unread()})
		return
	}
	for _, text := range splitList(w.Text) {
		a, err := conf.ParseAddr(text)
		if err == nil {
			err = a.CheckBind()
		}
		if err != nil {
			l.d.add(conf.Misread(w.Pos, l.path, text, err))
			l.fail = true
			a = unread()
		}
		addrs = append(addrs, a)
	}
	b := &conf.Bind{Pos: w.Pos}
	l.d.bind = b
	l.options(&bindTable)
	for _, a := range addrs {
		one := *b
		a.V4V6, a.V6Alone = a.V4V6 || b.Addr.V4V6, b.Addr.V6Alone
		one.Addr = a
		l.d.unix.apply(&one.Addr, &one.Mode, &one.User, &one.Group)
		l.sec.Binds = append(l.sec.Binds, &one)
	}
}
