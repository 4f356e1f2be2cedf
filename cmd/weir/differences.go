package main

import (
	"fmt"
	"slices"
	"strings"
)

// knownDifference is a row of docs/differences.md that a line of a configuration runs into. This table is where such rows come from: a test
// holds the page against it, and -update writes them there.
type knownDifference struct {
	What    string `json:"what"`
	HAProxy string `json:"haproxy"`
	Weir    string `json:"weir"`
	Why     string `json:"why,omitempty"`
	applies func(words []string) bool
}

// String is the row as a sentence.
func (d *knownDifference) String() string {
	text := fmt.Sprintf("%s: HAProxy: %s; Weir: %s", d.What, d.HAProxy, d.Weir)
	if d.Why != "" {
		text += " (" + d.Why + ")"
	}
	return strings.ReplaceAll(text, "`", "")
}

// row is the row as the page has it.
func (d *knownDifference) row() string {
	return strings.TrimRight(fmt.Sprintf("| %s | %s | %s | %s", d.What, d.HAProxy, d.Weir, d.Why), " ") + " |"
}

var differences = []*knownDifference{
	{What: "`http-reuse safe`, a session's first request", HAProxy: "always over a new connection",
		Weir: "over an idle one where the request may be repeated (RFC 9110, 9.2.2) and has no body",
		Why:  "Weir itself repeats such a request when the idle connection turns out dead", applies: begins("http-reuse", "safe")},
	{What: "`hash-type consistent`, the function `wt6`, `avalanche`", HAProxy: "as in its source", Weir: "as even, but a key goes to another server",
		Why: "they are described nowhere else", applies: both(begins("hash-type"), anyOf(hasWord("consistent"), hasWord("wt6"), hasWord("avalanche")))},
	{What: "`redis-check` and `smtpchk` that are answered with an error", HAProxy: "wait for a better answer until the timeout",
		Weir: "fail at once with the error's text", Why: "it is known what it is", applies: anyOf(begins("option", "redis-check"), begins("option", "smtpchk"))},
	{What: "`tcp-response content` in HTTP mode", HAProxy: "asked as soon as the server is connected, and again until `inspect-delay` is over",
		Weir: "asked once, when the response's head is there", Why: "a rule on the response would otherwise never match without a delay",
		applies: begins("tcp-response", "content")},
	{What: "`abortonclose` while connecting", HAProxy: "`CC`, counted nowhere", Weir: "`CC`, counted as the client's abort", Why: "it is one",
		applies: begins("option", "abortonclose")},
	{What: "`set-nice`, `nice`", HAProxy: "a stream's share of the processor", Weir: "accepted, without effect",
		Why: "loops have no priorities between streams", applies: anyOf(hasWord("set-nice"), both(begins("bind"), hasWord("nice")))},
	{What: "redispatch with a balancing key", HAProxy: "the last retry may find the same server again", Weir: "the last retry avoids the server that failed",
		Why: "that is what it is for", applies: begins("option", "redispatch")},
	{What: "`urlp_val(a)` of `a=1#f`", HAProxy: "reads any byte as a digit once a number has begun", Weir: "reads the digits", applies: calls("urlp_val")},
	{What: "`method -i`", HAProxy: "loses `-i` for the methods it knows", Weir: "compares without regard to case", applies: both(calls("method"), hasWord("-i"))},
	{What: "`base` of a CONNECT", HAProxy: "without the default port", Weir: "with the Host field as it is", applies: calls("base")},
	{What: "`base32`, `url32`, hashes with avalanche", HAProxy: "its own mixing function", Weir: "another", Why: "it is described nowhere else",
		applies: anyOf(calls("base32"), calls("base32+src"), calls("url32"), calls("url32+src"))},
	{What: "a stats socket's file without `mode`", HAProxy: "by the umask", Weir: "600", Why: "it may stop the proxy",
		applies: both(begins("stats", "socket"), not(hasWord("mode")), func(words []string) bool {
			return len(words) > 2 && (strings.HasPrefix(words[2], "/") || strings.HasPrefix(words[2], "unix@"))
		})},
	{What: "`option http-no-delay`, `option splice-*`", HAProxy: "off unless set", Weir: "always on", Why: "there is no reason to wait, or to copy",
		applies: both(begins("no", "option"), func(words []string) bool {
			return len(words) > 2 && (words[2] == "http-no-delay" || strings.HasPrefix(words[2], "splice-"))
		})},
}

// differenceOf is the first difference that a directive runs into, or nil.
func differenceOf(d *directive) *knownDifference {
	for _, diff := range differences {
		if diff.applies(d.words) {
			return diff
		}
	}
	return nil
}

// begins holds for a line that begins with these words.
func begins(words ...string) func([]string) bool {
	return func(line []string) bool { return len(line) >= len(words) && slices.Equal(line[:len(words)], words) }
}

// hasWord holds for a line that has that word.
func hasWord(word string) func([]string) bool {
	return func(line []string) bool { return slices.Contains(line, word) }
}

// calls holds for a line that uses a fetch: as a word of its own, with arguments or converters behind it, or in a format.
func calls(fetch string) func([]string) bool {
	return func(line []string) bool {
		for _, word := range line {
			for _, part := range strings.Split(word, "%[") {
				if rest, ok := strings.CutPrefix(part, fetch); ok && (rest == "" || strings.ContainsRune("(,]", rune(rest[0]))) {
					return true
				}
			}
		}
		return false
	}
}

func both(conds ...func([]string) bool) func([]string) bool {
	return func(line []string) bool {
		return !slices.ContainsFunc(conds, func(c func([]string) bool) bool { return !c(line) })
	}
}

func anyOf(conds ...func([]string) bool) func([]string) bool {
	return func(line []string) bool {
		return slices.ContainsFunc(conds, func(c func([]string) bool) bool { return c(line) })
	}
}

func not(cond func([]string) bool) func([]string) bool {
	return func(line []string) bool { return !cond(line) }
}
