package backend

import (
	"fmt"
	"strings"
	"testing"

	"weir/internal/loop"
)

// TestAssignAllocs is the gate: a stream's way to a server and back allocates nothing.
func TestAssignAllocs(t *testing.T) {
	for _, balance := range []string{"roundrobin", "static-rr", "leastconn", "random(2)", "first", "source", "uri depth 2", "url_param id", "hdr(x-key) use_domain_only"} {
		for _, servers := range []string{"s1 s2:3", farm(40)} {
			l := newLoops(t, 1)
			b := newTest(t, proxy(balance, servers), l...)
			sub := Subject{Source: addrPort(7), Req: get("/a/b/c?id=7&x=y", "x-key: www.example.com")}
			onLoop(l[0], func(task *loop.Task) {
				var ls Lease
				n := testing.AllocsPerRun(200, func() {
					if err := b.Assign(task, &ls, &sub, nil, loop.Never); err != nil {
						t.Error(err)
					}
					b.Timed(l[0], ls.Server, 1, 2, 3, 4)
					b.Release(&ls, true)
				})
				if n != 0 {
					t.Errorf("%s: %v allocations", balance, n)
				}
			})
		}
	}
}

// farm is n servers of weights 1, 2, 3, 1, 2, 3 ...
func farm(n int) string {
	var b strings.Builder
	for i := range n {
		fmt.Fprintf(&b, "s%d:%d ", i+1, i%3+1)
	}
	return b.String()
}

// BenchmarkAssign is one stream's Assign and Release on one loop.
func BenchmarkAssign(b *testing.B) {
	for _, balance := range []string{"roundrobin", "static-rr", "leastconn", "random(2)", "first", "source", "uri", "url_param id", "hdr(x-key)"} {
		for _, n := range []int{2, 10, 1000} {
			b.Run(fmt.Sprintf("%s/%d", balance, n), func(b *testing.B) { benchAssign(b, balance, "", n) })
		}
	}
	for _, n := range []int{2, 10, 1000} {
		b.Run(fmt.Sprintf("url_param consistent/%d", n), func(b *testing.B) { benchAssign(b, "url_param id", "consistent", n) })
	}
}

func benchAssign(b *testing.B, balance, hashType string, n int) {
	p := proxy(balance, farm(n))
	p.HashType.Consistent = hashType != ""
	l := newLoops(b, 1)
	be := newTest(b, p, l...)
	sub := Subject{Source: addrPort(7), Req: get("/a/b/c?id=7&x=y", "x-key: www.example.com")}
	b.ReportAllocs()
	onLoop(l[0], func(task *loop.Task) {
		var ls Lease
		for b.Loop() {
			be.Assign(task, &ls, &sub, nil, loop.Never)
			be.Release(&ls, true)
		}
	})
}

// BenchmarkTable is the making of a table, which a change of state costs.
func BenchmarkTable(b *testing.B) {
	for _, balance := range []string{"roundrobin", "leastconn", "source"} {
		for _, n := range []int{2, 10, 1000} {
			b.Run(fmt.Sprintf("%s/%d", balance, n), func(b *testing.B) {
				be := newTest(b, proxy(balance, farm(n)))
				for b.Loop() {
					be.newTable(be.usableServers())
				}
			})
		}
	}
}
