package loop

// later lets the other connections have their turn before tn goes on.
func (l *Loop) later(tn *Tunnel) {
	if !tn.again {
		tn.again = true
		l.more = append(l.more, tn)
	}
}

// runLater goes on with the tasks that yielded and the tunnels that used up their share in the last turn.
func (l *Loop) runLater() {
	for _, t := range l.yields {
		t.Wake()
	}
	l.yields = l.yields[:0]
	n := len(l.more)
	for i := range n {
		tn := l.more[i]
		tn.again = false
		if !tn.over {
			l.handle(tn.Client)
		}
	}
	rest := copy(l.more, l.more[n:])
	clear(l.more[rest:])
	l.more = l.more[:rest]
}
