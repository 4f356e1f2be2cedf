package frontend

import "context"

// active is a stream or a tunnel in its loop's list of those at work, oldest first. What rests between two requests is in none.
type active struct {
	prev, next *active
	id         uint64
	st         *stream // one of the two
	tn         *tunnel
}

// activeList is a ring; root stands between last and first.
type activeList struct {
	root active
	last uint64 // the highest id given
}

func (l *activeList) init() { l.root.next, l.root.prev = &l.root, &l.root }

// add gives a the next id and puts it at the end.
func (l *activeList) add(a *active) {
	l.last++
	a.id = l.last
	l.insert(a, l.root.prev)
}

func (l *activeList) insert(a, after *active) {
	a.prev, a.next = after, after.next
	a.prev.next, a.next.prev = a, a
}

func (a *active) leave() {
	if a.next == nil {
		return
	}
	a.prev.next, a.next.prev = a.next, a.prev
	a.next, a.prev = nil, nil
}

// walk shows visit everything that is at work on this loop now, a part of it in each turn of the loop: what is served there goes on
// meanwhile. The channel is closed when all have been seen. It may be called from any goroutine.
func (w *worker) walk(visit func(*active)) <-chan struct{} {
	done := make(chan struct{})
	mark := &active{} // stands behind what has been seen
	var last uint64
	var step func()
	step = func() {
		list := &w.active
		if mark.next == nil {
			last = list.last
			list.insert(mark, &list.root)
		}
		for n := 0; n < walkStep; n++ {
			a := mark.next
			if a == &list.root || a.id > last {
				mark.leave()
				close(done)
				return
			}
			mark.leave()
			list.insert(mark, a)
			if a.st != nil || a.tn != nil { // else another walk's mark
				visit(a)
			}
		}
		if !w.l.Post(step) {
			close(done)
		}
	}
	if !w.l.Post(step) {
		close(done)
	}
	return done
}

// walkAll walks all loops at once and waits for the end, or for ctx's.
func (px *Proxy) walkAll(ctx context.Context, visit func(w *worker, a *active)) error {
	ends := make([]<-chan struct{}, len(px.workers))
	for i, w := range px.workers {
		ends[i] = w.walk(func(a *active) { visit(w, a) })
	}
	for i, end := range ends {
		select {
		case <-end:
		case <-px.workers[i].l.Done(): // a loop that ends leaves what was posted to it
		case <-ctx.Done():
			return ctx.Err()
		}
	}
	return nil
}
