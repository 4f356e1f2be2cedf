package conf

import (
	"cmp"
	"fmt"
	"reflect"
)

// Pos is a place in a configuration file. Line and Col count from 1; Col counts bytes.
// The zero Pos means "not from a file" (a default, or built by a program).
type Pos struct {
	File string
	Line int
	Col  int
}

// Places are where the keywords of a line stand, by their names as the file has them: what is found wrong with one later can then be told there. nil:
// the line is all there is.
type Places map[string]Pos

// placeless are the types that say where something stands, which is not part of what it means.
func placeless(t reflect.Type) bool {
	return t == reflect.TypeFor[Pos]() || t == reflect.TypeFor[Places]()
}

// IsZero reports whether p names no place.
func (p Pos) IsZero() bool { return p.File == "" && p.Line == 0 }

// Order compares places of the section that begins at p: in its own file they go by lines, behind what it has from another one, such as the
// rules of a defaults section.
func (p Pos) Order(a, b Pos) int {
	if c := cmp.Compare(p.own(a), p.own(b)); c != 0 || p.own(a) == 0 {
		return c
	}
	return cmp.Or(cmp.Compare(a.Line, b.Line), cmp.Compare(a.Col, b.Col))
}

func (p Pos) own(q Pos) int {
	if q.File == p.File {
		return 1
	}
	return 0
}

// String returns file:line:col, leaving out what is not known.
func (p Pos) String() string {
	switch {
	case p.IsZero():
		return "-"
	case p.Line == 0:
		return p.File
	case p.Col == 0:
		return fmt.Sprintf("%s:%d", p.File, p.Line)
	}
	return fmt.Sprintf("%s:%d:%d", p.File, p.Line, p.Col)
}
