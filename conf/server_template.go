package conf

import (
	"errors"
	"strconv"
	"strings"
)

// maxTemplate is how many servers one "server-template" makes: a typing mistake must not fill the memory.
const maxTemplate = 1 << 16

var errTemplate = errors.New("want how many servers, or the numbers of the first and the last, as in 1-8, at most " + strconv.Itoa(maxTemplate) + " of them")

// ParseTemplate reads which numbers the servers of a "server-template" have: "3" is 1 to 3, "5-8" is 5 to 8.
func ParseTemplate(s string) (low, high int, err error) {
	first, last, ranged := strings.Cut(s, "-")
	if !ranged {
		first, last = "1", s
	}
	a, err1 := strconv.ParseUint(first, 10, 31)
	b, err2 := strconv.ParseUint(last, 10, 31)
	if err1 != nil || err2 != nil || b < max(a, 1) || b-a >= maxTemplate {
		return 0, 0, errTemplate
	}
	return int(a), int(b), nil
}

// Templated returns the servers that a template makes: s under each of the names.
func Templated(s *Server, prefix string, low, high int) []*Server {
	var out []*Server
	for n := low; n <= high; n++ {
		one := *s
		one.Name = prefix + strconv.Itoa(n)
		out = append(out, &one)
	}
	return out
}
