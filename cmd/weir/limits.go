package main

import (
	"fmt"
	"syscall"

	"weir/conf"
)

const (
	// fewConns is below what anybody means who leaves maxconn to the fd limit: it must not be found out by clients that wait.
	fewConns = 100

	fdsPerConn = 2 // a client's and a server's
	fdsPerPipe = 2
	// connsPerPipe is how many connections share a pipe where maxconn follows from the limit of open files.
	connsPerPipe = 4
	// pipesPerConn are the most that a connection has at once: one for each direction.
	pipesPerConn = 2
	// fdsSpare are for the runtime, log targets, the poller and pipe of each loop, files and lookups.
	fdsSpare   = 64
	fdsPerLoop = 8
	// maxMaxconn bounds the maxconn that follows from the fd limit: containers often have a limit of a billion, and
	// tables sized by that would fill the memory.
	maxMaxconn = 1 << 20
	// maxFDs is more than maxMaxconn connections need, with all their pipes.
	maxFDs = maxMaxconn * (fdsPerConn + pipesPerConn*fdsPerPipe)
)

// limitFDs sets the limit of open files that the configuration asks for and returns the one in force. first is what the process has
// started with, nil at the start: ulimit-n acts only then, when there may be the rights to go above the hard limit.
func limitFDs(g, first *conf.Global) (uint64, error) {
	n := g.Process.ULimitN
	switch {
	case first != nil && (n > 0 || first.Process.ULimitN > 0):
		r, err := fdLimit()
		return r.Cur, err
	case n > 0:
		return setFDLimit(uint64(n), g.Process.StrictLimits)
	}
	return raiseFDLimit(g.FDHardLimit)
}

func fdLimit() (r syscall.Rlimit, err error) {
	if err := syscall.Getrlimit(syscall.RLIMIT_NOFILE, &r); err != nil {
		return r, fmt.Errorf("read the fd limit: %w", err)
	}
	return r, nil
}

// keepFDLimit returns what brings back the limit of now, where a configuration that has changed it is refused after all.
func keepFDLimit() func() {
	r, err := fdLimit()
	return func() {
		if err == nil {
			syscall.Setrlimit(syscall.RLIMIT_NOFILE, &r) // one that was in force
		}
	}
}

// raiseFDLimit sets the soft limit of open files to the hard one, or to want where that is lower and set, and returns the limit in force.
func raiseFDLimit(want int) (uint64, error) {
	r, err := fdLimit()
	if err != nil {
		return 0, err
	}
	limit := r.Max
	if want > 0 && uint64(want) < limit {
		limit = uint64(want)
	}
	if err := syscall.Setrlimit(syscall.RLIMIT_NOFILE, &syscall.Rlimit{Cur: limit, Max: r.Max}); err != nil {
		return r.Cur, fmt.Errorf("raise the fd limit from %d to %d: %w", r.Cur, limit, err)
	}
	return limit, nil
}

// askedLimits are what a configuration says of the limits that fitMaxconn changes in it.
type askedLimits struct{ maxconn, pipes int }

func limitsAsked(g *conf.Global) askedLimits { return askedLimits{g.Maxconn, g.MaxPipes} }

func (a askedLimits) put(g *conf.Global) { g.Maxconn, g.MaxPipes = a.maxconn, a.pipes }

// fdsToCome is the limit that limitFDs would set here; 0 = nobody knows.
func fdsToCome(g *conf.Global) uint64 {
	r, err := fdLimit()
	switch n := uint64(max(g.Process.ULimitN, 0)); {
	case err != nil:
		return 0
	case n > 0 && (n <= r.Max || syscall.Geteuid() == 0):
		return n
	case g.FDHardLimit > 0:
		return min(r.Max, uint64(g.FDHardLimit))
	}
	return r.Max
}

// tooFewFDs warns of what fitMaxconn would find at a start by whoever asks now, and changes nothing.
func tooFewFDs(cfg *conf.Config, limit func(*conf.Global) uint64) []*conf.Error {
	fds, asked := limit(&cfg.Global), limitsAsked(&cfg.Global)
	if fds == 0 {
		return nil
	}
	text := fitMaxconn(cfg, fds)
	asked.put(&cfg.Global)
	if text == "" {
		return nil
	}
	return []*conf.Error{conf.Bad(conf.Pos{}, "global", "as the limits are here, %s", text)}
}

// fixedFDs counts the descriptors that do not depend on the number of connections.
func fixedFDs(cfg *conf.Config) int {
	n := fdsSpare + fdsPerLoop*cfg.Global.NbThread
	for _, s := range cfg.Global.StatsSockets {
		n += 1 + s.Maxconn
	}
	for _, p := range cfg.Proxies {
		n += len(p.Binds)
		for _, s := range p.Servers {
			if s.Check {
				n++
			}
		}
	}
	return n
}

// fitMaxconn sets the process's maxconn from the fd limit where it is not configured, and lowers it where the limit is too
// low for it; the warning then has the numbers. Then it sets how many pipes there may be: of what connections never need.
func fitMaxconn(cfg *conf.Config, limit uint64) (warning string) {
	fixed, left := fixedFDs(cfg), 0
	if limit > uint64(fixed) {
		left = int(min(limit-uint64(fixed), maxFDs))
	}
	defer func() { fitPipes(&cfg.Global, left) }()
	room := max(1, min(left/fdsPerConn, maxMaxconn))
	switch want := cfg.Global.Maxconn; {
	case want == 0:
		room = max(1, min(withPipes(left, cfg.Global.MaxPipes), maxMaxconn))
		cfg.Global.Maxconn = room
		if room < fewConns {
			warning = fmt.Sprintf("the limit of %d file descriptors leaves room for a maxconn of %d (%d a connection and %d for everything else): raise it, or set maxconn",
				limit, room, fdsPerConn, fixed)
		}
	case want > room:
		warning = fmt.Sprintf("maxconn %d needs %d file descriptors (%d a connection and %d for everything else) and the limit is %d: maxconn is lowered to %d",
			want, want*fdsPerConn+fixed, fdsPerConn, fixed, limit, room)
		cfg.Global.Maxconn = room
	}
	return warning
}

// withPipes is how many connections there may be with left descriptors, if there are pipes of so many: 0 = one for every fourth.
func withPipes(left, pipes int) int {
	if pipes > 0 {
		return (left - min(pipes*fdsPerPipe, left/2)) / fdsPerConn
	}
	return left * connsPerPipe / (connsPerPipe*fdsPerConn + fdsPerPipe)
}

// fitPipes sets the number of pipes: as configured, or as many as connections can use, but no more than leaves the connections
// theirs. One for each loop is there in any case: fixedFDs has it.
func fitPipes(g *conf.Global, left int) {
	most := max(1, g.NbThread) + max(0, left-g.Maxconn*fdsPerConn)/fdsPerPipe
	want := g.MaxPipes
	if want == 0 {
		want = max(g.NbThread, g.Maxconn*pipesPerConn)
	}
	g.MaxPipes = max(1, min(want, most))
}
