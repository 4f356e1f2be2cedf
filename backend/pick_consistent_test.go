package backend

import (
	"fmt"
	"testing"
)

func consistent(t *testing.T, servers string) *Backend {
	p := proxy("url_param id", servers)
	p.HashType.Consistent = true
	return newTest(t, p)
}

func ringMap(b *Backend, n int) map[string]string {
	m := map[string]string{}
	for i := range n {
		key := fmt.Sprint("k", i)
		m[key] = pickName(b, &Subject{Req: get("/?id=" + key)}, nil)
	}
	return m
}

// TestConsistentMoves: when a server goes, only its keys move, and when it is back so are they.
func TestConsistentMoves(t *testing.T) {
	b := consistent(t, "a b c d:2")
	before := ringMap(b, 2000)
	b.Server("b").Disable()
	for key, s := range ringMap(b, 2000) {
		if was := before[key]; was != s && was != "b" || s == "b" {
			t.Fatalf("%s moved from %s to %s", key, was, s)
		}
	}
	b.Server("b").Enable()
	count := map[string]int{}
	for key, s := range ringMap(b, 2000) {
		count[s]++
		if before[key] != s {
			t.Fatalf("%s did not come back from %s to %s", key, s, before[key])
		}
	}
	for name, want := range map[string]int{"a": 400, "b": 400, "c": 400, "d": 800} {
		if n := count[name]; n < want*6/10 || n > want*14/10 {
			t.Errorf("%s has %d keys of 2000; want about %d", name, n, want)
		}
	}
}

// TestConsistentWeight: a heavier server takes keys from the others and none move between those.
func TestConsistentWeight(t *testing.T) {
	b := consistent(t, "a b c")
	before := ringMap(b, 2000)
	if err := b.Server("c").SetWeight("3"); err != nil {
		t.Fatal(err)
	}
	for key, s := range ringMap(b, 2000) {
		if before[key] != s && s != "c" {
			t.Fatalf("%s moved from %s to %s", key, before[key], s)
		}
	}
}

// TestBalanceFactor: a server that has more than its share passes keys on.
func TestBalanceFactor(t *testing.T) {
	p := proxy("url_param id", "a b")
	p.HashType.Consistent, p.HashType.BalanceFactor = true, 150
	b := newTest(t, p)
	sub := &Subject{Req: get("/?id=x")}
	own := pickName(b, sub, nil)
	b.Server(own).cur.Store(10)
	b.cur.Store(11)
	if got := pickName(b, sub, nil); got == own {
		t.Errorf("%s has all streams and still got the next", own)
	}
}
