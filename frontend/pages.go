package frontend

import (
	"errors"
	"fmt"
	"slices"

	"weir/conf"
	"weir/internal/http1"
	"weir/internal/message"
)

// page is a response kept ready: an error page, its own or one from an errorfile.
type page struct {
	status int
	reason []byte
	fields message.Fields
	body   []byte
}

// pages are the error pages of a proxy section, by status.
type pages struct{ own map[int]*page }

// newPages reads the section's errorfiles as the HTTP responses that they are.
func newPages(p *conf.Proxy) (*pages, error) {
	ps := &pages{own: map[int]*page{}}
	var errs []error
	for status, f := range p.ErrorFiles {
		pg, err := parsePage(f.Data)
		if err != nil {
			errs = append(errs, fmt.Errorf("%s: errorfile %d: %q is not an HTTP response: %w", f.Pos, status, f.Path, err))
			continue
		}
		ps.own[status] = pg
	}
	return ps, errors.Join(errs...)
}

// parsePage takes a response as a person wrote it: its line ends may be LF alone.
func parsePage(data []byte) (*page, error) {
	head, body := splitHead(data)
	if head == nil {
		return nil, errors.New("there is no empty line after the head")
	}
	var resp message.Response
	if _, err := http1.ParseResponse(head, &resp, message.MethodGet, http1.Limits{HeadBytes: len(head), Fields: conf.DefaultMaxHeaders}); err != nil {
		return nil, err
	}
	resp.Fields.Del(message.ContentLength)
	resp.Fields.Del(message.TransferEncoding)
	return &page{status: resp.Status, reason: resp.Reason, fields: resp.Fields, body: body}, nil
}

// splitHead returns the head with CRLF line ends, and what follows it.
func splitHead(data []byte) (head, body []byte) {
	for i := 0; i < len(data); i++ {
		if data[i] != '\n' {
			continue
		}
		line := data[:i]
		if n := len(line); n > 0 && line[n-1] == '\r' {
			line = line[:n-1]
		}
		data = data[i+1:]
		head = append(append(head, line...), "\r\n"...)
		if len(line) == 0 {
			return head, data
		}
		i = -1
	}
	return nil, nil
}

// page is the page for a status: the backend's, the frontend's, or Weir's.
func (st *stream) pageFor(status int) *page {
	if st.route != nil {
		if p := st.route.pages.own[status]; p != nil {
			return p
		}
	}
	if p := st.fe().pages.own[status]; p != nil {
		return p
	}
	if p := builtin[status]; p != nil {
		return p
	}
	return builtin[500]
}

// builtin are Weir's own pages.
var builtin = makeBuiltin()

func makeBuiltin() map[int]*page {
	texts := map[int]string{
		200: "The service is up.",
		400: "The request could not be understood.",
		401: "This needs a name and a password.",
		403: "You may not have this.",
		404: "There is nothing here.",
		405: "That cannot be done with this.",
		407: "The proxy needs a name and a password.",
		408: "The request took too long to arrive.",
		410: "This is gone for good.",
		413: "The request is too large.",
		417: "That expectation cannot be met.",
		425: "This request must wait until the connection is secure.",
		429: "Too many requests: slow down.",
		500: "Something went wrong in the proxy.",
		501: "The proxy does not know how to do that.",
		502: "The server's answer could not be used.",
		503: "No server can take this request now.",
		504: "The server did not answer in time.",
	}
	out := map[int]*page{}
	for status, text := range texts {
		reason := http1.Reason(status)
		body := fmt.Sprintf("<!doctype html>\n<html><head><title>%d %s</title></head>\n<body><h1>%d %s</h1><p>%s</p></body></html>\n", status, reason, status, reason, text)
		p := &page{status: status, reason: []byte(reason), body: []byte(body)}
		p.fields.Add(message.CacheControl, []byte("no-cache"))
		p.fields.Add(message.ContentType, []byte("text/html"))
		out[status] = p
	}
	return out
}

// respond makes st.resp of the page.
func (p *page) respond(resp *message.Response) {
	resp.Reset()
	resp.Status, resp.Reason, resp.Minor = p.status, p.reason, 1
	resp.Fields = append(resp.Fields, p.fields...)
	resp.Framing, resp.ContentLength = message.Length, int64(len(p.body))
}

// statuses lists the built-in pages, for tests and docs.
func statuses() []int {
	var out []int
	for s := range builtin {
		out = append(out, s)
	}
	slices.Sort(out)
	return out
}
