package cfgfile

import (
	"errors"
	"strings"
)

// cutArgs reads "(a,b,c)" from the start of s: the arguments of a fetch, a converter or a predicate, and how many bytes they
// take. Quotes and backslashes work as at the top level, but for \#, \$ and \xNN (configuration manual, 2.2); a backslash before
// anything else is itself, and what follows it keeps its meaning. "()" is one empty argument.
func cutArgs(s string) ([]string, int, error) {
	var args []string
	var cur []byte
	for i := 1; i < len(s); {
		switch c := s[i]; c {
		case ')':
			return append(args, string(cur)), i + 1, nil
		case ',':
			args, cur = append(args, string(cur)), nil
			i++
		case '\'', '"':
			n, text, err := cutQuoted(s[i:])
			if err != nil {
				return nil, 0, err
			}
			cur = append(cur, text...)
			i += n
		default:
			var n int
			cur, n = appendEscaped(cur, s[i:])
			i += n
		}
	}
	return nil, 0, errors.New("want ) after the arguments")
}

// appendEscaped appends the first character of s, or what its escape stands for, and returns how many bytes that was.
func appendEscaped(b []byte, s string) ([]byte, int) {
	if s[0] == '\\' && len(s) > 1 && s[1] != '#' {
		if c, ok := escapes[s[1]]; ok {
			return append(b, c), 2
		}
	}
	return append(b, s[0]), 1
}

// cutQuoted reads a quoted text from the start of s.
func cutQuoted(s string) (n int, text []byte, err error) {
	if s[0] == '\'' {
		end := strings.IndexByte(s[1:], '\'')
		if end < 0 {
			return 0, nil, errors.New("a single quote that is not closed")
		}
		return end + 2, []byte(s[1 : 1+end]), nil
	}
	for i := 1; i < len(s); {
		if s[i] == '"' {
			return i + 1, text, nil
		}
		var n int
		text, n = appendEscaped(text, s[i:])
		i += n
	}
	return 0, nil, errors.New("a double quote that is not closed")
}
