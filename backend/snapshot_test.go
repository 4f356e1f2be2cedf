package backend

import (
	"sync"
	"testing"
	"time"

	"weir/internal/loop"
	"weir/stats"
)

// TestSnapshot: rows add up what loops count side by side, and reading does not disturb them.
func TestSnapshot(t *testing.T) {
	loops := newLoops(t, 2)
	b := newTest(t, proxy("roundrobin", "s1 ~s2 !s3"), loops...)
	var wg sync.WaitGroup
	for _, l := range loops {
		wg.Go(func() {
			onLoop(l, func(task *loop.Task) {
				var ls Lease
				for range 500 {
					b.Assign(task, &ls, &Subject{}, nil, loop.Never)
					b.Counters(l).BytesIn += 10
					ls.Server.Counters(l).BytesIn += 10
					b.Timed(l, ls.Server, 1, 2, 3, 4)
					b.Release(&ls, false)
				}
			})
		})
	}
	wg.Go(func() {
		for range 20 {
			b.Snapshot(nil)
		}
	})
	wg.Wait()
	rows := b.Snapshot(nil)
	if len(rows) != 4 {
		t.Fatalf("%d rows", len(rows))
	}
	s1, s2, s3, all := rows[0], rows[1], rows[2], rows[3]
	if s1.Sessions != 1000 || s1.BytesIn != 10000 || s1.TotalTime.Value() != 4 || s1.Active != 1 || s1.LastSession.IsZero() || s1.SID != 1 {
		t.Errorf("s1: %+v", s1)
	}
	if s2.Sessions != 0 || s2.Backup != 1 || s2.Active != 0 || !s2.LastSession.IsZero() {
		t.Errorf("s2: %+v", s2)
	}
	if s3.Status != "MAINT" {
		t.Errorf("s3: %+v", s3)
	}
	if all.Type != stats.RowBackend || all.Sessions != 1000 || all.Active != 1 || all.Backup != 1 || all.Weight != 1 || all.Status != "UP" || all.Algo != "roundrobin" {
		t.Errorf("backend: %+v", all)
	}
	b.ClearCounters(true)
	if rows := b.Snapshot(nil); rows[0].Sessions != 0 || rows[3].BytesIn != 0 || rows[0].TotalTime.Max() != 0 {
		t.Errorf("after clear counters all: %+v", rows[0])
	}
}

// TestSnapshotLoopGone: a loop that has ended does not hold a snapshot up for long.
func TestSnapshotLoopGone(t *testing.T) {
	loops := newLoops(t, 2)
	b := newTest(t, proxy("roundrobin", "s1"), loops...)
	onLoop(loops[0], func(task *loop.Task) {
		var ls Lease
		b.Assign(task, &ls, &Subject{}, nil, loop.Never)
		b.Release(&ls, false)
	})
	loops[1].Stop()
	<-loops[1].Done()
	began := time.Now()
	rows := b.Snapshot(nil)
	if took := time.Since(began); took > waitTime {
		t.Errorf("took %v", took)
	}
	if rows[0].Sessions != 1 {
		t.Errorf("%d sessions; want 1, of the loop that lives", rows[0].Sessions)
	}
}

func TestStateRow(t *testing.T) {
	p := proxy("roundrobin", "a !b:7")
	p.Servers[0].Addr.Host, p.Servers[0].Addr.Port = "localhost", 80
	p.Servers[0].Check = true
	b := newTest(t, p)
	r := b.Server("a").StateRow()
	if r.Server != "a" || r.OpState != 2 || r.AdminState != 0 || r.CheckHealth != 2 || r.CheckState != 6 || r.FQDN != "localhost" || r.Port != 80 || !r.Addr.IsLoopback() {
		t.Errorf("a: %+v", r)
	}
	s := b.Server("b")
	if r := s.StateRow(); r.OpState != 0 || r.AdminState != 5 || r.CheckState != 8 || r.UserWeight != 7 || r.FQDN != "" {
		t.Errorf("b: %+v", r)
	}
	s.SetState("drain")
	if r := s.StateRow(); r.OpState != 2 || r.AdminState != 12 {
		t.Errorf("b, draining: %+v", r)
	}
}
