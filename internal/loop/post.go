package loop

// Post runs fn on the loop, after what was posted before it. Any goroutine may call it; it never blocks.
// It returns false when the loop has ended: fn will not run.
func (l *Loop) Post(fn func()) bool {
	l.mu.Lock()
	if l.ended {
		l.mu.Unlock()
		return false
	}
	l.mail = append(l.mail, fn)
	l.mailN.Store(int32(len(l.mail)))
	l.mu.Unlock()
	// A loop that is not about to sleep looks at mailN before it does. One wake-up is enough for all who post meanwhile.
	if l.sleeping.Load() && l.sleeping.CompareAndSwap(true, false) {
		l.wake()
	}
	return true
}

// wake ends the loop's sleep. The lock keeps it from writing into an fd that is no longer the loop's.
func (l *Loop) wake() {
	l.mu.Lock()
	l.poll.wake()
	l.mu.Unlock()
}

// forget takes a shared fd out of the poller, from any goroutine.
func (l *Loop) forget(fd int) {
	l.mu.Lock()
	l.poll.remove(fd)
	l.mu.Unlock()
}

// readMail runs what was posted up to now.
func (l *Loop) readMail() {
	l.mu.Lock()
	l.mail, l.spare = l.spare[:0], l.mail
	l.mailN.Store(0)
	l.mu.Unlock()
	for i, fn := range l.spare {
		l.spare[i] = nil
		l.call(fn)
	}
}

// lastMail runs all that was posted before the end, what that posts included; nothing is taken after it.
func (l *Loop) lastMail() {
	for round := 0; !l.ended; round++ {
		l.mu.Lock()
		l.ended = len(l.mail) == 0 || round == maxLastMail
		l.mu.Unlock()
		l.readMail()
	}
}

// call runs fn and contains its panic.
func (l *Loop) call(fn func()) {
	defer func() {
		if v := recover(); v != nil {
			l.contain(v)
		}
	}()
	fn()
}
