package stats

import (
	"context"
	"fmt"
	"strings"
	"time"
)

// The commands of HAProxy's master, which here is the process itself.

// Reloader is an Admin that can read the configuration again and take it over.
type Reloader interface {
	// Reload returns when the new configuration is in force, or is known not to be; log is what was said of it.
	Reload(ctx context.Context) (ok bool, log string)
	// Cut ends what is left of the configurations before the current one.
	Cut()
	// StartupLogs is what was said of the last configuration that was read.
	StartupLogs() string
	// Generations are the configurations at work: the current one, then those that are older, the oldest last.
	Generations() Generations
}

// Generations is the answer to "show proc".
type Generations struct {
	PID             int
	Started         time.Time // the process
	Reloads, Failed int       // Failed: in a row, until now
	Version         string
	List            []Generation
}

// Generation is one configuration at work.
type Generation struct {
	Number  int // from 1
	Started time.Time
	Reloads int   // that it has survived
	Conns   int64 // client connections
}

// mayRun says whether the connection may run the command. On a master's socket whoever may operate may reload, as in HAProxy; on
// others, which are given to more people, an administrator.
func (s *cliSession) mayRun(cmd *command) bool {
	return s.level >= cmd.level || s.socket.Master && (cmd.name == "reload" || cmd.name == "hard-reload") && s.level >= LevelOperator
}

func reload(c *call) error {
	r, ok := c.admin.(Reloader)
	if !ok {
		return errNoAdmin
	}
	ctx := c.session.server.ctx // reading a configuration takes its time: names are looked up
	done, log := r.Reload(ctx)
	c.reply(fmt.Sprintf("Success=%d\n--\n%s", flag(done), oneBlock(log)))
	return nil
}

// hardReload leaves nothing of what was before; where the configuration cannot be taken over, all of it.
func hardReload(c *call) error {
	r, ok := c.admin.(Reloader)
	if !ok {
		return errNoAdmin
	}
	done, log := r.Reload(c.session.server.ctx)
	if done {
		r.Cut()
	}
	c.reply(fmt.Sprintf("Success=%d\n--\n%s", flag(done), oneBlock(log)))
	return nil
}

func showStartupLogs(c *call) error {
	r, ok := c.admin.(Reloader)
	if !ok {
		return errNoAdmin
	}
	c.reply(oneBlock(r.StartupLogs()))
	return nil
}

// oneBlock leaves empty lines out: one ends an answer.
func oneBlock(text string) string {
	var lines []string
	for line := range strings.SplitSeq(text, "\n") {
		if strings.TrimSpace(line) != "" {
			lines = append(lines, line)
		}
	}
	return strings.Join(lines, "\n")
}

// showProc lists the generations as HAProxy's master lists its workers. They are one process: all have its id.
func showProc(c *call) error {
	r, ok := c.admin.(Reloader)
	if !ok {
		return errNoAdmin
	}
	g := r.Generations()
	row := func(pid any, kind, reloads, uptime, version string) {
		c.reply(fmt.Sprintf("%-15v %-15s %-15s %-15s %-15s", pid, kind, reloads, uptime, version))
	}
	worker := func(n *Generation) {
		row(g.PID, "worker", fmt.Sprint(n.Reloads), age(n.Started), g.Version)
	}
	row("#<PID>", "<type>", "<reloads>", "<uptime>", "<version>")
	row(g.PID, "master", fmt.Sprintf("%d [failed: %d]", g.Reloads, g.Failed), age(g.Started), g.Version)
	for i := range g.List {
		if i < 2 {
			c.reply([]string{"# workers", "# old workers"}[i])
		}
		worker(&g.List[i])
	}
	c.reply("# programs")
	return nil
}

// showGenerations tells what "show proc" has no column for.
func showGenerations(c *call) error {
	r, ok := c.admin.(Reloader)
	if !ok {
		return errNoAdmin
	}
	g := r.Generations()
	c.reply("# generation state reloads uptime connections")
	for i, n := range g.List {
		state := "current"
		if i > 0 {
			state = "draining"
		}
		c.reply(fmt.Sprintf("%d %s %d %s %d", n.Number, state, n.Reloads, age(n.Started), n.Conns))
	}
	return nil
}

// age is a time span as HAProxy's master writes it.
func age(since time.Time) string {
	s := int(time.Since(since).Seconds())
	return fmt.Sprintf("%dd%02dh%02dm%02ds", s/86400, s/3600%24, s/60%60, s%60)
}
