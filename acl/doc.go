// Package acl is the rule language's core: sample fetches, converters, matchers and conditions.
//
// Expressions of the configuration model are compiled once, at load, from keyword tables (one row per keyword: name,
// arguments, types, what it needs to look at, a line of help), and then run per request without allocation, lock or
// system call. A compiled value is immutable: every loop evaluates it with a Context of its own.
//
//	c := acl.NewCompiler(acl.Options{Config: cfg, Warn: warn})
//	cond, err := c.At(acl.InHTTPRequest).Cond(rule.Cond, proxy.ACLs) // err is an acl.Errors with places
//	...
//	ctx.Begin(now)               // a new request on this stream's Context
//	ctx.Req = &req
//	if cond.Match(ctx) { ... }   // nil matches always
//
// A list of rules of which the first that holds wins (use_backend) is a Switch: its cost stays flat however many rules
// there are, where their conditions can be looked up instead of tried.
//
// Where Weir and HAProxy 2.6 differ on purpose is listed in oracle_test.go. Regular expressions are RE2's: no look-around
// and no back references, and a run time that grows with the text only.
//
// It does not parse configuration files, does not act on a request (that is the frontend's) and keeps no state
// between requests: variables, maps and stick tables are not part of it yet.
package acl
