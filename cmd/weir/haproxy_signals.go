package main

import (
	"context"
	"fmt"
	"os"
	"syscall"

	"go.uber.org/zap"

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

// exitCode is what the shell makes of a process that a signal ended. HAProxy's master ends with 0 then, for it is the worker that died.
func (e stoppedBy) exitCode(worker bool) int {
	if worker && e.sig == syscall.SIGTERM {
		return exitOK
	}
	return 128 + int(e.sig)
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
