package cfgfile

import (
	"strings"
	"testing"

	"weir/conf"
)

func TestParseServer(t *testing.T) {
	f := func(name, line, want string) {
		t.Helper()
		s, up, err := ParseServer(name, strings.Fields(line))
		got := ""
		if err != nil {
			got = err.Error()
		} else {
			got = s.Name + " " + s.Addr.String()
			if up {
				got += " up"
			}
		}
		if got != want {
			t.Errorf("%s %s: got %q; want %q", name, line, got, want)
		}
	}
	f("s", "10.0.0.1:80", "s 10.0.0.1:80")
	f("s", "10.0.0.1:80 weight 5 check inter 1s", "s 10.0.0.1:80")
	f("s", "10.0.0.1:80 enabled", "s 10.0.0.1:80 up")
	f("s", "name.example:80", "s name.example:80")
	f("s", "/run/s.sock backup", "s unix@/run/s.sock")
	f("s", "", errNoAddress.Error())
	f("a,b", "10.0.0.1:80", "character ',' is not permitted in server name 'a,b'.")
	f("s", "10.0.0.1:80 cookie c", "'cookie' option is not accepted for dynamic server")
	f("s", "10.0.0.1:80 weight 5 resolvers r", "'resolvers' option is not accepted for dynamic server")
	f("s", "10.0.0.1:80 wieght 5", "unknown keyword 'wieght'; did you mean 'weight' maybe ?")
	f("s", "10.0.0.1:80 zzzzzz", "unknown keyword 'zzzzzz'.")
	f("s", "10.0.0.1:80 weight", "server s: weight: missing <number>; want weight <number>")
	f("s", "10.0.0.1:80 weight 257", `server s: weight: got "257"; want a number from 0 to 256`)
	f("s", "10.0.0.1:80-90", `server s: got "10.0.0.1:80-90"; want one port, not a range`)
	f("s", "10.0.0.1:99999", `server s: got "10.0.0.1:99999"; want a port from 1 to 65535`)
}

// What "add server" takes is a known option of a server line.
func TestDynamicOptionsAreKnown(t *testing.T) {
	for _, name := range dynamicOptions {
		if _, later := serverTable.later[name]; serverTable.index[name] == nil && !later {
			t.Errorf("%s is no option of a server", name)
		}
	}
}

// FuzzParseServer: whatever comes over the stats socket is read or refused.
func FuzzParseServer(f *testing.F) {
	for _, s := range []string{"s 10.0.0.1:80 weight 5 check", "s /x ssl verify none sni req.hdr(host)", "s [::1]:80 source 0.0.0.0 usesrc clientip", "s"} {
		f.Add(s)
	}
	f.Fuzz(func(t *testing.T, text string) {
		words := strings.Split(text, " ")
		s, _, err := ParseServer(words[0], words[1:])
		if err == nil && (s == nil || s.Name != words[0]) {
			t.Errorf("%q: got %+v", text, s)
		}
		if err == nil {
			conf.ValidateServer(&conf.Config{}, conf.NewProxy(conf.Pos{}, conf.Backend, "b"), s)
		}
	})
}
