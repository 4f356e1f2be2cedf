package main

import (
	"context"
	"fmt"
	"os"
	"os/signal"
	"runtime"
	"syscall"

	"go.uber.org/zap"
	"golang.org/x/sys/unix"

	"weir/stats"
)

// hapSignals are those that HAProxy has a meaning for. SIGTTOU and SIGTTIN, with which a new HAProxy asks an old one for its ports, are
// among them so that they do not stop the process.
var hapSignals = []os.Signal{syscall.SIGINT, syscall.SIGTERM, syscall.SIGUSR1, syscall.SIGUSR2, syscall.SIGHUP, syscall.SIGTTOU, syscall.SIGTTIN}

// stoppedBy is the signal that ended the process at once.
type stoppedBy struct{ sig syscall.Signal }

func (e stoppedBy) Error() string { return "stopped by " + e.sig.String() }

// Is makes it an errStoppedAtOnce.
func (e stoppedBy) Is(target error) bool { return target == errStoppedAtOnce }

// end ends the process as HAProxy ends, whose master returns a code, 0 after SIGTERM, and who dies of the signal without one: service managers
// call the one a success and not the other. It returns only where there is a code, or where nobody can kill the process: the first of a container.
func (e stoppedBy) end(master bool) (code int) {
	switch {
	case !master:
		e.die()
	case e.sig == syscall.SIGTERM:
		return exitOK
	}
	return 128 + int(e.sig)
}

// die has the signal do what it does to a process that does not look after it. It is sent to this thread, which does not go on before it has it.
func (e stoppedBy) die() {
	signal.Reset(e.sig)
	runtime.LockOSThread()
	defer runtime.UnlockOSThread()
	unix.Tgkill(os.Getpid(), unix.Gettid(), e.sig)
}

// logServers is what SIGHUP asks for outside of master-worker mode: a line about each server and each proxy.
func (p *proxies) logServers(log *zap.Logger) {
	log.Warn("SIGHUP received, dumping servers states.")
	for _, r := range p.cur.src.Rows(context.Background()) {
		what := ""
		switch r.Type {
		case stats.RowServer:
			what = "Server " + r.Proxy + "/" + r.Name
		case stats.RowBackend:
			what = "Proxy " + r.Proxy
		default:
			continue
		}
		log.Warn(fmt.Sprintf("SIGHUP: %s is %s. Conn: %d act, %d pend, %d tot.", what, r.Status, r.Current, r.QueueCurrent, r.Sessions))
	}
}
