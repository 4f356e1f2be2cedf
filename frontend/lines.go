package frontend

import (
	"errors"
	"strings"

	"weir/acl"
	"weir/conf"
	"weir/internal/fault"
	"weir/internal/logfmt"
	"weir/internal/logsink"
)

// lines are how a frontend's streams are logged: one of the ready-made lines, or the formats of the configuration.
type lines struct {
	kind   conf.LogFormat
	format *acl.Format // "log-format"; nil = kind
	sd     *acl.Format // "log-format-sd"
	need   logfmt.Need // of what is written: what costs something is found out only then
	id     *acl.Format // "unique-id-format"
	idName string      // "unique-id-header"; "" = none
	failed *acl.Format // "error-log-format"; nil = HAProxy's own line
}

func compileLines(comp *acl.Compiler, p *conf.Proxy) (l lines, err error) {
	var errs [5]error
	l.kind, l.idName = p.LogFormat, strings.ToLower(p.UniqueIDHeader)
	log := comp.At(acl.InLog)
	l.format, errs[0] = log.Format(p.LogLine)
	l.sd, errs[1] = log.Format(p.LogSD)
	l.id, errs[2] = comp.At(acl.InHTTPRequest).IDFormat(p.UniqueIDFormat)
	errs[3] = noPasswords(comp, p.Pos, p.Title()+": unique-id-format")
	l.failed, errs[4] = log.Format(p.ErrorLogLine)
	l.need = l.sd.Need()
	switch {
	case l.format != nil:
		l.need |= l.format.Need()
	case l.kind == conf.LogJSON:
		l.need |= logfmt.JSONNeed
	default:
		l.need |= logfmt.NeedRecord | logfmt.NeedRequest | logfmt.NeedCounts
	}
	return l, errors.Join(errs[:]...)
}

// atEnd reports whether a stream's line is written when it is over. Without any log option HAProxy writes one at the accept.
func (l *lines) atEnd() bool { return l.kind != conf.LogDefault || l.format != nil }

// kept are the values of a line's expressions, of a stream whose Context will be gone when the line is written.
type kept struct{ format, sd [][]byte }

func (l *lines) keep(c *acl.Context) *kept { return &kept{l.format.Values(c), l.sd.Values(c)} }

// emit writes the line. st is nil for a tunnel, whose stream is gone.
func (r *record) emit(w *worker, st *stream) {
	l, p := &r.fe.lines, w.access
	if l.failed != nil && st != nil && r.noRequest(st) {
		r.emitFailed(st, r.severity())
		return
	}
	if st != nil && !st.begun && !st.answered && !st.inspected && !r.tcp { // what it knows is of the stream's last use
		st.ctx.Begin(w.l.Wall())
		st.s.fill(&st.ctx)
	}
	lr := r.fill(w, st, l.need)
	lr.ASAP = r.fe.p.Options.LogASAP // in lines of the end, too, as in HAProxy
	var ctx *acl.Context
	var values kept
	if st != nil {
		ctx = &st.ctx
	} else if r.values != nil {
		values, ctx = *r.values, w.ended.context(w, r, lr)
	}
	b := p.Begin()
	if l.sd != nil {
		b = l.sd.AppendLine(b, ctx, &w.format, lr, values.sd)
	}
	n := len(b)
	b = l.append(b, ctx, &w.format, lr, values.format)
	p.EndSD(b, n, r.fe.log, r.severity())
	if l.need&logfmt.NeedLines != 0 {
		r.fe.written.Add(1)
	}
}

// noRequest reports whether the stream ended before there was a request.
func (r *record) noRequest(st *stream) bool {
	switch r.fault {
	case fault.BadRequest, fault.ClientAbortRequest, fault.ClientTimeoutRequest:
		return !st.begun && !r.tcp && len(r.line) == 0 // of an expectation that nobody meets the request is known
	}
	return false
}

// emitFailed writes the line by error-log-format.
func (r *record) emitFailed(st *stream, level logsink.Level) {
	w, f := st.w, r.fe.lines.failed
	st.ctx.BeginConn(w.l.Wall()) // what it knows may be of the stream's last use
	st.s.fill(&st.ctx)
	lr := r.fill(w, st, f.Need())
	w.access.End(f.AppendLine(w.access.Begin(), &st.ctx, &w.format, lr, nil), r.fe.log, level)
}

func (l *lines) append(b []byte, ctx *acl.Context, f *logfmt.Formatter, lr *logfmt.Record, values [][]byte) []byte {
	if l.format != nil {
		return l.format.AppendLine(b, ctx, f, lr, values)
	}
	switch l.kind {
	case conf.LogHTTP:
		return f.AppendHTTP(b, lr)
	case conf.LogHTTPClf:
		return f.AppendCLF(b, lr)
	case conf.LogHTTPS:
		return f.AppendHTTPS(b, lr)
	case conf.LogJSON:
		return f.AppendJSON(b, lr)
	}
	return f.AppendTCP(b, lr)
}

// logs reports whether the stream's line is still to be written and somebody reads it.
func (r *record) logs(w *worker) bool {
	return !r.logged && w.access != nil && r.fe.lines.atEnd() && r.fe.log.Wants(r.severity())
}

// logsFailed is logs for a stream that ended before there was a request, which error-log-format tells of where no other line is written at the end.
func (r *record) logsFailed(st *stream) bool {
	return r.fe.lines.failed != nil && r.noRequest(st) && !r.logged && st.w.access != nil && r.fe.log.Wants(r.severity())
}

// logsTunnel is logs for a stream that no rule will see again, but that may still end badly.
func (r *record) logsTunnel(w *worker) bool {
	return r.logs(w) || !r.logged && !r.leveled && r.fe.p.Options.LogSeparateErrors && w.access != nil && r.fe.lines.atEnd() && r.fe.log.Wants(logsink.Err)
}

// loudest is the most severe level that the line of a stream of a section with these options may get.
func (px *Proxy) loudest(o *conf.Options) logsink.Level {
	switch {
	case px.relevels:
		return logsink.Emerg
	case o.LogSeparateErrors:
		return logsink.Err
	}
	return logsink.Info
}

// severity is the level of the line: by set-log-level, else, with "option log-separate-errors", by how the stream went.
func (r *record) severity() logsink.Level {
	switch {
	case r.leveled:
		return r.level
	case r.fe.p.Options.LogSeparateErrors && r.wentBadly():
		return logsink.Err
	}
	return logsink.Info
}
