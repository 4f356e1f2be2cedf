package acl

import (
	"errors"

	"weir/conf"
)

// mapConvs look the value up in a map: map_MATCH gives the value of the entry that matches, map_MATCH_int and _ip as that
// type, and map_MATCH_key the entry's key (HAProxy's guide, 7.3.1).
var mapConvs = makeMapConvs()

func makeMapConvs() []conv {
	table := []conv{
		mapConv("map", "str", Str, false),
		mapConv("map_regm", "reg", Str, false),
	}
	for _, match := range []string{"str", "beg", "dir", "dom", "end", "sub", "reg", "int", "ip"} {
		name := "map_" + match
		table = append(table, mapConv(name, match, Str, false), mapConv(name+"_int", match, Int, false),
			mapConv(name+"_ip", match, Addr, false), mapConv(name+"_key", match, Str, true))
	}
	return table
}

func mapConv(name, match string, out Type, key bool) conv {
	m := lookupMethod(match)
	v := conv{name: name, sig: "file:map,[default:str]", in: m.in, out: out, run: convMap, doc: "looks up in a map (" + match + ")"}
	switch {
	case key:
		v.sig, v.run = "file:map", convMapKey
	case out == Int:
		v.sig = "file:map,[default:int]"
	case name == "map_regm":
		v.run = convMapRegm
	}
	v.fix = func(a *args) (err error) {
		if err := a.mapDefault(out); err != nil {
			return err
		}
		a.pats, err = a.list.set(m, false, out, name == "map_regm", a.pos)
		return err
	}
	return v
}

// mapDefault readies what stands for an entry that is not there.
func (a *args) mapDefault(out Type) error {
	switch {
	case a.given < 2:
	case out == Int:
		a.val.setInt(a.num[0])
	case out == Addr:
		addr, ok := parseAddr([]byte(a.str[1]))
		if !ok {
			return errors.New("default: want an address")
		}
		a.val.setAddr(addr)
	default:
		a.val.setStr([]byte(a.str[1]))
	}
	return nil
}

// pairsFile is the list of a map's file; nil after an error.
func (c *Compiler) pairsFile(call *conf.Call, name string) *PatternList {
	l, err := c.State.Patterns.file(c.Config, name, true, call.Pos)
	if err != nil {
		c.fail(conf.Misread(call.Pos, c.at(call.Name), name, err))
		return nil
	}
	l.used(call.Pos, "map", false)
	return l
}

func convMap(c *Context, a *args, s *Sample) bool {
	p := a.pats.find(c, s)
	if p == nil {
		*s = a.val
		return a.given > 1
	}
	v := p.val.Load()
	switch a.pats.out {
	case Int:
		return s.setInt(v.num)
	case Addr:
		return s.setAddr(v.addr)
	}
	return s.setStr(v.text)
}

func convMapKey(c *Context, a *args, s *Sample) bool {
	p := a.pats.find(c, s)
	return p != nil && s.setStr(stringBytes(p.key))
}

// convMapRegm fills the groups of the match into the value. It may allocate, as all that asks for groups.
func convMapRegm(c *Context, a *args, s *Sample) bool {
	p := a.pats.find(c, s)
	if p == nil {
		*s = a.val
		return a.given > 1
	}
	v := p.val.Load()
	if !v.escaped {
		return s.setStr(v.text)
	}
	m := a.pats.regex(p).Find(s.Bytes, 0)
	return s.setStr(c.Arena.Seal(AppendExpanded(c.Arena.Open(), string(v.text), s.Bytes, m)))
}

// regex is an entry's expression.
func (p *patSet) regex(one *pattern) *Regex {
	for _, l := range *p.levels.Load() {
		x, ok := l.index.(*regIndex)
		if !ok {
			continue
		}
		for i, q := range x.pats {
			if q == one {
				return x.res[i]
			}
		}
	}
	return noRegex
}

// noRegex stands for that of an entry that went in this moment.
var noRegex, _ = CompileRegex("", false)
