package tlsconf

import (
	"slices"
	"strings"
)

// shownOrder is the order in which HAProxy shows the options of a crt-list's line, whatever order they are written in. What it does not have, or does
// not show, comes behind them as written.
var shownOrder = []string{"npn", "alpn", "verify", "no-ca-names", "ca-file", "crl-file", "ciphers", "ciphersuites", "curves", "ecdhe", "allow-0rtt", "ssl-min-ver", "ssl-max-ver"}

// orderOptions puts options into that order.
func orderOptions(options string) string {
	type option struct {
		words []string
		rank  int
	}
	var list []option
	words := strings.Fields(options)
	for i := 0; i < len(words); {
		n := 2
		switch words[i] {
		case "no-ca-names", "no-alpn", "allow-0rtt":
			n = 1
		}
		n = min(n, len(words)-i)
		rank := slices.Index(shownOrder, words[i])
		if rank < 0 {
			rank = len(shownOrder)
		}
		list = append(list, option{words[i : i+n], rank})
		i += n
	}
	slices.SortStableFunc(list, func(a, b option) int { return a.rank - b.rank })
	out := make([]string, 0, len(words))
	for _, o := range list {
		out = append(out, o.words...)
	}
	return strings.Join(out, " ")
}
