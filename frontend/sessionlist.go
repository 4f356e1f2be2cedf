package frontend

// sessionList is a ring of sessions; root stands between last and first.
type sessionList struct {
	root session
	n    int
}

func (l *sessionList) len() int { return l.n }

func (l *sessionList) init() { l.root.next, l.root.prev = &l.root, &l.root }

func (l *sessionList) add(s *session) {
	s.prev, s.next = l.root.prev, &l.root
	s.prev.next, l.root.prev = s, s
	l.n++
}

func (l *sessionList) remove(s *session) {
	if s.next == nil {
		return
	}
	s.prev.next, s.next.prev = s.next, s.prev
	s.next, s.prev = nil, nil
	l.n--
}

// after is the next one; nil at the end.
func (l *sessionList) after(s *session) *session {
	if s.next == &l.root {
		return nil
	}
	return s.next
}

func (l *sessionList) first() *session {
	if l.root.next == &l.root {
		return nil
	}
	return l.root.next
}
