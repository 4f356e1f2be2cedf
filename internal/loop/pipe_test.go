package loop

import "testing"

// TestPipesAreClosed: after a burst all pipes go; one that is taken again and again stays.
func TestPipesAreClosed(t *testing.T) {
	f := NewFake()
	defer stop(f.Loop)
	onLoop(t, f.Loop, func() {
		var used []pipe
		for range 40 {
			p, ok := f.getPipe()
			if !ok {
				t.Fatal("no pipe")
			}
			used = append(used, p)
		}
		for _, p := range used {
			f.putPipe(p)
		}
	})
	for range 20 {
		onLoop(t, f.Loop, func() {
			p, _ := f.getPipe()
			f.putPipe(p)
		})
		f.Advance(trimEvery)
	}
	onLoop(t, f.Loop, func() {
		if n := len(f.pipes); n != 1 {
			t.Errorf("%d idle pipes while one is in use now and then; want 1", n)
		}
	})
	f.Advance(2 * trimEvery)
	f.Advance(2 * trimEvery)
	onLoop(t, f.Loop, func() {
		if len(f.pipes) != 0 || f.pipeTimer.Armed() {
			t.Errorf("%d idle pipes in the end, the timer armed: %v", len(f.pipes), f.pipeTimer.Armed())
		}
	})
}

// TestPipesLimit: what the loops have between them is bounded, and what is closed makes room.
func TestPipesLimit(t *testing.T) {
	shared := &Pipes{}
	shared.Limit(2)
	f := NewFake()
	defer stop(f.Loop)
	onLoop(t, f.Loop, func() {
		f.opt.Pipes = shared
		if !shared.take() { // another loop's
			t.Fatal("no pipe for the other loop")
		}
		p, ok := f.getPipe()
		if _, more := f.getPipe(); !ok || more {
			t.Fatalf("got the second pipe: %v, a third: %v; want two in all", ok, more)
		}
		used, free := f.Stats.PipesUsed.Load(), f.Stats.PipesFree.Load()
		f.putPipe(p)
		if now, idle := f.Stats.PipesUsed.Load(), f.Stats.PipesFree.Load(); used != 1 || free != 0 || now != 0 || idle != 1 {
			t.Errorf("used %d and then %d, free %d and then %d; want 1, 0, 0, 1", used, now, free, idle)
		}
		f.endPipes()
		if !shared.take() || shared.take() {
			t.Error("a closed pipe is not counted as such")
		}
		shared.giveBack()
		shared.Limit(0)
		if p, ok = f.getPipe(); !ok {
			t.Fatal("no pipe without a limit")
		}
		f.putPipe(p)
	})
	stop(f.Loop)
	if n := shared.made.Load(); n != 1 {
		t.Errorf("%d pipes counted after the loop; want 1, the other loop's", n)
	}
}
