package cfgfile

import (
	"errors"
	"fmt"
	"slices"
	"strings"

	"weir/conf"
)

// dynamicOptions are what "add server" takes of the options of a server line: those of HAProxy 2.6.
var dynamicOptions = strings.Fields(`
	agent-addr agent-check agent-inter agent-port agent-send allow-0rtt alpn addr backup ca-file check check-alpn check-proto
	check-send-proxy check-sni check-ssl check-via-socks4 ciphers ciphersuites crl-file crt disabled downinter enabled error-limit
	fall fastinter force-sslv3 force-tlsv10 force-tlsv11 force-tlsv12 force-tlsv13 id inter maxconn maxqueue minconn no-ssl-reuse
	no-sslv3 no-tlsv10 no-tlsv11 no-tlsv12 no-tlsv13 no-tls-tickets npn observe on-error on-marked-down on-marked-up pool-low-conn
	pool-max-conn pool-purge-delay port proto proxy-v2-options rise send-proxy send-proxy-v2 send-proxy-v2-ssl
	send-proxy-v2-ssl-cn slowstart sni source ssl ssl-max-ver ssl-min-ver tfo tls-tickets track usesrc verify verifyhost weight ws`)

var errNoAddress = errors.New("'server' expects <name> and <addr>[:<port>] as arguments.")

// ParseServer reads what "add server" says of a server: its name, its address and options. up says that it is to take streams at
// once. default-server lines have no part in it. The errors have no place in a file; common ones are HAProxy's.
func ParseServer(name string, words []string) (s *conf.Server, up bool, err error) {
	switch want, at := conf.CheckName(name); {
	case want == "":
	case name == "" || len(name) > conf.MaxName:
		return nil, false, conf.BadValue(conf.Pos{}, "server name", name, want)
	default:
		return nil, false, fmt.Errorf("character '%s' is not permitted in server name '%s'.", name[at:at+1], name)
	}
	if len(words) == 0 {
		return nil, false, errNoAddress
	}
	d := newDecoder(nil)
	var pos conf.Pos
	title := "server " + name
	l := &line{d: d, sec: d.newSection(conf.NewProxy(pos, conf.Backend, ""), inBackend, title), path: title, in: inBackend, key: Word{Text: "server", Pos: pos}, only: &dynamic{}}
	for _, w := range words {
		l.words = append(l.words, Word{Text: w, Pos: pos})
	}
	s = l.server()
	if l.only.err != nil {
		return nil, false, l.only.err
	}
	if len(d.diags.Errors) > 0 {
		return nil, false, d.diags.Errors[0]
	}
	s.Name = name
	return s, l.only.up, nil
}

// dynamic is what "add server" takes of a server line.
type dynamic struct {
	err error // the first option that it does not take
	up  bool
}

// refuses reports whether an option is one that "add server" does not take.
func (o *dynamic) refuses(name string, known bool) bool {
	switch {
	case !known:
		o.err = unknownOption(name)
	case !slices.Contains(dynamicOptions, name):
		o.err = fmt.Errorf("'%s' option is not accepted for dynamic server", name)
	default:
		o.up = o.up || name == "enabled"
	}
	return o.err != nil
}

func unknownOption(w string) error {
	e := conf.Unknown(conf.Pos{}, "", "keyword", w, dynamicOptions)
	if e.Suggest == "" {
		return fmt.Errorf("unknown keyword '%s'.", w)
	}
	return fmt.Errorf("unknown keyword '%s'; did you mean '%s' maybe ?", w, e.Suggest)
}
