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

func TestProcessCommands(t *testing.T) {
	f := func(words string, want ...string) {
		t.Helper()
		cmd, args := findCommand(strings.Fields(words))
		c := &call{ctx: context.Background(), admin: newLab(), args: args, session: &cliSession{}}
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
