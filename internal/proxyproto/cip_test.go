package proxyproto

import (
	"net/netip"
	"strings"
	"testing"
)

const magic = 0x11223344

var (
	ip4 = "\x45\x00\x00\x28\x00\x00\x00\x00\x40\x06\x00\x00\x01\x02\x03\x04\x05\x06\x07\x08"
	ip6 = "\x60\x00\x00\x00\x00\x14\x06\x40" + strings.Repeat("\x20\x01", 8) + strings.Repeat("\x20\x02", 8)
	tcp = "\x00\x09\x00\x0a" + strings.Repeat("\x00", 16)
)

func legacy(body string) string {
	return "\x11\x22\x33\x44\x00\x00\x00" + string(rune(len(body))) + body
}
func standard(body string) string {
	return "\x11\x22\x33\x44\x00\x00\x00" + string(rune(len(body)+12)) + "\x00\x01\x00" + string(rune(len(body))) + body
}

func TestParseCIP(t *testing.T) {
	f := func(name, in, src, dst string, want error) {
		t.Helper()
		info, n, err := ParseCIP([]byte(in+tail), magic)
		if err != want || want == nil && (n != len(in) || info.Src != ap(src) || info.Dst != ap(dst)) {
			t.Errorf("%s: %+v, %d of %d, %v; want %v", name, info, n, len(in), err, want)
		}
		if want != nil {
			return
		}
		for n := range len(in) {
			if _, _, err := ParseCIP([]byte(in[:n]), magic); err != ErrMore {
				t.Errorf("%s, %d octets: %v", name, n, err)
			}
		}
	}
	const six, seven = "[2001:2001:2001:2001:2001:2001:2001:2001]:9", "[2002:2002:2002:2002:2002:2002:2002:2002]:10"
	f("legacy IPv4", legacy(ip4+tcp), "1.2.3.4:9", "5.6.7.8:10", nil)
	f("legacy IPv6", legacy(ip6+tcp), six, seven, nil)
	f("standard IPv4", standard(ip4+tcp), "1.2.3.4:9", "5.6.7.8:10", nil)
	f("standard IPv6", standard(ip6+tcp), six, seven, nil)
	f("another magic", "\x11\x22\x33\x45", "", "", errMagic)
	if _, _, err := ParseCIP([]byte("\x55"), magic); err != errShortMagic {
		t.Errorf("one octet of another magic: %v", err)
	}
	f("no room for TCP", legacy(ip4+tcp[:19]), "", "", errCIP)
	f("UDP", legacy(strings.Replace(ip4, "\x40\x06", "\x40\x11", 1)+tcp), "", "", errCIPProto)
	f("IP of another version", legacy("\x55"+ip4[1:]+tcp), "", "", errCIPProto)
	f("IPv4 header of 16 octets", legacy("\x44"+ip4[1:]+tcp), "", "", errCIP)
	f("IPv4 header that is longer than all", legacy("\x4f"+ip4[1:]+tcp), "", "", errCIP)
	f("two lengths that differ", strings.Replace(standard(ip4+tcp), "\x00\x01\x00\x28", "\x00\x01\x00\x29", 1), "", "", errCIP)
	f("another type", strings.Replace(standard(ip4+tcp), "\x00\x01\x00\x28", "\x00\x02\x00\x28", 1), "", "", errCIPProto)
	f("endless", "\x11\x22\x33\x44\xff\xff\xff\xff"+ip4+tcp, "", "", errCIP)
	f("nothing", legacy("\x45")+ip4, "", "", errCIP)
}

// What is written is read.
func TestAppendCIP(t *testing.T) {
	f := func(src, dst, wantSrc, wantDst string) {
		t.Helper()
		b := AppendCIP([]byte("x"), 7, netip.MustParseAddrPort(src), netip.MustParseAddrPort(dst))
		info, n, err := ParseCIP(b[1:], 7)
		if err != nil || n != len(b)-1 || info.Src.String() != wantSrc || info.Dst.String() != wantDst {
			t.Errorf("%s, %s: %+v, %d of %d, %v", src, dst, info, n, len(b)-1, err)
		}
	}
	f("192.0.2.1:1234", "198.51.100.2:80", "192.0.2.1:1234", "198.51.100.2:80")
	f("[2001:db8::1]:1234", "[2001:db8::2]:443", "[2001:db8::1]:1234", "[2001:db8::2]:443")
	f("192.0.2.1:1", "[2001:db8::2]:2", "192.0.2.1:1", "[2001:db8::2]:2")
}
