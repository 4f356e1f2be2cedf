package main

import (
	"fmt"
	"os"
	"strconv"
	"syscall"

	"golang.org/x/sys/unix"

	"weir/conf"
)

// prepare makes the process what the configuration asks for, before anything is opened. It returns the limit of open files in force.
func prepare(g *conf.Global) (uint64, error) {
	p := &g.Process
	if err := renice(p.NiceStart); err != nil {
		return 0, err
	}
	if err := bindCPUs(p); err != nil {
		return 0, err
	}
	limit, err := limitFDs(g, nil)
	if err == nil && p.PreallocFD {
		err = preallocFDs(limit)
	}
	return limit, err
}

// renice sets the priority of every thread: those that are made later have their maker's.
func renice(n conf.Niceness) error {
	if !n.Set {
		return nil
	}
	return eachThread(func(tid int) error {
		if err := syscall.Setpriority(syscall.PRIO_PROCESS, tid, n.Value); err != nil {
			return fmt.Errorf("set the priority %d: %w", n.Value, err)
		}
		return nil
	})
}

// bindCPUs keeps every thread on the processors that are named.
func bindCPUs(p *conf.Process) error {
	if p.CPUs == nil && p.DropCPUs == nil {
		return nil
	}
	var set unix.CPUSet
	if err := unix.SchedGetaffinity(0, &set); err != nil {
		return fmt.Errorf("read the processors: %w", err)
	}
	if p.CPUs != nil {
		set.Zero()
		for _, n := range p.CPUs {
			set.Set(n)
		}
	}
	for _, n := range p.DropCPUs {
		set.Clear(n)
	}
	return eachThread(func(tid int) error {
		if err := unix.SchedSetaffinity(tid, &set); err != nil {
			return fmt.Errorf("run on the processors %s only: %w", conf.CPUsText(members(&set)), err)
		}
		return nil
	})
}

func members(set *unix.CPUSet) []int {
	var out []int
	for n := range 8 * len(set) * 8 {
		if set.IsSet(n) {
			out = append(out, n)
		}
	}
	return out
}

// eachThread calls f for every thread of the process; one that has ended meanwhile is passed over. A thread that another has made before
// its turn came is in the next list: once a list has nothing new, whoever is made later has what f gave from its maker.
func eachThread(f func(tid int) error) error {
	done := map[string]bool{}
	for {
		names, err := os.ReadDir("/proc/self/task")
		if err != nil {
			return err
		}
		before := len(done)
		for _, n := range names {
			tid, err := strconv.Atoi(n.Name())
			if err != nil || done[n.Name()] {
				continue
			}
			done[n.Name()] = true
			if err := f(tid); err != nil {
				if _, gone := os.Stat("/proc/self/task/" + n.Name()); os.IsNotExist(gone) {
					continue
				}
				return err
			}
		}
		if len(done) == before {
			return nil
		}
	}
}

// setFDLimit sets the limit of open files to n, above the hard one too where the process may do that. Where it may not, that is an
// error (strict), or what can be had is taken.
func setFDLimit(n uint64, strict bool) (uint64, error) {
	r, err := fdLimit()
	if err != nil {
		return 0, err
	}
	want := syscall.Rlimit{Cur: n, Max: max(n, r.Max)}
	err = syscall.Setrlimit(syscall.RLIMIT_NOFILE, &want)
	if err == nil {
		return n, nil
	}
	if strict {
		return 0, fmt.Errorf("ulimit-n: set the fd limit to %d: %w", n, err)
	}
	return raiseFDLimit(int(min(n, r.Max)))
}

// preallocFDs makes the kernel's table of file descriptors as large as it can become: growing it under load makes connections wait.
func preallocFDs(limit uint64) error {
	if limit == 0 || limit > maxMaxconn*fdsPerConn {
		return nil // nobody will use as many, and the table is memory
	}
	null, err := os.Open(os.DevNull)
	if err != nil {
		return fmt.Errorf("prealloc-fd: %w", err)
	}
	defer null.Close()
	fd, err := unix.FcntlInt(null.Fd(), unix.F_DUPFD_CLOEXEC, int(limit-1))
	if err != nil {
		return fmt.Errorf("prealloc-fd: %w", err)
	}
	return unix.Close(fd)
}

// settle is what is done when everything is open and the rights have been given up.
func settle(p *conf.Process) error {
	if p.Dumpable {
		if err := unix.Prctl(unix.PR_SET_DUMPABLE, 1, 0, 0, 0); err != nil {
			return fmt.Errorf("set-dumpable: %w", err)
		}
		var r syscall.Rlimit
		if err := syscall.Getrlimit(syscall.RLIMIT_CORE, &r); err == nil {
			r.Cur = r.Max
			if err := syscall.Setrlimit(syscall.RLIMIT_CORE, &r); err != nil {
				return fmt.Errorf("set-dumpable: raise the limit of core files: %w", err)
			}
		}
	}
	return renice(p.NiceRun)
}
