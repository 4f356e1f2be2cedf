package frontend

import (
	"fmt"
	"time"

	"weir/acl"
	"weir/conf"
	"weir/internal/fault"
	"weir/internal/http1"
	"weir/internal/loop"
	"weir/internal/message"
)

// answer compiles the actions that end the stream with a response of our own, or without one; nil for the others.
func (k *ruleSite) answer(r *conf.Rule) (deed, error) {
	switch a := r.Action.(type) {
	case *conf.Deny:
		y, err := k.reply(&a.Reply, true)
		return &deny{y}, err
	case *conf.Tarpit:
		y, err := k.reply(&a.Reply, true)
		return &tarpit{y}, err
	case *conf.Return:
		y, err := k.reply(&a.Reply, false)
		return &ready{y}, err
	case *conf.Redirect:
		return k.redirect(a)
	case *conf.Auth:
		return k.auth(a)
	case *conf.Reject:
		return reject{}, nil
	case *conf.SilentDrop:
		return silentDrop{a.RstTTL}, nil
	case *conf.UseService:
		return &useService{a.Name}, nil
	}
	return nil, nil
}

// deny refuses a request, or a response.
type deny struct{ reply }

func (d *deny) do(st *stream, t *loop.Task, on phase) verdict {
	if on != onRequest {
		st.deniedResp()
		st.rec.unreached(on)
		st.rec.fail(fault.DeniedResponse)
		return st.over(st.give(t, &d.reply, 502))
	}
	st.deniedReq()
	st.captureCookie()
	st.rec.fail(fault.Denied)
	return st.over(st.give(t, &d.reply, conf.DefaultDenyStatus))
}

// tarpit keeps an attacker waiting, at the price of a connection and a suspended task, before it is refused.
type tarpit struct{ reply }

func (d *tarpit) do(st *stream, t *loop.Task, _ phase) verdict {
	st.deniedReq()
	st.captureCookie()
	// Without any timeout it is refused at once, as in HAProxy: nobody is held for ever.
	if d := st.tarpitTime(); d > 0 {
		st.hold(t, d, true)
	}
	st.rec.tarpitted, st.rec.slot = true, st.w.l.Now()
	st.rec.fail(fault.Tarpitted)
	return st.over(st.give(t, &d.reply, conf.DefaultTarpitStatus))
}

// tarpitTime is the timeout of the section whose rules are being run.
func (st *stream) tarpitTime() time.Duration {
	tm := &st.fe().p.Timeouts
	if st.route != nil {
		tm = &st.route.p.Timeouts
	}
	return firstSet(st.set.tarpit, tm.Tarpit, tm.Connect)
}

// ready is return: a ready response.
type ready struct{ reply }

func (d *ready) do(st *stream, t *loop.Task, on phase) verdict {
	st.intercepted(on)
	return st.over(st.give(t, &d.reply, conf.DefaultReturnStatus))
}

// intercepted notes that a rule answers in place of a server.
func (st *stream) intercepted(on phase) {
	if on != onRequest {
		st.rec.unreached(on)
		st.rec.fail(fault.InterceptedResponse)
		return
	}
	st.fe().traffic(st.w).Intercepted++
	st.rec.fail(fault.Intercepted)
}

// reject closes the connection without a word.
type reject struct{}

func (reject) do(st *stream, _ *loop.Task, on phase) verdict {
	st.deniedReq()
	st.rec.unreached(on)
	st.rec.fail(fault.Denied)
	return st.over(nextClose)
}

// silentDrop ends the connection without the client being told.
type silentDrop struct{ ttl int }

func (d silentDrop) do(st *stream, _ *loop.Task, on phase) verdict {
	st.deniedReq()
	st.rec.unreached(on)
	if on == onResponse {
		st.rec.status = st.resp.Status // which the log has, as in HAProxy
	}
	st.rec.fail(fault.Denied)
	st.s.c.Vanish(d.ttl)
	return st.over(nextClose)
}

// useService hands the request to a service inside Weir.
type useService struct{ name string }

func (d *useService) do(st *stream, t *loop.Task, _ phase) verdict {
	return st.over(st.service(t, d.name, nil))
}

// auth asks who the client is (RFC 9110, 11.6.1 and 11.7.1).
type auth struct{ challenge []byte }

func (k *ruleSite) auth(a *conf.Auth) (deed, error) {
	realm := a.Realm
	if realm == "" {
		realm = k.p.Name
	}
	return newAuth(realm), nil
}

func newAuth(realm string) *auth { return &auth{fmt.Appendf(nil, "Basic realm=%q", realm)} }

func (d *auth) do(st *stream, t *loop.Task, on phase) verdict {
	st.intercepted(on)
	status, field := 401, message.WWWAuthenticate
	if st.fe().p.Options.UseProxyHeader && len(st.req.Scheme) > 0 {
		status, field = 407, message.ProxyAuthenticate
	}
	body := st.fill(st.pageFor(status))
	st.resp.Fields.Set(field, d.challenge)
	return st.over(st.reply(t, body))
}

// redirect answers with a Location (RFC 9110, 15.4).
type redirect struct {
	conf   *conf.Redirect
	text   *acl.Format
	cookie text // set-cookie-fmt
	fields message.Fields
	code   int
	reason []byte
}

func (k *ruleSite) redirect(a *conf.Redirect) (deed, error) {
	d := &redirect{conf: a, code: orStatus(a.Code, conf.DefaultRedirectCode)}
	d.reason = []byte(http1.Reason(d.code))
	var err error
	if d.text, err = k.Format(a.Text); err != nil {
		return nil, err
	}
	if d.code != 301 && d.code != 308 { // the permanent ones may be kept
		d.fields.Add(message.CacheControl, []byte("no-cache"))
	}
	if a.SetCookie != "" {
		d.fields.Add(message.SetCookie, []byte(a.SetCookie+"; path=/;"))
	}
	if a.ClearCookie != "" {
		d.fields.Add(message.SetCookie, []byte(a.ClearCookie+"; path=/; Max-Age=0;"))
	}
	if a.SetCookieAs != nil {
		d.cookie, err = k.text(a.SetCookieAs)
	}
	return d, err
}

func (d *redirect) do(st *stream, t *loop.Task, on phase) verdict {
	st.text = d.text.Append(st.text[:0], &st.ctx)
	if d.conf.IgnoreEmpty && len(st.text) == 0 {
		return carryOn
	}
	st.text = escapeControls(d.location(st.text, st), 0)
	where := st.arena.Copy(st.text)
	var cookie []byte
	if d.conf.SetCookieAs != nil {
		cookie = st.value(&d.cookie)
	}
	st.intercepted(on)
	st.resp.Reset()
	st.resp.Status, st.resp.Reason, st.resp.Minor = d.code, d.reason, 1
	st.resp.Fields.Add(message.Location, where)
	st.resp.Fields = append(st.resp.Fields, d.fields...)
	if cookie != nil {
		st.resp.Fields.Add(message.SetCookie, st.joined(cookie, cookiePath))
	}
	st.resp.Framing = message.Length
	return st.over(st.reply(t, nil))
}

var cookiePath = []byte("; path=/;")

// location appends to the rule's text what makes it the address that the client is sent to.
func (d *redirect) location(dst []byte, st *stream) []byte {
	a, path := d.conf, st.req.Path
	switch a.Kind {
	case conf.RedirectLocation:
		if q := path[len(st.req.PathOnly()):]; a.KeepQuery && len(q) > 1 && q[0] == '?' {
			dst = appendQuery(dst, q)
		}
		return dst
	case conf.RedirectScheme:
		host := st.req.Get(message.Host) // where it has a port that the target has not, that is the client's
		if len(host) == 0 {
			host = st.req.Host()
		}
		dst = append(append(dst, "://"...), host...)
	}
	if len(path) == 0 || path[0] != '/' { // "*", or CONNECT
		path = slash
	}
	end := len(st.req.PathOnly())
	if end == 0 {
		end = len(path)
	}
	query := path[end:]
	path = path[:end]
	if a.Kind == conf.RedirectPrefix && len(dst) == 1 && dst[0] == '/' {
		dst = dst[:0] // "prefix /" means the path as it is
	}
	dst = append(dst, path...)
	if a.AppendSlash && path[len(path)-1] != '/' {
		dst = append(dst, '/')
	}
	if a.DropQuery {
		return dst
	}
	return append(dst, query...)
}

// appendQuery puts a query, with its question mark, behind a location that may have one.
func appendQuery(dst, query []byte) []byte {
	for _, c := range dst {
		if c == '?' {
			return append(append(dst, '&'), query[1:]...)
		}
	}
	return append(dst, query...)
}
