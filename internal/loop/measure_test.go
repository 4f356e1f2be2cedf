package loop

import (
	"testing"
	"time"
)

// A task's runs are counted always, its times where the loop measures.
func TestTaskCost(t *testing.T) {
	for _, measure := range []bool{false, true} {
		l, err := New(Options{})
		if err != nil {
			t.Fatal(err)
		}
		if measure {
			l.Measure(true)
		}
		done := make(chan TaskCost, 1)
		go l.Run()
		l.Post(func() {
			l.Go(func(tk *Task) {
				before := tk.Cost()
				for range 3 {
					tk.Yield()
				}
				for end := time.Now().Add(time.Millisecond); time.Now().Before(end); {
				}
				done <- tk.Cost().Sub(before)
			})
		})
		c := <-done
		l.Stop()
		<-l.Done()
		if c.Runs != 3 {
			t.Errorf("measure %v: %d runs; want 3", measure, c.Runs)
		}
		if measured := c.Ran >= int64(time.Millisecond); measured != measure || !measure && c.Waited != 0 {
			t.Errorf("measure %v: ran %d, waited %d", measure, c.Ran, c.Waited)
		}
	}
}

// Measuring begins and ends while the loop runs, and counts anew each time.
func TestMeasureSwitch(t *testing.T) {
	l, err := New(Options{})
	if err != nil {
		t.Fatal(err)
	}
	go l.Run()
	defer func() {
		l.Stop()
		<-l.Done()
	}()
	runs := func() uint64 {
		done := make(chan struct{})
		l.Post(func() {
			l.Go(func(tk *Task) {
				tk.Yield()
				tk.Yield()
				close(done)
			})
		})
		<-done
		n := make(chan uint64)
		l.Post(func() { n <- l.Stats.TaskRuns.Load() })
		return <-n
	}
	f := func(on bool, want uint64) {
		t.Helper()
		l.Post(func() { l.Measure(on) })
		if got := runs(); got != want || l.Stats.Measures.Load() != on {
			t.Errorf("measures %v: %d runs; want %d", on, got, want)
		}
	}
	f(false, 0)
	f(true, 3)
	f(false, 3) // what was measured stays to be read
	f(true, 3)  // and is forgotten
	f(true, 3)
	if l.Stats.TaskRanNS.Load() <= 0 || l.Stats.TaskWaitedNS.Load() <= 0 {
		t.Errorf("ran %d ns, waited %d ns", l.Stats.TaskRanNS.Load(), l.Stats.TaskWaitedNS.Load())
	}
}

// A task that was ready before somebody measured has not waited since then, with a group or without.
func TestMeasureWhileReady(t *testing.T) {
	for _, g := range []*Group{nil, {}} {
		l := byHand(t)
		l.Measure(true)
		var c TaskCost
		was := l.Enter(g)
		var parked *Task
		l.Go(func(tk *Task) {
			parked = tk
			tk.Park(Never)
			c = tk.Cost()
		})
		l.Enter(was)
		parked.Wake() // ready while it is measured
		l.Measure(false)
		l.Measure(true)
		l.turn()
		if c.Runs == 0 || c.Waited != 0 {
			t.Errorf("with a group: %v: %+v", g != nil, c)
		}
	}
}
