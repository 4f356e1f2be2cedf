package stats

import (
	"cmp"
	"slices"
	"strings"
)

// command is one row of the command table, from which help and "did you mean" derive.
type command struct {
	name  string // its words
	usage string // what follows them
	doc   string
	level Level // the lowest that may run it
	audit bool  // changes something: leaves an audit line
	run   func(c *call) error
}

// commandTable is filled in below: help refers to it.
var commandTable []command

func init() {
	commandTable = []command{
		{"add acl", "[@<ver>] <acl> <pattern>", "add an entry to an ACL's list (or a payload of entries)", LevelOperator, true, patternCommand(false, addPattern)},
		{"add map", "[@<ver>] <map> <key> <val>", "add an entry to a map (or a payload of entries)", LevelOperator, true, patternCommand(true, addPattern)},
		{"clear acl", "[@<ver>] <acl>", "remove every entry of an ACL's list", LevelOperator, true, patternCommand(false, clearPatterns)},
		{"clear counters", "[all]", "reset maxima, or every counter (level admin)", LevelOperator, true, clearCounters},
		{"clear map", "[@<ver>] <map>", "remove every entry of a map", LevelOperator, true, patternCommand(true, clearPatterns)},
		{"commit acl", "@<ver> <acl>", "put a version of an ACL's list in force", LevelOperator, true, patternCommand(false, commitPatterns)},
		{"commit map", "@<ver> <map>", "put a version of a map in force", LevelOperator, true, patternCommand(true, commitPatterns)},
		{"del acl", "<acl> [<key>|#<ref>]", "remove the entries of an ACL's list that are equal", LevelOperator, true, patternCommand(false, delPattern)},
		{"del map", "<map> [<key>|#<ref>]", "remove the entries of a map with that key", LevelOperator, true, patternCommand(true, delPattern)},
		{"disable agent", "<bk>/<srv>", "ask a server's agent no more", LevelAdmin, true, serverAgent(false)},
		{"disable dynamic-cookie backend", "<bk>", "make no cookies for a backend's servers any more", LevelAdmin, true, dynamicCookie(false)},
		{"disable frontend", "<frontend>", "stop accepting for a while", LevelAdmin, true, onFrontend(Admin.DisableFrontend)},
		{"disable health", "<bk>/<srv>", "pause a server's health checks", LevelAdmin, true, serverChecks(false)},
		{"disable server", "<bk>/<srv>", "put a server into maintenance", LevelAdmin, true, onServer(Admin.DisableServer)},
		{"echo", "<text>", "answer with the text", LevelUser, false, echo},
		{"enable agent", "<bk>/<srv>", "ask a server's agent again", LevelAdmin, true, serverAgent(true)},
		{"enable dynamic-cookie backend", "<bk>", "make cookies for a backend's servers", LevelAdmin, true, dynamicCookie(true)},
		{"enable frontend", "<frontend>", "accept again", LevelAdmin, true, onFrontend(Admin.EnableFrontend)},
		{"enable health", "<bk>/<srv>", "resume a server's health checks", LevelAdmin, true, serverChecks(true)},
		{"enable server", "<bk>/<srv>", "take a server out of maintenance", LevelAdmin, true, onServer(Admin.EnableServer)},
		{"experimental-mode", "[on|off]", "no command needs it here", LevelAdmin, false, modeCommand("experimental-mode")},
		{"expert-mode", "[on|off]", "no command needs it here", LevelAdmin, false, modeCommand("expert-mode")},
		{"get acl", "<acl> <value>", "tell what a value matches in an ACL's list", LevelUser, false, patternCommand(false, getPattern)},
		{"get map", "<map> <value>", "tell what a value matches in a map", LevelUser, false, patternCommand(true, getPattern)},
		{"get var", "<name>", "tell a variable of the process", LevelOperator, false, getVar},
		{"get weight", "<bk>/<srv>", "tell a server's weight and its configured one", LevelUser, false, getWeight},
		{"hard-reload", "", "reload, and end the connections of the configurations before", LevelAdmin, true, hardReload},
		{"operator", "", "lower this connection to level operator", LevelOperator, false, lowerTo(LevelOperator)},
		{"prepare acl", "<acl>", "begin a version of an ACL's list", LevelOperator, true, patternCommand(false, preparePatterns)},
		{"prepare map", "<map>", "begin a version of a map", LevelOperator, true, patternCommand(true, preparePatterns)},
		{"reload", "", "read the configuration again and take it over", LevelAdmin, true, reload},
		{"set dynamic-cookie-key backend", "<bk> <key>", "change what a backend's cookies are made with", LevelAdmin, true, dynamicCookieKey},
		{"set map", "<map> [<key>|#<ref>] <value>", "change the value of a map's entries", LevelOperator, true, patternCommand(true, setMap)},
		{"set maxconn frontend", "<frontend> <n>", "change a frontend's connection limit", LevelAdmin, true, setMaxconnFrontend},
		{"set maxconn global", "<n>", "change the process's connection limit", LevelAdmin, true, setMaxconnGlobal},
		{"set maxconn server", "<bk>/<srv> <n>", "change a server's connection limit", LevelAdmin, true, setMaxconnServer},
		{"set rate-limit", "<what> global <n>", "change a rate limit of the process", LevelAdmin, true, setRateLimit},
		{"set server", "<bk>/<srv> [opts]", "change a server's state, weight, address or health", LevelAdmin, true, setServer},
		{"set timeout", "cli <delay>", "change this connection's idle timeout", LevelUser, false, setTimeout},
		{"set var", "<name> [expr|fmt] <text>", "set a variable of the process", LevelAdmin, true, setVar},
		{"set weight", "<bk>/<srv> <w>[%]", "change a server's weight", LevelAdmin, true, setWeight},
		{"show acl", "[@<ver>] [<acl>]", "list the ACLs' lists, or the entries of one", LevelUser, false, patternCommand(false, showPatterns)},
		{"show backend", "", "list the backends", LevelUser, false, showBackend},
		{"show cli level", "", "tell this connection's level", LevelUser, false, showLevel},
		{"show cli sockets", "", "list the stats sockets", LevelUser, false, showSockets},
		{"show env", "[var]", "tell the process's environment variables", LevelOperator, false, showEnv},
		{"show errors", "[<px>] [request|response]", "show the last malformed messages", LevelOperator, false, showErrors},
		{"show events", "[<sink>]", "list the event sinks, or what one remembers", LevelUser, false, showEvents},
		{"show generations", "", "list the configurations at work, with their connections", LevelOperator, false, showGenerations},
		{"show info", "[desc|json|typed|float]*", "tell about the process", LevelUser, false, showInfo},
		{"show map", "[@<ver>] [<map>]", "list the maps, or the entries of one", LevelUser, false, patternCommand(true, showPatterns)},
		{"show proc", "", "list the configurations at work as processes", LevelOperator, false, showProc},
		{"show schema json", "", "describe the JSON formats", LevelUser, false, showSchema},
		{"show servers state", "[<backend>]", "dump what changed at run time about servers", LevelUser, false, showServersState},
		{"show sess", "", "list the streams", LevelOperator, false, showSess},
		{"show startup-logs", "", "tell what was said of the configuration", LevelOperator, false, showStartupLogs},
		{"show stat", "[desc|json|no-maint|typed|up]*", "tell the counters of each proxy and server", LevelUser, false, showStat},
		{"show version", "", "tell the version", LevelUser, false, showVersion},
		{"shutdown frontend", "<frontend>", "stop a frontend for good", LevelAdmin, true, onFrontend(Admin.ShutdownFrontend)},
		{"shutdown session", "<id>", "end a stream", LevelAdmin, true, shutdownSession},
		{"shutdown sessions server", "<bk>/<srv>", "end the streams of a server", LevelAdmin, true, shutdownServerSessions},
		{"user", "", "lower this connection to level user", LevelUser, false, lowerTo(LevelUser)},
		{"wait", "<delay>", "pause before the next command", LevelUser, false, wait},
		{"help", "[<command>]", "list the commands, or those that begin so", LevelUser, false, help},
		{"prompt", "", "toggle interactive mode", LevelUser, false, togglePrompt},
		{"quit", "", "disconnect", LevelUser, false, quit},
	}
	addSSLCommands()
	addACMECommands()
	addDynamicCommands()
	addProcessCommands()
	insertCommand(command{"set severity-output", "none|number|string", "show the severity of messages on this connection", LevelUser, false, setSeverity})
	insertCommand(command{"show servers conn", "[<backend>]", "the connections to each server", LevelUser, false, showServersConn})
}

// alwaysShown is how many rows at the end of the table every help lists.
const alwaysShown = 3

// findCommand returns the command whose words begin words, the longest if several do, and the rest.
func findCommand(words []string) (*command, []string) {
	var best *command
	var rest []string
	for i := range commandTable {
		c := &commandTable[i]
		own := strings.Fields(c.name)
		if len(words) >= len(own) && slices.Equal(words[:len(own)], own) && (best == nil || len(own) > len(strings.Fields(best.name))) {
			best, rest = c, words[len(own):]
		}
	}
	return best, rest
}

func help(c *call) error {
	prefix := strings.Join(c.args, " ")
	c.tell(severityInfo, "The following commands are valid at this level:")
	for i := range commandTable {
		cmd := &commandTable[i]
		if c.session.level >= cmd.level && cmd.there(c.admin) && (strings.HasPrefix(cmd.name, prefix) || i >= len(commandTable)-alwaysShown) {
			c.reply(cmd.helpLine())
		}
	}
	return nil
}

// there reports whether the process has what the command works on.
func (c *command) there(a Admin) bool {
	ok := true
	if strings.Contains(c.name, " ssl ") || c.name == "show tls-keys" {
		_, ok = a.(CertAdmin)
	}
	switch c.name {
	case "acme challenge_ready", "acme renew", "acme status":
		_, ok = a.(ACMEAdmin)
	case "show sess", "shutdown session", "shutdown sessions server":
		_, ok = a.(SessionAdmin)
	case "enable dynamic-cookie backend", "disable dynamic-cookie backend", "set dynamic-cookie-key backend":
		_, ok = a.(CookieAdmin)
	case "enable agent", "disable agent":
		_, ok = a.(CheckAdmin)
	case "hard-reload", "reload", "show generations", "show proc", "show startup-logs":
		_, ok = a.(Reloader)
	case "show errors":
		_, ok = a.(ErrorLister)
	case "set rate-limit":
		_, ok = a.(RateLimiter)
	case "get var", "set var":
		_, ok = a.(VarAdmin)
	case "set profiling", "show profiling":
		_, ok = a.(Profiler)
	case "show activity", "show tasks", "show threads":
		_, ok = a.(ActivityAdmin)
	case "show servers conn":
		_, ok = a.(ConnLister)
	case "add server", "del server":
		_, ok = a.(ServerAdder)
	case "show events":
		_, ok = a.(EventLister)
	}
	if strings.HasSuffix(c.name, " map") || strings.HasSuffix(c.name, " acl") {
		_, ok = a.(PatternAdmin)
	}
	return ok
}

// takesPayload reports whether lines may follow the command.
func (c *command) takesPayload() bool {
	switch c.name {
	case "add map", "add acl", "add ssl crt-list", "set ssl cert", "set ssl ca-file", "set ssl crl-file", "add ssl ca-file", "set ssl ocsp-response":
		return true
	}
	return false
}

// helpLine is the command's line in help. The colon's column is HAProxy's.
func (c *command) helpLine() string {
	const column = 40
	s := strings.TrimRight("  "+c.name+" "+c.usage, " ")
	return s + strings.Repeat(" ", max(0, column+2-len(s))) + ": " + c.doc
}

// maxHints is how many better matches an unknown command is shown.
const maxHints = 5

// unknownCommand answers a line that is no command: with those that it may have meant, or with all.
func unknownCommand(words []string, a Admin) []byte {
	near := nearCommands(words, a)
	head := "Unknown command, but maybe one of the following ones is a better match:"
	if len(near) == 0 {
		head = "Unknown command. Please enter one of the following commands only:"
		for i := range commandTable[:len(commandTable)-alwaysShown] {
			if cmd := &commandTable[i]; cmd.there(a) {
				near = append(near, cmd)
			}
		}
	}
	for i := len(commandTable) - alwaysShown; i < len(commandTable); i++ {
		if !slices.Contains(near, &commandTable[i]) {
			near = append(near, &commandTable[i])
		}
	}
	c := call{}
	c.reply(head)
	for _, cmd := range near {
		c.reply(cmd.helpLine())
	}
	return c.out
}

// nearCommands returns the commands nearest to words, best first in steps of distance, in table order within a step.
func nearCommands(words []string, a Admin) []*command {
	if len(words) == 0 {
		return nil
	}
	if list := commandsOf(words, a); len(list) > 0 {
		return list
	}
	type hint struct {
		cmd  *command
		away int
	}
	var hints []hint
	for i := range commandTable {
		if d, ok := distance(words, strings.Fields(commandTable[i].name)); ok && commandTable[i].there(a) {
			hints = append(hints, hint{&commandTable[i], d})
		}
	}
	slices.SortStableFunc(hints, func(a, b hint) int { return cmp.Compare(a.away, b.away) })
	var near []*command
	for _, h := range hints {
		if len(near) < maxHints && h.away == hints[0].away {
			near = append(near, h.cmd)
		}
	}
	return near
}

// commandsOf returns all commands that begin with the words: whoever types "show" wants to know what can be shown.
func commandsOf(words []string, a Admin) (list []*command) {
	for i := range commandTable {
		name := strings.Fields(commandTable[i].name)
		if len(name) > len(words) && slices.Equal(name[:len(words)], words) && commandTable[i].there(a) {
			list = append(list, &commandTable[i])
		}
	}
	return list
}

// distance adds up the edits word by word. A word may be a third wrong, and a beginning of the right one is 1 away;
// words that were not typed count 1 each.
func distance(typed, want []string) (int, bool) {
	sum := max(0, len(want)-len(typed))
	for i := range min(len(typed), len(want)) {
		t := typed[i]
		if len(t) > maxTypo {
			return 0, false
		}
		if strings.HasPrefix(want[i], t) && t != want[i] {
			sum++
			continue
		}
		d := edits(t, want[i])
		if i == 0 && d > (len(want[i])+2)/3 {
			return 0, false
		}
		sum += d
	}
	return sum, true
}

// maxTypo bounds the words that are compared: edits costs the product of the lengths.
const maxTypo = 32

// edits is the Levenshtein distance in bytes.
func edits(a, b string) int {
	row := make([]int, len(b)+1)
	for j := range row {
		row[j] = j
	}
	for i := range len(a) {
		diagonal := row[0]
		row[0] = i + 1
		for j := range len(b) {
			replace := diagonal
			if a[i] != b[j] {
				replace++
			}
			diagonal = row[j+1]
			row[j+1] = min(replace, row[j]+1, row[j+1]+1)
		}
	}
	return row[len(b)]
}
