package loop

import (
	"time"

	"golang.org/x/sys/unix"
)

// SetMark puts a netfilter mark on the packets that leave through c. The error is the kernel's: it asks for CAP_NET_ADMIN.
func (c *Conn) SetMark(mark uint32) error {
	return asError(rawSetInt(int(c.fd), unix.SOL_SOCKET, unix.SO_MARK, int(int32(mark))))
}

// SetTOS sets the IPv4 type of service, or the IPv6 traffic class, of the packets that leave through c.
func (c *Conn) SetTOS(tos uint8) error {
	return asError(setTOS(int(c.fd), c.peer.Addr().Is6() && !c.peer.Addr().Is4In6(), tos))
}

func setTOS(fd int, v6 bool, tos uint8) unix.Errno {
	if v6 {
		return rawSetInt(fd, unix.IPPROTO_IPV6, unix.IPV6_TCLASS, int(tos))
	}
	return rawSetInt(fd, unix.IPPROTO_IP, unix.IP_TOS, int(tos))
}

func setTTL(fd int, v6 bool, ttl int) {
	if v6 {
		rawSetInt(fd, unix.IPPROTO_IPV6, unix.IPV6_UNICAST_HOPS, ttl)
		return
	}
	rawSetInt(fd, unix.IPPROTO_IP, unix.IP_TTL, ttl)
}

// Vanish closes the connection so that the peer is not told, if that can be done: a socket in repair mode goes without a
// word (which asks for CAP_NET_ADMIN). Else, and where ttl is set, a reset is sent that dies after that many routers.
func (c *Conn) Vanish(ttl int) {
	if c.fd < 0 {
		return
	}
	if c.flags&flagLocal == 0 {
		if ttl == 0 && rawSetInt(int(c.fd), unix.IPPROTO_TCP, unix.TCP_REPAIR, 1) == 0 {
			c.Close()
			return
		}
		setTTL(int(c.fd), c.peer.Addr().Is6() && !c.peer.Addr().Is4In6(), max(ttl, 1))
	}
	c.Reset()
}

func asError(e unix.Errno) error {
	if e == 0 {
		return nil
	}
	return e
}

// SocketOptions are a mark and a type of service for a connection.
type SocketOptions struct {
	Mark            uint32
	TOS             uint8
	HasMark, HasTOS bool
}

// Any reports whether there is anything to set.
func (o *SocketOptions) Any() bool { return o.HasMark || o.HasTOS }

// Apply sets the options on a connection that stands.
func (o *SocketOptions) Apply(c *Conn) (err error) {
	if o.HasMark {
		err = c.SetMark(o.Mark)
	}
	if o.HasTOS {
		if e := c.SetTOS(o.TOS); err == nil {
			err = e
		}
	}
	return err
}

// set is Apply on a socket that is not a connection yet. What the kernel refuses is left out.
func (o *SocketOptions) set(fd int, v6 bool) {
	if o.HasMark {
		rawSetInt(fd, unix.SOL_SOCKET, unix.SO_MARK, int(int32(o.Mark)))
	}
	if o.HasTOS {
		setTOS(fd, v6, o.TOS)
	}
}

// Probes say how keep-alive probes are sent; 0 = as the kernel does.
type Probes struct {
	Count          int
	Idle, Interval time.Duration
}

func (p Probes) set(fd int) {
	if p.Count > 0 {
		rawSetInt(fd, unix.IPPROTO_TCP, unix.TCP_KEEPCNT, p.Count)
	}
	if p.Idle > 0 {
		rawSetInt(fd, unix.IPPROTO_TCP, unix.TCP_KEEPIDLE, seconds(p.Idle))
	}
	if p.Interval > 0 {
		rawSetInt(fd, unix.IPPROTO_TCP, unix.TCP_KEEPINTVL, seconds(p.Interval))
	}
}

// seconds rounds up: 0 would be refused.
func seconds(d time.Duration) int { return int((d + time.Second - 1) / time.Second) }

// SetProbes turns keep-alive probes on and says how.
func (c *Conn) SetProbes(p Probes) {
	c.SetKeepAlive()
	p.set(int(c.fd))
}

// SetNoLinger makes every close a reset: what the peer has not acknowledged by then is dropped, and nothing stays in the kernel. A FIN goes
// before it: a peer that has received everything reads the end and no error.
func (c *Conn) SetNoLinger() {
	lingerZero(int(c.fd))
	c.flags |= flagNoLinger
}

func setUserTimeout(fd int, d time.Duration) unix.Errno {
	return rawSetInt(fd, unix.IPPROTO_TCP, unix.TCP_USER_TIMEOUT, int(d/time.Millisecond))
}
