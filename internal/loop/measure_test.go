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
			l.Measure()
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
