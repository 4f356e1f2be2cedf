package stats

import (
	"context"
	"os"
	"strings"
	"testing"
	"time"
)

func (l *lab) Activity(context.Context) []LoopActivity {
	return []LoopActivity{{Turns: 3, Tasks: 1, Conns: 2, Busy: time.Second}, {Turns: 4, Panics: 1, Idle: 2 * time.Second}}
}

func (l *lab) TaskProfiling(context.Context) (string, []TaskProfile) {
	return "auto", []TaskProfile{{On: true, Runs: 4, Ran: 6 * time.Microsecond, Waited: 2 * time.Second}, {}}
}

func (l *lab) SetTaskProfiling(_ context.Context, mode string) { l.note("profiling %s", mode) }

func TestProcessCommands(t *testing.T) {
	f := func(words string, want ...string) {
		t.Helper()
		cmd, args := findCommand(strings.Fields(words))
		c := &call{ctx: context.Background(), admin: newLab(), source: newLab(), args: args, session: &cliSession{}}
		if err := cmd.run(c); err != nil {
			c.fail(err.Error())
		}
		for _, w := range want {
			if !strings.Contains(string(c.out), w) {
				t.Errorf("%s: got\n%s\nwithout %q", words, c.out, w)
			}
		}
	}
	f("show activity", "thread_id: 1 (1..2)\n", "\nloops: 7 [ 3 4 ]\n", "\nconns: 2 [ 2 0 ]\n", "\npanics: 1 [ 0 1 ]\n", "\nbusy_ms: 1000 [ 1000 0 ]\n", "\nidle_ms: 2000 [ 0 2000 ]\n")
	f("show threads", "  Thread 1 : loops=3 conns=2 tasks=1 stalls=0 panics=0 busy=1s idle=0s\n", "  Thread 2 : loops=4 ")
	f("show tasks", "Running tasks: 1 (2 threads)\n  thread 1: 1\n  thread 2: 0\n")
	f("show pools", "Dumping memory usage.\n", "  - Pool heap_objects : ", "\nTotal: ")
	exe, err := os.Executable()
	if err != nil {
		t.Fatal(err)
	}
	f("show libs", exe, "0x")
	status, header := "Per-task CPU profiling              : auto-on       # set profiling tasks {on|auto|off}\nMemory usage profiling              : off           # set profiling memory {on|off}\n", "  function                      calls   cpu_tot   cpu_avg   lat_tot   lat_avg\n"
	one, two := "  tasks of thread 1                 4       6us     1.5us        2s     500ms\n", "  tasks of thread 2                 0        0s        0s        0s        0s\n"
	f("show profiling", status, header+one+two, "Alloc/Free statistics by the runtime:\n")
	f("show profiling all byaddr 5", status, header+one+two, "Alloc/Free statistics by the runtime:\n")
	f("show profiling status", status)
	f("show profiling tasks 1", header+one+two)
	f("show profiling memory", "Alloc/Free statistics by the runtime:\n")
	f("show profiling x", errProfilingPart.Error())
	f("show profiling tasks -1", errProfilingPart.Error())
	f("set profiling", errProfilingWhat.Error())
	f("set profiling memory on", errProfilingHeap.Error())
	f("set profiling tasks", errProfilingMode.Error())
	f("set profiling tasks yes", errProfilingMode.Error())
	f("show dev", "\nBuild\n  toolchain: go", "\nPlatform info\n  kernel: Linux ", "\nProcess info\n  pid: ", "\n  VmRSS: ")
	null, err := os.Open(os.DevNull)
	if err != nil {
		t.Fatal(err)
	}
	defer null.Close()
	f("show fd", " : /dev/null\n")
	f("show fd x", errNeedInteger.Error())
	f("show fd 999999", errNoFD.Error())
}

func TestLoadedObjects(t *testing.T) {
	const maps = "00400000-00500000 r-xp 00000000 08:01 123 /bin/x\n00600000-00601000 rw-p 00200000 08:01 123 /bin/x\n" +
		"7f0000000000-7f0000001000 r--p 00000000 08:01 9 /lib/a.so\n7f0000002000-7f0000003000 rw-p 00000000 00:00 0 \n7ffc00000000-7ffc00001000 rw-p 00000000 00:00 0 [stack]\nnonsense\n"
	want := "0x000000400000-0x000000601000 (0x0201000) /bin/x|0x7f0000000000-0x7f0000001000 (0x0001000) /lib/a.so"
	if got := strings.Join(loadedObjects(maps), "|"); got != want {
		t.Errorf("got %q; want %q", got, want)
	}
}

func TestSetProfiling(t *testing.T) {
	l := newLab()
	cmd, args := findCommand([]string{"set", "profiling", "tasks", "on"})
	c := &call{ctx: t.Context(), admin: l, args: args, session: &cliSession{}}
	if err := cmd.run(c); err != nil || l.done() != "profiling on" || len(c.out) > 0 {
		t.Errorf("%v, %q, %q", err, l.done(), c.out)
	}
}

// What HAProxy has for its developers is refused by name, and nothing else is.
func TestRefused(t *testing.T) {
	f := func(words string, want bool) {
		t.Helper()
		if got := refused(strings.Fields(words)) != nil; got != want {
			t.Errorf("%s: refused %v; want %v", words, got, want)
		}
	}
	f("debug dev", true)
	f("debug dev exit 1", true)
	f("debug counters show", true)
	f("debug", false)
	f("debug development", false)
	f("", false)
	f("show dev", false)
}

func TestShortTime(t *testing.T) {
	for d, want := range map[time.Duration]string{
		0: "0s", 999: "999ns", 1500: "1.5us", 123456: "123.46us", 1234567: "1.23ms", 12345678900: "12.35s", 61 * time.Second: "1m1s", 999_999: "1000us",
	} {
		if got := shortTime(d); got != want {
			t.Errorf("%d ns: %q; want %q", d, got, want)
		}
	}
}
