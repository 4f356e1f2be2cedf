package acl

import (
	"bytes"
	"errors"
	"strconv"
	"unsafe"
)

// jsonConvs write and read JSON.
var jsonConvs = []conv{
	{"json", "[input:str]", Str, Str, convJSON, fixJSON, "escaped for a JSON string: the input is ascii (default), utf8, utf8s, utf8p or utf8ps"},
	{"json_query", "path:str,[type:str]", Str, fromSample, convJSONQuery, fixJSONQuery, "the value at a JSON path: a string, a boolean or, with type int, an integer"},
}

// jsonQuery is what json_query and its like were asked for.
type jsonQuery struct {
	path  []jsonStep
	asInt bool
}

func fixJSONQuery(a *args) error {
	path, err := parseJSONPath(a.str[0])
	if err != nil {
		return err
	}
	if a.str[1] != "" && a.str[1] != "int" {
		return errors.New("type: want int or nothing")
	}
	a.own = &jsonQuery{path, a.str[1] == "int"}
	return nil
}

func convJSONQuery(c *Context, a *args, s *Sample) bool {
	return a.own.(*jsonQuery).run(c, s.Bytes, s)
}

func (q *jsonQuery) run(c *Context, text []byte, s *Sample) bool {
	r := jsonReader{b: text}
	val, ok := r.find(q.path)
	if !ok {
		return false
	}
	switch val[0] {
	case '"':
		return setJSONString(c, val[1:len(val)-1], s)
	case 't', 'f':
		return s.setBool(val[0] == 't')
	case '[':
		return setJSONArray(c, val, s)
	case '{', 'n':
		return false
	}
	if q.asInt {
		return setJSONInt(val, s)
	}
	return setJSONNumber(c, val, s)
}

func setJSONString(c *Context, b []byte, s *Sample) bool {
	if bytes.IndexByte(b, '\\') < 0 {
		return s.setStr(b)
	}
	out, ok := c.Arena.Open(), true
	for len(b) > 0 && ok {
		out, b, ok = jsonChar(out, b)
	}
	return s.setStr(c.Arena.Seal(out)) && ok
}

// setJSONArray writes the elements without the space around them.
func setJSONArray(c *Context, val []byte, s *Sample) bool {
	r := jsonReader{b: val, i: 1}
	out := append(c.Arena.Open(), '[')
	for r.space(); val[r.i] != ']'; {
		from := r.i
		r.skip(0) // it was skipped as a part of val: it is well formed
		out = append(out, val[from:r.i]...)
		if r.take(',') {
			out = append(out, ',')
		}
	}
	return s.setStr(c.Arena.Seal(append(out, ']')))
}

// maxJSONInt is the largest integer that every JSON implementation agrees on (RFC 8259, 6). HAProxy takes no larger one.
const maxJSONInt = 1<<53 - 1

// setJSONInt takes the digits that the number begins with: 1.5 and 1e3 are 1, as with HAProxy.
func setJSONInt(val []byte, s *Sample) bool {
	n, _ := leadingInt(val)
	return n <= maxJSONInt && n >= -maxJSONInt && s.setInt(n)
}

// setJSONNumber writes six digits, as HAProxy does: 123456789 is 1.23457e+08.
func setJSONNumber(c *Context, val []byte, s *Sample) bool {
	f, err := strconv.ParseFloat(unsafe.String(&val[0], len(val)), 64)
	if err != nil {
		return false
	}
	return s.setStr(c.Arena.Seal(strconv.AppendFloat(c.Arena.Open(), f, 'g', 6, 64)))
}
