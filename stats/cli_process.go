package stats

import (
	"context"
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"runtime/metrics"
	"slices"
	"strconv"
	"strings"
	"time"
)

// ActivityAdmin tells what the event loops have done. An Admin may implement it.
type ActivityAdmin interface {
	Activity(ctx context.Context) []LoopActivity
}

// LoopActivity is what one event loop has done since it began.
type LoopActivity struct {
	Turns, Stalls, Panics, Stale, AcceptErrors, Spliced uint64
	Busy, Idle                                          time.Duration
	Conns, Tasks                                        int64 // that there are
}

// activityRows are the lines of "show activity". What HAProxy has a name for has that.
var activityRows = []struct {
	name string
	of   func(*LoopActivity) int64
}{
	{"loops", func(a *LoopActivity) int64 { return int64(a.Turns) }},
	{"tasks", func(a *LoopActivity) int64 { return a.Tasks }},
	{"conns", func(a *LoopActivity) int64 { return a.Conns }},
	{"poll_drop_fd", func(a *LoopActivity) int64 { return int64(a.Stale) }},
	{"accept_errors", func(a *LoopActivity) int64 { return int64(a.AcceptErrors) }},
	{"spliced_bytes", func(a *LoopActivity) int64 { return int64(a.Spliced) }},
	{"stalls", func(a *LoopActivity) int64 { return int64(a.Stalls) }},
	{"panics", func(a *LoopActivity) int64 { return int64(a.Panics) }},
	{"busy_ms", func(a *LoopActivity) int64 { return a.Busy.Milliseconds() }},
	{"idle_ms", func(a *LoopActivity) int64 { return a.Idle.Milliseconds() }},
}

func addProcessCommands() {
	insertCommand(command{"show activity", "", "what each event loop has done", LevelUser, false, showActivity})
	insertCommand(command{"set anon global-key", "<key>", "the key of anonymized mode where none is given", LevelAdmin, true, anonGlobal})
	insertCommand(command{"set anon off", "", "show names and addresses as they are", LevelUser, false, anonOff})
	insertCommand(command{"set anon on", "[<key>]", "show hashes in the place of names and addresses", LevelUser, false, anonOn})
	insertCommand(command{"set profiling", "tasks auto|on|off", "measure how long tasks run and wait, anew", LevelAdmin, true, setProfiling})
	insertCommand(command{"show anon", "", "tell whether this connection is shown hashes", LevelUser, false, showAnon})
	insertCommand(command{"show dev", "", "tell of the program, the machine and the process, for a report", LevelOperator, false, showDev})
	insertCommand(command{"show fd", "[num]", "list the open file descriptors, or one", LevelOperator, false, showFD})
	insertCommand(command{"show libs", "", "list the loaded objects, with their addresses", LevelOperator, false, showLibs})
	insertCommand(command{"show pools", "", "how much memory is used for what", LevelUser, false, showPools})
	insertCommand(command{"show profiling", "[all|status|tasks|memory] [byaddr] [<lines>]", "what tasks have cost, and memory", LevelOperator, false, showProfiling})
	insertCommand(command{"show tasks", "", "how many tasks each event loop has", LevelOperator, false, showTasks})
	insertCommand(command{"show threads", "", "the state of each event loop", LevelUser, false, showThreads})
}

func (c *call) activity() ([]LoopActivity, error) {
	a, ok := c.admin.(ActivityAdmin)
	if !ok {
		return nil, errNoAdmin
	}
	return a.Activity(c.ctx), nil
}

func showActivity(c *call) error {
	loops, err := c.activity()
	if err != nil {
		return err
	}
	now := time.Now()
	c.reply(fmt.Sprintf("thread_id: 1 (1..%d)", len(loops)))
	c.reply(fmt.Sprintf("date_now: %d.%06d", now.Unix(), now.Nanosecond()/1000))
	for _, row := range activityRows {
		total, each := int64(0), ""
		for i := range loops {
			n := row.of(&loops[i])
			total += n
			each += fmt.Sprint(n) + " "
		}
		c.reply(fmt.Sprintf("%s: %d [ %s]", row.name, total, each))
	}
	return nil
}

func showThreads(c *call) error {
	loops, err := c.activity()
	if err != nil {
		return err
	}
	for i := range loops {
		l := &loops[i]
		c.reply(fmt.Sprintf("  Thread %d : loops=%d conns=%d tasks=%d stalls=%d panics=%d busy=%v idle=%v", i+1, l.Turns, l.Conns, l.Tasks, l.Stalls, l.Panics,
			l.Busy.Round(time.Microsecond), l.Idle.Round(time.Microsecond)))
	}
	return nil
}

func showTasks(c *call) error {
	loops, err := c.activity()
	if err != nil {
		return err
	}
	total := int64(0)
	for i := range loops {
		total += loops[i].Tasks
	}
	c.reply(fmt.Sprintf("Running tasks: %d (%d threads)", total, len(loops)))
	for i := range loops {
		c.reply(fmt.Sprintf("  thread %d: %d", i+1, loops[i].Tasks))
	}
	return nil
}

// memoryClasses is what the runtime's metrics of memory begin with; they add up to memoryTotal.
const (
	memoryClasses = "/memory/classes/"
	memoryTotal   = "/memory/classes/total:bytes"
)

// showPools tells of the memory that the runtime has from the system: it has pools in HAProxy's sense inside.
func showPools(c *call) error {
	var samples []metrics.Sample
	for _, d := range metrics.All() {
		if strings.HasPrefix(d.Name, memoryClasses) && d.Kind == metrics.KindUint64 {
			samples = append(samples, metrics.Sample{Name: d.Name})
		}
	}
	metrics.Read(samples)
	c.reply("Dumping memory usage.")
	total := uint64(0)
	for _, s := range samples {
		name := strings.TrimSuffix(strings.TrimPrefix(s.Name, memoryClasses), ":bytes")
		if s.Name == memoryTotal {
			total = s.Value.Uint64()
			continue
		}
		c.reply(fmt.Sprintf("  - Pool %s : %d bytes", strings.ReplaceAll(name, "/", "_"), s.Value.Uint64()))
	}
	c.reply(fmt.Sprintf("Total: %d pools, %d bytes allocated.", len(samples)-1, total))
	return nil
}

func showLibs(c *call) error {
	text, err := os.ReadFile("/proc/self/maps")
	if err != nil {
		return err
	}
	for _, line := range loadedObjects(string(text)) {
		c.reply(line)
	}
	return nil
}

// loadedObjects are the files in a process's map (proc(5)), each with the range from its first address to its last.
func loadedObjects(maps string) (lines []string) {
	type object struct {
		low, high uint64
		path      string
	}
	var list []*object
	for line := range strings.Lines(maps) {
		f := strings.Fields(line)
		if len(f) < 6 || !strings.HasPrefix(f[5], "/") {
			continue
		}
		from, to, _ := strings.Cut(f[0], "-")
		low, err := strconv.ParseUint(from, 16, 64)
		high, err2 := strconv.ParseUint(to, 16, 64)
		if err != nil || err2 != nil {
			continue
		}
		if i := slices.IndexFunc(list, func(o *object) bool { return o.path == f[5] }); i >= 0 {
			list[i].high = max(list[i].high, high)
			continue
		}
		list = append(list, &object{low, high, f[5]})
	}
	for _, o := range list {
		lines = append(lines, fmt.Sprintf("0x%012x-0x%012x (0x%07x) %s", o.low, o.high, o.high-o.low, o.path))
	}
	return lines
}

var errNoFD = errors.New("No such file descriptor.")

// showFD lists what the process has open, by number: what each is, as the kernel tells it.
func showFD(c *call) error {
	const dir = "/proc/self/fd"
	names := []string{c.arg(0)}
	if c.arg(0) == "" {
		entries, err := os.ReadDir(dir)
		if err != nil {
			return err
		}
		names = names[:0]
		for _, e := range entries {
			names = append(names, e.Name())
		}
		slices.SortFunc(names, func(a, b string) int { return len(a)*1000 - len(b)*1000 + strings.Compare(a, b) })
	} else if _, err := strconv.ParseUint(c.arg(0), 10, 31); err != nil {
		return errNeedInteger
	}
	for _, n := range names {
		target, err := os.Readlink(filepath.Join(dir, n))
		switch {
		case err == nil:
			c.reply(fmt.Sprintf("%7s : %s", n, oneLine(target)))
		case c.arg(0) != "":
			return errNoFD
		}
	}
	return nil
}
