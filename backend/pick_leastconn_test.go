package backend

import (
	"math/rand/v2"
	"sync"
	"testing"
)

func TestLeastConn(t *testing.T) {
	f := func(servers, loads, want string) { // loads: streams of each server in order
		t.Helper()
		b := newTest(t, proxy("leastconn", servers))
		for i, c := range loads {
			b.Servers()[i].cur.Store(int64(c - '0'))
		}
		if got := pickName(b, &Subject{}, nil); got != want {
			t.Errorf("%s with %s streams: got %q; want %q", servers, loads, got, want)
		}
	}
	f("a b", "00", "a")       // equal: first in order
	f("a:4 b:1", "21", "a")   // fewer per weight, though more in total
	f("a b", "10", "b")       //
	f("!a b", "09", "b")      // a server in maintenance is never picked
	f("a:0", "0", "")         // nor one of weight 0
	f("a:3 b:1", "30", "b")   // an idle server before a busy one
	f("a:256 b:1", "91", "a") //
}

func TestLeastConnRotates(t *testing.T) {
	b := newTest(t, proxy("leastconn", "a b c"))
	if got := picks(b, 7); got != "a b c a b c a" {
		t.Errorf("equal loads: got %s; want them in turn", got)
	}
}

// TestLoadTree: the tree names a lightest server after any sequence of changes.
func TestLoadTree(t *testing.T) {
	b := newTest(t, proxy("leastconn", farm(37)))
	tree := b.table.Load().loads
	if tree == nil {
		t.Fatal("37 servers have no tree")
	}
	for range 2000 {
		s := b.Servers()[rand.IntN(len(b.Servers()))]
		s.cur.Store(rand.Int64N(20))
		tree.touch(s)
		best := tree.lightest()
		for _, o := range b.Servers() {
			if o.cur.Load()*int64(best.Weight()) < best.cur.Load()*int64(o.Weight()) {
				t.Fatalf("%s (%d/%d) is lighter than %s (%d/%d)", o.Name(), o.cur.Load(), o.Weight(), best.Name(), best.cur.Load(), best.Weight())
			}
		}
	}
}

// TestLoadTreeConcurrent: after loops have changed loads side by side, the tree is right.
func TestLoadTreeConcurrent(t *testing.T) {
	b := newTest(t, proxy("leastconn", farm(64)))
	tree := b.table.Load().loads
	for round := range 50 {
		var wg sync.WaitGroup
		for g := range 4 {
			wg.Go(func() {
				r := rand.New(rand.NewPCG(uint64(g), uint64(round)))
				for range 300 {
					s := b.Servers()[r.IntN(64)]
					s.cur.Add(r.Int64N(3))
					tree.touch(s)
				}
			})
		}
		wg.Wait()
		best := tree.lightest()
		for _, o := range b.Servers() {
			if o.cur.Load()*int64(best.Weight()) < best.cur.Load()*int64(o.Weight()) {
				t.Fatalf("round %d: %s is lighter than %s", round, o.Name(), best.Name())
			}
		}
	}
}
