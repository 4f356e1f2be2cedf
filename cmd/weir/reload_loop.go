package main

import (
	"reflect"
	"runtime"

	"go.uber.org/zap"
	"go.uber.org/zap/zapcore"
	"golang.org/x/sys/unix"

	"weir/conf"
)

// reloadAnswer is what came of a reload.
type reloadAnswer struct {
	ok  bool
	log string
}

// reloadWords are what scripts look for in the log.
type reloadWords struct {
	begin, done, failed string
	failedLevel         zapcore.Level
}

var weirWords = reloadWords{
	begin: "reload: reading the configuration", done: "reload: the new configuration is in force",
	failed: "reload: nothing was taken over; the configuration that runs stays in force", failedLevel: zapcore.ErrorLevel,
}

var hapWords = reloadWords{begin: "Reloading HAProxy", done: "Loading success.", failed: "Loading failure!", failedLevel: zapcore.WarnLevel}

// listen begins to take requests to reload, from signals and stats sockets, one after the other. It is called before the process gives
// its rights up: where there is a chroot, the thread that reads the configuration again must have been left outside of it.
func (p *proxies) listen(chroot bool) {
	ready := make(chan struct{})
	go func() {
		if chroot {
			stayOutside(p.r.log)
		}
		close(ready)
		for {
			select {
			case answer := <-p.r.reloads:
				ok, log := p.reload()
				if answer != nil {
					answer <- reloadAnswer{ok, log}
				}
			case <-p.ended:
				return
			}
		}
	}()
	<-ready
}

// stayOutside gives the goroutine a thread whose root directory no chroot of the process changes. It never gives the thread back:
// that ends with the goroutine.
func stayOutside(log *zap.Logger) {
	runtime.LockOSThread()
	if err := unix.Unshare(unix.CLONE_FS); err != nil {
		log.Warn("a reload will look for its files inside of the chroot: no thread can be left outside", zap.Error(err))
	}
}

// askReload asks for a reload that nobody waits for. One that is asked for already and has not begun is enough.
func (r *runtimeOptions) askReload() {
	select {
	case r.reloads <- nil:
	default:
	}
}

// onlyAtStart are the settings that differ and act only when a process starts.
func onlyAtStart(old, new *conf.Global) []string {
	a, b := &old.Process, &new.Process
	var names []string
	for _, s := range []struct {
		name string
		a, b any
	}{
		{"user", old.User, new.User}, {"group", old.Group, new.Group}, {"chroot", old.Chroot, new.Chroot},
		{"pidfile", old.PidFile, new.PidFile}, {"daemon", old.Daemon, new.Daemon},
		{"ulimit-n", a.ULimitN, b.ULimitN}, {"prealloc-fd", a.PreallocFD, b.PreallocFD}, {"set-dumpable", a.Dumpable, b.Dumpable},
		{"the set of processors", [2][]int{a.CPUs, a.DropCPUs}, [2][]int{b.CPUs, b.DropCPUs}},
		{"the process's priority", [2]conf.Niceness{a.NiceStart, a.NiceRun}, [2]conf.Niceness{b.NiceStart, b.NiceRun}},
	} {
		if !reflect.DeepEqual(s.a, s.b) {
			names = append(names, s.name)
		}
	}
	return names
}
