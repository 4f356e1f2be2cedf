package acl

import "weir/conf"

// Probe is asked instead of a condition, wherever one is compiled; it calls holds, which is the condition, once, and returns what that
// returned. title is the section's. Without a Probe nothing is there to be asked: it costs live traffic nothing.
type Probe func(title string, cond *conf.Cond, ctx *Context, holds func() bool) bool

// opProbe is a node that asks a Probe.
const opProbe = conf.Op(255)

// probed puts the Probe in front of a compiled condition.
func (c *Compiler) probed(cond *conf.Cond, root *node) *Cond {
	ask, title := c.Options.Probe, c.path
	return &Cond{root: &node{op: opProbe, probe: func(ctx *Context) bool {
		ctx.checkNow = true // an explanation holds up nobody
		return ask(title, cond, ctx, func() bool { return root.eval(ctx) })
	}}}
}
