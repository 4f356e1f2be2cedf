package conf

import (
	"errors"
	"strings"
)

// syslogPort is where a log server listens that is named without a port (RFC 5426, 3.3).
const syslogPort = 514

// logFamilies are the families that only a log target has, by what ParseAddr calls them.
var logFamilies = map[string]string{
	"udp": "", "udp4": "ipv4@", "udp6": "ipv6@",
	"tcp": "", "tcp4": "ipv4@", "tcp6": "ipv6@", // one connection; each message is a line
}

// ParseLogAddr reads the address of a log target: what ParseAddr reads, and tcp@, tcp4@, tcp6@, udp@, udp4@ and udp6@ before
// a host. Where no port is given it is syslog's.
func ParseLogAddr(s string) (Addr, error) {
	family, rest, _ := strings.Cut(s, "@")
	if known, ok := logFamilies[family]; ok {
		s = known + rest
	}
	a, err := ParseAddr(s)
	if err == nil && a.Kind == AddrTCP && a.PortOffset && a.Port == 0 {
		a.Port, a.PortEnd, a.PortOffset = syslogPort, syslogPort, false
	}
	if err == nil {
		err = a.CheckServer()
	}
	if a.Kind == AddrPair {
		return a, errors.New("want an address to log to, not a pair of sockets")
	}
	if a.Kind == AddrFD {
		err = nil
	}
	return a, err
}
