package hclfile

import (
	"errors"
	"fmt"
	"slices"
	"strconv"

	"weir/conf"
)

var tlvGrammar = grammar[conf.ProxyTLV]{context: "set_proxy_v2_tlv", rows: []row[conf.ProxyTLV]{
	{info: info{name: "value", typ: tFormat, required: true, doc: "the value"}, at: func(t *conf.ProxyTLV) any { return &t.Value }},
}}

func readTLV(d *decoder, s *server, b *block, _ where) {
	t := &conf.ProxyTLV{Pos: b.pos}
	typ, err := strconv.ParseUint(b.label(), 0, 8)
	if err != nil {
		d.add(conf.Misread(b.labelPos[0], b.path, b.label(), errors.New(`want a number from 0 to 255, as in "0xe1"`)))
	}
	t.Type = int(typ)
	read(d, &tlvGrammar, t, b.body, b.path, 0)
	s.ProxyTLVs = append(slices.Clone(s.ProxyTLVs), t)
}

func readInitAddr(d *decoder, s *server, a *attr) {
	list := d.strings(a, nil)
	for _, m := range list {
		if err := conf.CheckInitAddr(m); err != nil {
			d.add(conf.Misread(a.pos, a.path, m, err))
			return
		}
	}
	s.InitAddr = list
}

// readProxyOptions reads the options once each, in the place of those of a default_server.
func readProxyOptions(d *decoder, s *server, a *attr) {
	s.ProxyV2 = nil
	for _, name := range d.strings(a, conf.ProxyV2Options) {
		if !slices.Contains(s.ProxyV2, name) {
			s.ProxyV2 = append(s.ProxyV2, name)
		}
	}
}

func tlvNodes(m style, list []*conf.ProxyTLV) []*Node {
	var out []*Node
	for _, t := range list {
		out = append(out, whole(m, &tlvGrammar, t, "set_proxy_v2_tlv", fmt.Sprintf("0x%02x", t.Type)))
	}
	return out
}

func readSocks(d *decoder, s *server, a *attr) {
	text := ""
	if d.assign(&text, &info{typ: tString}, a); text == "" {
		return
	}
	addr, err := conf.ParseAddr(text)
	if err == nil && (addr.Kind != conf.AddrTCP || addr.Port == 0 || addr.PortOffset || addr.PortEnd > addr.Port) {
		err = errors.New("want an address and a port")
	}
	if err != nil {
		d.add(conf.Misread(a.pos, a.path, text, err))
		return
	}
	s.Socks = &addr
}
