// Package http1 is a strict HTTP/1.x codec (RFC 9112) for both sides of the proxy: it parses heads in place, decides
// once how a body ends, decodes chunks as they come, and writes messages anew. No call allocates.
//
//	var p http1.Parser // remembers how far it looked: give it the same bytes again, with more behind them
//	n, err := p.Request(buf, &req, http1.DefaultLimits)
//	switch {
//	case err == http1.ErrIncomplete: // read more behind buf and call again
//	case err != nil: // a *http1.Error: answer its Status and close
//	default: // buf[n:] is the body; req.Framing says how it ends
//		out = http1.AppendRequest(out, &req, http1.RequestOptions{})
//	}
//
// Field names are folded to lower case in buf. Every slice of the message points into buf, which must stay as it is
// while the message is used.
//
// Where the RFC leaves a choice the strict one is taken: what two parsers could read in two ways is refused, never
// repaired, because a repaired message is how requests are smuggled. Where that differs from HAProxy 2.6 the check says so.
//
// It reads and writes no socket, applies no rule and knows no configuration but Limits.
package http1
