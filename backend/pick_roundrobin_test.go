package backend

import (
	"strings"
	"sync"
	"testing"
)

func TestRoundRobin(t *testing.T) {
	f := func(servers, want string) {
		t.Helper()
		b := newTest(t, proxy("roundrobin", servers))
		if got := picks(b, len(strings.Fields(want))); got != want {
			t.Errorf("%s: got %s; want %s", servers, got, want)
		}
	}
	f("a b", "a b a b a")
	f("a b c", "a b c a b c")
	f("a:2 b:1", "a b a a b a")
	f("a:5 b:1 c:1", "a a b a c a a") // smooth: not five in a row
	f("a:10 b:20", "b a b b a b")
	f("a:0 b", "b b b")   // weight 0 takes no new streams
	f("!a b", "b b b")    // nor does a server in maintenance
	f("~a b", "b b b")    // a backup waits
	f("!a ~b ~c", "b b")  // until no active one is left: the first one only
	f("!a !~b ~c", "c c") // that is up
}

func TestRoundRobinAllBackups(t *testing.T) {
	p := proxy("roundrobin", "!a ~b ~c")
	p.AllBackups = true
	if got := picks(newTest(t, p), 4); got != "b c b c" {
		t.Errorf("got %s; want b c b c", got)
	}
}

func TestRoundRobinSkips(t *testing.T) {
	b := newTest(t, proxy("roundrobin", "a b c"))
	if got := pickName(b, &Subject{}, b.Server("a")); got != "b" {
		t.Errorf("a excluded: got %s; want b", got)
	}
	for _, s := range b.Servers()[:2] {
		s.limit.Store(1)
		s.cur.Store(1)
	}
	if got := picks(b, 3); got != "c c c" {
		t.Errorf("a and b full: got %s; want c c c", got)
	}
	one := newTest(t, proxy("roundrobin", "a"))
	if got := pickName(one, &Subject{}, one.Server("a")); got != "a" {
		t.Errorf("the only server excluded: got %q; want it nevertheless", got)
	}
}

// TestRoundRobinStrict: whatever goroutines pick, each server gets exactly its share.
func TestRoundRobinStrict(t *testing.T) {
	b := newTest(t, proxy("roundrobin", "a:1 b:2 c:3"))
	var mu sync.Mutex
	count := map[string]int{}
	var wg sync.WaitGroup
	for range 4 {
		wg.Go(func() {
			for range 1500 {
				name := pickName(b, &Subject{}, nil)
				mu.Lock()
				count[name]++
				mu.Unlock()
			}
		})
	}
	wg.Wait()
	if count["a"] != 1000 || count["b"] != 2000 || count["c"] != 3000 {
		t.Errorf("got %v; want a:1000 b:2000 c:3000", count)
	}
}

// TestOrders: whichever way the order was worked out, each server has its weight in turns and no long runs.
func TestOrders(t *testing.T) {
	for name, order := range map[string]func([]int) []uint16{
		"smooth": smoothOrder, "map": mapOrder,
		"heap": func(w []int) []uint16 {
			w = append([]int(nil), w...)
			return orderByHeap(w, divide(w))
		},
	} {
		for _, w := range [][]int{{1}, {1, 1}, {3, 1}, {10, 20, 30}, {256, 1}, {7, 7, 7}, {100, 99, 3, 1}} {
			seq := order(w)
			count := make([]int, len(w))
			for _, i := range seq {
				count[i]++
			}
			for i := range w {
				if count[i]*w[0] != count[0]*w[i] {
					t.Errorf("%s %v: turns %v are out of proportion", name, w, count)
				}
			}
		}
	}
}
