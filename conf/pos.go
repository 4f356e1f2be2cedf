package conf

import (
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
