package backend

import "testing"

// Waiters stand by class, then by the clock that their offset moves, then as they came (configuration manual,
// set-priority-class and set-priority-offset).
func TestPriority(t *testing.T) {
	f := func(want string, waiters ...[3]int64) { // when it came (ms), class, offset
		t.Helper()
		var q waitList
		for i, w := range waiters {
			var ls Lease
			ls.Prioritize(false, w[1])
			ls.Prioritize(true, w[2])
			ls.w = waiter{since: uint64(i), key: ls.key(w[0])}
			q.push(&ls.w)
		}
		got := ""
		for w := q.head; w != nil; w = w.next {
			got += string(rune('a' + w.since))
		}
		back := ""
		for w := q.tail; w != nil; w = w.prev {
			back = string(rune('a'+w.since)) + back
		}
		if got != want || back != want {
			t.Errorf("%v stand as %q, from behind %q; want %q", waiters, got, back, want)
		}
	}
	f("abc", [3]int64{1}, [3]int64{1}, [3]int64{2})
	f("cba", [3]int64{1, 5}, [3]int64{2, 3}, [3]int64{3, -1})
	f("bca", [3]int64{1, 0, 100}, [3]int64{2}, [3]int64{3})
	f("bac", [3]int64{10}, [3]int64{12, 0, -5}, [3]int64{13})
	f("ba", [3]int64{1, 0}, [3]int64{500_000, -1, 524_287})
	f("ab", [3]int64{1, -3000}, [3]int64{2, -2047}) // out of range: the nearest in it
}
