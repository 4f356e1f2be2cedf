package conf

import "strings"

// maxSuggest bounds the length in bytes of the words that are compared: the distance costs the
// product of the lengths, and nobody mistypes a keyword into something longer.
const maxSuggest = 64

// Nearest returns the word of known that got is most likely a mistyping of, or "".
// Case and the choice of '-', '_' or '.' cost nothing.
func Nearest(got string, known []string) string {
	// One number is as near as another.
	if len(got) > maxSuggest || strings.Trim(got, "0123456789.-") == "" {
		return ""
	}
	// A third of the letters may be wrong: more, and the suggestion looks like a joke.
	best, limit, folded := "", max(1, len(got)/3)+1, fold(got)
	for _, w := range known {
		if len(w) > maxSuggest || w == got || max(len(w)-len(got), len(got)-len(w)) >= limit { // as many letters at least are missing
			continue
		}
		if d := distance(folded, fold(w)); d < limit && d < len(got) {
			best, limit = w, d
		}
	}
	return best
}

var separators = strings.NewReplacer("-", "_", ".", "_")

func fold(s string) string { return separators.Replace(strings.ToLower(s)) }

// distance is the number of letters to insert, delete, replace or swap with their neighbour
// to get from a to b.
func distance(a, b string) int {
	before, prev, cur := make([]int, len(b)+1), make([]int, len(b)+1), make([]int, len(b)+1)
	for j := range prev {
		prev[j] = j
	}
	for i := 1; i <= len(a); i++ {
		cur[0] = i
		for j := 1; j <= len(b); j++ {
			cost := 1
			if a[i-1] == b[j-1] {
				cost = 0
			}
			cur[j] = min(prev[j]+1, cur[j-1]+1, prev[j-1]+cost)
			if i > 1 && j > 1 && a[i-1] == b[j-2] && a[i-2] == b[j-1] {
				cur[j] = min(cur[j], before[j-2]+1)
			}
		}
		before, prev, cur = prev, cur, before
	}
	return prev[len(b)]
}
