package backend

import (
	"fmt"
	"time"

	"weir/conf"
)

// state is what decides whether a server takes streams.
//
//	health: 0 ... rise-1 | rise ... rise+fall-1
//	        DOWN           UP
//
// A good check moves it one to the right and, past the bar, to the far end; a bad one moves it one to the left
// and, past the bar, to the far end. A server starts at rise: up, but the first bad check takes it down (as HAProxy does).
type state struct {
	weight0  int // configured
	weight   int // set by the administrator
	checked  bool
	health   int
	rise     int
	fall     int
	maint    bool   // by the administrator or "disabled"
	byConf   bool   // ... by "disabled" alone
	drain    bool   // by the administrator
	byAgent  bool   // ... by the agent
	via      string // the server whose maintenance or drain is this one's too ("track"); "" = none
	viaMaint bool   // ... it is in maintenance
	viaDrain bool   // ... it drains
	agent    bool   // the agent says that it is down
	initial  int    // the health that it begins with: "init-state"
	stopping bool   // "set server health stopping": NOLB

	changed  time.Time     // of the last transition
	downtime time.Duration // up to changed
	fails    uint64        // failed checks while up
	hanas    uint64        // failed checks that traffic made: "observe"
	downs    uint64        // transitions to DOWN or MAINT
	last     checkResult
}

func (st *state) init(c *conf.Server) {
	st.weight0 = c.Weight
	if c.Weight < 0 || c.Weight == 0 && !c.WeightSet {
		st.weight0 = 1
	}
	st.weight = st.weight0
	st.checked, st.maint, st.byConf = c.Check, c.Disabled, c.Disabled
	st.rise, st.fall = c.Checks.Rise, c.Checks.Fall
	if st.rise <= 0 {
		st.rise = conf.DefaultRise
	}
	if st.fall <= 0 {
		st.fall = conf.DefaultFall
	}
	st.initial = st.startHealth(c.InitState)
	st.health = st.initial
	st.changed = time.Now()
	st.last = checkResult{status: checkINI, code: -1}
}

func (st *state) full() int { return st.rise + st.fall - 1 }

// startHealth is the health at start, and after maintenance.
func (st *state) startHealth(word string) int {
	if !st.checked {
		return st.rise
	}
	switch word {
	case "fully-up":
		return st.full()
	case "down":
		return st.rise - 1
	case "fully-down":
		return 0
	}
	return st.rise
}

// up reports whether the checks and the agent say that the server works; without them it always does.
func (st *state) up() bool { return st.health >= st.rise && !st.agent }

// stopped reports whether it is in maintenance, by itself or with the server that it tracks.
func (st *state) stopped() bool { return st.maint || st.viaMaint }

// drains reports whether it gets no new clients.
func (st *state) drains() bool { return st.drain || st.viaDrain }

// alive reports whether streams may go there at all.
func (st *state) alive() bool { return st.up() && !st.stopped() }

// balanced reports whether balancing may send it new streams.
func (st *state) balanced() bool { return st.alive() && !st.drains() && !st.stopping && st.weight > 0 }

// String is the status column of "show stat".
func (st *state) String() string {
	switch {
	case st.maint:
		return "MAINT"
	case st.viaMaint:
		return "MAINT (via " + st.via + ")"
	case st.agent:
		return "DOWN (agent)"
	case !st.up() && st.health > 0:
		return fmt.Sprintf("DOWN %d/%d", st.health, st.rise)
	case !st.up():
		return "DOWN"
	case st.drain && st.byAgent:
		return "DRAIN (agent)"
	case st.drains():
		return "DRAIN"
	case st.stopping:
		return "NOLB"
	case !st.checked && st.via == "":
		return "no check"
	case st.health < st.full():
		return fmt.Sprintf("UP %d/%d", st.health-st.rise+1, st.fall)
	}
	return "UP"
}

// pass and miss are a good and a bad check. Only good ones in a row lift a server, only bad ones in a row sink it.
func (st *state) pass() {
	if st.health++; st.health >= st.rise {
		st.health = st.full()
	}
}

func (st *state) miss() {
	switch {
	case st.health < st.rise:
		st.health = 0
	case st.health == st.rise:
		st.fails++
		st.health = 0
	default:
		st.fails++
		st.health--
	}
}

// down is the time spent down until now.
func (st *state) down(now time.Time) time.Duration {
	if st.alive() {
		return st.downtime
	}
	return st.downtime + now.Sub(st.changed)
}
