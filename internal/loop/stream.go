package loop

import "io"

// stream is one direction.
type stream struct {
	flow    Flow
	pending *Buf // what the destination did not take
	at, end int
	eof     bool // the source has ended, in good order or not
	fail    End  // ... how, if not
	shut    bool // the destination was told
	dead    bool // the destination has failed: nothing moves any more
	bulk    bool // splice from now on
	piped   uint64
}

func (s *stream) over() bool { return s.shut || s.dead }

// plain reports whether nothing is held, begun or ended: what comes is read and written.
func (s *stream) plain() bool {
	return s.pending == nil && !s.flow.open && !s.bulk && !s.eof && !s.dead
}

// held reports whether there is something that the destination does not take.
func (s *stream) held() bool { return s.pending != nil || s.flow.inside > 0 }

// done reports whether the direction's source failed and all that it had sent is delivered.
func (s *stream) done(end End) bool { return end != EndNormal && !s.dead }

// move relays from src to dst until one of them is not ready or the turn's share is used. end tells that the direction has
// failed, by dst or, when all that it sent is delivered, by src.
func (s *stream) move(tn *Tunnel, src, dst *Conn, srcFail, dstFail End) (moved int, end End) {
	l := tn.l
	for moved < tunnelTurn && !s.dead {
		n, err := s.flush(l, dst)
		moved += n
		if err == ErrAgain {
			if err = dst.register(flagWatchWrite); err == nil {
				return moved, EndNormal
			}
		}
		if err != nil {
			return moved, s.kill(l, dstFail)
		}
		if s.eof {
			return moved, s.finish(tn, dst)
		}
		spliced := s.bulk
		if spliced {
			_, err = s.flow.Fill(src, l.opt.PipeSize)
		} else {
			n, err = s.copyOnce(l, src, dst, &s.dead)
			moved += n
			s.bulk = moved >= spliceAfter && !tn.opt.NoSplice && src.layer == nil && dst.layer == nil
		}
		switch {
		case s.dead:
			return moved, s.kill(l, dstFail)
		case err == nil:
		case err == ErrAgain:
			s.rest(l, moved)
			return moved, EndNormal
		case spliced && err != io.EOF && !src.Failed(): // no pipe to be had, or not for this: copy
			s.bulk = false
		default:
			s.ended(err, srcFail)
		}
	}
	return moved, EndNormal
}

// ended notes why nothing more comes from the source, unless err says that more may.
func (s *stream) ended(err error, srcFail End) {
	switch err {
	case nil, ErrAgain:
	case io.EOF, io.ErrUnexpectedEOF: // the latter is a layer's: what is relayed has ends of its own
		s.eof = true
	default:
		s.eof, s.fail = true, srcFail
	}
}

// finish tells dst that src has ended, once; a failure is the tunnel's end.
func (s *stream) finish(tn *Tunnel, dst *Conn) End {
	if s.fail == EndNormal && !s.shut {
		s.shut = true
		dst.CloseWrite()
		tn.last = tn.l.now // from here on the fin timeouts count
		tn.arm()
	}
	return s.fail
}

// kill drops what a destination that has failed did not take.
func (s *stream) kill(l *Loop, end End) End {
	s.dead, s.fail = true, end
	s.drop(l)
	return end
}

func (s *stream) drop(l *Loop) {
	l.PutBuf(s.pending)
	s.pending, s.at, s.end = nil, 0, 0
	s.flow.Close(l)
}

// copyOnce is one read and one write. What the destination does not take is held; that it has failed is put in dead.
func (s *stream) copyOnce(l *Loop, src, dst *Conn, dead *bool) (int, error) {
	n, err := src.TryRecv(l.scratch[:l.opt.BufSize])
	if err != nil {
		return 0, err
	}
	m, err := dst.TrySend(l.scratch[:n])
	if err != nil && err != ErrAgain {
		*dead = true
		return 0, nil
	}
	if m < n {
		s.hold(l, l.scratch[m:n])
	}
	return m, nil
}

// flush sends what is held or in the pipe; ErrAgain when the destination does not take it all.
func (s *stream) flush(l *Loop, dst *Conn) (moved int, err error) {
	for s.pending != nil {
		n, err := dst.TrySend(s.pending.B[s.at:s.end])
		if err != nil {
			return moved, err
		}
		moved += n
		if s.at += n; s.at == s.end {
			l.PutBuf(s.pending)
			s.pending, s.at, s.end = nil, 0, 0
		}
	}
	for s.flow.inside > 0 {
		n, err := s.flow.Drain(dst)
		if err != nil {
			return moved, err
		}
		moved += n
		s.piped += uint64(n)
	}
	return moved, nil
}

func (s *stream) hold(l *Loop, b []byte) {
	if len(b) == 0 {
		return
	}
	if s.pending == nil {
		s.pending, s.at, s.end = l.GetBuf(), 0, 0
	}
	if more := s.end + len(b); more > len(s.pending.B) { // only Unsent may be given that much
		big := &Buf{B: make([]byte, more)}
		copy(big.B, s.pending.B[:s.end])
		l.PutBuf(s.pending)
		s.pending = big
	}
	s.end += copy(s.pending.B[s.end:], b)
}

// rest gives the pipe back while nothing moves; a direction that has slowed down goes back to copying.
func (s *stream) rest(l *Loop, moved int) {
	if s.flow.open && s.flow.inside == 0 {
		s.flow.Close(l)
	}
	if s.bulk && moved < spliceAfter/8 {
		s.bulk = false
	}
}
