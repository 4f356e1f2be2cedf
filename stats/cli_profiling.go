package stats

import (
	"context"
	"errors"
	"fmt"
	"runtime/metrics"
	"slices"
	"strconv"
	"time"
)

// Profiler measures what the event loops' tasks cost ("set profiling", "show profiling"). An Admin may implement it.
type Profiler interface {
	// TaskProfiling is the mode, "auto", "on" or "off", and what was measured since it was switched on last.
	TaskProfiling(ctx context.Context) (mode string, loops []TaskProfile)
	SetTaskProfiling(ctx context.Context, mode string)
}

// TaskProfile is what the tasks of one event loop have cost.
type TaskProfile struct {
	On          bool   // it is being measured
	Runs        uint64 // how often tasks ran
	Ran, Waited time.Duration
}

var (
	profilingModes = []string{"auto", "on", "off"}
	profilingParts = []string{"all", "status", "tasks", "memory"}

	// HAProxy's words, also for memory, where its build cannot do so.
	errProfilingWhat = errors.New("Expects either 'tasks' or 'memory'.")
	errProfilingMode = errors.New("Expects 'on', 'auto', or 'off'.")
	errProfilingPart = errors.New("Expects either 'all', 'status', 'tasks', 'memory', 'byaddr' or a max number of output lines.")
	errProfilingHeap = errors.New("Memory profiling not compiled in.")
)

func setProfiling(c *call) error {
	a, ok := c.admin.(Profiler)
	switch {
	case !ok:
		return errNoAdmin
	case c.arg(0) == "memory":
		return errProfilingHeap
	case c.arg(0) != "tasks":
		return errProfilingWhat
	case !slices.Contains(profilingModes, c.arg(1)):
		return errProfilingMode
	}
	a.SetTaskProfiling(c.ctx, c.arg(1))
	return nil
}

// showProfiling tells what is measured and what that has found. The order and the number of lines that HAProxy can be asked for are of its
// functions; here there is one line for each loop, and each is shown.
func showProfiling(c *call) error {
	a, ok := c.admin.(Profiler)
	if !ok {
		return errNoAdmin
	}
	part := "all"
	for i, word := range c.args {
		switch _, err := strconv.ParseUint(word, 10, 31); {
		case i == 0 && slices.Contains(profilingParts, word):
			part = word
		case word != "byaddr" && err != nil:
			return errProfilingPart
		}
	}
	mode, loops := a.TaskProfiling(c.ctx)
	if part == "all" || part == "status" {
		c.reply(fmt.Sprintf("Per-task CPU profiling              : %-8s      # set profiling tasks {on|auto|off}", profilingState(mode, loops)))
		c.reply("Memory usage profiling              : off           # set profiling memory {on|off}")
	}
	if part == "all" || part == "tasks" {
		c.profile(loops)
	}
	if part == "all" || part == "memory" {
		c.allocations()
	}
	return nil
}

// profilingState tells of "auto" what has come of it.
func profilingState(mode string, loops []TaskProfile) string {
	if mode != "auto" {
		return mode
	}
	if slices.ContainsFunc(loops, func(p TaskProfile) bool { return p.On }) {
		return "auto-on"
	}
	return "auto-off"
}

// profile lists what tasks have cost on each loop. The columns are HAProxy's.
func (c *call) profile(loops []TaskProfile) {
	c.reply("Tasks activity:")
	c.reply("  function                      calls   cpu_tot   cpu_avg   lat_tot   lat_avg")
	for i := range loops {
		p := &loops[i]
		each := time.Duration(max(p.Runs, 1))
		c.reply(fmt.Sprintf("  %-25s %9d %9s %9s %9s %9s", fmt.Sprintf("tasks of thread %d", i+1), p.Runs,
			shortTime(p.Ran), shortTime(p.Ran/each), shortTime(p.Waited), shortTime(p.Waited/each)))
	}
}

// shortTime is a duration with four digits or fewer behind its largest unit.
func shortTime(d time.Duration) string {
	switch {
	case d < time.Microsecond:
		return d.String()
	case d < time.Millisecond:
		return strconv.FormatFloat(float64(d.Round(10*time.Nanosecond))/1e3, 'f', -1, 64) + "us"
	case d < time.Second:
		return strconv.FormatFloat(float64(d.Round(10*time.Microsecond))/1e6, 'f', -1, 64) + "ms"
	case d < time.Minute:
		return strconv.FormatFloat(d.Round(10*time.Millisecond).Seconds(), 'f', -1, 64) + "s"
	}
	return d.Round(time.Second).String()
}

// allocations tells what the runtime counts of the heap.
func (c *call) allocations() {
	samples := []metrics.Sample{{Name: "/gc/heap/allocs:objects"}, {Name: "/gc/heap/allocs:bytes"}, {Name: "/gc/heap/frees:objects"}, {Name: "/gc/heap/frees:bytes"}}
	metrics.Read(samples)
	n := func(i int) uint64 { return samples[i].Value.Uint64() }
	c.reply("Alloc/Free statistics by the runtime:")
	c.reply("        Calls         |         Tot Bytes           |")
	c.reply("      <- alloc -> free  |     <- alloc -> free        |")
	c.reply(fmt.Sprintf("  %12d %9d | %14d %14d |", n(0), n(2), n(1), n(3)))
}
