package backend

import (
	"fmt"
	"io"
	"strings"

	"weir/conf"
	"weir/internal/http1"
	"weir/internal/loop"
	"weir/internal/message"
)

// httpCheck is "option httpchk": the request as bytes and what the response must be.
type httpCheck struct {
	request []byte
	method  message.MethodID
	expect  *expect
}

func newHTTPCheck(p *conf.HTTPCheck) (*httpCheck, error) {
	method, uri, version := p.Method, p.URI, p.Version
	if method == "" {
		method = conf.DefaultCheckMethod
	}
	if uri == "" {
		uri = conf.DefaultCheckURI
	}
	if version == "" {
		version = conf.DefaultCheckVersion
	}
	h := &httpCheck{method: message.LookupMethod(method)}
	var err error
	if h.expect, err = newExpect(p.Expect); err != nil {
		return nil, err
	}
	h.request = checkRequest(p, method, uri, version)
	return h, nil
}

// checkRequest is the request on the wire. As HAProxy, it adds "Connection: close" to HTTP/1.1 only and no Host.
func checkRequest(p *conf.HTTPCheck, method, uri, version string) []byte {
	var b strings.Builder
	fmt.Fprintf(&b, "%s %s %s\r\n", method, uri, version)
	closing := version == "HTTP/1.0"
	for _, f := range p.Headers {
		switch strings.ToLower(f.Name) {
		case "content-length", "transfer-encoding": // the body's, and there is one way to send it
			continue
		case "connection":
			closing = true
		}
		fmt.Fprintf(&b, "%s: %s\r\n", f.Name, f.Value)
	}
	if !closing {
		b.WriteString("Connection: close\r\n")
	}
	if p.Body != "" {
		fmt.Fprintf(&b, "Content-Length: %d\r\n", len(p.Body))
	}
	b.WriteString("\r\n")
	b.WriteString(p.Body)
	return []byte(b.String())
}

// ask sends the request and judges the response.
func (c *checker) ask(t *loop.Task, conn *loop.Conn, deadline int64) checkResult {
	buf := c.loop.GetBuf()
	defer c.loop.PutBuf(buf)
	if err := conn.Send(t, c.http.request, deadline); err == loop.ErrTimeout {
		return failed(checkL7TOUT, "")
	}
	// A server may answer and close before it has read everything: whatever Send said, read.
	rest, err := c.readHead(t, conn, buf.B, deadline)
	if err != nil {
		return readFailure(err)
	}
	if !c.http.expect.wantsBody() {
		return c.http.expect.judge(&c.resp, nil)
	}
	if err := c.readBody(t, conn, rest, buf.B, deadline); err == loop.ErrTimeout {
		return failed(checkL7TOUT, "")
	} else if err != nil {
		return readFailure(err)
	}
	return c.http.expect.judge(&c.resp, c.body)
}

func readFailure(err error) checkResult {
	switch err {
	case loop.ErrTimeout:
		return failed(checkL7TOUT, "")
	case io.EOF, io.ErrUnexpectedEOF:
		return failed(checkL7RSP, "")
	}
	return failed(checkL7RSP, errorText(err))
}

// readHead reads the final response head into c.resp and returns the bytes that came behind it.
func (c *checker) readHead(t *loop.Task, conn *loop.Conn, buf []byte, deadline int64) ([]byte, error) {
	var parser http1.Parser
	n := 0
	for {
		m, err := conn.Recv(t, buf[n:], deadline)
		if err != nil {
			return nil, err
		}
		n += m
		for {
			head, err := parser.Response(buf[:n], &c.resp, c.http.method, http1.Limits{})
			if err == http1.ErrIncomplete && n < len(buf) {
				break
			}
			if err != nil {
				return nil, err
			}
			if c.resp.Status >= 200 || c.resp.Status == 101 {
				return buf[head:n], nil
			}
			// An interim response (RFC 9110, 15.2): the final one follows.
			n = copy(buf, buf[head:n])
			parser = http1.Parser{}
			if n == 0 {
				break
			}
		}
	}
}

// readBody collects the body in c.body until its end, until enough came to say yes, or maxCheckBody bytes. The head's fields
// are lost: buf is used again.
func (c *checker) readBody(t *loop.Task, conn *loop.Conn, rest, buf []byte, deadline int64) error {
	c.body = c.body[:0]
	var chunks http1.ChunkReader
	left := c.resp.ContentLength
	for {
		used, done, err := c.takeBody(&chunks, rest, &left)
		if err != nil || done || len(c.body) >= maxCheckBody || c.http.expect.satisfied(c.body) {
			return err
		}
		n := copy(buf, rest[used:])
		m, err := conn.Recv(t, buf[n:], deadline)
		switch {
		case err == io.EOF && c.resp.Framing == message.UntilClose:
			return nil
		case err != nil:
			return err
		}
		rest = buf[:n+m]
	}
}

// takeBody moves what is body in b to c.body and says how much of b it used and whether the body ended.
func (c *checker) takeBody(chunks *http1.ChunkReader, b []byte, left *int64) (used int, done bool, err error) {
	switch c.resp.Framing {
	case message.NoBody:
		return 0, true, nil
	case message.UntilClose:
		c.body = append(c.body, b...)
		return len(b), false, nil
	case message.Length:
		n := int(min(*left, int64(len(b))))
		c.body = append(c.body, b[:n]...)
		*left -= int64(n)
		return n, *left == 0, nil
	}
	for {
		data, n, err := chunks.Next(b[used:])
		used += n
		c.body = append(c.body, data...)
		switch {
		case err == io.EOF:
			return used, true, nil
		case err == http1.ErrIncomplete:
			return used, false, nil
		case err != nil:
			return used, false, err
		}
	}
}
