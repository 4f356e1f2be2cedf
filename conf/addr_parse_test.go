package conf

import (
	"strings"
	"testing"
)

func TestParseAddr(t *testing.T) {
	tcp := func(host string, port int) Addr { return Addr{Kind: AddrTCP, Host: host, Port: port, PortEnd: port} }
	f := func(s string, want Addr) {
		t.Helper()
		got, err := ParseAddr(s)
		if err != nil || got != want {
			t.Errorf("ParseAddr(%q) = %+v, %v; want %+v", s, got, err, want)
		}
		if again, err := ParseAddr(got.String()); err != nil || again != got {
			t.Errorf("%q is written %q, which reads %+v, %v", s, got, again, err)
		}
	}
	f(":80", tcp("", 80))
	f("*:80", tcp("*", 80))
	f("1.2.3.4:80", tcp("1.2.3.4", 80))
	f("[::]:443", tcp("::", 443))
	f("[2001:db8::1]:443", tcp("2001:db8::1", 443))
	f(":::443", tcp("::", 443))
	f("::1:443", tcp("::1", 443))
	f("a.example:8080", tcp("a.example", 8080))
	f("my_host-1:0", tcp("my_host-1", 0))
	f("1.2.3.4:80-90", Addr{Kind: AddrTCP, Host: "1.2.3.4", Port: 80, PortEnd: 90})
	f("1.2.3.4", Addr{Kind: AddrTCP, Host: "1.2.3.4", PortOffset: true})
	f("[::1]", Addr{Kind: AddrTCP, Host: "::1", PortOffset: true})
	f("name", Addr{Kind: AddrTCP, Host: "name", PortOffset: true})
	f("name:+1000", Addr{Kind: AddrTCP, Host: "name", Port: 1000, PortEnd: 1000, PortOffset: true})
	f("name:-10", Addr{Kind: AddrTCP, Host: "name", Port: -10, PortEnd: -10, PortOffset: true})
	f("ipv4@name:80", Addr{Kind: AddrTCP, Host: "name", Port: 80, PortEnd: 80, V4Only: true})
	f("ipv6@:80", Addr{Kind: AddrTCP, Port: 80, PortEnd: 80, V6Only: true})
	f("ipv6@[::1]:80", Addr{Kind: AddrTCP, Host: "::1", Port: 80, PortEnd: 80, V6Only: true})
	f("/run/x.sock", Addr{Kind: AddrUnix, Path: "/run/x.sock"})
	f("unix@/run/x@y.sock", Addr{Kind: AddrUnix, Path: "/run/x@y.sock"})
	f("unix@x/y", Addr{Kind: AddrUnix, Path: "x/y"})
	f("uxst@/run/x.sock", Addr{Kind: AddrUnix, Path: "/run/x.sock"})
	f("stream+unix@/run/x.sock", Addr{Kind: AddrUnix, Path: "/run/x.sock"})
	f("stream+:80", tcp("", 80))
	f("tcp@1.2.3.4:80", tcp("1.2.3.4", 80))
	f("tcp4@:80", Addr{Kind: AddrTCP, Port: 80, PortEnd: 80, V4Only: true})
	f("stream+ipv6@[::1]:80", Addr{Kind: AddrTCP, Host: "::1", Port: 80, PortEnd: 80, V6Only: true})
	f("abns@name", Addr{Kind: AddrAbstract, Path: "name"})
	f("abnsz@name", Addr{Kind: AddrAbstract, Path: "name", Unpadded: true})
	f("fd@3", Addr{Kind: AddrFD, FD: 3})
	f("sockpair@4", Addr{Kind: AddrPair, FD: 4})
}

func TestParseAddrErrors(t *testing.T) {
	f := func(s, want string) {
		t.Helper()
		if got, err := ParseAddr(s); msg(err) != want {
			t.Errorf("ParseAddr(%q) = %+v, %q; want %q", s, got, msg(err), want)
		}
	}
	f("", "want an address such as 127.0.0.1:80, [::1]:80, :80 or /run/x.sock")
	f("1.2.3.4:", "want a port after the colon")
	f(":", "want a port after the colon")
	for _, s := range []string{":x", ":80x", ":65536", ":99999999999999999999", ":80-x", ":+", ":-", ":+x", ":++1", ":80-+90", "h:0x50"} {
		f(s, "want a port from 1 to 65535")
	}
	f(":90-80", "want a range of ports from low to high")
	f("1.2.3:80", "want an IPv4 address of four numbers up to 255")
	f("1.2.3.400:80", "want an IPv4 address of four numbers up to 255")
	f("[1.2.3.4]:80", "want an IPv6 address between the brackets")
	f("[::1:80", "want an IP address or a host name")
	f("::1", "want an IPv6 address in brackets: [::1]")
	f("fd00::beef", "want an IPv6 address in brackets: [fd00::beef]")
	f("fd00::", "want an IPv6 address in brackets: [fd00::]")
	f("a b:80", "want an IP address or a host name")
	f("-..-:80", "want an IP address or a host name")
	f(strings.Repeat("a", 64)+":80", "want an IP address or a host name")
	f("ipv4@[::1]:80", "want an address of the family ipv4")
	f("ipv6@1.2.3.4:80", "want an address of the family ipv6")
	f("unix@", "want a path after unix@")
	f("unix@/"+strings.Repeat("x", 107), "want a path of at most 107 bytes")
	f("abns@", "want a name of 1 to 107 bytes after abns@")
	f("fd@x", "want a descriptor's number after the @")
	f("sockpair@", "want a descriptor's number after the @")
	f("fd@-1", "want a descriptor's number after the @")
	f("fd@9999999", "want a descriptor's number after the @")
	f("quic4@:443", "the family quic4 is understood but not done yet")
	f("foo@x", "want the family ipv4, ipv6, unix, abns, abnsz, fd or sockpair before the @")
}

func TestAddrUse(t *testing.T) {
	f := func(s, bind, server string) {
		t.Helper()
		a, err := ParseAddr(s)
		if err != nil || msg(a.CheckBind()) != bind || msg(a.CheckServer()) != server {
			t.Errorf("%q: bind %q, server %q, %v", s, msg(a.CheckBind()), msg(a.CheckServer()), err)
		}
	}
	f("1.2.3.4:80", "", "")
	f("1.2.3.4:80-81", "", "want one port, not a range")
	f("1.2.3.4", "want a port to listen on", "")
	f("1.2.3.4:0", "want a port from 1 to 65535", "")
	f(":80", "", "want a host before the port")
	f("fd@3", "", "want an address to connect to, not a descriptor")
	f("sockpair@3", "", "")
	f("/x", "", "")
}

func FuzzParseAddr(f *testing.F) {
	for _, s := range []string{":80", "[::1]:443", "ipv4@a:1-2", "abns@x", "fd@3", "/x", ":::1", "a:+5"} {
		f.Add(s)
	}
	f.Fuzz(func(t *testing.T, s string) {
		a, err := ParseAddr(s)
		if err != nil {
			return
		}
		if again, err := ParseAddr(a.String()); err != nil || again != a {
			t.Errorf("%q is %+v, written %q, read %+v, %v", s, a, a, again, err)
		}
	})
}
