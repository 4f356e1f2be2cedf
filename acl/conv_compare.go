package acl

import (
	"bytes"
	"crypto/subtle"
	"errors"
)

// compareConvs put values and variables side by side.
var compareConvs = []conv{
	{"strcmp", "name:var", Str, Int, convStrcmp, nil, "0 where equal to a variable's text, less than 0 where smaller or shorter, else more"},
	{"secure_memcmp", "name:var", Bin, Bool, convSecureMemcmp, nil, "true where equal to a variable, in a time that does not tell how far"},
	{"add_item", "delimiter:str,[var:optvar,suffix:str]", Str, Str, convAddItem, fixAddItem, "appends a variable and a text, after a delimiter where neither side is empty"},
}

// as puts the variable's value into c.old as a type that has bytes.
func (v *Var) as(c *Context, to Type) bool {
	if !v.Get(c, &c.old) {
		return false
	}
	f := casts[c.old.Type][to]
	return f != nil && f(c, &c.old) && c.old.hasBytes()
}

// convStrcmp tells by how much the first byte differs; HAProxy says 1 or -1 where one is the beginning of the other.
func convStrcmp(c *Context, a *args, s *Sample) bool {
	if !a.vars[0].as(c, Str) {
		return false
	}
	x, y := s.Bytes, c.old.Bytes
	for i := range min(len(x), len(y)) {
		if x[i] != y[i] {
			return s.setInt(int64(x[i]) - int64(y[i]))
		}
	}
	return s.setInt(int64(bytes.Compare(x, y)))
}

func convSecureMemcmp(c *Context, a *args, s *Sample) bool {
	return a.vars[0].as(c, Bin) && s.setBool(subtle.ConstantTimeCompare(s.Bytes, c.old.Bytes) == 1)
}

func fixAddItem(a *args) error {
	if a.vars[0] == nil && a.str[1] == "" {
		return errors.New("want a variable, a suffix or both")
	}
	return nil
}

func convAddItem(c *Context, a *args, s *Sample) bool {
	found := a.vars[0] != nil && a.vars[0].as(c, Str)
	if (!found || len(c.old.Bytes) == 0) && a.str[1] == "" {
		return true
	}
	out := append(c.Arena.Open(), s.Bytes...)
	if len(s.Bytes) > 0 {
		out = append(out, a.str[0]...)
	}
	if found {
		out = append(out, c.old.Bytes...)
	}
	return s.setStr(c.Arena.Seal(append(out, a.str[1]...)))
}
