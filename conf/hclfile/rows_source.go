package hclfile

import (
	"errors"
	"strings"

	"weir/conf"
)

var sourceGrammar = grammar[conf.SourceAddr]{context: "source", rows: []row[conf.SourceAddr]{
	{info: info{name: "usesrc", typ: tString, doc: "whose address streams come from: client, clientip, hdr_ip(NAME[,NUMBER]), or another address"}, read: readUse,
		text: func(s *conf.SourceAddr) string { return quoted(s.UseText()) }},
	{info: info{name: "interface", typ: tString, doc: "network interface to leave by"}, at: func(s *conf.SourceAddr) any { return &s.Interface }},
}}

func readUse(d *decoder, s *conf.SourceAddr, a *attr) {
	text := ""
	if d.assign(&text, &info{typ: tString}, a); text == "" {
		return
	}
	if err := s.ParseUse(text); err != nil {
		d.add(conf.Misread(a.pos, a.path, text, err))
	}
}

// source reads source "ADDRESS" { }; nil where the address is bad.
func (d *decoder) source(b *block) *conf.SourceAddr {
	s := &conf.SourceAddr{Pos: b.pos}
	read(d, &sourceGrammar, s, b.body, b.path, 0)
	addr, err := conf.ParseAddr(b.label())
	if err == nil && addr.Kind != conf.AddrTCP {
		err = errors.New("want an IP address, with a port or a range of ports or without")
	}
	if err != nil {
		d.add(conf.Misread(b.labelPos[0], b.path, b.label(), err))
		return nil
	}
	// A port that is not given is any, not one relative to the client's.
	if addr.PortOffset && addr.Port == 0 {
		addr.PortOffset = false
	}
	s.Addr = addr
	return s
}

// sourceNodes writes the block where there is one.
func sourceNodes(m style, s *conf.SourceAddr) []*Node {
	if s == nil {
		return nil
	}
	text := s.Addr.String()
	if s.Addr.Port == 0 && s.Addr.PortEnd == 0 && s.Addr.Host != "" {
		text = strings.TrimSuffix(text, ":0") // any port, as without one
	}
	return []*Node{whole(m, &sourceGrammar, s, "source", text)}
}

// probeRows are the settings of keep-alive probes to one side.
func probeRows(prefix, side string, in where, at func(*section) *conf.TCPProbes) []row[section] {
	return []row[section]{
		{info: info{name: prefix + "_cnt", typ: tInt, in: in, max: 127, doc: "keep-alive probes without an answer after which " + side + " is gone; where not given, as the kernel has it"},
			at: func(s *section) any { return &at(s).Count }},
		{info: info{name: prefix + "_idle", typ: tDuration, in: in, doc: "silence after which they begin"}, at: func(s *section) any { return &at(s).Idle }},
		{info: info{name: prefix + "_intvl", typ: tDuration, in: in, doc: "time between two of them"}, at: func(s *section) any { return &at(s).Interval }},
	}
}

// wordRow is a switch of a server whose keyword takes one word when it is on.
func wordRow(name, word, doc string, at func(*server) *bool) row[server] {
	return row[server]{info: info{name: name, typ: tWord, enum: []string{word}, doc: doc},
		read: func(d *decoder, s *server, a *attr) {
			if d.word([]string{word}, a) == 0 {
				*at(s) = true
			}
		},
		text: func(s *server) string {
			if !*at(s) {
				return ""
			}
			return quote(word)
		}}
}
