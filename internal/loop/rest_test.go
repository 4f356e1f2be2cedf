package loop

import (
	"slices"
	"testing"

	"golang.org/x/sys/unix"
)

// A pair on a loop that is turned by hand, of which something has come for one end.
func spoken(t *testing.T, l *Loop) *Conn {
	t.Helper()
	a, b := unixPair(t)
	t.Cleanup(func() { unix.Close(b) })
	if _, err := unix.Write(b, []byte("x")); err != nil {
		t.Fatal(err)
	}
	return l.NewConn(a, netipNone)
}

// teller is a handler that says its name and reads what has come.
type teller struct {
	name string
	told *[]string
}

func (h teller) Ready(c *Conn) {
	*h.told = append(*h.told, h.name)
	var b [8]byte
	for err := error(nil); err == nil; _, err = c.TryRecv(b[:]) {
	}
}

// What rests is told of its events behind everybody else, a share at a time.
func TestRest(t *testing.T) {
	l := byHand(t)
	const resting = beginShare + 5
	var told []string
	for range resting {
		if err := spoken(t, l).Rest(teller{"rests", &told}); err != nil {
			t.Fatal(err)
		}
	}
	if err := spoken(t, l).SetHandler(teller{"works", &told}); err != nil {
		t.Fatal(err)
	}
	l.turn()
	if len(told) != 1+beginShare || told[0] != "works" || slices.Contains(told[1:], "works") {
		t.Errorf("after a turn %d were told: %v", len(told), told)
	}
	if l.turn(); len(told) != 1+resting { // it does not sleep
		t.Errorf("after two turns %d were told; want %d", len(told), 1+resting)
	}
	l.Post(func() {}) // the next one would
	if l.turn(); len(told) != 1+resting || l.begun.len() != 0 {
		t.Errorf("after three turns %d were told; want %d", len(told), 1+resting)
	}
}

// A connection that is closed while its event waits is not told of it, nor is another that has its place since.
func TestRestClosed(t *testing.T) {
	l := byHand(t)
	var told []string
	var last *Conn
	for range beginShare + 1 {
		last = spoken(t, l)
		if err := last.Rest(teller{"rests", &told}); err != nil {
			t.Fatal(err)
		}
	}
	if last.Begun() {
		t.Error("an event waits before there was a turn")
	}
	if l.turn(); !last.Begun() {
		t.Fatal("no event waits for the last")
	}
	last.Close()
	if l.turn(); len(told) != beginShare {
		t.Errorf("%d were told; want %d", len(told), beginShare)
	}
}

// Who works again is told at once: a rest ends with the next SetHandler.
func TestRestEnds(t *testing.T) {
	l := byHand(t)
	var told []string
	c := spoken(t, l)
	if err := c.Rest(teller{"rests", &told}); err != nil {
		t.Fatal(err)
	}
	if err := c.SetHandler(teller{"works", &told}); err != nil {
		t.Fatal(err)
	}
	for range beginShare {
		spoken(t, l).Rest(teller{"rests", &told})
	}
	if l.turn(); len(told) == 0 || told[0] != "works" {
		t.Errorf("told were %v", told)
	}
	c.Close()
	if c.Rest(teller{}) != ErrClosed {
		t.Error("a closed connection rests")
	}
}

// Where there is much else to do, more is begun in a turn: the rest is not to wait for ever.
func TestRestBesideMany(t *testing.T) {
	l := byHand(t)
	const busy = 2 * beginShare * othersPerBegin
	var told, others []string
	for range 3 * beginShare {
		spoken(t, l).Rest(teller{"rests", &told})
	}
	for range busy {
		spoken(t, l).SetHandler(teller{"works", &others})
	}
	if l.turn(); len(others) != busy || len(told) != busy/othersPerBegin {
		t.Errorf("%d of %d at rest were told beside %d others", len(told), 3*beginShare, len(others))
	}
}
