package acl

import (
	"cmp"
	"slices"
)

// Keyword is one row of the tables, for help and documentation.
type Keyword struct {
	Converter bool   // else a fetch
	Usage     string // with its arguments, those in brackets optional
	In, Out   Type   // In is of a converter
	Needs     string // of a fetch: what it looks at; "" = nothing
	Doc       string
}

// Keywords lists every fetch and then every converter, by name.
func Keywords() []Keyword {
	var list []Keyword
	for _, f := range fetches {
		list = append(list, Keyword{Usage: usage(f.name, f.sig), Out: f.out, Needs: f.need.String(), Doc: f.doc})
	}
	for _, v := range convs {
		list = append(list, Keyword{Converter: true, Usage: usage(v.name, v.sig), In: v.in, Out: v.out % numTypes, Doc: v.doc})
	}
	slices.SortFunc(list, func(a, b Keyword) int {
		if a.Converter != b.Converter {
			if b.Converter {
				return -1
			}
			return 1
		}
		return cmp.Compare(a.Usage, b.Usage)
	})
	return list
}
