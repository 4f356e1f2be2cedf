package backend

import "testing"

func TestRandom(t *testing.T) {
	b := newTest(t, proxy("random(1)", "a:1 b:3 !c:9"))
	count := map[string]int{}
	for range 8000 {
		count[pickName(b, &Subject{}, nil)]++
	}
	if n := count["b"]; n < 5600 || n > 6400 || count["a"]+n != 8000 {
		t.Errorf("got %v; want about a:2000 b:6000", count)
	}
	two := newTest(t, proxy("random", "a b"))
	two.Server("a").cur.Store(5)
	count = map[string]int{}
	for range 4000 {
		count[pickName(two, &Subject{}, nil)]++
	}
	// Of two draws a, the loaded one, is picked only when it is both: one time in four.
	if n := count["a"]; n < 800 || n > 1200 {
		t.Errorf("a was picked %d times of 4000; want about 1000", n)
	}
}
