package e2e

import (
	"bufio"
	"errors"
	"fmt"
	"io"
	"net"
	"os"
	"os/exec"
	"path/filepath"
	"regexp"
	"sort"
	"strconv"
	"strings"
	"syscall"
	"time"
)

func verbWait(a *actor, args []string) error {
	select {
	case <-a.run.gate(args[0]):
		return nil
	case <-time.After(patience):
		return errors.New("nobody signalled it")
	}
}

// verbSignal may come twice: the script of a server's connections may run on several.
func verbSignal(a *actor, args []string) error {
	gate := a.run.gate(args[0])
	a.run.mu.Lock()
	defer a.run.mu.Unlock()
	select {
	case <-gate:
	default:
		close(gate)
	}
	return nil
}

func verbDelay(a *actor, args []string) error {
	d, err := time.ParseDuration(args[0])
	time.Sleep(d) // the script's stimulus: a slow peer
	return err
}

func verbTimer(a *actor, _ []string) error { a.start = time.Now(); return nil }

func verbElapsed(a *actor, args []string) error {
	least, err1 := time.ParseDuration(args[0])
	most, err2 := time.ParseDuration(args[1])
	if err := errors.Join(err1, err2); err != nil {
		return err
	}
	if d := time.Since(a.start); d < least || d > most {
		return fmt.Errorf("got %v", d)
	}
	return nil
}

func verbSaw(a *actor, args []string) error {
	if a.got == nil {
		return errors.New("no message was read")
	}
	v, err := a.got.value("header." + args[0])
	a.saw = append(a.saw, v)
	return err
}

func verbTally(a *actor, args []string) error {
	got := strings.Join(a.saw, " ")
	a.saw = nil
	return compare(got, "==", strings.Join(args, " "))
}

func verbTallyCount(a *actor, args []string) error {
	counts := map[string]int{}
	for _, v := range a.saw {
		counts[v]++
	}
	var got []string
	for v, n := range counts {
		got = append(got, fmt.Sprintf("%s=%d", v, n))
	}
	a.saw = nil
	sort.Strings(got)
	sort.Strings(args)
	return compare(strings.Join(got, " "), "==", strings.Join(args, " "))
}

func verbTallySame(a *actor, _ []string) error {
	saw := a.saw
	a.saw = nil
	for _, v := range saw {
		if v != saw[0] {
			return fmt.Errorf("got %q", saw)
		}
	}
	return nil
}

func verbUse(a *actor, args []string) error {
	if a.run.procs[args[0]] == nil {
		return fmt.Errorf("no process %q", args[0])
	}
	a.run.current = args[0]
	return nil
}

// appears waits for a line of an output.
func appears(out *lines, pattern string) error {
	re, err := regexp.Compile("(?m)" + pattern)
	if err != nil {
		return err
	}
	return eventually(patience, func() error {
		if !re.MatchString(out.String()) {
			return fmt.Errorf("no line matches; got:\n%s", clipText(out.String()))
		}
		return nil
	})
}

func verbLog(a *actor, args []string) error    { return appears(&a.run.proc().stdout, args[0]) }
func verbStderr(a *actor, args []string) error { return appears(&a.run.proc().stderr, args[0]) }

func verbNoLog(a *actor, args []string) error {
	return compare(a.run.proc().stdout.String(), "!~", args[0])
}

// cut shortens each line of an output: that of "show stat" is over a thousand bytes long.
func cut(out string) string {
	lines := strings.Split(out, "\n")
	for i, l := range lines {
		if len(l) > 160 {
			lines[i] = l[:160] + "..."
		}
	}
	return strings.Join(lines, "\n")
}

// statsCommand asks the stats socket of the current process one thing.
func (r *run) statsCommand(cmd string) (string, error) {
	name := "stats.sock"
	if r.current != "main" {
		name = r.current + ".sock"
	}
	c, err := net.Dial("unix", filepath.Join(r.at.dir, name))
	if err != nil {
		return "", err
	}
	defer c.Close()
	c.SetDeadline(time.Now().Add(patience))
	if _, err := io.WriteString(c, cmd+"\n"); err != nil {
		return "", err
	}
	out, err := io.ReadAll(bufio.NewReader(c))
	return string(out), err
}

func verbStats(a *actor, args []string) (err error) {
	a.output = ""
	for _, cmd := range args {
		out, err := a.run.statsCommand(cmd)
		if err != nil {
			return err
		}
		a.output += out
	}
	return nil
}

func verbUntil(a *actor, args []string) error {
	return eventually(patience, func() error {
		out, err := a.run.statsCommand(args[0])
		if err != nil {
			return err
		}
		return compare(out, "~", args[1])
	})
}

func verbOutput(a *actor, args []string) error {
	if err := compare(a.output, args[0], args[1]); err != nil {
		return fmt.Errorf("got:\n%s", clipText(cut(a.output)))
	}
	return nil
}

func verbKill(a *actor, args []string) error {
	signals := map[string]syscall.Signal{"TERM": syscall.SIGTERM, "INT": syscall.SIGINT, "USR1": syscall.SIGUSR1, "HUP": syscall.SIGHUP}
	sig, ok := signals[args[0]]
	if !ok {
		return errors.New("want TERM, INT, USR1 or HUP")
	}
	return a.run.proc().cmd.Process.Signal(sig)
}

func verbExited(a *actor, args []string) error {
	code, err := a.run.proc().wait(patience)
	if err != nil {
		return err
	}
	return compare(strconv.Itoa(code), "==", args[0])
}

func verbRunning(a *actor, _ []string) error {
	select {
	case <-a.run.proc().done:
		return fmt.Errorf("it ended: %v", a.run.proc().err)
	default:
		return nil
	}
}

func verbCheckFile(a *actor, args []string) error {
	words, err := proxyCommand(a.run.kind, filepath.Join(a.run.at.dir, args[0]), true)
	if err != nil {
		return err
	}
	cmd := exec.Command(words[0], words[1:]...)
	cmd.Dir = a.run.at.dir
	out, err := cmd.CombinedOutput()
	a.output = string(out) + fmt.Sprintf("\nexit code %d\n", exitCode(err))
	return nil
}

func verbCode(a *actor, args []string) error {
	return verbOutput(a, []string{"~", "^exit code " + args[0] + "$"})
}

func verbRunFile(a *actor, args []string) error {
	p, err := startProc(a.run.kind, filepath.Join(a.run.at.dir, args[0]))
	if err != nil {
		return err
	}
	a.run.procs[args[0]] = p
	return nil
}

func verbRSS(a *actor, args []string) error {
	most, err := size(args[0])
	if err != nil {
		return err
	}
	if raceEnabled {
		most *= 4 // shadow memory
	}
	if got := a.run.proc().rss(); got > int64(most) {
		return fmt.Errorf("got %d MiB", got>>20)
	}
	return nil
}

func verbFDs(a *actor, args []string) error {
	most, err := strconv.Atoi(args[0])
	if err != nil {
		return err
	}
	return eventually(patience, func() error {
		if got := a.run.proc().fds(); got >= most {
			return fmt.Errorf("got %d", got)
		}
		return nil
	})
}

func verbMode(a *actor, args []string) error {
	st, err := os.Stat(args[0])
	if err != nil {
		return err
	}
	return compare(fmt.Sprintf("%o", st.Mode().Perm()), "==", args[1])
}

// counted compares a counter of an origin, waiting for it to get there: the origin may be a moment behind the client.
func (a *actor) counted(args []string, count func(o *origin) int64) error {
	o := a.run.origins[args[0]]
	if o == nil {
		return fmt.Errorf("no server %q", args[0])
	}
	want, err := strconv.ParseInt(args[2], 10, 64)
	if err != nil {
		return err
	}
	return eventually(patience, func() error {
		got := count(o)
		ok := map[string]bool{"==": got == want, "<=": got <= want, ">=": got >= want}[args[1]]
		if !ok {
			return fmt.Errorf("got %d", got)
		}
		return nil
	})
}

func verbConns(a *actor, args []string) error {
	return a.counted(args, func(o *origin) int64 { return o.accepted.Load() })
}

func verbRequests(a *actor, args []string) error {
	return a.counted(args, func(o *origin) int64 { return o.requests.Load() })
}

func verbDown(a *actor, args []string) error {
	o := a.run.origins[args[0]]
	if o == nil {
		return fmt.Errorf("no server %q", args[0])
	}
	o.down()
	return nil
}

func verbUp(a *actor, args []string) error {
	o := a.run.origins[args[0]]
	if o == nil {
		return fmt.Errorf("no server %q", args[0])
	}
	return o.listen()
}
