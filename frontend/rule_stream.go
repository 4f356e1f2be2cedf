package frontend

import (
	"fmt"
	"slices"
	"time"

	"weir/acl"
	"weir/conf"
	"weir/internal/fault"
	"weir/internal/http1"
	"weir/internal/logsink"
	"weir/internal/loop"
)

// overrides are what rules have set for one stream in place of the configured.
type overrides struct {
	client, connect, queue, server, tarpit, tunnel time.Duration // 0 = as configured
	retries                                        int           // < 0 = as configured
	noL7                                           bool
}

// nothing is an action that has nothing to do here: there is no early data to wait with.
type nothing struct{}

func (nothing) do(*stream, *loop.Task, phase) verdict { return carryOn }

// strictMode is strict-mode, for the rest of the list.
type strictMode bool

func (on strictMode) do(st *stream, _ *loop.Task, _ phase) verdict {
	st.lax = !bool(on)
	return carryOn
}

// disableL7 is disable-l7-retry.
type disableL7 struct{}

func (disableL7) do(st *stream, _ *loop.Task, _ phase) verdict {
	st.set.noL7 = true
	return carryOn
}

// setStatus is set-status.
type setStatus struct {
	status int
	reason []byte
}

func newSetStatus(a *conf.SetStatus) *setStatus {
	if a.Reason == "" {
		return &setStatus{a.Status, []byte(http1.Reason(a.Status))}
	}
	return &setStatus{a.Status, []byte(a.Reason)}
}

func (s *setStatus) do(st *stream, _ *loop.Task, _ phase) verdict {
	st.resp.Status, st.resp.Reason = s.status, s.reason
	return carryOn
}

// logLevel is set-log-level.
type logLevel struct {
	level  logsink.Level
	silent bool
}

func newLogLevel(a *conf.SetLogLevel) (deed, error) {
	if a.Level == "silent" {
		return &logLevel{silent: true}, nil
	}
	i := slices.Index(conf.LogLevels, a.Level)
	if i < 0 {
		return nil, fmt.Errorf("unknown level %q", a.Level)
	}
	return &logLevel{level: logsink.Level(i)}, nil
}

func (d *logLevel) do(st *stream, _ *loop.Task, _ phase) verdict {
	st.rec.level, st.rec.leveled = d.level, true
	st.rec.logged = d.silent
	return carryOn
}

// setTimeout is set-timeout.
type setTimeout struct {
	of    func(o *overrides) *time.Duration
	value millis
}

// millis is a time that is fixed or an expression's, in milliseconds.
type millis struct {
	expr  *acl.Expr
	fixed time.Duration
}

func (k *ruleSite) millis(e *conf.Expr, fixed time.Duration) (m millis, err error) {
	m.fixed = fixed
	if e != nil {
		m.expr, err = k.Expr(e)
	}
	return m, err
}

// get is the time for this stream; 0 where the expression has none.
func (m *millis) get(st *stream) time.Duration {
	if m.expr == nil {
		return m.fixed
	}
	var v acl.Sample
	if !m.expr.EvalAs(&st.ctx, acl.Int, &v) || v.Int <= 0 {
		return 0
	}
	return min(time.Duration(min(v.Int, int64(maxSetTime/time.Millisecond)))*time.Millisecond, maxSetTime)
}

var timeoutOf = map[string]func(o *overrides) *time.Duration{
	"client":  func(o *overrides) *time.Duration { return &o.client },
	"connect": func(o *overrides) *time.Duration { return &o.connect },
	"queue":   func(o *overrides) *time.Duration { return &o.queue },
	"server":  func(o *overrides) *time.Duration { return &o.server },
	"tarpit":  func(o *overrides) *time.Duration { return &o.tarpit },
	"tunnel":  func(o *overrides) *time.Duration { return &o.tunnel },
}

func (k *ruleSite) setTimeout(a *conf.SetTimeout) (deed, error) {
	d := &setTimeout{of: timeoutOf[a.Name]}
	if d.of == nil {
		return nil, fmt.Errorf("unknown timeout %q", a.Name)
	}
	var err error
	d.value, err = k.millis(a.Value, a.Const)
	return d, err
}

func (d *setTimeout) do(st *stream, _ *loop.Task, _ phase) verdict {
	if v := d.value.get(st); v > 0 {
		*d.of(&st.set) = v
	}
	return carryOn
}

// setRetries is set-retries.
type setRetries struct{ value *acl.Expr }

func (k *ruleSite) setRetries(a *conf.SetRetries) (deed, error) {
	x, err := k.Expr(a.Value)
	return &setRetries{x}, err
}

func (d *setRetries) do(st *stream, _ *loop.Task, _ phase) verdict {
	var v acl.Sample
	if d.value.EvalAs(&st.ctx, acl.Int, &v) && v.Int >= 0 {
		st.set.retries = int(min(v.Int, maxSetRetries))
	}
	return carryOn
}

// earlyHint adds a field to a 103 (RFC 8297), which leaves before another rule is carried out. A client of HTTP/1.0 knows none.
type earlyHint struct{ field *setHeader }

func (k *ruleSite) earlyHint(a *conf.EarlyHint) (deed, error) {
	h, err := k.header(a.Name, a.Value)
	return &earlyHint{h}, err
}

func (d *earlyHint) do(st *stream, _ *loop.Task, _ phase) verdict {
	if st.req.Minor == 0 {
		return carryOn
	}
	if len(st.hints) == 0 {
		st.hints = http1.AppendStatusLine(st.hints, 103, earlyHints)
	}
	st.hints = http1.AppendField(st.hints, d.field.name, st.value(&d.field.value))
	return carryOn
}

// sendHints sends the early hints that have gathered. over: the client is gone, and st.then follows.
func (st *stream) sendHints(t *loop.Task) (over bool) {
	b := append(st.hints, "\r\n"...)
	st.hints = b[:0]
	st.down.sent += int64(len(b))
	if f := st.sendAll(t, b); f != nil {
		st.then = st.refuse(t, f)
		return true
	}
	return false
}

var earlyHints = []byte("Early Hints")

// pause is pause: the rules go on after a time.
type pause struct{ value millis }

func (k *ruleSite) pause(a *conf.Pause) (deed, error) {
	m, err := k.millis(a.Value, a.Const)
	return &pause{m}, err
}

func (d *pause) do(st *stream, t *loop.Task, on phase) verdict {
	for0 := d.value.get(st)
	if for0 <= 0 || st.hold(t, for0, false) {
		return carryOn
	}
	f := fault.ClientAbortRequest
	if on != onRequest {
		f = fault.ClientAbortHeaders
	}
	return st.over(st.refuse(t, f))
}

// hold suspends the stream for d. It is false when the client went away meanwhile: its connection failed, or, with hangup, was
// closed. A client that has only ended its side may still wait for the answer.
func (st *stream) hold(t *loop.Task, d time.Duration, hangup bool) bool {
	if st.s.ln.explain != nil { // an explanation is not kept waiting
		return true
	}
	until, c := after(st.w.l.Now(), d), st.s.c
	defer c.Release()
	for {
		if c.Failed() || hangup && c.HungUp() {
			return false
		}
		if st.w.l.Now() >= until {
			return true
		}
		if c.Await(t, hangup, false) != nil { // it cannot be watched: the time alone counts
			t.Sleep(time.Duration(until - st.w.l.Now()))
			return true
		}
		t.Park(until)
	}
}

// waitForBody is wait-for-body.
type waitForBody struct{ conf *conf.WaitForBody }

func (d *waitForBody) do(st *stream, t *loop.Task, on phase) verdict {
	if on != onRequest {
		return st.waitResponse(t, d.conf)
	}
	if f := st.bufferBody(t, d.conf.Time, d.conf.AtLeast); f != nil {
		st.unreadBody(f)
		return st.over(st.refuse(t, f))
	}
	return carryOn
}
