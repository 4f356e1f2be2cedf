package acl

import (
	"errors"
	"strconv"
	"strings"
)

// jsonStep is one part of a path: a member's name, or an element's index.
type jsonStep struct {
	key   string
	index int // -1 = key
}

var errJSONPath = errors.New(`path: want $ and then parts such as .name, .with\.dot, [0], ['name'] or [*]`)

// parseJSONPath reads the part of JSONPath (RFC 9535) that names one value: members and elements from the root on. [*]
// is the first element.
func parseJSONPath(text string) ([]jsonStep, error) {
	rest, ok := strings.CutPrefix(text, "$")
	if !ok {
		return nil, errJSONPath
	}
	var path []jsonStep
	for rest != "" {
		var st jsonStep
		switch rest[0] {
		case '.':
			st, rest, ok = dotStep(rest[1:])
		case '[':
			st, rest, ok = bracketStep(rest[1:])
		default:
			ok = false
		}
		if !ok {
			return nil, errJSONPath
		}
		path = append(path, st)
	}
	return path, nil
}

// dotStep reads a name, in which a backslash takes the meaning from the next character.
func dotStep(text string) (st jsonStep, rest string, ok bool) {
	var name strings.Builder
	i := 0
	for ; i < len(text) && text[i] != '.' && text[i] != '['; i++ {
		if text[i] == '\\' && i+1 < len(text) {
			i++
		}
		name.WriteByte(text[i])
	}
	return jsonStep{key: name.String(), index: -1}, text[i:], name.Len() > 0
}

func bracketStep(text string) (st jsonStep, rest string, ok bool) {
	for _, quote := range []string{"'", `"`} {
		if inner, found := strings.CutPrefix(text, quote); found {
			key, rest, ok := strings.Cut(inner, quote+"]")
			return jsonStep{key: key, index: -1}, rest, ok
		}
	}
	inner, rest, ok := strings.Cut(text, "]")
	if inner == "*" {
		return jsonStep{}, rest, ok
	}
	n, err := strconv.ParseUint(inner, 10, 31)
	return jsonStep{index: int(n)}, rest, ok && err == nil
}
