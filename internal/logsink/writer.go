// Package logsink brings log lines from the loops to stdout, stderr, syslog over UDP, TCP or a unix datagram socket, off the
// hot path: a loop formats a line into a ring of its own, one writer goroutine puts the syslog header before it
// and sends it. A loop never waits: where the ring, a pipe or a socket is full the line is dropped and counted.
//
//	w := logsink.New(logsink.Options{Tag: "weir", Producers: loops})
//	route, err := w.Route(proxy.Logs, cfg.Global.Logs, proxy.LogTag) // at start, once per proxy
//	p := w.Producer(loop.ID())
//	if route.Wants(logsink.Info) {
//		p.End(f.AppendHTTP(p.Begin(), &rec), route, logsink.Info)
//	}
//	p.Flush()                                              // at the end of the loop's turn
//	w.Close(time.Second)
//
// It does not know what a line means (internal/logfmt does), keeps no file and rotates none.
package logsink

import (
	"errors"
	"io"
	"os"
	"sync"
	"sync/atomic"
	"time"
)

// linger is how long the writer rests after a round that found lines: it is woken once per burst instead
// of once per line, and a line is at most this late.
const linger = 5 * time.Millisecond

// Options configures a Writer. The zero value of a field takes the default.
type Options struct {
	Tag       string // process name in syslog headers; default "weir"
	Host      string // "log-send-hostname"; "" = none
	PID       int    // default the process's
	Producers int    // how many loops; default 1
	RingSize  int    // bytes, a power of two; default 512 KiB
	SndBuf    int    // SO_SNDBUF of sockets of datagrams; 0 = the kernel's

	// Lost is told why a target has lost lines, every ten minutes at most. It may not block.
	Lost func(target string, err error)

	// Stdout and Stderr are written to in place of the process's own.
	Stdout, Stderr io.Writer
}

// Writer owns the targets and the goroutine that writes to them.
type Writer struct {
	opts      Options
	producers []*Producer

	mu     sync.Mutex // guards the fields below, Log's producer and the making of routes
	shared *Producer  // for lines from elsewhere than a loop
	byKey  map[targetKey]*target
	outs   map[string]output

	routes  atomic.Pointer[[][]*target] // by Route.id; index 0 is no target
	flushes atomic.Pointer[[]output]
	asleep  atomic.Bool
	napping atomic.Bool
	wake    chan struct{}
	closing chan struct{}
	done    chan struct{}
	dropped atomic.Uint64 // by targets
	msg     []byte        // the writer goroutine's
	now     time.Time     // of its round
}

// New starts a writer without targets.
func New(o Options) *Writer {
	o.Tag = or(o.Tag, "weir")
	if o.PID == 0 {
		o.PID = os.Getpid()
	}
	if o.RingSize == 0 {
		o.RingSize = ringSize
	}
	w := &Writer{
		opts: o, byKey: make(map[targetKey]*target), outs: make(map[string]output),
		wake: make(chan struct{}, 1), closing: make(chan struct{}), done: make(chan struct{}),
		msg: make([]byte, 0, MaxLine+512),
	}
	for range max(o.Producers, 1) {
		w.producers = append(w.producers, newProducer(w, o.RingSize))
	}
	w.shared = newProducer(w, max(o.RingSize/4, 4*MaxLine))
	w.routes.Store(&[][]*target{nil})
	w.flushes.Store(&[]output{})
	go w.run()
	return w
}

// Producer returns loop i's producer.
func (w *Writer) Producer(i int) *Producer { return w.producers[i] }

// Log hands over one line from any goroutine: state changes, warnings. It may wait for another Log, never for a target.
func (w *Writer) Log(r Route, l Level, line string) {
	if !r.Wants(l) {
		return
	}
	w.mu.Lock()
	defer w.mu.Unlock()
	w.shared.End(append(w.shared.Begin(), line...), r, l)
	w.shared.Flush()
}

// Dropped returns how many lines were lost since the start: the ring of a loop, a pipe or a socket was full, or nobody listened.
func (w *Writer) Dropped() uint64 {
	n := w.dropped.Load() + w.shared.dropped.Load()
	for _, p := range w.producers {
		n += p.dropped.Load()
	}
	return n
}

// ErrNotFlushed says that Close gave up before everything was written.
var ErrNotFlushed = errors.New("log targets did not take all lines in time")

// Close writes out what the producers handed over and stops the writer. It returns ErrNotFlushed where a target takes longer
// than timeout. No producer may be used during or after it.
func (w *Writer) Close(timeout time.Duration) error {
	close(w.closing)
	t := time.NewTimer(timeout)
	defer t.Stop()
	select {
	case <-w.done:
	case <-t.C:
		return ErrNotFlushed
	}
	ok := true
	for _, o := range *w.flushes.Load() {
		ok = o.close(t.C) && ok
	}
	if !ok {
		return ErrNotFlushed
	}
	return nil
}

// wakeFor wakes the writer where it sleeps, or cuts its rest short where r is half full.
func (w *Writer) wakeFor(r *ring) {
	if w.asleep.Load() && w.asleep.CompareAndSwap(true, false) ||
		w.napping.Load() && r.used() > len(r.buf)/2 && w.napping.CompareAndSwap(true, false) {
		select {
		case w.wake <- struct{}{}:
		default:
		}
	}
}

// run is the writer goroutine. One round: 1st take every ring's lines, 2nd flush the outputs, 3rd rest or sleep.
func (w *Writer) run() {
	defer close(w.done)
	rest := time.NewTimer(linger)
	for {
		if w.round() > 0 {
			rest.Reset(linger)
			w.napping.Store(true)
			select {
			case <-rest.C:
			case <-w.wake:
			case <-w.closing:
			}
			w.napping.Store(false)
			continue
		}
		// Look once more after saying that it sleeps: a producer either sees that, or its line is seen here.
		w.asleep.Store(true)
		if w.waiting() {
			w.asleep.Store(false)
			continue
		}
		select {
		case <-w.wake:
		case <-w.closing:
			w.round()
			return
		}
		w.asleep.Store(false)
	}
}

func (w *Writer) waiting() bool {
	for _, p := range w.producers {
		if p.ring.used() > 0 {
			return true
		}
	}
	return w.shared.ring.used() > 0
}

func (w *Writer) round() int {
	w.now = time.Now()
	n := w.shared.ring.drain(w.deliver)
	for _, p := range w.producers {
		n += p.ring.drain(w.deliver)
	}
	if n > 0 {
		for _, o := range *w.flushes.Load() {
			o.flush()
		}
	}
	return n
}

// deliver gives a line to every target of its route.
func (w *Writer) deliver(route uint16, l Level, sd, line []byte) {
	for _, t := range (*w.routes.Load())[route] {
		if l > t.max || !t.sample.takes() {
			continue
		}
		l := max(l, t.min)
		msg := t.header.append(w.msg[:0], l, sd, w.now)
		msg = append(msg, line...)
		if t.limit > 0 && len(msg) > t.limit {
			msg = msg[:t.limit]
		}
		if !t.out.write(append(msg, '\n')) {
			w.dropped.Add(1)
		}
	}
}
