package conf

import (
	"fmt"
	"strconv"
	"strings"
)

// MaxName bounds the name of a section, server, ACL or group in bytes: it becomes a label of every metric.
const MaxName = 255

// CheckName says what is wrong with the name of a section, server, ACL or group: nothing (""), or what is wanted, with the offset of the
// first byte that is not. Names are written as they are into log lines, statistics, metrics and commands, where a blank, a comma, a
// slash or the end of a line means something; these are the ones that HAProxy takes.
func CheckName(name string) (want string, at int) {
	for i := range len(name) {
		if c := name[i]; !isAlnum(c) && strings.IndexByte("-_.:", c) < 0 {
			return "a name of letters, digits, '-', '_', '.' and ':'", i
		}
	}
	if name == "" || len(name) > MaxName {
		return fmt.Sprintf("a name of 1 to %d bytes", MaxName), 0
	}
	return "", 0
}

// titled names a section or server in messages, on one line whatever the name is.
func titled(keyword, name string) string { return keyword + " " + strconv.Quote(name) }

// bindName reports a name that would break the line of a log.
func (v *validator) bindName(p *Proxy, b *Bind) {
	if strings.ContainsFunc(b.Name, func(r rune) bool { return r < ' ' || r == 0x7f }) {
		v.add(BadValue(b.Pos, v.path(p.Title(), "bind", "name"), b.Name, "a name without control characters"))
	}
}

// serverName warns of a server that statistics cannot tell from the whole section.
func (v *validator) serverName(p *Proxy, s *Server) {
	if s.Name == "BACKEND" || s.Name == "FRONTEND" {
		v.warn(Bad(s.Pos, v.path(p.Title(), s.Title()), "has the name that statistics give to the whole section; choose another"))
	}
}
