package backend

import (
	"bytes"
	"fmt"
	"net/netip"
	"strconv"
	"strings"
	"sync/atomic"
	"time"

	"weir/internal/loop"
	"weir/stats"
)

// agent asks the agent of one server for its state ("agent-check"): a checker of its own, whose answer is a line of words
// rather than a verdict. That it cannot be reached says nothing of the server.
type agent struct {
	server *Server
	check  *checker
	addr   atomic.Pointer[netip.Addr] // nil = the server's
	port   atomic.Int32
	send   atomic.Pointer[string]
	said   string      // of the question under way
	last   checkResult // guarded by Backend.mu
	told   bool        // the last answer said whether it is up; guarded by Backend.mu
}

func newAgent(s *Server) *agent {
	a := &agent{server: s, last: checkResult{status: checkINI, code: -1}}
	a.port.Store(int32(s.conf.AgentCheck.Port))
	a.send.Store(&s.conf.AgentCheck.Send)
	a.check = &checker{server: s, agent: a}
	a.check.timer.Fire = a.check.fire
	a.check.plan = &plan{steps: []step{&connectStep{}, agentStep{a}}}
	return a
}

// agentStep sends what the agent is to be told and reads its line.
type agentStep struct{ a *agent }

func (s agentStep) run(r *checkRun) (checkResult, bool) {
	s.a.said = ""
	if text := *s.a.send.Load(); text != "" {
		if err := r.send([]byte(text)); err == loop.ErrTimeout {
			return failed(checkL7TOUT, ""), true
		}
	}
	return (&answerStep{judge: func(got []byte) (checkResult, bool) {
		i := bytes.IndexAny(got, "\r\n")
		if i < 0 {
			return unsure, false
		}
		s.a.said = string(got[:min(i, maxAgentLine)])
		return checkResult{status: checkL7OK, code: 0}, true
	}}).run(r)
}

// target is where the agent is.
func (a *agent) target() *loop.Addr {
	ap := a.server.addr.Load().AddrPort()
	if ip := a.addr.Load(); ip != nil {
		ap = netip.AddrPortFrom(*ip, ap.Port())
	}
	return loop.TCPAddr(netip.AddrPortFrom(ap.Addr(), uint16(a.port.Load())))
}

func (a *agent) interval() time.Duration { return max(a.server.conf.AgentCheck.Inter, minInter) }

// answer is what an agent's line says.
type answer struct {
	weight  string // "75%"; "" = nothing of it
	maxconn string // the number behind "maxconn:"
	admin   string // ready, drain or maint
	state   string // up, down, stopped or fail
	desc    string // what stands behind "#"
	strange string // the first word that nobody knows
}

// parseAnswer reads the words of a line: separated by blanks and commas, in any order, the description behind a "#".
func parseAnswer(line string) answer {
	var a answer
	line, a.desc, _ = strings.Cut(line, "#")
	for _, w := range strings.FieldsFunc(line, func(c rune) bool { return c == ' ' || c == '\t' || c == ',' }) {
		switch {
		case strings.HasSuffix(w, "%"):
			a.weight = w
		case strings.HasPrefix(w, "maxconn:"):
			a.maxconn = w[len("maxconn:"):]
		case w == "ready" || w == "drain" || w == "maint":
			a.admin = w
		case w == "up" || w == "down" || w == "stopped" || w == "fail":
			a.state = w
		case a.strange == "":
			a.strange = w
		}
	}
	return a
}

// report applies an answer.
func (a *agent) report(r checkResult) {
	if !r.ok() {
		a.note(r, false)
		return
	}
	s, said := a.server, parseAnswer(a.said)
	r.status = checkINI // "CHECKED": the answer said nothing of up and down
	if said.weight != "" {
		if err := s.SetWeight(said.weight); err != nil {
			r.text = "agent warns : " + err.Error()
		}
	}
	if said.maxconn != "" {
		if n, err := strconv.Atoi(said.maxconn); err == nil && n >= 0 {
			s.SetMaxconn(n)
		} else {
			r.text = fmt.Sprintf("agent warns : maxconn: got %q; want a number", said.maxconn)
		}
	}
	if said.strange != "" {
		r.text = "agent reports an error : " + said.strange
	}
	if said.state != "" {
		r.status, r.text = checkL7OK, "via agent : "+said.state
		if said.state != "up" {
			r.status = checkL7STS
		}
		if said.desc != "" {
			r.text += " (" + said.desc + ")"
		}
	}
	r.text = cut(r.text)
	news := a.note(r, said.state != "")
	why := ""
	if said.state != "" {
		why = r.reason()
		if s.b.conf.Options.LogHealthChecks { // it has a line of its own
			why = ""
			a.log(&r, news)
		}
	}
	a.apply(said, why)
}

// note keeps an answer, and reports whether it says something else than the one before.
func (a *agent) note(r checkResult, told bool) (news bool) {
	b := a.server.b
	b.mu.Lock()
	defer b.mu.Unlock()
	news = a.told != told || a.last.status != r.status
	a.last, a.told = r, told
	return news
}

// log is a line of "option log-health-checks" about the agent.
func (a *agent) log(r *checkResult, news bool) {
	if !news {
		return
	}
	have := 0
	if r.ok() {
		have = 1
	}
	a.server.sayCheck("Agent", r, have, 1, r.ok())
}

// apply moves the server to where the agent wants it. What the agent does not speak of stays.
func (a *agent) apply(said answer, why string) {
	if said.admin == "" && said.state == "" {
		return
	}
	a.server.change(why, func(st *state) {
		switch said.admin {
		case "ready":
			if st.maint {
				st.health = st.initial
			}
			st.maint, st.drain, st.byAgent = false, false, false
		case "drain":
			st.maint, st.drain, st.byAgent = false, true, true
		case "maint":
			st.maint, st.byConf = true, false
		}
		if said.state != "" {
			st.agent = said.state != "up"
		}
	})
}

// SetAgent is "enable agent" and "disable agent". One that is not asked any more has no say: what it has said ends.
func (s *Server) SetAgent(on bool) error {
	if s.agent == nil {
		return fmt.Errorf("agent checks are not enabled on this server")
	}
	s.agent.check.paused.Store(!on)
	if !on {
		s.change(", agent disabled", func(st *state) { st.agent = false })
	}
	return nil
}

// SetAgentState is "set server B/S agent up|down": what its next answer may correct.
func (s *Server) SetAgentState(up bool) error {
	if s.agent == nil || s.agent.check.paused.Load() {
		return fmt.Errorf("agent checks are not enabled on this server")
	}
	s.change(", changed from CLI", func(st *state) { st.agent = !up })
	return nil
}

// SetAgentSend is "set server B/S agent-send TEXT".
func (s *Server) SetAgentSend(text string) error {
	if s.agent == nil {
		return fmt.Errorf("agent checks are not enabled on this server")
	}
	s.agent.send.Store(&text)
	return nil
}

// SetAgentAddr is "set server B/S agent-addr IP [port P]" and "agent-port P"; an empty address and port 0 stay as they are.
func (s *Server) SetAgentAddr(ip netip.Addr, port int) error {
	if s.agent == nil {
		return fmt.Errorf("agent checks are not enabled on this server")
	}
	if ip.IsValid() {
		s.agent.addr.Store(&ip)
	}
	if port > 0 {
		s.agent.port.Store(int32(port))
	}
	return nil
}

// SetCheckAddr is "set server B/S check-addr IP [port P]" and "check-port P".
func (s *Server) SetCheckAddr(ip netip.Addr, port int) error {
	if s.checker == nil {
		return fmt.Errorf("health checks are not enabled on this server")
	}
	if ip.IsValid() {
		s.checker.to.Store(&ip)
	}
	if port > 0 {
		s.checker.port.Store(int32(port))
	}
	return nil
}

// fill puts the agent's last answer into a row. With Backend.mu held.
func (a *agent) fill(r *stats.Row) {
	st := &a.server.state
	r.AgentChecked = !a.check.paused.Load()
	r.AgentStatus, r.AgentText, r.AgentDuration = a.last.status.String(), a.last.text, a.last.took
	if a.last.status == checkINI && a.last.code >= 0 {
		r.AgentStatus, r.AgentDesc = "CHECKED", "No status change"
	}
	r.AgentRise, r.AgentFall = 1, 1
	if !st.agent {
		r.AgentHealth = 1
	}
}

// state puts it into a row of "show servers state". With Backend.mu held.
func (a *agent) state(r *stats.ServerStateRow) {
	r.AgentState = 2 | 16 // configured, an agent
	if !a.check.paused.Load() {
		r.AgentState |= 4
	}
	if ip := a.addr.Load(); ip != nil {
		r.AgentAddr = ip.String()
	} else {
		r.AgentAddr = a.server.conf.AgentCheck.Addr
	}
	r.AgentPort = uint16(a.port.Load())
}
