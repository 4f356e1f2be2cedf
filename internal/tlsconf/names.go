package tlsconf

import (
	"crypto/ecdsa"
	"crypto/tls"
	"slices"
	"strings"
)

// choice is a certificate for some names, with the configuration of handshakes that show it.
type choice struct {
	pair *Pair
	cfg  *tls.Config
	not  []string // names it is not for, of a crt-list's negative filters
	line *line
	of   *names // of a certificate that was made: the table that had none

	auth                *authorities // whom clients' certificates must be of; nil = they are not asked for any
	crtIgnore, caIgnore ignored
}

// names finds the certificates for a server name. It is immutable.
//
// A name is looked for as it is and then with "*" in place of its first label; what nothing is for gets the default.
type names struct {
	exact  map[string][]*choice
	wild   map[string][]*choice // by what follows the "*": .example.org
	def    []*choice
	all    []*choice
	strict bool
}

// add puts c under the names of its filters, or its own.
func (n *names) add(c *choice, filters []string) {
	n.all = append(n.all, c)
	var want []string
	for _, f := range filters {
		f = strings.ToLower(f)
		switch {
		case strings.HasPrefix(f, "!"):
			c.not = append(c.not, f[1:])
		default:
			want = append(want, f)
		}
	}
	if len(filters) == 0 {
		want = c.pair.names
	}
	for _, name := range want {
		m := n.exact
		if strings.HasPrefix(name, "*.") {
			m, name = n.wild, name[1:]
		} else if name == "*" {
			n.def = append(n.def, c)
			continue
		}
		if !slices.Contains(m[name], c) {
			m[name] = append(m[name], c)
		}
	}
}

// find returns the certificates for a name; nil = the handshake must fail.
func (n *names) find(name string) []*choice {
	name = strings.ToLower(strings.TrimSuffix(name, "."))
	if name != "" {
		if list := n.named(name); list != nil {
			return list
		}
	}
	return n.fallback()
}

// named returns those that are for that very name; nil = none is.
func (n *names) named(name string) []*choice {
	if list := allowing(n.exact[name], name); list != nil {
		return list
	}
	if i := strings.IndexByte(name, '.'); i >= 0 {
		if list := allowing(n.wild[name[i:]], name); list != nil {
			return list
		}
	}
	return nil
}

func (n *names) fallback() []*choice {
	if n.strict {
		return nil
	}
	return n.def
}

// allowing leaves out those that a filter says are not for the name.
func allowing(list []*choice, name string) []*choice {
	for i, c := range list {
		if len(c.not) == 0 || !c.refuses(name) {
			continue
		}
		out := slices.Clone(list[:i])
		for _, c := range list[i+1:] {
			if !c.refuses(name) {
				out = append(out, c)
			}
		}
		if len(out) == 0 {
			return nil
		}
		return out
	}
	return list
}

func (c *choice) refuses(name string) bool {
	for _, f := range c.not {
		if f == name || strings.HasPrefix(f, "*.") && strings.HasSuffix(name, f[1:]) && !strings.Contains(strings.TrimSuffix(name, f[1:]), ".") {
			return true
		}
	}
	return false
}

// best is the certificate of the list that the client can check: an elliptic one where it can.
func best(list []*choice, hello *tls.ClientHelloInfo) *choice {
	if len(list) == 1 {
		return list[0]
	}
	h := *hello
	h.ServerName = "" // the name has been decided on
	var first *choice
	for _, c := range list {
		if h.SupportsCertificate(&c.pair.tls) != nil {
			continue
		}
		if _, ec := c.pair.Leaf.PublicKey.(*ecdsa.PublicKey); ec {
			return c
		}
		if first == nil {
			first = c
		}
	}
	if first == nil {
		return list[0]
	}
	return first
}
