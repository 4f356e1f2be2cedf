package frontend

import (
	"errors"
	"io"
	"slices"
	"time"

	"weir/acl"
	"weir/conf"
	"weir/internal/fault"
	"weir/internal/http1"
	"weir/internal/logsink"
	"weir/internal/loop"
	"weir/internal/message"
)

// tcpRule is one tcp-request or tcp-response rule, compiled.
type tcpRule struct {
	rule
	vars *acl.VarRule // set-var, set-var-fmt, unset-var
	slot int          // capture
	log  logsink.Level
}

// content is a section's tcp-request content or tcp-response content rules.
type content struct {
	rules []tcpRule
	delay time.Duration // "inspect-delay"
}

// compileTCP compiles a list of TCP rules.
func compileTCP(c *acl.Compiler, p *conf.Proxy, rules []*conf.Rule) ([]tcpRule, error) {
	var errs []error
	_, _, slots := compileCaptures(p)
	out := make([]tcpRule, len(rules))
	for i, r := range rules {
		cond, err := c.Cond(r.Cond, p.ACLs)
		out[i].pos, out[i].cond, out[i].action = r.Pos, cond, r.Action
		errs = append(errs, err, out[i].compile(c))
		out[i].asks = c.TakeUsers()
		if a, ok := r.Action.(*conf.CaptureSample); ok {
			if out[i].slot = a.Slot; a.Slot < 0 {
				out[i].slot = slots[a]
			}
		}
	}
	return out, errors.Join(errs...)
}

func (r *tcpRule) compile(c *acl.Compiler) (err error) {
	switch a := r.action.(type) {
	case *conf.Allow:
		r.kind = actAllow
	case *conf.Reject, *conf.SilentDrop, *conf.SwitchMode, *conf.Close:
		r.kind = actFinal
	case *conf.SetVar:
		r.vars, err = c.SetVar(r.pos, a)
	case *conf.SetVarFmt:
		r.vars, err = c.SetVarFmt(r.pos, a)
	case *conf.UnsetVar:
		r.vars, err = c.UnsetVar(r.pos, a)
	case *conf.SetAddr, *conf.SetSocket, *conf.SetPriority, *conf.SetNice:
		err = r.compileSocket(c)
	case *conf.CaptureSample:
		r.expr, err = c.Expr(a.Expr)
	case *conf.Expect, *conf.DoLog:
	case *conf.SetLogLevel:
		if a.Level == "silent" {
			break
		}
		i := slices.Index(conf.LogLevels, a.Level)
		if i < 0 {
			return conf.Unknown(r.pos, "set-log-level", "level", a.Level, append(slices.Clone(conf.LogLevels), "silent"))
		}
		r.log = logsink.Level(i)
	default:
		err = conf.NotDone(r.pos, "tcp rule", a.Keyword(), "")
	}
	return err
}

// carry carries out what is neither of the sockets nor ends the list.
func (st *stream) carry(r *tcpRule) {
	switch a := r.action.(type) {
	case *conf.CaptureSample:
		st.text, _ = r.expr.AppendText(st.text[:0], &st.ctx)
		st.rec.capture(r.slot, st.arena.Copy(st.text[:min(len(st.text), a.Len)]))
		st.ctx.ReqCaptures = st.rec.reqCap
	case *conf.Expect:
		st.s.expects |= a.Header
	case *conf.DoLog:
		st.rec.logNow(st)
	case *conf.SetLogLevel:
		st.rec.logged = a.Level == "silent"
		st.rec.level, st.rec.leveled = r.log, true
	default:
		r.vars.Run(&st.ctx)
	}
}

// capture puts a value into a slot of the request's captures.
func (r *record) capture(slot int, v []byte) {
	for len(r.reqCap) <= slot {
		r.reqCap = append(r.reqCap, nil)
	}
	r.reqCap[slot] = v
}

func compileContent(c *acl.Compiler, p *conf.Proxy, rules []*conf.Rule, delay time.Duration) (*content, error) {
	if len(rules) == 0 {
		return nil, nil
	}
	list, err := compileTCP(c, p, rules)
	return &content{rules: list, delay: delay}, err
}

// compileContents compiles the content rules of a section.
func (s *settings) compileContents(comp *acl.Compiler, p *conf.Proxy) error {
	var errs [2]error
	s.tcpReq, errs[0] = compileContent(comp.At(acl.RequestPlace(p.Kind, true)), p, p.TCPReqRules, p.TCPReqDelay)
	s.tcpResp, errs[1] = compileContent(comp.At(acl.InTCPResponse), p, p.TCPRespRules, p.TCPRespDelay)
	return errors.Join(errs[:]...)
}

// try carries out the rules on what there is now, from the first on. wait: what comes next may change what a condition
// says. Else last is the one that ended the list, nil when none did.
func (st *stream) try(t *loop.Task, rules []tcpRule) (last conf.Action, wait bool) {
	ctx := &st.ctx
	for i := range rules {
		r := &rules[i]
		ok := st.holds(t, r.cond)
		if ctx.More && !ctx.Final {
			st.rec.waiting = &r.pos
			return nil, true
		}
		st.rec.waiting = nil
		if !ok {
			continue
		}
		st.checkPasswords(t, r.asks)
		switch r.kind {
		case actAllow:
			st.rec.lastRule = &r.pos
			return nil, false
		case actFinal:
			st.rec.lastRule = &r.pos
			return r.action, false
		case actSocket:
			st.setSocket(&r.rule)
		default:
			st.carry(r)
		}
	}
	return nil, false
}

// inspect applies a section's tcp-request content rules, waiting up to its inspect-delay for what they need. over: the stream
// has ended and n is what follows.
func (st *stream) inspect(t *loop.Task, c *content) (over bool, n next) {
	if c == nil {
		return false, 0
	}
	until := after(st.w.l.Now(), c.delay)
	st.ctx.Final = c.delay <= 0
	for {
		if f := st.look(); f != nil {
			return true, st.giveUp(t, f)
		}
		if last, wait := st.try(t, c.rules); !wait {
			st.ctx.Final = true
			return st.ruled(last)
		}
		if f := st.moreContent(t, until); f != nil {
			return true, st.giveUp(t, f)
		}
	}
}

// look shows the rules what the client has sent. In HTTP that is the request, which is there.
func (st *stream) look() *fault.Fault {
	s := st.s
	if !st.tcp {
		st.ctx.Final = st.ctx.Final || st.bodyComplete()
		return nil
	}
	if s.in.len() == 0 && s.c.Readable() {
		if f := st.readContent(); f != nil {
			return f
		}
	}
	if st.ctx.Raw = nil; s.in.len() > 0 {
		st.ctx.Raw = s.in.bytes()
	}
	return nil
}

// readContent reads behind what is there. At the client's end, or when no more fits, the contents are final.
func (st *stream) readContent() *fault.Fault {
	s := st.s
	s.in.ready(st.w.l)
	_, err := s.in.recv(s.c)
	switch {
	case err == loop.ErrAgain:
	case err == io.EOF:
		st.ctx.Final = true
	case err != nil:
		return fault.ClientAbortRequest
	}
	st.ctx.Final = st.ctx.Final || s.in.full()
	return nil
}

// moreContent waits for the client's next bytes, until the delay is over.
func (st *stream) moreContent(t *loop.Task, until int64) *fault.Fault {
	s, now := st.s, st.w.l.Now()
	client := after(now, s.fe.p.Timeouts.Client)
	switch err := s.c.WaitRead(t, min(until, client)); {
	case err == nil:
		return st.readContent()
	case err != loop.ErrTimeout:
		return fault.InternalError
	case st.w.l.Now() >= until:
		st.ctx.Final = true
		return nil
	}
	return fault.ClientTimeoutRequest
}

// bodyComplete reports whether all of the request is there, or as much as ever can be before it is sent on.
func (st *stream) bodyComplete() bool {
	in := &st.s.in
	switch st.req.Framing {
	case message.NoBody:
		return true
	case message.Length:
		return int64(in.len()) >= st.req.ContentLength || in.full()
	}
	if in.len() == 0 {
		return false
	}
	var c http1.ChunkReader
	c.Decode(in.bytes())
	return c.Done() || in.full()
}

// ruled is what becomes of a stream whose content rules ended with an action, or without any.
func (st *stream) ruled(last conf.Action) (over bool, n next) {
	switch a := last.(type) {
	case *conf.SwitchMode:
		if st.tcp {
			st.toHTTP()
		}
	case *conf.SilentDrop:
		st.deniedContent()
		st.s.c.Vanish(a.RstTTL)
		return true, nextClose
	case *conf.Reject:
		st.deniedContent()
		return true, nextClose
	}
	return false, 0
}

// deniedContent counts and logs a refusal. The request, where there is one, is as if it had never been read.
func (st *stream) deniedContent() {
	st.deniedReq()
	st.rec.fail(fault.Denied)
	if !st.tcp && st.route == nil {
		st.rec.received, st.rec.unread = 0, true
		clear(st.rec.reqCap[:min(len(st.fe().captures), len(st.rec.reqCap))]) // those of rules stay
		st.fe().traffic(st.w).Requests--
	}
}

// giveUp ends a stream whose contents cannot be waited for any longer.
func (st *stream) giveUp(t *loop.Task, f *fault.Fault) next {
	if st.tcp {
		return st.lose(f)
	}
	return st.refuse(t, f)
}

// toHTTP makes a session in TCP mode one of HTTP, with the bytes that are there already. There is no way back.
func (st *stream) toHTTP() {
	s := st.s
	s.http, st.tcp = true, false
	s.deadline = after(st.w.l.Now(), leastSet(s.fe.p.Timeouts.HTTPRequest, s.fe.p.Timeouts.Client))
}
