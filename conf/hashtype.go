package conf

import "strings"

// HashFuncs are the functions of "hash-type".
var HashFuncs = []string{"sdbm", "djb2", "wt6", "crc32", "none"}

// ParseHashType reads what follows "hash-type": METHOD [FUNCTION [MODIFIER]], as in "consistent djb2 avalanche".
// The error is a *Error without place and path.
func ParseHashType(s string) (HashType, *Error) {
	words := strings.Fields(s)
	if len(words) == 0 || words[0] != "map-based" && words[0] != "consistent" {
		return HashType{}, BadValue(Pos{}, "", s, "map-based", "consistent")
	}
	h := HashType{Consistent: words[0] == "consistent"}
	if len(words) > 1 {
		if !contains(HashFuncs, words[1]) {
			return HashType{}, BadValue(Pos{}, "", words[1], HashFuncs...)
		}
		h.Func = words[1]
	}
	if len(words) > 2 {
		if len(words) > 3 || words[2] != "avalanche" {
			return HashType{}, BadValue(Pos{}, "", strings.Join(words[2:], " "), "avalanche")
		}
		h.Avalanche = true
	}
	return h, nil
}

// String writes h, its balance factor apart, so that ParseHashType reads it back.
func (h HashType) String() string {
	s := "map-based"
	if h.Consistent {
		s = "consistent"
	}
	if h.Func != "" {
		s += " " + h.Func
	}
	if h.Avalanche {
		s += " avalanche"
	}
	return s
}

func contains(list []string, s string) bool {
	for _, w := range list {
		if w == s {
			return true
		}
	}
	return false
}
