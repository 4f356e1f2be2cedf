package acl

import (
	"bytes"
	"errors"
	"strings"
)

// paramFetches read the parameters of a query or of a form. A parameter ends at '&', ';' or the delimiter; one
// without "=" is none. In an ACL every parameter of the name is tested; elsewhere the first one is taken.
var paramFetches = []fetch{
	{"urlp", "[name:str,delim:str,flags:str]", Str, needReqHead, runURLParam, fixParam, "the value of a URL parameter; flag i ignores the case of its name"},
	{"urlp_val", "[name:str,delim:str,flags:str]", Int, needReqHead, runURLParamVal, fixParam, "the value of a URL parameter as an integer"},
	{"req.body_param", "[name:str,flags:str]", Bin, needReqBody, runBodyParam, fixBodyParam, "the value of a parameter in a url-encoded body; flag i ignores the case of its name"},
}

// foldFlag in args.num says that names are compared without case.
func (a *args) setFold(flags string) error {
	switch flags {
	case "i":
		a.num = append(a.num, 1)
	case "":
		a.num = append(a.num, 0)
	default:
		return errors.New("flags: want i or nothing")
	}
	a.multi = true
	a.bytes = []byte(strings.ToLower(a.str[0]))
	return nil
}

func fixParam(a *args) error {
	switch len(a.str[1]) {
	case 0:
		a.str[1] = "?"
	case 1:
	default:
		return errors.New("delim: want one character")
	}
	return a.setFold(a.str[2])
}

func fixBodyParam(a *args) error { return a.setFold(a.str[1]) }

// nextParam takes parameters off it.rest until one has the name.
func (it *cursor) nextParam(a *args, delim byte) ([]byte, bool) {
	for it.in {
		end := 0
		for end < len(it.rest) && it.rest[end] != '&' && it.rest[end] != ';' && it.rest[end] != delim {
			end++
		}
		param := it.rest[:end]
		if it.in = end < len(it.rest); it.in {
			it.rest = it.rest[end+1:]
		}
		if i := bytes.IndexByte(param, '='); i >= 0 && a.namesParam(param[:i]) {
			return param[i+1:], true
		}
	}
	return nil, false
}

func (a *args) namesParam(name []byte) bool {
	switch {
	case a.str[0] == "":
		return true
	case a.num[0] != 0:
		return equalFold(name, a.bytes)
	}
	return string(name) == a.str[0]
}

// getParam walks params with the context's cursor: the first call of a walk sets it up.
func getParam(c *Context, a *args, s *Sample, params []byte, delim byte) bool {
	if !c.it.more || c.it.field == 0 {
		c.it.rest, c.it.in, c.it.field = params, true, 1
	}
	b, ok := c.it.nextParam(a, delim)
	c.it.more = c.it.more && ok
	return ok && s.setStr(b)
}

func runURLParam(c *Context, a *args, s *Sample) bool {
	if c.Req == nil {
		return false
	}
	delim := a.str[1][0]
	i := bytes.IndexByte(c.Req.Path, delim)
	return i >= 0 && getParam(c, a, s, c.Req.Path[i+1:], delim)
}

func runURLParamVal(c *Context, a *args, s *Sample) bool {
	return runURLParam(c, a, s) && valueOf(c, s)
}

func runBodyParam(c *Context, a *args, s *Sample) bool {
	return c.ReqBody != nil && getParam(c, a, s, c.ReqBody, '&')
}
