package conf

import (
	"errors"
	"net/netip"
	"strconv"
	"strings"
)

// SourceUse is "usesrc": whose address a stream's connections come from. Health checks come from the source's own.
type SourceUse uint8

const (
	FromSource   SourceUse = iota // its Addr
	FromAddr                      // another address, which need not be this host's
	FromClient                    // the client's address and port
	FromClientIP                  // the client's address
	FromHeader                    // an address in a field of the request: "hdr_ip"
)

// ParseUse reads what follows "usesrc".
func (s *SourceAddr) ParseUse(text string) error {
	inner, header := strings.CutPrefix(text, "hdr_ip(")
	switch {
	case text == "client":
		s.Use = FromClient
	case text == "clientip":
		s.Use = FromClientIP
	case header:
		return s.parseHeader(inner)
	default:
		a, err := ParseAddr(text)
		if _, notIP := netip.ParseAddr(a.Host); err != nil || notIP != nil || a.Kind != AddrTCP || a.PortEnd > a.Port {
			return errors.New("want client, clientip, hdr_ip(NAME[,NUMBER]) or an IP address, with a port or without")
		}
		a.PortOffset = false
		s.Use, s.UseAddr = FromAddr, a
	}
	return nil
}

func (s *SourceAddr) parseHeader(inner string) (err error) {
	inner, closed := strings.CutSuffix(inner, ")")
	name, nth, given := strings.Cut(inner, ",")
	n := -1
	if given {
		n, err = strconv.Atoi(nth)
	}
	if !closed || !IsToken(name) || err != nil || n == 0 {
		return errors.New("want hdr_ip(NAME[,NUMBER]) with the name of a header field and a number other than 0")
	}
	s.Use, s.UseHeader, s.UseNth = FromHeader, name, n
	return nil
}

// UseText is what follows "usesrc"; "" = there is none.
func (s *SourceAddr) UseText() string {
	switch s.Use {
	case FromAddr:
		return s.UseAddr.String()
	case FromClient:
		return "client"
	case FromClientIP:
		return "clientip"
	case FromHeader:
		return "hdr_ip(" + s.UseHeader + "," + strconv.Itoa(s.UseNth) + ")"
	}
	return ""
}
