package backend

import (
	"fmt"
	"net"
	"net/netip"
	"strings"
	"sync/atomic"
	"testing"

	"weir/conf"
)

func TestParseAnswer(t *testing.T) {
	f := func(line string, want answer) {
		t.Helper()
		if got := parseAnswer(line); got != want {
			t.Errorf("%q: got %+v; want %+v", line, got, want)
		}
	}
	f("", answer{})
	f("75%", answer{weight: "75%"})
	f("up, 50% maxconn:30\tready", answer{weight: "50%", maxconn: "30", admin: "ready", state: "up"})
	f("down # the disk, it is full", answer{state: "down", desc: " the disk, it is full"})
	f("fail#x", answer{state: "fail", desc: "x"})
	f("drain stopped maint", answer{admin: "maint", state: "stopped"}) // the last word counts
	f("UP blah foo", answer{strange: "UP"})
}

// FuzzAgent: an agent may say anything, and nothing of it breaks the server's state.
func FuzzAgent(f *testing.F) {
	for _, s := range []string{"up", "down #x", "75% maxconn:3 ready", "drain", "maint", "-5%", "999999999999999999999%", "maxconn:-1", "%", "#", "maxconn:"} {
		f.Add(s)
	}
	f.Fuzz(func(t *testing.T, line string) {
		p := proxy("roundrobin", "s1:10 s2:10")
		p.Servers[0].Agent, p.Servers[0].AgentCheck.Port = true, 1
		s := newTest(t, p).Server("s1")
		s.agent.said = line
		s.agent.report(checkResult{status: checkL7OK})
		if w := s.Weight(); w < 0 || w > conf.MaxWeight || s.limit.Load() < 0 || len(s.agent.last.text) > maxCheckText {
			t.Fatalf("%q: weight %d, maxconn %d, %q", line, w, s.limit.Load(), s.agent.last.text)
		}
	})
}

// TestAgent has an agent say one thing after another; what is expected is what HAProxy 2.6 showed, but for the descriptions.
func TestAgent(t *testing.T) {
	l := newLoops(t, 1)[0]
	var line atomic.Value
	line.Store("")
	asked := make(chan string, 1000)
	port := talker(t, func(c net.Conn) {
		got := make([]byte, 3)
		n, _ := c.Read(got)
		select {
		case asked <- string(got[:n]):
		default:
		}
		fmt.Fprint(c, line.Load())
	})
	p := proxy("roundrobin", "s1:10 s2:10")
	sc := p.Servers[0]
	sc.Agent, sc.AgentCheck = true, conf.AgentCheck{Port: port, Inter: minInter, Send: "hi\n"}
	p.Timeouts.Check = waitTime // an agent that is late on a busy machine is not one that says nothing
	b := newTest(t, p, l)
	b.Start()
	defer b.Stop()
	s := b.Server("s1")
	row := func() string {
		r := b.Snapshot(nil)[0]
		return fmt.Sprintf("%s %d %d %s %s", r.Status, r.Weight, r.Limit, strings.TrimPrefix(r.AgentStatus, "* "), r.AgentText)
	}
	f := func(said, want string) {
		t.Helper()
		line.Store(said)
		got := ""
		for range 3 { // the question under way may have heard the line before
			if q := <-asked; q != "hi\n" {
				t.Fatalf("the agent was told %q", q)
			}
		}
		eventually(t, fmt.Sprintf("%q: %s (last %s)", said, want, row()), func() bool { got = row(); return got == want })
	}
	f("75% maxconn:30\n", "no check 7 30 CHECKED ")
	f("down #full\n", "DOWN (agent) 7 30 L7STS via agent : down (full)")
	f("up\n", "no check 7 30 L7OK via agent : up")
	f("drain\n", "DRAIN (agent) 7 30 CHECKED ")
	f("ready 100%\n", "no check 10 30 CHECKED ")
	f("maint\r", "MAINT 10 30 CHECKED ")
	f("up ready\n", "no check 10 30 L7OK via agent : up")
	f("blah\n", "no check 10 30 CHECKED agent reports an error : blah")
	f("stopped\n", "DOWN (agent) 10 30 L7STS via agent : stopped")
	f("up", "DOWN (agent) 10 30 L7RSP ") // no line end: nothing was said
	if err := s.SetAgentState(true); err != nil || !s.Usable() {
		t.Errorf("set agent up: %v, usable %v", err, s.Usable())
	}
	f("fail\n", "DOWN (agent) 10 30 L7STS via agent : fail")
	if err := s.SetAgent(false); err != nil || !s.Usable() {
		t.Errorf("disable agent: %v, usable %v", err, s.Usable())
	}
	if err := s.SetAgentState(true); err == nil {
		t.Error("a disabled agent was given a word")
	}
}

// TestAgentTarget: the agent's own address and port, and those of the command line.
func TestAgentTarget(t *testing.T) {
	p := proxy("roundrobin", "s1")
	p.Servers[0].Agent, p.Servers[0].AgentCheck = true, conf.AgentCheck{Port: 99, Addr: "127.0.0.3"}
	s := newTest(t, p).Server("s1")
	if got := s.agent.target().String(); got != "127.0.0.3:99" {
		t.Errorf("got %s", got)
	}
	if err := s.SetAgentAddr(netip.MustParseAddr("127.0.0.4"), 100); err != nil {
		t.Fatal(err)
	}
	if r := s.StateRow(); r.AgentAddr != "127.0.0.4" || r.AgentPort != 100 || r.AgentState != 22 {
		t.Errorf("row %+v", r)
	}
	if err := s.SetCheckAddr(netip.MustParseAddr("127.0.0.4"), 100); err == nil {
		t.Error("a server without checks got an address to check")
	}
}
