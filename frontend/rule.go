package frontend

import (
	"bytes"
	"errors"
	"fmt"
	"regexp"
	"strings"

	"weir/acl"
	"weir/conf"
	"weir/internal/message"
)

// rule is an action with its condition, compiled.
type rule struct {
	pos    conf.Pos
	cond   *acl.Cond
	action conf.Action // what to do: the type says which
	kind   kind
	id     message.FieldID
	name   []byte // header actions: lower case
	value  *acl.Format
	match  func(f *message.Field) bool // del-header
	fields []rule                      // of a ready response: what add-header would do
	expr   *acl.Expr                   // of an action with one value
}

// kind is an action as a small number, for the switch that every request goes through.
type kind uint8

const (
	actSetHeader kind = iota + 1
	actAddHeader
	actDelHeader
	actAllow
	actFinal  // answers, or ends the connection: the rare ones, told apart by their type
	actSocket // changes what is below HTTP: see sockopt.go
)

// compiler is acl.Compiler at one place of the configuration.
type compiler interface {
	Cond(c *conf.Cond, acls []*conf.ACL) (*acl.Cond, error)
	Format(f *conf.Format) (*acl.Format, error)
	Expr(e *conf.Expr) (*acl.Expr, error)
}

func compileRules(c compiler, p *conf.Proxy, rules []*conf.Rule) ([]rule, error) {
	var errs []error
	out := make([]rule, len(rules))
	for i, r := range rules {
		cond, err := c.Cond(r.Cond, p.ACLs)
		errs = append(errs, err)
		out[i] = rule{pos: r.Pos, cond: cond, action: r.Action}
		errs = append(errs, out[i].compile(c))
	}
	return out, errors.Join(errs...)
}

func (r *rule) compile(c compiler) (err error) {
	switch a := r.action.(type) {
	case *conf.SetHeader:
		err = r.header(c, actSetHeader, a.Name, a.Value)
	case *conf.AddHeader:
		err = r.header(c, actAddHeader, a.Name, a.Value)
	case *conf.DelHeader:
		r.kind = actDelHeader
		r.match, err = nameMatcher(a)
	case *conf.Allow:
		r.kind = actAllow
	case *conf.Redirect:
		r.kind = actFinal
		r.value, err = c.Format(a.Text)
	case *conf.Return:
		r.kind = actFinal
		err = r.returned(c, a)
	case *conf.Deny, *conf.Tarpit, *conf.UseService, *conf.Reject, *conf.SilentDrop, *conf.SwitchMode, *conf.Close:
		r.kind = actFinal
	case *conf.SetAddr, *conf.SetSocket, *conf.SetPriority, *conf.SetNice:
		err = r.compileSocket(c)
	default:
		err = fmt.Errorf("%s: %s is understood but not done yet", r.pos, a.Keyword())
	}
	return err
}

func (r *rule) header(c compiler, k kind, name string, value *conf.Format) (err error) {
	r.kind, r.name = k, []byte(strings.ToLower(name))
	r.id = message.Lookup(r.name)
	r.value, err = c.Format(value)
	return err
}

func (r *rule) returned(c compiler, a *conf.Return) error {
	var errs []error
	for i := range a.Headers {
		var f rule
		errs = append(errs, f.header(c, actAddHeader, a.Headers[i].Name, a.Headers[i].Value))
		r.fields = append(r.fields, f)
	}
	return errors.Join(errs...)
}

// nameMatcher is the test of del-header on a field's name.
func nameMatcher(a *conf.DelHeader) (func(f *message.Field) bool, error) {
	name := []byte(strings.ToLower(a.Name))
	switch a.Match {
	case "", "str":
		id := message.Lookup(name)
		return func(f *message.Field) bool { return f.ID == id && bytes.Equal(f.Name, name) }, nil
	case "beg":
		return func(f *message.Field) bool { return bytes.HasPrefix(f.Name, name) }, nil
	case "end":
		return func(f *message.Field) bool { return bytes.HasSuffix(f.Name, name) }, nil
	case "sub":
		return func(f *message.Field) bool { return bytes.Contains(f.Name, name) }, nil
	case "reg":
		re, err := regexp.Compile("(?i)" + a.Name)
		if err != nil {
			return nil, err
		}
		return func(f *message.Field) bool { return re.Match(f.Name) }, nil
	}
	return nil, fmt.Errorf("del-header: got %q; want str, beg, end, sub or reg", a.Match)
}

// run applies the rules to fields in order and returns the one that ends the list with an answer; nil when none did.
func (st *stream) run(rules []rule, fields *message.Fields) *rule {
	for i := range rules {
		r := &rules[i]
		if !r.cond.Match(&st.ctx) {
			continue
		}
		switch r.kind {
		case actSetHeader:
			st.setHeader(fields, r, true)
		case actAddHeader:
			st.setHeader(fields, r, false)
		case actDelHeader:
			fields.DelFunc(r.match)
		case actAllow:
			return nil
		case actSocket:
			st.setSocket(r)
		default:
			return r
		}
	}
	return nil
}

// setHeader evaluates the value and puts the field in. A value with bytes that no field may carry would split the
// message: it is left out and counted (wrew), as HAProxy does when a rewrite fails.
func (st *stream) setHeader(fields *message.Fields, r *rule, replace bool) {
	// Not straight into the arena: converters use it while the format is being evaluated.
	st.text = r.value.Append(st.text[:0], &st.ctx)
	v := st.arena.Copy(st.text)
	if !validValue(v) {
		st.fe().traffic(st.w).FailedRewrites++
		return
	}
	switch {
	case replace && r.id != message.Unknown:
		fields.Set(r.id, v)
	case replace:
		fields.SetBytes(r.name, v)
	case r.id != message.Unknown:
		fields.Add(r.id, v)
	default:
		fields.AddBytes(r.name, v)
	}
}

// validValue reports whether v may stand in a field: no CR, LF, NUL or other control character (RFC 9110, 5.5).
func validValue(v []byte) bool {
	for _, c := range v {
		if c < ' ' && c != '\t' || c == 0x7f {
			return false
		}
	}
	return true
}
