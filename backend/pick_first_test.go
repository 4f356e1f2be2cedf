package backend

import "testing"

func TestFirst(t *testing.T) {
	p := proxy("first", "a b c")
	p.Servers[0].ID, p.Servers[1].ID, p.Servers[2].ID = 30, 10, 20
	b := newTest(t, p)
	f := func(want string) {
		t.Helper()
		if got := pickName(b, &Subject{}, nil); got != want {
			t.Errorf("got %q; want %q", got, want)
		}
	}
	fill := func(s *Server) {
		s.limit.Store(1)
		s.cur.Store(1)
	}
	f("b") // the lowest id
	f("b")
	fill(b.Server("b"))
	f("c")
	fill(b.Server("c"))
	f("a")
	fill(b.Server("a"))
	f("")
	b.Server("c").cur.Store(0)
	f("c")
}
