package backend

import (
	"fmt"
	"net/netip"
	"strconv"
	"strings"

	"go.uber.org/zap"

	"weir/conf"
	"weir/internal/loop"
)

// SetState is "set server B/S state ready|drain|maint". Ready ends both of the others; a maintained server is not checked.
func (s *Server) SetState(word string) error {
	switch word {
	case "ready":
		s.change("", func(st *state) {
			if st.maint {
				st.health = st.initial // until checks say otherwise
			}
			st.maint, st.drain, st.byAgent = false, false, false
		})
	case "drain":
		s.change("", func(st *state) { st.maint, st.drain, st.byAgent = false, true, false })
	case "maint":
		s.change("", func(st *state) { st.maint, st.byConf = true, false })
	default:
		return fmt.Errorf("state: got %q; want ready, drain or maint", word)
	}
	return nil
}

// Enable is "enable server": it ends maintenance and nothing else.
func (s *Server) Enable() {
	s.change("", func(st *state) {
		if st.maint {
			st.maint, st.health = false, st.initial
		}
	})
}

// Disable is "disable server": maintenance.
func (s *Server) Disable() { s.change("", func(st *state) { st.maint, st.byConf = true, false }) }

// SetHealth is "set server B/S health up|stopping|down": what the next checks may correct.
func (s *Server) SetHealth(word string) error {
	const why = ", changed from CLI"
	switch word {
	case "up":
		s.change(why, func(st *state) { st.health, st.stopping = st.full(), false })
	case "stopping":
		s.change(why, func(st *state) { st.health, st.stopping = st.full(), true })
	case "down":
		s.change(why, func(st *state) { st.health, st.stopping = 0, false })
	default:
		return fmt.Errorf("health: got %q; want up, stopping or down", word)
	}
	return nil
}

// SetWeight is "set server B/S weight W" with W 0..256 or N% of the configured weight. Where the algorithm is
// static (static-rr and hashes on a map) only 0% and 100% are taken.
func (s *Server) SetWeight(text string) error {
	w, err := s.parseWeight(text)
	if err != nil {
		return err
	}
	s.change("", func(st *state) { st.weight = w })
	return nil
}

func (s *Server) parseWeight(text string) (int, error) {
	base := s.state.weight0
	digits, percent := strings.CutSuffix(text, "%")
	n, err := strconv.Atoi(digits)
	if err != nil || n < 0 || percent && base > 0 && n > 100*conf.MaxWeight/base || !percent && n > conf.MaxWeight {
		return 0, fmt.Errorf("weight: got %q; want 0 to %d, or a percentage of the configured weight", text, conf.MaxWeight)
	}
	w := n
	if percent {
		w = base * n / 100
		if w == 0 && n > 0 && base > 0 {
			w = 1
		}
	}
	if s.b.static() && w != 0 && w != base {
		return 0, fmt.Errorf("weight: got %q; the balancing of backend %q is static: want 0%% or 100%%", text, s.b.Name())
	}
	return w, nil
}

// static reports whether the algorithm takes weights at start only.
func (b *Backend) static() bool {
	if b.conf.Balance.Algo == conf.StaticRR {
		return true
	}
	return b.conf.Balance.Algo.Keyed() && !b.conf.HashType.Consistent
}

// SetMaxconn is "set maxconn server B/S N"; 0 = no limit.
func (s *Server) SetMaxconn(n int) error {
	if n < 0 {
		return fmt.Errorf("maxconn: got %d; want 0 or more", n)
	}
	s.limit.Store(int64(n))
	s.b.mu.Lock()
	defer s.b.mu.Unlock()
	if tb := s.b.table.Load(); tb.loads != nil {
		tb.loads.touch(s)
	}
	s.b.queue.serve(s, nil)
	return nil
}

// SetAddr is "set server B/S addr IP [port P]": new connections go there, pooled ones to the old address are closed. port 0 keeps the port.
func (s *Server) SetAddr(ip string, port int) error {
	err := s.setAddr(ip, port)
	if err == nil && s.homeless.CompareAndSwap(true, false) {
		s.Enable()
	}
	return err
}

func (s *Server) setAddr(ip string, port int) error {
	a, err := netip.ParseAddr(ip)
	if err != nil {
		return fmt.Errorf("addr: got %q; want an IPv4 or IPv6 address", ip)
	}
	if port < 0 || port > 65535 {
		return fmt.Errorf("port: got %d; want 1 to 65535", port)
	}
	s.b.mu.Lock()
	defer s.b.mu.Unlock()
	old := s.addr.Load()
	if port == 0 {
		port = int(old.AddrPort().Port())
	}
	next := loop.TCPAddr(netip.AddrPortFrom(a.Unmap(), uint16(port)))
	s.addr.Store(next)
	s.moved.Store(true)
	s.closeIdle()
	s.b.events.say(zap.InfoLevel, fmt.Sprintf("server %s/%s changed its address from %s to %s", s.b.Name(), s.Name(), old, next))
	return nil
}
