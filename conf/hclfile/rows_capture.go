package hclfile

import "weir/conf"

var captureGrammar = grammar[conf.Capture]{context: "capture", rows: []row[conf.Capture]{
	{info: info{name: "len", typ: tInt, max: 65535, required: true, doc: "bytes of the value that are kept"},
		at: func(c *conf.Capture) any { return &c.Len }},
}}

// readCapture reads one slot of captured text.
func readCapture(d *decoder, s *section, b *block, _ where) {
	c := &conf.Capture{Pos: b.pos}
	before := d.failures
	switch b.name {
	case "capture_request_header":
		c.Header = b.label()
	case "capture_response_header":
		c.Header, c.Response = b.label(), true
	case "capture_cookie":
		c.Cookie = b.label()
	case "declare_capture":
		if c.Response = b.label() == "response"; !c.Response && b.label() != "request" {
			d.add(conf.BadValue(b.labelPos[0], b.path, b.label(), "request", "response"))
		}
	}
	read(d, &captureGrammar, c, b.body, b.path, 0)
	if d.failures == before {
		s.Captures = append(s.Captures, c)
	}
}

// captureNode writes one slot.
func captureNode(m style, c *conf.Capture) *Node {
	name, label := "capture_request_header", c.Header
	switch {
	case c.Cookie != "":
		name, label = "capture_cookie", c.Cookie
	case c.Header == "":
		name, label = "declare_capture", "request"
		if c.Response {
			label = "response"
		}
	case c.Response:
		name = "capture_response_header"
	}
	return whole(m, &captureGrammar, c, name, label)
}
