package backend

import (
	"context"
	"fmt"
	"net/netip"

	"weir/conf"
)

// plan is how the servers of a backend are checked: steps, one after another. It is immutable and all checkers share it.
//
//	connect ─► send ─► expect ─► ... ─► the last step's result
type plan struct {
	steps []step
	// requests is set where there are steps that send requests of HTTP.
	requests bool
	exec     bool // an external command takes the steps' ruleAt
}

// step is one step. It says whether the check is over, and what of it.
type step interface {
	run(r *checkRun) (checkResult, bool)
}

// CompileChecks compiles the checks with the expressions in them, and looks up the names of hosts that their rules connect to. Without it
// they are as if every expression were empty, and every such host the server.
func (b *Backend) CompileChecks(e Exprs) error {
	ctx, cancel := context.WithTimeout(context.Background(), resolveTimeout)
	defer cancel()
	p, err := newPlan(b.conf, e, func(pos conf.Pos, a *conf.Addr) (netip.Addr, error) {
		ip, text := LookUpHost(ctx, b.global, a, a.Host)
		if text != "" {
			return ip, conf.Bad(pos, fmt.Sprintf("backend %q: check", b.Name()), "address %q: %s", a.Host, text)
		}
		return ip, nil
	})
	b.plan = p
	for _, s := range b.Servers() {
		if s.checker != nil {
			s.checker.plan = p
		}
	}
	return err
}

// CheckRules reports what is wrong with the expressions in a section's checks.
func CheckRules(p *conf.Proxy, e Exprs) error {
	_, err := newPlan(p, e, nil)
	return err
}

// newPlan makes the plan of a section.
func newPlan(p *conf.Proxy, e Exprs, look func(conf.Pos, *conf.Addr) (netip.Addr, error)) (*plan, error) {
	c := &texts{Exprs: e, look: look}
	pl := &plan{}
	switch {
	case p.Check == nil:
		pl.steps = []step{&connectStep{}}
	case p.Check.Kind == conf.CheckTCP:
		pl.tcp(c, p.TCPCheckRules)
	case p.Check.Kind == conf.CheckHTTP:
		pl.http(c, p)
	case p.Check.Kind == conf.CheckExternal:
		pl.exec = true
	default:
		pl.steps = append([]step{&connectStep{}}, protocolSteps(p.Check)...)
	}
	for _, s := range pl.steps {
		if _, ok := s.(*requestStep); ok {
			pl.requests = true
		}
	}
	return pl, c.take()
}

// tcp makes the steps of tcp-check rules. Those that do not begin with a connect have one before them.
func (pl *plan) tcp(c *texts, rules []*conf.Rule) {
	if !beginsWithConnect(rules) {
		pl.steps = append(pl.steps, &connectStep{})
	}
	for i, r := range rules {
		at := ruleAt{kind: "tcp-check", number: i + 1}
		switch a := r.Action.(type) {
		case *conf.CheckConnect:
			pl.steps = append(pl.steps, newConnectStep(c, r.Pos, a, at))
		case *conf.CheckData:
			s := &dataStep{at: at.with(a.Comment, "send"), data: c.format(a.Data, "")}
			if a.Binary {
				s.data, s.at = c.binary(a.Data), at.with(a.Comment, "send binary")
			}
			pl.steps = append(pl.steps, s)
		case *conf.CheckExpect:
			pl.steps = append(pl.steps, newExpectStep(c, a, at))
		default:
			pl.variable(c, r)
		}
	}
}

func (pl *plan) variable(c *texts, r *conf.Rule) {
	if c.Exprs == nil {
		return
	}
	fn, err := c.Variable(r)
	c.note(err)
	pl.steps = append(pl.steps, varStep(fn))
}

// beginsWithConnect reports whether the first rule that does something is a connect.
func beginsWithConnect(rules []*conf.Rule) bool {
	for _, r := range rules {
		switch r.Action.(type) {
		case *conf.CheckConnect:
			return true
		case *conf.SetVar, *conf.SetVarFmt, *conf.UnsetVar:
		default:
			return false
		}
	}
	return false
}

// varStep sets a variable.
type varStep func(*CheckView)

func (s varStep) run(r *checkRun) (checkResult, bool) {
	s(r.look())
	return r.last, false
}

// ruleAt says which rule a result is of: of tcp-check rules results tell it, as HAProxy's do.
type ruleAt struct {
	kind    string // "tcp-check"; "" = results do not tell
	number  int    // from 1
	comment string
	what    string // what it does, in the words of a result
}

func (p ruleAt) with(comment, what string) ruleAt {
	p.comment, p.what = comment, what
	return p
}

// String is what stands behind the text of a failure, as HAProxy has it.
func (p ruleAt) String() string {
	if p.kind == "" || p.number == 0 {
		return ""
	}
	s := fmt.Sprintf(" at step %d of %s (%s)", p.number, p.kind, p.what)
	if p.comment != "" {
		s += fmt.Sprintf(" comment: '%s'", p.comment)
	}
	return s
}

// short is the same behind a text that says what was expected.
func (p ruleAt) short() string {
	if p.kind == "" || p.number == 0 {
		return ""
	}
	s := fmt.Sprintf(" at step %d", p.number)
	if p.comment != "" {
		s += " comment: " + p.comment
	}
	return s
}
