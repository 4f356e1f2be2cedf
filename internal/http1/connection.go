package http1

import "weir/internal/message"

// options are the members of Connection that mean something here.
type options struct{ close, keepAlive, upgrade bool }

// connectionOfRequest sets KeepAlive, Upgrade and Expect100.
func connectionOfRequest(req *message.Request, h *head) error {
	req.KeepAlive = req.Minor == 1
	if h.connections+h.expects == 0 {
		return nil
	}
	o, err := parseConnection(req.Fields, h)
	if err != nil {
		return err
	}
	req.KeepAlive = persists(req.Minor, o)
	// A server must ignore Upgrade in HTTP/1.0 and may always (RFC 9110, 7.8). With a body it is ignored because
	// bytes sent after a 101 could be body or protocol; and so is h2c, which would carry requests past every rule.
	req.Upgrade = o.upgrade && h.upgrades == 1 && len(h.upgrade) > 0 && req.Minor == 1 && !hasBody(req) && !listsH2C(h.upgrade)
	return expectOfRequest(req, h)
}

// connectionOfResponse sets KeepAlive and Upgrade.
func connectionOfResponse(resp *message.Response, h *head) error {
	o, err := parseConnection(resp.Fields, h)
	if err != nil {
		return err
	}
	resp.KeepAlive = persists(resp.Minor, o) && resp.Framing != message.UntilClose && !resp.Upgrade
	switch {
	case resp.Status == 101:
		if !o.upgrade || len(h.upgrade) == 0 {
			return ErrUpgrade
		}
		resp.Upgrade, resp.KeepAlive = true, false
	case resp.Status == 204 && h.lengths+h.codings > 0 && string(h.length) != "0":
		// It announces a body that it must not have: what comes next on this connection may be that body.
		resp.KeepAlive = false
	}
	return nil
}

// persists says whether the connection stays open after the message (RFC 9112, 9.3).
func persists(minor uint8, o options) bool {
	return !o.close && (minor == 1 || o.keepAlive)
}

// parseConnection reads every Connection field and marks the fields that it nominates.
func parseConnection(fields message.Fields, h *head) (o options, err error) {
	if h.connections == 0 {
		return o, nil
	}
	left := maxConnectionOptions
	for i := range fields {
		if fields[i].ID != message.Connection {
			continue
		}
		for list, more := fields[i].Value, true; more; left-- {
			if left == 0 {
				return o, ErrConnection
			}
			var option []byte
			option, list, more = message.NextValue(list)
			o.take(option, fields)
		}
	}
	return o, nil
}

// take notes one option; one that is not known here names a field of this hop (RFC 9110, 7.6.1).
func (o *options) take(option []byte, fields message.Fields) {
	switch {
	case len(option) == 0:
	case equalFold(option, "keep-alive"):
		o.keepAlive = true
	case equalFold(option, "close"):
		o.close = true
	case equalFold(option, "upgrade"):
		o.upgrade = true
	default:
		nominate(option, fields)
	}
}

// nominate marks the fields that an option names. A name of the table is never marked: those that belong to one hop are
// dropped by AppendRequest anyway, and the others are meant for the server ("Connection: close, X-Forwarded-For"
// made proxies strip what the server trusts: CVE-2024-45410, CVE-2021-33197).
func nominate(option []byte, fields message.Fields) {
	for i := range fields {
		if f := &fields[i]; f.ID == message.Unknown && foldsTo(option, f.Name) {
			f.Hop = true
		}
	}
}

// foldsTo compares an option with a name in lower case.
func foldsTo(option, name []byte) bool {
	if len(option) != len(name) {
		return false
	}
	for i, c := range option {
		if lowerToken[c] != name[i] {
			return false
		}
	}
	return true
}

func listsH2C(upgrade []byte) bool {
	for list, more := upgrade, true; more; {
		var protocol []byte
		if protocol, list, more = message.NextValue(list); equalFold(protocol, "h2c") {
			return true
		}
	}
	return false
}

// expectOfRequest sets Expect100 where the client waits for it. Another expectation is refused as RFC 9110, 10.1.1, allows:
// a server that reads an obfuscated Expect differently waits while the body is taken for the next request.
func expectOfRequest(req *message.Request, h *head) error {
	if h.expects == 0 {
		return nil
	}
	if h.expects > 1 || !equalFold(h.expect, "100-continue") {
		return ErrExpect
	}
	req.Expect100 = req.Minor == 1 && hasBody(req)
	return nil
}

func hasBody(req *message.Request) bool {
	return req.Framing == message.Chunked || req.ContentLength > 0
}
