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
	{What: "`hdr_val`, `cook_val` and `urlp_val` of what is no number", HAProxy: "read any byte up to `9` as a digit once a number has begun, in 32 bits: `1.2.3.4` is 818284", Weir: "read the digits, as casts of texts do",
		Why: "it is in no manual", applies: anyOf(calls("hdr_val"), calls("req.hdr_val"), calls("res.hdr_val"), calls("shdr_val"), calls("cook_val"), calls("req.cook_val"), calls("res.cook_val"), calls("scook_val"), calls("urlp_val"))},
	{What: "`method -i`", HAProxy: "loses `-i` for the methods it knows", Weir: "compares without regard to case", applies: both(calls("method"), hasWord("-i"))},
	{What: "`base32`, `url32`, hashes with avalanche", HAProxy: "its own mixing function", Weir: "another", Why: "it is described nowhere else",
		applies: anyOf(calls("base32"), calls("base32+src"), calls("url32"), calls("url32+src"))},
	{What: "a stats socket's file without `mode`", HAProxy: "by the umask", Weir: "600", Why: "it may stop the proxy",
		applies: both(begins("stats", "socket"), not(hasWord("mode")), func(words []string) bool {
			return len(words) > 2 && (strings.HasPrefix(words[2], "/") || strings.HasPrefix(words[2], "unix@"))
		})},
	{What: "`acme` (of HAProxy 3.2)", HAProxy: "certificates are in memory only; a script saves them", Weir: "they are saved where `crt` says, and loaded at the next start",
		Why: "an authority counts what it issues; a restart must not need it", applies: hasWord("acme")},
	{What: "`option http-no-delay`, `option splice-*`", HAProxy: "off unless set", Weir: "always on", Why: "there is no reason to wait, or to copy",
		applies: both(begins("no", "option"), func(words []string) bool {
			return len(words) > 2 && (words[2] == "http-no-delay" || strings.HasPrefix(words[2], "splice-"))
		})},
	{What: "`slowstart`", HAProxy: "the log says twice that the server is up",
		Weir: "once, when it comes back", applies: both(serverLine, hasWord("slowstart"))},
	{What: "`tfo` of a server in TCP mode", HAProxy: "used where the client has spoken already",
		Weir: "not used",
		Why:  "nobody knows whether a client is going to speak first", applies: both(serverLine, hasWord("tfo"))},
	{What: "a header that does not come", HAProxy: "waited for as long as `timeout client` says",
		Weir: "for `timeout client-hs`, `http-request` or `client`, and never more than 10 seconds",
		Why:  "whoever waits for it holds a place", applies: both(begins("bind"), anyOf(hasWord("accept-proxy"), hasWord("accept-netscaler-cip")))},
	{What: "`cpu-map`", HAProxy: "binds each thread to its own set",
		Weir: "the whole process runs on the processors of all lines",
		Why:  "a loop is no thread: the runtime moves it", applies: begins("cpu-map")},
	{What: "`add`, `sub` of two negative numbers", HAProxy: "the largest number",
		Weir: "their sum",
		Why:  "it is the sum", applies: anyOf(converts("add"), converts("sub"))},
	{What: "`fe_id`, `be_id` and the iid of the first section", HAProxy: "1, or 2 with a stats socket",
		Weir: "2",
		Why:  "the number of a section does not depend on a stats socket", applies: anyOf(calls("fe_id"), calls("be_id"))},
	{What: "`hdr(connection)` and `req.hdr_names`", HAProxy: "without `keep-alive` and `close`",
		Weir: "as the client wrote them", applies: anyOf(calls("req.hdr_names"), has("hdr(connection"), has("hdr(Connection"))},
	{What: "`res.body` and the like in a rule", HAProxy: "what has come of the body",
		Weir: "the same, but nothing of a chunked one, unless wait-for-body waits",
		Why:  "chunks are taken apart for those only who ask", applies: anyOf(calls("res.body"), calls("res.body_len"), calls("res.body_size"))},
	{What: "`ub64dec` of padded text", HAProxy: "two bytes more than there are",
		Weir: "the text", applies: converts("ub64dec")},
	{What: "`redirect ... append-slash` without `drop-query`", HAProxy: "the slash behind the query",
		Weir: "behind the path",
		Why:  "that is what the slash is for", applies: both(hasWord("append-slash"), not(hasWord("drop-query")))},
	{What: "`option accept-invalid-http-request`", HAProxy: "takes names of fields with blanks and control characters, HTTP/0.9, other protocols such as `RTSP/1.0`, versions of three digits, CONNECT of a path, targets such as `foo`, and a first field that begins with a blank",
		Weir: "400 for these, as without the option",
		Why:  "what is behind may read a name, a version or a target in another way, and a field may then be none, or another one", applies: anyOf(begins("option", "accept-invalid-http-request"), begins("option", "accept-unsafe-violations-in-http-request"))},
	{What: "`del-header` of content-length", HAProxy: "the body goes in chunks",
		Weir: "nothing: a body's length is not the rule's",
		Why:  "how a body ends is decided once", applies: both(hasWord("del-header"), anyOf(hasWord("content-length"), hasWord("Content-Length")))},
	{What: "`jwt_verify` with the algorithm in a variable", HAProxy: "`none` gives 1 for a token without signature; HMAC takes the name of a public key's file for the secret",
		Weir: "-2",
		Why:  "the algorithm is what a stranger wrote into the token: none lets everybody in, and a file's name is no secret (RFC 8725)", applies: anyOf(has("jwt_verify(txn."), has("jwt_verify(req."), has("jwt_verify(sess."), has("jwt_verify(proc."))},
	{What: "`jwt_header_query`, `jwt_payload_query` without a path", HAProxy: "nothing",
		Weir: "the whole part",
		Why:  "its manual says so", applies: anyOf(bare("jwt_header_query"), bare("jwt_payload_query"))},
	{What: "`aes_gcm_dec` with a tag below 12 bytes, or a key that is too short", HAProxy: "a short tag is taken; a short key decrypts nothing",
		Weir: "errors",
		Why:  "a short tag can be guessed", applies: converts("aes_gcm_dec")},
	{What: "`cur_server_timeout`, `cur_tunnel_timeout` before the server is connected to", HAProxy: "0, unless set by a rule",
		Weir: "as configured",
		Why:  "its manual says so", applies: anyOf(calls("cur_server_timeout"), calls("cur_tunnel_timeout"))},
	{What: "`term_events`", HAProxy: "what ended the stream at each level (3.2)",
		Weir: "`-`",
		Why:  "its form is documented nowhere, and `-` means that there is none", applies: calls("term_events")},
	{What: "bytes of a request and of a response in the log (`%U`, `%B`)", HAProxy: "counted as HAProxy keeps them in memory: of a request that a rule answers its own length, of a page for a malformed request 0",
		Weir: "as they were sent on: `%U` to the server, 0 where nothing was, `%B` to the client",
		Why:  "that is what goes over the wire", applies: both(anyOf(begins("log-format"), begins("error-log-format")), anyOf(has("%U"), has("%B")))},
	{What: "`%ID`", HAProxy: "quotes as they are",
		Weir: "`#22`",
		Why:  "as everywhere else in a line", applies: both(anyOf(begins("log-format"), begins("error-log-format")), has("%ID"))},
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

// converts holds for a line that uses a converter.
func converts(name string) func([]string) bool {
	return anyOf(has(","+name+"("), has(","+name+","), has(","+name+"]"), func(line []string) bool {
		return slices.ContainsFunc(line, func(word string) bool { return strings.HasSuffix(word, ","+name) })
	})
}

// bare holds for a line that uses a converter without arguments.
func bare(name string) func([]string) bool {
	return both(converts(name), not(has(","+name+"(")))
}

// has holds for a line one of whose words has that text in it.
func has(text string) func([]string) bool {
	return func(line []string) bool {
		return slices.ContainsFunc(line, func(word string) bool { return strings.Contains(word, text) })
	}
}

// serverLine holds for the lines of servers.
func serverLine(line []string) bool {
	return begins("server")(line) || begins("default-server")(line) || begins("server-template")(line)
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
