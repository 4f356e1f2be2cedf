package conf

import (
	"errors"
	"fmt"
	"strconv"
	"strings"
)

// algorithms are the names of "balance", in the order in which errors list them.
var algorithms = []struct {
	name string
	algo Algorithm
}{
	{"roundrobin", RoundRobin}, {"static-rr", StaticRR}, {"leastconn", LeastConn}, {"first", First},
	{"source", Source}, {"uri", URI}, {"url_param", URLParam}, {"hdr", Header}, {"random", Random},
	{"hash", Hash}, {"rdp-cookie", RDPCookie},
}

// Algorithms returns the names that "balance" takes.
func Algorithms() []string {
	names := make([]string, len(algorithms))
	for i, a := range algorithms {
		names[i] = a.name
	}
	return names
}

// Keyed reports whether the algorithm gives the same server for the same key, such as a header or the client's address.
func (a Algorithm) Keyed() bool {
	switch a {
	case Source, URI, URLParam, Header, Hash, RDPCookie:
		return true
	}
	return false
}

// String returns the algorithm's name.
func (a Algorithm) String() string {
	for _, row := range algorithms {
		if row.algo == a {
			return row.name
		}
	}
	return fmt.Sprintf("Algorithm(%d)", uint8(a))
}

// DefaultDraws is how many servers "random" draws before it takes the least loaded of them.
const DefaultDraws = 2

// RDPCookieKey and RDPCookieServer are the cookies of RDP that "balance" and "persist" mean where they name none.
const (
	RDPCookieKey    = "mstshash"
	RDPCookieServer = "msts"
)

// checkPost is the one word whose number may be left out.
const checkPost = "check_post"

// DefaultCheckPost is how many bytes of a body "check_post" waits for where it has no number: one buffer's worth,
// because the parameter is looked for in no more than that.
const DefaultCheckPost = DefaultBufSize

// maxDraws bounds the work that one pick of "random" may be.
const maxDraws = 1000

// ParseBalance reads what follows "balance": the algorithm with its arguments, as in "roundrobin",
// "uri depth 3 whole", "url_param id check_post 64" (the number may be left out),
// "hdr(Host) use_domain_only" and "random(3)".
// "hash" is not for it: an expression is for each of the languages to read.
// The error is a *Error without place and path.
func ParseBalance(s string) (Balance, *Error) {
	words := strings.Fields(s)
	if len(words) == 0 {
		return Balance{}, BadValue(Pos{}, "", s, Algorithms()...)
	}
	name, arg, hasArg := cutCall(words[0])
	b := Balance{Algo: 255}
	for _, row := range algorithms {
		if row.name == name {
			b.Algo = row.algo
		}
	}
	if b.Algo == 255 {
		return Balance{}, BadValue(Pos{}, "", name, Algorithms()...)
	}
	if err := b.arguments(arg, hasArg, words[1:]); err != nil {
		return Balance{}, Bad(Pos{}, "", "got %q; %s", s, err.Error())
	}
	return b, nil
}

// balanceWords are the options of all algorithms.
var balanceWords = []string{"len", "depth", "whole", "path-only", checkPost, "use_domain_only"}

// BalanceOptions are those that an algorithm takes by its name; ok is false where there is none of that name.
func BalanceOptions(name string) (words []string, ok bool) {
	for _, row := range algorithms {
		if row.name != name {
			continue
		}
		b := Balance{Algo: row.algo}
		for _, word := range balanceWords {
			if num, flag := b.option(word); num != nil || flag != nil {
				words = append(words, word)
			}
		}
		return words, true
	}
	return nil, false
}

// cutCall parts "name(arg)".
func cutCall(s string) (name, arg string, ok bool) {
	name, rest, ok := strings.Cut(s, "(")
	if !ok || !strings.HasSuffix(rest, ")") {
		return s, "", false
	}
	return name, rest[:len(rest)-1], true
}

func (b *Balance) arguments(arg string, hasArg bool, words []string) error {
	switch b.Algo {
	case URLParam:
		if len(words) == 0 {
			return errors.New("want the parameter's name after url_param")
		}
		b.Name, words = words[0], words[1:]
	case Header:
		if b.Name = arg; arg == "" {
			return errors.New("want the field's name: hdr(Host)")
		}
	case Hash:
		return errors.New("want an expression after hash")
	case RDPCookie:
		if b.Name = arg; !hasArg {
			b.Name = RDPCookieKey
		}
		if b.Name == "" || strings.ContainsAny(b.Name, "()") {
			return errors.New("want the cookie's name between the parentheses")
		}
	case Random:
		b.Draws = DefaultDraws
		if hasArg {
			n, err := boundedInt(arg, 1, maxDraws)
			if err != nil {
				return err
			}
			b.Draws = n
		}
	default:
		if hasArg {
			return fmt.Errorf("%s takes no argument in parentheses", b.Algo)
		}
	}
	return b.options(words)
}

// options reads the words that follow the algorithm.
func (b *Balance) options(words []string) error {
	for len(words) > 0 {
		word := words[0]
		words = words[1:]
		num, flag := b.option(word)
		switch {
		case flag != nil:
			*flag = true
		case num == nil:
			return fmt.Errorf("%s does not take %q", b.Algo, word)
		case word == checkPost && (len(words) == 0 || words[0][0] < '0' || words[0][0] > '9'):
			*num = DefaultCheckPost
		case len(words) == 0:
			return fmt.Errorf("want a number after %s", word)
		default:
			n, err := boundedInt(words[0], 1, maxSize)
			if err != nil {
				return err
			}
			*num, words = n, words[1:]
		}
	}
	return nil
}

// option returns where the word's value goes: a number that follows it, or a flag.
func (b *Balance) option(word string) (*int, *bool) {
	switch {
	case b.Algo == URI && word == "len":
		return &b.Len, nil
	case b.Algo == URI && word == "depth":
		return &b.Depth, nil
	case b.Algo == URI && word == "whole":
		return nil, &b.Whole
	case b.Algo == URI && word == "path-only":
		return nil, &b.PathOnly
	case b.Algo == URLParam && word == checkPost:
		return &b.CheckPost, nil
	case b.Algo == Header && word == "use_domain_only":
		return nil, &b.DomainOnly
	}
	return nil, nil
}

// String writes b so that ParseBalance reads it back.
func (b Balance) String() string {
	s := b.Algo.String()
	switch b.Algo {
	case URLParam:
		s += " " + b.Name
	case Header:
		s += "(" + b.Name + ")"
	case Hash:
		s += " " + b.Expr.String()
	case RDPCookie:
		if b.Name != RDPCookieKey {
			s += "(" + b.Name + ")"
		}
	case Random:
		s += "(" + strconv.Itoa(b.Draws) + ")"
	}
	for _, word := range balanceWords {
		switch num, flag := b.option(word); {
		case num != nil && *num > 0:
			s += " " + word + " " + strconv.Itoa(*num)
		case flag != nil && *flag:
			s += " " + word
		}
	}
	return s
}

// boundedInt reads a decimal number from low to high.
func boundedInt(s string, low, high int) (int, error) {
	n, err := strconv.Atoi(s)
	if err != nil || n < low || n > high {
		return 0, fmt.Errorf("want a number from %d to %d", low, high)
	}
	return n, nil
}
