package hclfile

import "weir/conf"

// forwardForRows are the attributes of the options forwardfor and originalto.
func forwardForRows(header string) []row[conf.ForwardFor] {
	return []row[conf.ForwardFor]{
		{info: info{name: "header", typ: tString, def: header, doc: "name of the field"}, at: func(f *conf.ForwardFor) any { return &f.Header }},
		{info: info{name: "except", typ: tList, doc: "networks whose clients are not named"}, at: func(f *conf.ForwardFor) any { return &f.Except }},
	}
}

var forwardForGrammar = grammar[conf.ForwardFor]{context: "forwardfor", rows: append(forwardForRows(conf.DefaultForwardHeader),
	row[conf.ForwardFor]{info: info{name: "if_none", typ: tBool, doc: "only where the request has no such field yet"}, at: func(f *conf.ForwardFor) any { return &f.IfNone }})}

var originalToGrammar = grammar[conf.ForwardFor]{context: "originalto", rows: forwardForRows(conf.DefaultOriginalTo)}

func forwardFor(s *section) **conf.ForwardFor { return &s.Options.ForwardFor }
func originalTo(s *section) **conf.ForwardFor { return &s.Options.OriginalTo }

// forwardFlag reads an option that is a block where it has settings, and true where it has none.
func forwardFlag(at func(*section) **conf.ForwardFor) func(*decoder, *section, *attr) {
	return func(d *decoder, s *section, a *attr) {
		f := at(s)
		on := *f != nil
		d.assign(&on, &info{}, a)
		switch {
		case !on:
			*f = nil
		case *f == nil:
			*f = &conf.ForwardFor{Pos: a.pos}
		}
	}
}

func forwardBlock(at func(*section) **conf.ForwardFor, g *grammar[conf.ForwardFor]) func(*decoder, *section, *block, where) {
	return func(d *decoder, s *section, b *block, _ where) {
		f := &conf.ForwardFor{Pos: b.pos}
		read(d, g, f, b.body, b.path, 0)
		*at(s) = f
	}
}

var forwardedGrammar = grammar[conf.Forwarded]{context: "forwarded", rows: []row[conf.Forwarded]{
	forwardedSwitch("proto", "proto, the protocol", func(f *conf.Forwarded) *bool { return &f.Proto }),
	forwardedSwitch("host", "host, the Host of the request", func(f *conf.Forwarded) *bool { return &f.Host }),
	forwardedSample("host_expr", func(f *conf.Forwarded) **conf.Expr { return &f.HostExpr }),
	forwardedSwitch("by", "by, the address that the client asked for", func(f *conf.Forwarded) *bool { return &f.By }),
	forwardedSample("by_expr", func(f *conf.Forwarded) **conf.Expr { return &f.ByExpr }),
	forwardedSwitch("by_port", "the port of by", func(f *conf.Forwarded) *bool { return &f.ByPort }),
	forwardedSample("by_port_expr", func(f *conf.Forwarded) **conf.Expr { return &f.ByPortExpr }),
	forwardedSwitch("for", "for, the client's address", func(f *conf.Forwarded) *bool { return &f.For }),
	forwardedSample("for_expr", func(f *conf.Forwarded) **conf.Expr { return &f.ForExpr }),
	forwardedSwitch("for_port", "the port of for", func(f *conf.Forwarded) *bool { return &f.ForPort }),
	forwardedSample("for_port_expr", func(f *conf.Forwarded) **conf.Expr { return &f.ForPortExpr }),
}}

func forwardedSwitch(name, doc string, at func(*conf.Forwarded) *bool) row[conf.Forwarded] {
	return row[conf.Forwarded]{info: info{name: name, typ: tBool, doc: doc}, at: func(f *conf.Forwarded) any { return at(f) }}
}

func forwardedSample(name string, at func(*conf.Forwarded) **conf.Expr) row[conf.Forwarded] {
	return row[conf.Forwarded]{info: info{name: name, typ: tSample, doc: "the same with a sample for its value"}, at: func(f *conf.Forwarded) any { return at(f) }}
}

// readForwardedFlag reads forwarded = true, which is HAProxy's "option forwarded" without words: proto and for.
func readForwardedFlag(d *decoder, s *section, a *attr) {
	on := s.Options.Forwarded != nil
	d.assign(&on, &info{}, a)
	switch {
	case !on:
		s.Options.Forwarded = nil
	case s.Options.Forwarded == nil:
		s.Options.Forwarded = &conf.Forwarded{Pos: a.pos, Proto: true, For: true}
	}
}

func readForwarded(d *decoder, s *section, b *block, _ where) {
	f := &conf.Forwarded{Pos: b.pos}
	read(d, &forwardedGrammar, f, b.body, b.path, 0)
	s.Options.Forwarded = f
}
