package stats

import (
	"errors"
	"fmt"
	"os"
	"runtime"
	"runtime/debug"
	"strings"
	"time"

	"golang.org/x/sys/unix"
)

// showDev gathers what a report of a fault should tell: what was built and how, on what it runs, and with which rights and limits.
func showDev(c *call) error {
	info := c.source.Info(c.ctx)
	c.reply(fmt.Sprintf("%s version %s", info.Name, info.Version))
	c.reply("Build")
	c.reply("  toolchain: " + runtime.Version())
	if b, ok := debug.ReadBuildInfo(); ok {
		for _, s := range b.Settings {
			if s.Value != "" {
				c.reply("  " + s.Key + ": " + oneLine(s.Value))
			}
		}
	}
	c.reply("Platform info")
	var u unix.Utsname
	if unix.Uname(&u) == nil {
		c.reply("  kernel: " + unix.ByteSliceToString(u.Sysname[:]) + " " + unix.ByteSliceToString(u.Release[:]))
		c.reply("  machine: " + unix.ByteSliceToString(u.Machine[:]))
	}
	c.reply(fmt.Sprintf("  processors: %d, of which %d are used at once", runtime.NumCPU(), runtime.GOMAXPROCS(0)))
	c.reply("Process info")
	c.reply(fmt.Sprintf("  pid: %d", os.Getpid()))
	c.reply("  uptime: " + time.Since(info.Started).Round(time.Second).String())
	c.reply(fmt.Sprintf("  threads: %d", info.NbThread))
	c.reply(fmt.Sprintf("  uid: %d, gid: %d", os.Geteuid(), os.Getegid()))
	c.reply(fmt.Sprintf("  maxconn: %d, limit of files: %d", info.Maxconn, info.ULimitN))
	c.processStatus()
	return nil
}

// processStatus tells what the kernel alone knows of the process (proc(5)).
func (c *call) processStatus() {
	text, err := os.ReadFile("/proc/self/status")
	if err != nil {
		return
	}
	for line := range strings.Lines(string(text)) {
		switch name, value, _ := strings.Cut(line, ":"); name {
		case "CapEff", "CapBnd", "NoNewPrivs", "Seccomp", "VmHWM", "VmRSS", "Threads":
			c.reply("  " + name + ": " + strings.TrimSpace(value))
		}
	}
}

// refusedCommands are commands of HAProxy that can have no meaning here, by how they begin, and what to say of them.
var refusedCommands = []struct {
	begins string
	err    error
}{
	{"debug dev", errors.New("'debug dev' changes the insides of HAProxy for those who work on it: there is nothing of it here. 'show dev' tells of the process.")},
	{"debug counters", errors.New("'debug counters' counts places in HAProxy's code: here 'show info' and /metrics count faults by their reason.")},
}

// refused is why a command of HAProxy is not there; nil = nobody knows it.
func refused(words []string) error {
	text := strings.Join(words, " ") + " "
	for _, r := range refusedCommands {
		if strings.HasPrefix(text, r.begins+" ") {
			return r.err
		}
	}
	return nil
}
