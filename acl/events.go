package acl

import (
	"fmt"
	"io"
	"os"
	"slices"
	"strings"
	"sync"
	"sync/atomic"
	"time"
)

const (
	// maxEvents bounds what buf0 remembers: the newest lines push the oldest out.
	maxEvents = 1024
	// maxEventText bounds the text of one line.
	maxEventText = 1024
	// eventQueue is how many lines may wait for stdout or stderr: a loop never waits for them, and what is too much is dropped.
	eventQueue = 256
)

// Events is where the converter debug puts lines: buf0, which the stats socket shows, and the process's output. Its methods may be
// called from any goroutine. It takes a lock, for which reason it is for finding faults and not for logs.
type Events struct {
	buf0, records ring
	sinks         [2]streamSink
}

// ring remembers the newest lines.
type ring struct {
	mu    sync.Mutex
	lines []string // a ring once it is full
	next  int
}

// streamSink is stdout or stderr, written to by a goroutine of its own.
type streamSink struct {
	once    sync.Once
	queue   chan []byte
	dropped atomic.Uint64
}

// The sinks, by name.
const (
	sinkStdout = iota
	sinkStderr
	sinkBuffer
)

var sinkNames = []string{"stdout", "stderr", "buf0"}

// start readies a sink that an expression names.
func (e *Events) start(sink int, out io.Writer) {
	if sink == sinkBuffer {
		return
	}
	s := &e.sinks[sink]
	s.once.Do(func() {
		s.queue = make(chan []byte, eventQueue)
		go func() {
			for line := range s.queue {
				if _, err := out.Write(line); err != nil {
					s.dropped.Add(1)
				}
			}
		}()
	})
}

func sinkOutput(sink int) io.Writer {
	if sink == sinkStdout {
		return os.Stdout
	}
	return os.Stderr
}

// put hands a line to a sink. It does not wait.
func (e *Events) put(sink int, now time.Time, line []byte) {
	if sink != sinkBuffer {
		s := &e.sinks[sink]
		select {
		case s.queue <- append(slices.Clip(line), '\n'):
		default:
			s.dropped.Add(1)
		}
		return
	}
	e.buf0.put(now, string(line))
}

func (r *ring) put(now time.Time, line string) {
	text := "<0>" + now.UTC().Format("2006-01-02T15:04:05.000000+00:00") + " " + line
	r.mu.Lock()
	defer r.mu.Unlock()
	if len(r.lines) < maxEvents {
		r.lines = append(r.lines, text)
		return
	}
	r.lines[r.next] = text
	r.next = (r.next + 1) % maxEvents
}

// all are the lines, the oldest first.
func (r *ring) all() []string {
	r.mu.Lock()
	defer r.mu.Unlock()
	return append(slices.Clone(r.lines[r.next:]), r.lines[:r.next]...)
}

// sinkRecords is the sink of HAProxy's that tells of TXT records which an acme section wants made. No expression writes to it.
const sinkRecords = "dpapi"

// TellRecords puts a line into it.
func (e *Events) TellRecords(line string) { e.records.put(time.Now(), line) }

// EventSinks describes the sinks as HAProxy does.
func (e *Events) EventSinks() []string {
	return []string{
		fmt.Sprintf("    stdout     : type=fd, %d dropped, standard output (fd#1)", e.sinks[sinkStdout].dropped.Load()),
		fmt.Sprintf("    stderr     : type=fd, %d dropped, standard output (fd#2)", e.sinks[sinkStderr].dropped.Load()),
		"    buf0       : type=buffer, 0 dropped, in-memory ring buffer",
		"    dpapi      : type=buffer, 0 dropped, TXT records that acme sections want made",
	}
}

// Events is what a sink remembers, the oldest first; false where there is none of that name.
func (e *Events) Events(sink string) ([]string, bool) {
	if sink == sinkRecords {
		return e.records.all(), true
	}
	i := slices.Index(sinkNames, sink)
	if i != sinkBuffer {
		return nil, i >= 0
	}
	return e.buf0.all(), true
}

// appendPrintable appends text so that it can stand in a line of a terminal.
func appendPrintable(b, text []byte) []byte {
	for i, ch := range text {
		if i == maxEventText {
			return append(b, "..."...)
		}
		if ch >= ' ' && ch < 0x7f && ch != '\\' {
			b = append(b, ch)
			continue
		}
		b = append(b, '\\', 'x', upperHex[ch>>4], upperHex[ch&15])
	}
	return b
}

func sinkList() string { return strings.Join(sinkNames[:2], ", ") + " or " + sinkNames[2] }
