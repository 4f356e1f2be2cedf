package frontend

import (
	"errors"
	"fmt"
	"slices"
	"strings"

	"weir/conf"
	"weir/internal/http1"
	"weir/internal/loop"
	"weir/internal/message"
)

// page is a response kept ready: an error page, a rule's, or one from an errorfile.
type page struct {
	status  int
	reason  []byte
	fields  message.Fields
	body    []byte
	text    *text        // where the body is made of the request
	headers []*setHeader // that are made of the request
	silent  bool         // from an empty errorfile: nothing is sent
}

// pages are the error pages of a proxy section, by status.
type pages struct{ own map[int]*page }

// reply is what a rule answers: a page of its own, or the section's for the status.
type reply struct {
	status int // 0 = the rule's default
	page   *page
}

// pages reads the section's error pages.
func (k *ruleSite) pages() (*pages, error) {
	ps := &pages{own: map[int]*page{}}
	var errs []error
	for status, f := range k.p.ErrorFiles {
		pg, err := filePage(status, f)
		ps.own[status] = pg
		errs = append(errs, err)
	}
	for status, r := range k.p.ErrorReplies {
		y, err := k.errorReply(status, r)
		if y != nil {
			ps.own[status] = y
		}
		errs = append(errs, placed(r.Pos, err))
	}
	return ps, errors.Join(errs...)
}

// errorReply is an http-error or an errorloc; nil where it says that the next one's page is to be used.
func (k *ruleSite) errorReply(status int, r *conf.ErrorReply) (*page, error) {
	if r.Location != "" {
		code := orStatus(r.Status, 302)
		p := &page{status: code, reason: []byte(http1.Reason(code))}
		p.fields.Add(message.CacheControl, []byte("no-cache"))
		p.fields.Add(message.Location, []byte(r.Location))
		return p, nil
	}
	y := r.Reply
	y.Status = status
	out, err := k.reply(&y, true)
	return out.page, err
}

// filePage is a page that a file holds as it goes over the wire.
func filePage(status int, f *conf.ErrorFile) (*page, error) {
	if len(f.Data) == 0 {
		return &page{status: status, silent: true}, nil
	}
	p, err := parsePage(f.Data)
	if err != nil {
		return nil, fmt.Errorf("%s: errorfile %d: %q is not an HTTP response: %w", f.Pos, status, f.Path, err)
	}
	return p, nil
}

// reply compiles a ready response. Where nothing says what it holds, fields neither, it is the section's page for the status if pageByDefault
// says so and there is one, else empty.
func (k *ruleSite) reply(y *conf.Reply, pageByDefault bool) (r reply, err error) {
	r.status = y.Status
	switch {
	case y.Default:
	case y.ErrorFile != nil:
		r.page, err = filePage(y.Status, y.ErrorFile)
	case y.Errors != nil:
		r.page, err = k.px.errorsPage(y.Errors, y.Status)
	case y.Format != nil:
		r.page = k.emptyPage(y)
		r.page.text = &text{}
		r.page.text.format, err = k.Format(y.Format)
	case !y.HasBody && len(y.Body) == 0 && len(y.Headers) == 0 && pageByDefault && (y.Status == 0 || slices.Contains(conf.ErrorFileStatuses, y.Status)):
	default:
		r.page = k.emptyPage(y)
		r.page.body = y.Body
	}
	if err != nil || r.page == nil || y.ErrorFile != nil || y.Errors != nil {
		return r, err
	}
	return r, k.replyFields(r.page, y)
}

func (k *ruleSite) emptyPage(y *conf.Reply) *page {
	p := &page{status: y.Status, reason: []byte(http1.Reason(y.Status))}
	if y.ContentType != "" && (len(y.Body) > 0 || y.Format != nil) {
		p.fields.Add(message.ContentType, []byte(y.ContentType))
	}
	return p
}

// replyFields compiles the fields of a ready response. What frames it is not theirs to say.
func (k *ruleSite) replyFields(p *page, y *conf.Reply) error {
	var errs []error
	for i := range y.Headers {
		switch strings.ToLower(y.Headers[i].Name) {
		case "connection", "content-length", "content-type", "transfer-encoding":
			continue
		}
		h, err := k.header(y.Headers[i].Name, y.Headers[i].Value)
		p.headers = append(p.headers, h)
		errs = append(errs, err)
	}
	return errors.Join(errs...)
}

// errorsPage is a page of an http-errors section; nil where it has none for the status.
func (px *Proxy) errorsPage(ref *conf.Ref, status int) (*page, error) {
	for _, s := range px.cfg.HTTPErrors {
		if s.Name != ref.Name {
			continue
		}
		if f := s.Files[status]; f != nil {
			return filePage(status, f)
		}
		return nil, nil
	}
	return nil, fmt.Errorf("%s: no http-errors section %q", ref.Pos, ref.Name)
}

// give answers as a rule says; def is the status where it names none.
func (st *stream) give(t *loop.Task, r *reply, def int) next {
	status := orStatus(r.status, def)
	if r.page == nil {
		return st.page(t, status)
	}
	if r.page.status == 0 {
		p := *r.page
		p.status, p.reason = def, []byte(http1.Reason(def))
		return st.answer(t, &p, status)
	}
	return st.answer(t, r.page, status)
}

// page answers with the page for a status.
func (st *stream) page(t *loop.Task, status int) next {
	return st.answer(t, st.pageFor(status), status)
}

// answer sends a page in answer to what has that status, which is what logs and counters tell.
func (st *stream) answer(t *loop.Task, p *page, status int) next {
	if p.silent {
		st.answered, st.rec.local, st.rec.status = true, true, status
		return nextClose
	}
	st.rec.shown = status
	return st.reply(t, st.fill(p))
}

// fill makes st.resp of the page and returns its body. Its formats may look at the response that it takes the place of.
func (st *stream) fill(p *page) []byte {
	made := st.made[:0]
	for _, h := range p.headers {
		if v := st.value(&h.value); len(v) > 0 {
			made.AddBytes(h.name, v)
		}
	}
	body := p.body
	if p.text != nil {
		st.text = p.text.format.Append(st.text[:0], &st.ctx)
		body = st.arena.Copy(st.text)
	}
	if p.text == nil || len(body) > 0 { // of nothing there is no type
		made = append(made, p.fields...)
	}
	st.resp.Reset()
	st.resp.Fields, st.made = made, st.resp.Fields
	st.resp.Status, st.resp.Reason, st.resp.Minor = p.status, p.reason, 1
	st.resp.Framing, st.resp.ContentLength = message.Length, int64(len(body))
	return body
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
		421: "This server does not answer for that name.",
		422: "The request was understood, but cannot be carried out.",
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

// statuses lists the built-in pages, for tests and docs.
func statuses() []int {
	var out []int
	for s := range builtin {
		out = append(out, s)
	}
	slices.Sort(out)
	return out
}
