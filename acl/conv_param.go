package acl

import (
	"bytes"
	"errors"
)

// paramConvs read a list of name=value.
var paramConvs = []conv{
	{"param", "name:str,[delimiter:str]", Str, Str, convParam, fixParamConv, "the value of the first parameter of that name; parameters stand between delimiters, & where none is given"},
}

func fixParamConv(a *args) error {
	if a.str[0] == "" {
		return errors.New("name: want at least one character")
	}
	if a.str[1] == "" {
		a.str[1] = "&"
	}
	return nil
}

func convParam(_ *Context, a *args, s *Sample) bool {
	name := a.str[0]
	for b, more := s.Bytes, true; more; {
		var part []byte
		part, b, more = bytes.Cut(b, stringBytes(a.str[1]))
		switch {
		case len(part) < len(name) || string(part[:len(name)]) != name:
		case len(part) == len(name):
			return s.setStr(part[:0])
		case part[len(name)] == '=':
			return s.setStr(part[len(name)+1:])
		}
	}
	return false
}
