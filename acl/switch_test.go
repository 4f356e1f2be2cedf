package acl

import (
	"fmt"
	"math/rand/v2"
	"strings"
	"testing"

	"weir/conf"
)

// linear is what a Switch must agree with.
func linear(conds []*Cond, c *Context) int {
	for i, cond := range conds {
		if cond.Match(c) {
			return i
		}
	}
	return -1
}

func TestSwitchOrder(t *testing.T) {
	f := func(head string, want, indexed int, conds ...*conf.Cond) {
		t.Helper()
		list := make([]*Cond, len(conds))
		for i := range conds {
			list[i] = mustCond(t, conds[i])
		}
		s := NewSwitch(list)
		if got := s.Pick(newContext(t, head)); got != want {
			t.Errorf("Pick = %d; want %d", got, want)
		}
		if s.Indexed() != indexed {
			t.Errorf("Indexed = %d; want %d", s.Indexed(), indexed)
		}
	}
	get := "GET /a/b HTTP/1.1\nHost: x.example\nX: 1, 2\n"
	host, other := testCond(t, "hdr(host) x.example"), testCond(t, "hdr(host) y.example")
	path, reg := testCond(t, "path_beg /a"), testCond(t, "path_reg ^/a")
	f(get, 1, 2, other, host)
	f(get, 0, 2, path, host)
	f(get, 0, 1, reg, host)                        // tried, and before the one that is looked up
	f(get, 0, 1, host, reg)                        // looked up, and before the one that is tried
	f(get, 1, 3, and(host, not(path)), path, host) // a hit that does not hold
	f(get, 0, 2, or(other, path), host)            // filed twice
	f(get, 1, 1, or(other, not(host)), host)       // half of an or cannot be filed
	f(get, 1, 2, other, nil, host)                 // nil always holds
	f(get, -1, 1, other)                           //
	f(get, 0, 1, testCond(t, "hdr(x) 2"))          // not the first value
	f(get, 0, 1, testCond(t, "hdr(host) -i X.EXAMPLE"))
	f(get, 0, 1, testCond(t, "path_end /b"))
	f(get, -1, 0)
}

func TestSwitchNilCount(t *testing.T) {
	s := NewSwitch([]*Cond{nil})
	if got := s.Pick(newContext(t, "GET / HTTP/1.1\n")); got != 0 {
		t.Errorf("Pick = %d; want 0", got)
	}
}

// randomCond grows a condition over a small world, so that many hold.
func randomCond(t testing.TB, r *rand.Rand, depth int) *conf.Cond {
	if depth > 0 && r.IntN(2) == 0 {
		switch r.IntN(5) {
		case 0, 1:
			return and(randomCond(t, r, depth-1), randomCond(t, r, depth-1))
		case 2:
			return or(randomCond(t, r, depth-1), randomCond(t, r, depth-1))
		case 3:
			return not(randomCond(t, r, depth-1))
		default:
			return &conf.Cond{Op: conf.OpTrue + conf.Op(r.IntN(2))}
		}
	}
	fetches := []string{"hdr(host)", "hdr_beg(host)", "hdr_end(host)", "path", "path_beg", "path_end", "path_sub", "path_dir",
		"url_param(a) -m str", "url_param(a) -m beg", "hdr(x)", "req.fhdr(x) -m beg", "method", "hdr(x),upper -m str", "hdr(x) -m reg", "hdr_cnt(x)"}
	f := fetches[r.IntN(len(fetches))]
	flag := ""
	if r.IntN(3) == 0 {
		flag = " -i"
	}
	pats := ""
	for range 1 + r.IntN(3) {
		pats += " " + randomText(r, f)
	}
	name, rest, _ := strings.Cut(f, " ")
	return testCond(t, strings.Join(strings.Fields(name+" "+rest+flag+pats), " "))
}

func randomText(r *rand.Rand, fetch string) string {
	switch {
	case strings.HasPrefix(fetch, "hdr_cnt"):
		return fmt.Sprint(r.IntN(4))
	case strings.HasPrefix(fetch, "method"):
		return []string{"GET", "POST", "get"}[r.IntN(3)]
	case strings.HasPrefix(fetch, "path"):
		return randomPath(r)
	}
	return randomWord(r)
}

func randomWord(r *rand.Rand) string {
	b := make([]byte, 1+r.IntN(3))
	for i := range b {
		b[i] = "abAB."[r.IntN(5)]
	}
	return string(b)
}

func randomPath(r *rand.Rand) string {
	out := ""
	for range 1 + r.IntN(3) {
		out += "/" + randomWord(r)[:1]
	}
	return out
}

func randomHead(r *rand.Rand) string {
	head := []string{"GET ", "POST "}[r.IntN(2)] + randomPath(r)
	for i := range r.IntN(3) {
		head += []string{"?", "&", "&"}[i] + "a=" + randomWord(r)
	}
	head += " HTTP/1.1\nHost: " + randomWord(r) + "\n"
	for range r.IntN(3) {
		head += "X: " + randomWord(r)
		if r.IntN(2) == 0 {
			head += ", " + randomWord(r)
		}
		head += "\n"
	}
	return head
}

// TestSwitchIsLinear holds random rule lists against trying each in turn.
func TestSwitchIsLinear(t *testing.T) {
	r := rand.New(rand.NewPCG(1, 2))
	hits := map[bool]int{}
	for range 400 {
		conds := make([]*Cond, 1+r.IntN(12))
		for i := range conds {
			if r.IntN(20) > 0 {
				conds[i] = mustCond(t, randomCond(t, r, 2))
			}
		}
		s := NewSwitch(conds)
		for range 20 {
			head := randomHead(r)
			c := newContext(t, head)
			want, got := linear(conds, c), s.Pick(c)
			hits[want > 0]++
			if got != want {
				t.Fatalf("Pick = %d; want %d\n%s", got, want, head)
			}
			for i := range conds {
				next := linear(conds[i:], c)
				if next >= 0 {
					next += i
				}
				if got := s.PickFrom(c, i); got != next {
					t.Fatalf("PickFrom(%d) = %d; want %d\n%s", i, got, next, head)
				}
			}
		}
	}
	if hits[true] < 500 {
		t.Errorf("too few hits after the first rule for the test to mean anything: %v", hits)
	}
}

// rules makes n use_backend-like conditions of one kind; the request matches the last.
func rules(t testing.TB, kind string, n int) []*Cond {
	conds := make([]*Cond, n)
	for i := range conds {
		var c *conf.Cond
		switch kind {
		case "host":
			c = testCond(t, fmt.Sprintf("hdr(host) -i h%d.example", i+1))
		case "path_beg":
			c = testCond(t, fmt.Sprintf("path_beg /app%d/", i+1))
		case "host+path":
			c = and(testCond(t, "path_beg /app"), testCond(t, fmt.Sprintf("hdr(host) h%d.example", i+1)))
		case "url_param":
			c = testCond(t, fmt.Sprintf("urlp(t) t%d", i+1))
		case "host_end":
			c = testCond(t, fmt.Sprintf("hdr_end(host) h%d.example", i+1))
		case "regex":
			c = testCond(t, fmt.Sprintf("path_reg ^/app%d/", i+1))
		}
		conds[i] = mustCond(t, c)
	}
	return conds
}

func rulesHead(n int) string {
	return fmt.Sprintf("GET /app%d/x?t=t%d HTTP/1.1\nHost: h%d.example\nUser-Agent: Mozilla/5.0\nAccept: */*\n", n, n, n)
}

var switchKinds = []string{"host", "path_beg", "host+path", "url_param", "host_end"}

func TestSwitchAllocs(t *testing.T) {
	for _, kind := range switchKinds {
		s := NewSwitch(rules(t, kind, 1000))
		c := newContext(t, rulesHead(1000))
		if n := allocsPerRun(100, func() {
			if s.Pick(c) != 999 {
				t.Fatal(kind)
			}
		}); n != 0 {
			t.Errorf("%s: %v allocations", kind, n)
		}
	}
}

func BenchmarkSwitch(b *testing.B) {
	for _, kind := range switchKinds {
		for _, n := range []int{1, 10, 100, 1000} {
			b.Run(fmt.Sprintf("%s/%d", kind, n), func(b *testing.B) {
				s := NewSwitch(rules(b, kind, n))
				c := newContext(b, rulesHead(n))
				b.ReportAllocs()
				for b.Loop() {
					if s.Pick(c) != n-1 {
						b.Fatal("wrong rule")
					}
				}
			})
		}
	}
}
