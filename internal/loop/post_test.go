package loop

import (
	"slices"
	"sync"
	"testing"
	"time"
)

// TestPost posts from many goroutines while the loop falls asleep again and again: nothing may be lost or out of order.
func TestPost(t *testing.T) {
	l := startLoop(t)
	const goroutines, each = 8, 2000
	next := make([]int, goroutines) // on the loop
	var wg sync.WaitGroup
	for g := range goroutines {
		wg.Go(func() {
			for i := range each {
				ran := make(chan struct{})
				l.Post(func() {
					if next[g] != i {
						t.Errorf("goroutine %d: call %d ran in place of %d", g, i, next[g])
					}
					next[g] = i + 1
					close(ran)
				})
				if i%3 == 0 { // let it fall asleep
					<-ran
				}
			}
		})
	}
	all := make(chan struct{})
	go func() { wg.Wait(); close(all) }()
	wait(t, all, "a post was lost")
	onLoop(t, l, func() {
		if i := slices.IndexFunc(next, func(n int) bool { return n != each }); i >= 0 {
			t.Errorf("goroutine %d: %d of %d ran", i, next[i], each)
		}
	})
}

// TestPostFromTheLoop: mail that the loop sends itself, at any point of the turn, is read without an event from outside.
func TestPostFromTheLoop(t *testing.T) {
	l, err := New(Options{})
	if err != nil {
		t.Fatal(err)
	}
	ran := make(chan string, 10)
	first, woken := true, false
	var tk *Task
	l.AtTurnEnd(func() {
		if first {
			first = false
			l.Post(func() { ran <- "posted at the turn's end" })
		}
		if tk != nil && !woken {
			woken = true
			tk.Wake() // behind the run queue: the next turn must not sleep first
		}
	})
	go l.Run()
	defer stop(l)
	l.Post(func() {
		l.Go(func(t *Task) { tk = t; t.Park(Never); ran <- "woken at the turn's end" })
		l.Go(func(*Task) { l.Post(func() { ran <- "posted by a task" }) })
		l.Post(func() { l.Post(func() { ran <- "posted by mail" }) })
	})
	var got []string
	for range 4 {
		got = append(got, wait(t, ran, "not all ran"))
	}
	slices.Sort(got)
	if want := []string{"posted at the turn's end", "posted by a task", "posted by mail", "woken at the turn's end"}; !slices.Equal(got, want) {
		t.Fatalf("ran %q", got)
	}
}

// TestLastMail: what was posted before the end runs; mail that posts itself for ever does not keep the loop alive.
func TestLastMail(t *testing.T) {
	l, err := New(Options{})
	if err != nil {
		t.Fatal(err)
	}
	ran, again := false, 0
	l.Post(func() { ran = true })
	var forever func()
	forever = func() { again++; l.Post(forever) }
	l.Post(forever)
	l.Stop()
	go l.Run()
	wait(t, l.Done(), "the loop did not end")
	if !ran || again == 0 {
		t.Fatal("mail was lost at the end")
	}
}

// TestStall: a turn that holds the loop is measured, and one that sleeps is not.
func TestStall(t *testing.T) {
	took := make(chan time.Duration, 10)
	l, err := New(Options{OnStall: func(_ *Loop, d time.Duration) { took <- d }})
	if err != nil {
		t.Fatal(err)
	}
	go l.Run()
	defer stop(l)
	const hold = 30 * time.Millisecond
	block := func() {
		for end := time.Now().Add(hold); time.Now().Before(end); {
		}
	}
	for name, do := range map[string]func(){
		"mail": block,
		"task": func() { l.Go(func(*Task) { block() }) },
		"task with more to do": func() {
			l.Go(func(t *Task) { block(); l.Post(func() {}) }) // the loop does not sleep before the next turn
		},
		"timer": func() {
			tm := &Timer{Fire: block}
			l.Arm(tm, l.Now()+1)
		},
	} {
		before := l.Stats.Stalls.Load()
		l.Post(do)
		for d := time.Duration(0); d < hold; { // the machine may be slow on its own, for less
			d = wait(t, took, name+": no stall of that length was reported")
		}
		if n := l.Stats.Stalls.Load(); n == before {
			t.Errorf("%s: not counted", name)
		}
		for len(took) > 0 { // the machine may be slow on its own
			<-took
		}
	}
	if busy := time.Duration(l.Stats.BusyNS.Load()); busy < 3*hold {
		t.Errorf("busy for %v in all", busy)
	}
}

func BenchmarkPost(b *testing.B) {
	l := startLoop(b)
	n := 0
	fn := func() { n++ }
	b.ReportAllocs()
	for b.Loop() {
		l.Post(fn)
	}
}

func BenchmarkPostAndWait(b *testing.B) {
	l := startLoop(b)
	c := make(chan struct{}, 1)
	fn := func() { c <- struct{}{} }
	b.ReportAllocs()
	for b.Loop() {
		l.Post(fn)
		<-c
	}
}

// TestEventsDuringWork: a loop that has something to do in every turn still hears of its sockets.
func TestEventsDuringWork(t *testing.T) {
	l := startLoop(t)
	c, peer := newConn(t, l)
	for _, what := range []string{"yield", "mail"} {
		for range 3 {
			came := make(chan struct{})
			heard := false
			onLoop(t, l, func() {
				c.SetHandler(handlerFunc(func(c *Conn) { c.TryRecv(make([]byte, 1)); heard = true; close(came) }))
				c.TryRecv(make([]byte, 1))
				var again func()
				again = func() {
					if !heard {
						l.Post(again)
					}
				}
				if what == "mail" {
					l.Post(again)
					return
				}
				l.Go(func(t *Task) {
					for !heard {
						t.Yield()
					}
				})
			})
			peer.Write([]byte("x"))
			wait(t, came, what+": the event was not heard")
		}
	}
}
