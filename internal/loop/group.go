package loop

import "time"

// Group is the tasks that serve one client at the same time, as the streams of a connection of HTTP/2 are. However many of them are
// ready, it gets no more of a turn than other clients: the groups go round, groupShare tasks each. When every one of them has had that and
// groupTurn is over, the loop polls before it goes on. So a client that never rests takes what others leave, and nobody waits for
// all of its work.
//
// The zero value is ready. A group belongs to its loop.
type Group struct {
	Brief bool // it has the beginning of a turn only: others should not wait for it as long as they do for those that are known

	ready  queue[*Task]
	listed bool // in Loop.groups
}

const (
	// groupShare is how many tasks of a group run before another group has its turn.
	groupShare = 4
	// groupTurn is for how long groups go round before the loop looks for events: what others wait for, and much more than a poll costs.
	groupTurn = 25 * time.Microsecond
	// briefTurn is the same of groups that are Brief.
	briefTurn = 8 * time.Microsecond
)

// Busy reports whether tasks of the group are ready to run.
func (g *Group) Busy() bool { return g.ready.len() > 0 }

func (g *Group) turn() time.Duration {
	if g.Brief {
		return briefTurn
	}
	return groupTurn
}

// Enter has the tasks that are begun from now on belong to g, and those that they begin in their turn; nil = to no group. It returns the
// group so far, to be entered again afterwards.
func (l *Loop) Enter(g *Group) (was *Group) {
	l.mustOwn("Enter")
	was, l.group = l.group, g
	return was
}

func (l *Loop) join(g *Group, t *Task) {
	g.ready.push(t)
	if !g.listed {
		g.listed = true
		l.groups.push(g)
	}
}

// runGroups resumes tasks of groups, and what those wake.
func (l *Loop) runGroups() {
	began := time.Now()
	for round := l.groups.len(); l.groups.len() > 0; round-- {
		if round <= 0 && time.Since(began) >= l.groups.first().turn() {
			return
		}
		g := l.groups.pop()
		for i := 0; i < groupShare && g.Busy(); i++ {
			t := g.ready.pop()
			t.queued = false
			t.resume()
		}
		if g.listed = g.Busy(); g.listed {
			l.groups.push(g)
		}
		if len(l.runq) > 0 {
			l.runTasks()
		}
	}
}
