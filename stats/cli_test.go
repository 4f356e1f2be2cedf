package stats

import (
	"io"
	"net"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"go.uber.org/zap"
	"go.uber.org/zap/zaptest/observer"
)

// testSocket serves src on a unix socket for the length of the test.
func testSocket(t *testing.T, src *lab, sock Socket) (path string, server *Server, logs *observer.ObservedLogs) {
	t.Helper()
	core, logs := observer.New(zap.InfoLevel)
	server = NewServer(ServerConfig{Source: src, Admin: src, Log: zap.New(core)})
	path = filepath.Join(t.TempDir(), "s")
	sock.Address = "unix@" + path
	if err := server.Listen(sock); err != nil {
		t.Fatal(err)
	}
	t.Cleanup(server.Stop)
	return path, server, logs
}

// ask sends input and reads until the server closes, as socat does.
func ask(t *testing.T, path, input string) string {
	t.Helper()
	c := dialSocket(t, path)
	defer c.Close()
	if _, err := io.WriteString(c, input); err != nil {
		t.Fatal(err)
	}
	c.(*net.UnixConn).CloseWrite()
	out, err := io.ReadAll(c)
	if err != nil {
		t.Fatalf("%q: %v", input, err)
	}
	return string(out)
}

func dialSocket(t *testing.T, path string) net.Conn {
	t.Helper()
	c, err := net.Dial("unix", path)
	if err != nil {
		t.Fatal(err)
	}
	c.SetDeadline(time.Now().Add(time.Minute))
	return c
}

// The answers are those of HAProxy 2.6 to the same input, except where a comment says so.
func TestCLIAnswers(t *testing.T) {
	src := newLab()
	path, _, _ := testSocket(t, src, Socket{Level: LevelAdmin})
	for _, c := range []struct{ in, out, did string }{
		{"enable server", "Require 'backend/server'.", ""},
		{"enable server bes1", "Require 'backend/server'.", ""},
		{"enable server be/x", "No such server.", ""},
		{"enable server x/x", "No such backend.", ""},
		{`enable server be/s\;1`, "No such server.", ""},
		{`set server be/"s1" state ready`, "No such server.", ""},
		{"enable server be/s1", "", "enable be/s1"},
		{"disable server #4/#1", "", "disable be/s1"},
		{"enable frontend", "A frontend name is expected.", ""},
		{"enable frontend x", "No such frontend.", ""},
		{"enable frontend #2", "", "enable fe"},
		{"disable frontend fe", "", "disable fe"},
		{"shutdown frontend zz", "No such frontend.", ""},
		{"shutdown frontend fe", "", "shutdown fe"},
		{"set server", "Require 'backend/server'.", ""},
		{"set server be/s1", errSetServerUsage.Error(), ""},
		{"set server be/s1 state", "'set server <srv> state' expects 'ready', 'drain' and 'maint'.", ""},
		{"set server be/s1 state foo", "'set server <srv> state' expects 'ready', 'drain' and 'maint'.", ""},
		{"set server be/s1 state drain", "", "state be/s1 drain"},
		{"set server be/s1 health foo", "'set server <srv> health' expects 'up', 'stopping', or 'down'.", ""},
		{"set server be/s1 health up", "", "health be/s1 up"},
		{"set server be/s1 weight", "Require <weight> or <weight%>.", ""},
		{"set server be/s1 weight 300", "Absolute weight can only be between 0 and 256 inclusive.", ""},
		{"set server be/s1 weight -1", "Absolute weight can only be between 0 and 256 inclusive.", ""},
		{"set server be/s1 weight abc", "Empty weight string empty or preceded by garbage", ""},
		{"set server be/s1 weight 150x", "Trailing garbage in weight string", ""},
		{"set server be/s1 weight 99999999999999999999", "Absolute weight can only be between 0 and 256 inclusive.", ""},
		{"set server be/s1 weight -5%", "Relative weight must be positive.", ""},
		{"set server be/s1 weight 50%", "", "weight be/s1 50%"},
		{"set weight be/s1 7", "", "weight be/s1 7"},
		{"get weight be/s1", "25 (initial 50)", ""},
		{"get weight be", "Require 'backend/server'.", ""},
		{"set server be/s6 addr 127.0.0.1", "IP changed from '::1' to '127.0.0.1' by 'stats socket command'", "addr be/s6 127.0.0.1 0"},
		{"set server be/s6 addr 127.0.0.2 port 123", "IP changed from '::1' to '127.0.0.2', port changed from '18090' to '123' by 'stats socket command'", "addr be/s6 127.0.0.2 123"},
		{"set server be/s6 addr ::1 port 18090", "no need to change the addr, no need to change the port by 'stats socket command'", ""},
		{"set server be/s6 addr foo", "Invalid addr 'foo' by 'stats socket command'", ""},
		{"set server be/s6 addr", "set server <b>/<s> addr requires an address and optionally a port.", ""},
		// HAProxy changes the address before it finds that the port is bad; here nothing changes.
		{"set server be/s6 addr 127.0.0.1 port abc", "problem converting port 'abc' to an int by 'stats socket command'", ""},
		{"set maxconn global", "Expects an integer value.", ""},
		{"set maxconn global 100000", "Value out of range.", ""},
		{"set maxconn global x", "Expects an integer value.", ""}, // HAProxy takes it for 0
		{"set maxconn global 100", "", "maxconn global 100"},
		{"set maxconn frontend", "A frontend name is expected.", ""},
		{"set maxconn frontend fe", "Integer value expected.", ""},
		{"set maxconn frontend fe -1", "Value out of range.", ""},
		{"set maxconn frontend fe 9", "", "maxconn fe 9"},
		{"set maxconn server be/s1", "Require <maxconn>.", ""},
		{"set maxconn server be/s1 abc", "maxconn string empty or preceded by garbage", ""},
		{"set maxconn server be/s1 10", "", "maxconn be/s1 10"},
		{"set server be/s1 maxconn 11", "", "maxconn be/s1 11"}, // HAProxy has it under "set maxconn" only
		{"enable health be/s1", "", "checks be/s1 true"},
		{"disable health be/s1", "", "checks be/s1 false"},
		{"enable dynamic-cookie backend be", "", "dynamic-cookie be true"},
		{"disable dynamic-cookie backend be", "", "dynamic-cookie be false"},
		{"disable dynamic-cookie backend", "Can't find backend.", ""},
		{"set dynamic-cookie-key backend be", errNoKey.Error(), ""},
		{"set dynamic-cookie-key backend be secret", "", "dynamic-cookie-key be secret"},
		{"enable agent be/s1", "", "agent be/s1 true"},
		{"disable agent be/s1", "", "agent be/s1 false"},
		{"set server be/s1 agent foo", "'set server <srv> agent' expects 'up' or 'down'.", ""},
		{"set server be/s1 agent down", "", "agent-state be/s1 false"},
		{`set server be/s1 agent-send a\ b`, "", `agent-send be/s1 "a b"`},
		{"set server be/s1 agent-addr 127.0.0.2", "", "agent-addr be/s1 127.0.0.2 0"},
		{"set server be/s1 agent-addr 127.0.0.2 port 9", "", "agent-addr be/s1 127.0.0.2 9"},
		{"set server be/s1 agent-port 9", "", "agent-addr be/s1 invalid IP 9"},
		{"set server be/s1 check-port 0", errSetPort.Error(), ""},
		{"set server be/s1 check-port 7", "", "check-addr be/s1 invalid IP 7"},
		{"set server be/s1 check-addr x", errSetCheckAddr.Error(), ""},
		{"set server be/s1 check-addr ::1 port 5", "", "check-addr be/s1 ::1 5"},
		{"set timeout", "'set timeout' only supports 'cli'.", ""},
		{"set timeout cli", "Expects an integer value.", ""},
		{"set timeout cli abc", "Invalid timeout value.", ""},
		{"set timeout cli 30", "", ""},
		{"set rate-limit connections global 5", "", "rate connections 5"},
		{"set rate-limit foo global 5", errRateLimit.Error(), ""},
		{"clear counters", "", "clear false"},
		{"clear counters all", "", "clear true"},
		{"show backend", "# name\nbe\nbtcp\nli", ""},
		{"show version", "9.9.9", ""},
		{"show version;show version", "9.9.9\n\n9.9.9", ""},
		{"show version ; show cli level ;", "9.9.9\n\nadmin", ""},
		{"show env NO_SUCH_VARIABLE_HERE", "Variable not found", ""},
		{"operator;show cli level;user;show cli level;operator;enable server be/s1", "\noperator\n\n\nuser\n\nPermission denied\n\nPermission denied", ""},
		{"show servers state zz", "Can't find backend.", ""},
		{"show servers state btcp", "1\n" + stateColumns + "\n5 btcp 2 t2 - 0 0 1 1 4 5 2 0 6 0 0 0 - 0 - 0 0 - - 0", ""},
		{"show stat zz 1 -1", "No such proxy.", ""},
		{"show stat domain foo", "Invalid statistics domain.", ""},
		{"show sess", "0x7: proto=tcpv4 src=127.0.0.1:4711 fe=fe be=be srv=s1 ts=DATA age=3s in=10 out=20 exp=60s", ""},
		{"shutdown session 0x7", "", "kill 0x7"},
		{"shutdown session 0x8", "No such session (use 'show sess').", "kill 0x8"},
		{"shutdown session", "Session pointer expected (use 'show sess').", ""},
		{"shutdown sessions server be/s1", "", "kill be/s1"},
		{"quit", "", ""},
	} {
		want := c.out + "\n\n"
		if c.out == "" {
			want = "\n"
		}
		if c.in == "quit" {
			want = ""
		}
		if got := ask(t, path, c.in+"\n"); got != want {
			t.Errorf("%q answers %q; want %q", c.in, got, want)
		}
		if did := src.done(); did != c.did {
			t.Errorf("%q did %q; want %q", c.in, did, c.did)
		}
	}
}

func TestCLIInteractive(t *testing.T) {
	path, _, _ := testSocket(t, newLab(), Socket{Level: LevelUser})
	for in, want := range map[string]string{
		"prompt\nshow version;show version\nquit\n":           "\n> 9.9.9\n\n> 9.9.9\n\n> ",
		"prompt\nshow version\nprompt\n":                      "\n> 9.9.9\n\n> \n",
		"prompt\nset timeout cli 86400\nshow version\nquit\n": "\n> \n> 9.9.9\n\n> ",
		"show version\nshow version\n":                        "9.9.9\n\n9.9.9\n\n", // what comes together is answered together
		"show version\r\n\r\nshow version; show version":      "9.9.9\n\n9.9.9\n\n9.9.9\n\n",
		"show version\nquit\nshow version\n":                  "9.9.9\n\n",
		"show version\nprompt\nshow version\nquit\n":          "9.9.9\n\n\n> 9.9.9\n\n> ",
		"show version": "9.9.9\n\n", // the end of input ends the line
		"prompt\nadd map #1 <<\na b\nshow version\n\nshow version\nquit\n": "\n> + + + ",
	} {
		got := ask(t, path, in)
		if strings.Contains(in, "<<") {
			// The payload is not run as commands.
			if !strings.HasPrefix(got, want) || strings.Count(got, "9.9.9") != 1 {
				t.Errorf("%q answers %q", in, got)
			}
			continue
		}
		if got != want {
			t.Errorf("%q answers %q; want %q", in, got, want)
		}
	}
	// What a browser is talked into sending to a TCP socket has commands in its body; they are not done.
	if got := ask(t, path, "POST / HTTP/1.1\r\nHost: a\r\n\r\nshow version\r\n"); !strings.HasPrefix(got, "Unknown command") || strings.Contains(got, "9.9.9") {
		t.Errorf("HTTP is answered %q", got)
	}
	if got := ask(t, path, "show version <<\nx\n\n"); got != "This command takes no payload.\n\n" {
		t.Errorf("payload for a command without: %q", got)
	}
}

func TestCLIHelp(t *testing.T) {
	path, _, _ := testSocket(t, newLab(), Socket{Level: LevelAdmin})
	f := func(in string, wantLines ...string) {
		t.Helper()
		var got []string
		for _, l := range strings.Split(strings.TrimRight(ask(t, path, in+"\n"), "\n"), "\n") {
			l, _, _ = strings.Cut(l, ": ")
			got = append(got, strings.TrimSpace(l))
		}
		wantLines = append(wantLines, "help [<command>]", "prompt", "quit")
		if strings.Join(got, "|") != strings.Join(wantLines, "|") {
			t.Errorf("%q answers\n%s\nwant\n%s", in, strings.Join(got, "\n"), strings.Join(wantLines, "\n"))
		}
	}
	better := "Unknown command, but maybe one of the following ones is a better match:"
	f("help set max", "The following commands are valid at this level:", "set maxconn frontend <frontend> <n>", "set maxconn global <n>", "set maxconn server <bk>/<srv> <n>")
	f("shw info", better, "show info [desc|json|typed|float]*")
	f("show inf", better, "show info [desc|json|typed|float]*")
	f("set maxconn", better, "set maxconn frontend <frontend> <n>", "set maxconn global <n>", "set maxconn server <bk>/<srv> <n>")
	f("clear", better, "clear acl [@<ver>] <acl>", "clear counters [all]", "clear map [@<ver>] <map>")
	f("show servers", better, "show servers conn [<backend>]", "show servers state [<backend>]")
	if got := ask(t, path, "show\n"); strings.Count(got, "\n  show ") <= maxHints || strings.Contains(got, "\n  set ") {
		t.Errorf("show answers %q; want all that can be shown", got)
	}
	all := ask(t, path, "\n")
	if !strings.HasPrefix(all, "Unknown command. Please enter one of the following commands only:\n") || strings.Count(all, "\n") != len(commandTable)+2 {
		t.Errorf("an empty line answers %q", all)
	}
	if ask(t, path, "\n") != ask(t, path, "xyzzyxyzzy\n") {
		t.Error("nonsense is not answered with all commands")
	}
}

func TestCLILevels(t *testing.T) {
	for _, level := range []Level{LevelUser, LevelOperator, LevelAdmin} {
		src := newLab()
		path, _, logs := testSocket(t, src, Socket{Level: level})
		for i := range commandTable {
			cmd := &commandTable[i]
			got := ask(t, path, cmd.name+"\n")
			if denied := got == "Permission denied\n\n"; denied != (level < cmd.level) {
				t.Errorf("level %s: %q answers %q", level, cmd.name, got)
			}
		}
		if level < LevelAdmin {
			if got := ask(t, path, "clear counters all\n"); got != "Permission denied\n\n" {
				t.Errorf("level %s may clear all counters: %q", level, got)
			}
		}
		if level == LevelUser && logs.FilterField(zap.String("result", "denied")).Len() == 0 {
			t.Error("a denied command leaves no audit line")
		}
	}
}

func TestCLIAudit(t *testing.T) {
	src := newLab()
	path, _, logs := testSocket(t, src, Socket{Level: LevelAdmin})
	ask(t, path, "show info\n")
	if logs.Len() != 0 {
		t.Fatal("a reading command leaves an audit line")
	}
	ask(t, path, "disable server be/s1\n")
	src.fail = errLab
	if got := ask(t, path, "disable server be/s1\n"); got != "the backend says no\n\n" {
		t.Fatalf("an action's error is answered %q", got)
	}
	var got []string
	for _, e := range logs.All() {
		m := e.ContextMap()
		if m["socket"] != "unix@"+path || !strings.HasPrefix(m["peer"].(string), "pid ") {
			t.Errorf("audit line says %v", m)
		}
		got = append(got, strings.Join([]string{m["level"].(string), m["command"].(string), m["result"].(string)}, "|"))
	}
	if want := "admin|disable server be/s1|done admin|disable server be/s1|the backend says no"; strings.Join(got, " ") != want {
		t.Fatalf("audit %q; want %q", got, want)
	}
}

func TestCLIContainsPanic(t *testing.T) {
	src := newLab()
	path, _, logs := testSocket(t, src, Socket{Level: LevelAdmin})
	src.panic = true
	if got := ask(t, path, "show stat\n"); got != "Internal error.\n\n" {
		t.Fatalf("got %q", got)
	}
	src.panic = false
	if got := ask(t, path, "show version\n"); got != "9.9.9\n\n" {
		t.Fatalf("after a panic: %q", got)
	}
	if logs.FilterMessageSnippet("BUG").Len() != 1 {
		t.Fatal("the panic is not logged")
	}
}

func TestCLIReadsFormats(t *testing.T) {
	path, _, _ := testSocket(t, newLab(), Socket{Level: LevelAdmin})
	for in, want := range map[string]string{
		"show stat 4 4 1":       "be,s1,",
		"show stat be 2 -1":     "be,BACKEND,",
		"show stat typed":       "F.2.0.0.pxname.1:KNS:str:fe\n",
		"show stat json":        `[[{"objType":"Frontend","proxyId":2,"id":0,"field":{"pos":0,"name":"pxname"}`,
		"show info typed":       "0.Name.1:POS:str:HAProxy\n",
		"show info json":        `[{"field":{"pos":0,"name":"Name"},"processNum":1,"tags":{"origin":"Product","nature":"Output","scope":"Service"},"value":{"type":"str","value":"HAProxy"}}`,
		"show info desc":        `Name: HAProxy:"name of the product"`,
		"show stat typed desc":  `:str:fe:"name of the proxy"`,
		"show errors":           "] frontend fe (#2): invalid request\n  backend <NONE> (#-1), server <NONE> (#-1), event #4, src 127.0.0.1:1\n  reason bad header name,\n  len 30, error at position 20 :\n  \n  00000  GET / HTTP/1.1\\r\\n\n",
		"show errors fe":        "] : 5\n \n[21/Nov/2026:",
		"show errors nope":      "No such proxy.\n",
		"show errors 2 request": "  00016  bad header\\r\\n\n",
		"show schema json":      "json-schema.org",
		"show env PATH":         "PATH=",
		"show cli sockets":      "# socket lvl processes\nunix@" + path + " admin all\n",
	} {
		got := ask(t, path, in+"\n")
		if !strings.Contains(got, want) {
			t.Errorf("%q answers %.300q; want %q in it", in, got, want)
		}
		if body := strings.TrimSuffix(got, "\n\n"); strings.Contains(body, "\n\n") || body == got {
			t.Errorf("%q: an empty line inside the answer, or none at its end: %.200q", in, got)
		}
	}
}
