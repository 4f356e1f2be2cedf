package backend

import (
	"encoding/hex"
	"net/netip"

	"weir/conf"
	"weir/internal/loop"
	"weir/internal/message"
)

// Exprs compiles what the rules of health checks hold that this package cannot: expressions, regular expressions and
// variables. Backend.CompileChecks takes it.
type Exprs interface {
	Format(*conf.Format) (CheckText, error)
	Expr(*conf.Expr) (CheckText, error)
	Regex(pos conf.Pos, text string) (Matcher, error)
	// Variable is a set-var, set-var-fmt or unset-var rule.
	Variable(*conf.Rule) (func(*CheckView), error)
}

// CheckText appends what an expression comes to.
type CheckText func(v *CheckView, dst []byte) []byte

// Matcher is a regular expression.
type Matcher interface{ Match([]byte) bool }

// CheckView is what the expressions of a check may look at. It is the checker's, and lives as long as this.
type CheckView struct {
	Server   *Server
	Loop     *loop.Loop
	Received []byte            // since the last step that sent something
	Resp     *message.Response // nil before there is one
	Began    bool              // set when a check begins: the variables of the one before end
	Own      any               // for whoever made the expressions; it is kept from one check to the next
}

// texts compiles formats; those without an expression need nobody's help.
type texts struct {
	Exprs
	look func(conf.Pos, *conf.Addr) (netip.Addr, error) // for the address of a name; nil = nobody looks it up
	errs conf.Errors
}

// address is that of a rule. It is the zero Addr, which stands for the one that is checked, where it says "any", as HAProxy has it, or is a name
// that nobody looks up.
func (c *texts) address(pos conf.Pos, a *conf.Addr) netip.Addr {
	ip, err := netip.ParseAddr(a.Host)
	switch {
	case a.Host == "*" || a.Host == "" || ip.IsUnspecified():
		return netip.Addr{}
	case err == nil || c.look == nil:
		return ip.Unmap()
	}
	ip, err = c.look(pos, a)
	c.note(err)
	return ip
}

// note collects an error; Exprs gives those of package conf.
func (c *texts) note(err error) {
	switch e := err.(type) {
	case nil:
	case conf.Errors:
		c.errs = append(c.errs, e...)
	case *conf.Error:
		c.errs = append(c.errs, e)
	default:
		c.errs = append(c.errs, conf.Bad(conf.Pos{}, "check", "%v", err))
	}
}

// take returns what was collected.
func (c *texts) take() error {
	if len(c.errs) == 0 {
		return nil
	}
	return c.errs
}

func constText(s string) CheckText {
	return func(_ *CheckView, dst []byte) []byte { return append(dst, s...) }
}

// format compiles f, with def where it is nil.
func (c *texts) format(f *conf.Format, def string) CheckText {
	if f == nil {
		return constText(def)
	}
	if s, fixed := f.Constant(); fixed {
		return constText(s)
	}
	if c.Exprs == nil {
		return constText("")
	}
	t, err := c.Format(f)
	c.note(err)
	return t
}

// optional is format for what need not be there: nil then.
func (c *texts) optional(f *conf.Format) CheckText {
	if f == nil {
		return nil
	}
	return c.format(f, "")
}

// binary is format for hexadecimal digits.
func (c *texts) binary(f *conf.Format) CheckText {
	text := c.format(f, "")
	return func(v *CheckView, dst []byte) []byte {
		at := len(dst)
		dst = text(v, dst)
		n, err := hex.Decode(dst[at:], dst[at:])
		if err != nil { // a format that made no digits: nothing is sent, nothing matches
			return dst[:at]
		}
		return dst[:at+n]
	}
}

func (c *texts) expr(e *conf.Expr) CheckText {
	if e == nil {
		return nil
	}
	if e.Fetch.Name == "int" && len(e.Convs) == 0 && len(e.Fetch.Args) == 1 {
		return constText(e.Fetch.Args[0])
	}
	if c.Exprs == nil {
		return constText("")
	}
	t, err := c.Expr(e)
	c.note(err)
	return t
}

// nothingMatches stands in for a regular expression until CompileChecks.
type nothingMatches struct{}

func (nothingMatches) Match([]byte) bool { return false }

func (c *texts) regex(pos conf.Pos, text string) Matcher {
	if c.Exprs == nil {
		return nothingMatches{}
	}
	m, err := c.Regex(pos, text)
	c.note(err)
	return m
}
