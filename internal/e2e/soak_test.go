package e2e

import (
	"cmp"
	"flag"
	"fmt"
	"net"
	"net/http"
	"os"
	"path/filepath"
	"regexp"
	"slices"
	"strconv"
	"sync"
	"sync/atomic"
	"testing"
	"time"
)

var soakFor = flag.Duration("soak", 0, "how long TestSoak runs; 2m on a plain build where $CI is set and 15s elsewhere when 0, 30m by hand")

// soakClients is how many clients of each kind run at once.
const soakClients = 3

// sample is what must stay steady.
type sample struct {
	fds, goroutines int
	rss             int64
}

func (s sample) String() string {
	return fmt.Sprintf("%d fds, %d goroutines, %d MiB", s.fds, s.goroutines, s.rss>>20)
}

// TestSoak runs every kind of stream at once, with aborts on both sides, and wants right answers and steady open files, goroutines
// and memory.
func TestSoak(t *testing.T) {
	kind := os.Getenv("WEIR_E2E")
	if kind == "" {
		kind = "weir"
	}
	length := soakLength()
	at, p := startSoak(t, kind)
	addr := fmt.Sprintf("127.0.0.1:%d", at.port("f"))
	before := take(p, addr)

	samples, rounds := soak(t, p, addr, length)
	t.Logf("%v: %d rounds; before: %v; samples: %v", length, rounds, before, thin(samples))
	if length >= time.Minute { // in seconds the load's own waves look like growth: what is left over at the end tells
		steady(t, samples)
	}
	// What is left: idle pooled connections and checks on their way.
	const slack = 60
	if err := eventually(2*patience, func() error {
		if got := p.fds(); got > before.fds+slack {
			return fmt.Errorf("%d open files after the load; began with %d", got, before.fds)
		}
		return nil
	}); err != nil {
		t.Error(err)
	}
	if err := p.kill(); err != nil {
		t.Error(err)
	}
}

func soakLength() time.Duration {
	switch {
	case *soakFor > 0:
		return *soakFor
	case testing.Short():
		return 5 * time.Second
	case os.Getenv("CI") != "" && !raceEnabled: // "make soak": a build with the race detector looks for races, not for growth
		return 2 * time.Minute
	}
	return 15 * time.Second
}

func startSoak(t *testing.T, kind string) (*places, *proc) {
	dir := shortDir(t)
	at := newPlaces(dir, "soak")
	for _, name := range []string{"s1", "s2"} {
		l, err := net.Listen("tcp", fmt.Sprintf("127.0.0.1:%d", at.port(name)))
		if err != nil {
			t.Fatal(err)
		}
		srv := &http.Server{Handler: soakOrigin()}
		go srv.Serve(l)
		t.Cleanup(func() { srv.Close() })
	}
	conf := filepath.Join(dir, "proxy."+confEnding(kind))
	if err := os.WriteFile(conf, []byte(at.expand(soakConf[kind])), 0o644); err != nil {
		t.Fatal(err)
	}
	p, err := startProc(kind, conf)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(p.end)
	if err := p.ready([]int{at.port("f")}, nil); err != nil {
		t.Fatal(err)
	}
	return at, p
}

// soak runs the loads and returns a sample for each hundredth of the time, at most one a second.
func soak(t *testing.T, p *proc, addr string, length time.Duration) (samples []sample, rounds int64) {
	var done atomic.Int64
	var wg sync.WaitGroup
	end := time.Now().Add(length)
	var mu sync.Mutex
	failures := map[string]int{}
	for name, load := range soakLoads {
		for range soakClients {
			wg.Go(func() {
				for time.Now().Before(end) {
					if err := load(addr); err != nil {
						mu.Lock()
						if failures[name]++; failures[name] <= 3 {
							t.Errorf("%s: %v", name, err)
						}
						mu.Unlock()
					}
					done.Add(1)
				}
			})
		}
	}
	every := time.NewTicker(max(length/100, time.Second))
	defer every.Stop()
	for time.Now().Before(end) {
		<-every.C
		samples = append(samples, take(p, addr))
	}
	wg.Wait()
	if len(failures) > 0 {
		t.Errorf("wrong answers: %v\n%s", failures, clipText(p.said()))
	}
	return samples, done.Load()
}

var goroutines = regexp.MustCompile(`(?m)^go_goroutines (\d+)`)

func take(p *proc, addr string) sample {
	s := sample{fds: p.fds(), rss: p.rss()}
	c, br, err := dialSoak(addr)
	if err != nil {
		return s
	}
	defer c.Close()
	if m, err := exchange(c, br, getRequest("/metrics", "Connection: close\r\n"), "200"); err == nil {
		if g := goroutines.FindSubmatch(m.body); g != nil {
			s.goroutines, _ = strconv.Atoi(string(g[1]))
		}
	}
	return s
}

// steady compares the second quarter with the last, the first being for warming up. It looks at medians: the load is random and
// the machine may stall, so that a quarter's most says little, while a leak grows without end and raises every sample.
func steady(t *testing.T, samples []sample) {
	n := len(samples)
	if n < 4 {
		t.Fatalf("%d samples; want 4 and more", n)
	}
	early, late := median(samples[n/4:n/2]), median(samples[3*n/4:])
	// The race detector keeps something of every goroutine that there was: its memory says nothing of Weir's.
	grown := !raceEnabled && late.rss > early.rss*5/4+32<<20
	if late.fds > early.fds*5/4+40 || late.goroutines > early.goroutines*5/4+40 || grown {
		t.Errorf("not steady: the median was %v in the second quarter, %v in the last", early, late)
	}
}

func median(samples []sample) sample {
	return sample{
		fds:        middle(samples, func(s sample) int { return s.fds }),
		goroutines: middle(samples, func(s sample) int { return s.goroutines }),
		rss:        middle(samples, func(s sample) int64 { return s.rss }),
	}
}

func middle[T cmp.Ordered](samples []sample, of func(sample) T) T {
	var all []T
	for _, s := range samples {
		all = append(all, of(s))
	}
	slices.Sort(all)
	return all[len(all)/2]
}

// thin keeps about ten samples for the log.
func thin(samples []sample) (out []sample) {
	for i := 0; i < len(samples); i += max(1, len(samples)/10) {
		out = append(out, samples[i])
	}
	return out
}
