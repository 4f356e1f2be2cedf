package proxyproto

import (
	"errors"
	"net/netip"
	"strings"
	"testing"
)

func ap(s string) netip.AddrPort {
	if s == "" {
		return netip.AddrPort{}
	}
	return netip.MustParseAddrPort(s)
}

// v2 makes a header of version 2 with a length that fits.
func v2(cmd, fam byte, block string) string {
	return signature + string([]byte{cmd, fam, byte(len(block) >> 8), byte(len(block))}) + block
}

const (
	block4 = "\x01\x02\x03\x04\x05\x06\x07\x08\x00\x09\x00\x0a"
	tail   = "GET / HTTP/1.1\r\n"
)

var block6 = strings.Repeat("\x20\x01", 8) + strings.Repeat("\x20\x02", 8) + "\x00\x09\x00\x0a"

type parseCase struct {
	name, in string
	src, dst string // "" = invalid
	local    bool
	err      error
}

var parseCases = []parseCase{
	{name: "v1 IPv4", in: "PROXY TCP4 1.2.3.4 5.6.7.8 9 10\r\n", src: "1.2.3.4:9", dst: "5.6.7.8:10"},
	{name: "v1 IPv6", in: "PROXY TCP6 2001:db8::1 ::1 65535 0\r\n", src: "[2001:db8::1]:65535", dst: "[::1]:0"},
	{name: "v1 IPv6 of IPv4", in: "PROXY TCP6 ::ffff:1.2.3.4 ::ffff:5.6.7.8 9 10\r\n", src: "1.2.3.4:9", dst: "5.6.7.8:10"},
	{name: "v1 unknown", in: "PROXY UNKNOWN\r\n", local: true},
	{name: "v1 unknown with anything", in: "PROXY UNKNOWN 1.2.3.4 \x00 what ever\r\n", local: true},
	{name: "v1 LF alone", in: "PROXY TCP4 1.2.3.4 5.6.7.8 9 10\n", err: errLine},
	{name: "v1 CR alone", in: "PROXY TCP4 1.2.3.4 5.6.7.8 9 10\rGET / HTTP/1.1\r\n", err: errCR},
	{name: "v1 too long", in: "PROXY UNKNOWN " + strings.Repeat("x", 92) + "\r\n", err: errLine},
	{name: "v1 longest", in: "PROXY UNKNOWN " + strings.Repeat("x", 91) + "\r\n", local: true},
	{name: "v1 NUL in address", in: "PROXY TCP4 1.2.3.4\x00 5.6.7.8 9 10\r\n", err: errAddress},
	{name: "v1 two blanks", in: "PROXY TCP4  1.2.3.4 5.6.7.8 9 10\r\n", err: errFields},
	{name: "v1 blank at the end", in: "PROXY TCP4 1.2.3.4 5.6.7.8 9 10 \r\n", err: errFields},
	{name: "v1 a field too few", in: "PROXY TCP4 1.2.3.4 5.6.7.8 9\r\n", err: errFields},
	{name: "v1 a field too many", in: "PROXY TCP4 1.2.3.4 5.6.7.8 9 10 11\r\n", err: errFields},
	{name: "v1 other protocol", in: "PROXY UDP4 1.2.3.4 5.6.7.8 9 10\r\n", err: errProtocol},
	{name: "v1 address of the other family", in: "PROXY TCP4 ::1 ::2 9 10\r\n", err: errAddress},
	{name: "v1 octal address", in: "PROXY TCP4 01.2.3.4 5.6.7.8 9 10\r\n", err: errAddress},
	{name: "v1 zone", in: "PROXY TCP6 fe80::1%lo ::2 9 10\r\n", err: errAddress},
	{name: "v1 port too large", in: "PROXY TCP4 1.2.3.4 5.6.7.8 65536 10\r\n", err: errPort},
	{name: "v1 port wraps around", in: "PROXY TCP4 1.2.3.4 5.6.7.8 4294967305 10\r\n", err: errPort},
	{name: "v1 port with zeros", in: "PROXY TCP4 1.2.3.4 5.6.7.8 09 10\r\n", err: errPort},
	{name: "v1 signed port", in: "PROXY TCP4 1.2.3.4 5.6.7.8 +9 10\r\n", err: errPort},
	{name: "v1 no port", in: "PROXY TCP4 1.2.3.4 5.6.7.8  10\r\n", err: errPort},
	{name: "v1 lower case", in: "proxy TCP4 1.2.3.4 5.6.7.8 9 10\r\n", err: errSignature},
	{name: "HTTP", in: "GET / HTTP/1.1\r\n\r\n", err: errSignature},
	{name: "HTTP that begins as PROXY does", in: "PROXYFOO / HTTP/1.1\r\n", err: errSignature},
	{name: "TLS", in: "\x16\x03\x01\x02\x00", err: errShort},

	{name: "v2 IPv4", in: v2(0x21, 0x11, block4), src: "1.2.3.4:9", dst: "5.6.7.8:10"},
	{name: "v2 IPv6", in: v2(0x21, 0x21, block6), src: "[2001:2001:2001:2001:2001:2001:2001:2001]:9", dst: "[2002:2002:2002:2002:2002:2002:2002:2002]:10"},
	{name: "v2 local", in: v2(0x20, 0x00, ""), local: true},
	{name: "v2 local with anything", in: v2(0x20, 0x11, "\x01\x00\xffrubbish"), local: true},
	{name: "v2 unspecified", in: v2(0x21, 0x00, ""), local: true},
	{name: "v2 unspecified with anything", in: v2(0x21, 0x00, "\x01\x00\xffrubbish"), local: true},
	{name: "v2 UDP", in: v2(0x21, 0x12, block4), local: true},
	{name: "v2 unix", in: v2(0x21, 0x31, strings.Repeat("/tmp/x\x00\x00", 27))},
	{name: "v2 unix, short", in: v2(0x21, 0x31, strings.Repeat("/tmp/x\x00\x00", 26)), err: errLength},
	{name: "v2 short for IPv4", in: v2(0x21, 0x11, block4[:11]), err: errLength},
	{name: "v2 short for IPv6", in: v2(0x21, 0x21, block4), err: errLength},
	{name: "v2 other family", in: v2(0x21, 0x41, block4), err: errFamily},
	{name: "v2 other protocol", in: v2(0x21, 0x13, block4), err: errFamily},
	{name: "v2 other command", in: v2(0x22, 0x11, block4), err: errCommand},
	{name: "v2 other version", in: v2(0x11, 0x11, block4), err: errVersion},
	{name: "v2 TLV", in: v2(0x21, 0x11, block4+"\x02\x00\x03a.b"), src: "1.2.3.4:9", dst: "5.6.7.8:10"},
	{name: "v2 TLV past the end", in: v2(0x21, 0x11, block4+"\x02\x00\x04a.b"), err: errTLV},
	{name: "v2 TLV without length", in: v2(0x21, 0x11, block4+"\x02\x00"), err: errTLV},
	{name: "v2 TLV of the largest length", in: v2(0x21, 0x11, block4+"\x02\xff\xff"), err: errTLV},
	{name: "v2 NUL in the authority", in: v2(0x21, 0x11, block4+"\x02\x00\x03a\x00b"), err: errValue},
	{name: "v2 long authority", in: v2(0x21, 0x11, block4+"\x02\x01\x00"+strings.Repeat("a", 256)), err: errValue},
	{name: "v2 long unique id", in: v2(0x21, 0x11, block4+"\x05\x00\x81"+strings.Repeat("a", 129)), err: errValue},
	{name: "v2 CRC of another size", in: v2(0x21, 0x11, block4+"\x03\x00\x03abc"), err: errValue},
	{name: "v2 wrong CRC", in: v2(0x21, 0x11, block4+"\x03\x00\x04abcd"), err: errCRC},
	{name: "v2 short SSL", in: v2(0x21, 0x11, block4+"\x20\x00\x04\x01\x00\x00\x00"), err: errValue},
	{name: "v2 SSL", in: v2(0x21, 0x11, block4+"\x20\x00\x0f\x01\x00\x00\x00\x00\x21\x00\x07TLSv1.3"), src: "1.2.3.4:9", dst: "5.6.7.8:10"},
	{name: "v2 SSL with a TLV past its end", in: v2(0x21, 0x11, block4+"\x20\x00\x0f\x01\x00\x00\x00\x00\x21\x00\x08TLSv1.3"), err: errTLV},
}

func TestParse(t *testing.T) {
	for _, c := range parseCases {
		for _, payload := range []string{"", tail, "\r\n\r\n\x00"} { // a header comes fused with what follows, or alone
			if payload != "" && c.err != nil {
				continue
			}
			info, n, err := Parse([]byte(c.in + payload))
			if c.err != nil {
				if !errors.Is(err, c.err) {
					t.Errorf("%s: error %v; want %v", c.name, err, c.err)
				}
				continue
			}
			if err != nil || n != len(c.in) || info.Src != ap(c.src) || info.Dst != ap(c.dst) || info.Local != c.local {
				t.Errorf("%s: got %+v, %d octets of %d, %v", c.name, info, n, len(c.in), err)
			}
		}
	}
}

// A header that comes in pieces is waited for, whatever the pieces; what is none is known as early as can be.
func TestParseTruncated(t *testing.T) {
	for _, c := range parseCases {
		if c.err != nil {
			continue
		}
		for n := range len(c.in) {
			if _, _, err := Parse([]byte(c.in[:n])); err != ErrMore {
				t.Errorf("%s, %d octets of %d: %v; want %v", c.name, n, len(c.in), err, ErrMore)
			}
		}
	}
	for _, in := range []string{"G", "PROXZ", "\r\n\r\nX", "\x16"} {
		if _, _, err := Parse([]byte(in)); err != errShort {
			t.Errorf("%q: %v; want %v", in, err, errShort)
		}
	}
}

func TestAppendV1(t *testing.T) {
	f := func(src, dst, want string) {
		t.Helper()
		if got := string(AppendV1(nil, ap(src), ap(dst))); got != want {
			t.Errorf("AppendV1(%s, %s) = %q; want %q", src, dst, got, want)
		}
	}
	f("1.2.3.4:5", "6.7.8.9:80", "PROXY TCP4 1.2.3.4 6.7.8.9 5 80\r\n")
	f("[::ffff:1.2.3.4]:5", "6.7.8.9:80", "PROXY TCP4 1.2.3.4 6.7.8.9 5 80\r\n")
	f("[2001:db8::1]:5", "[::1]:80", "PROXY TCP6 2001:db8::1 ::1 5 80\r\n")
	f("[2001:db8::1]:5", "6.7.8.9:80", "PROXY TCP6 2001:db8::1 ::ffff:6.7.8.9 5 80\r\n")
	f("", "6.7.8.9:80", "PROXY UNKNOWN\r\n")
}

func TestV2RoundTrip(t *testing.T) {
	for _, ends := range [][2]string{{"1.2.3.4:5", "6.7.8.9:80"}, {"[2001:db8::1]:5", "[::1]:80"}, {"[2001:db8::1]:5", "6.7.8.9:80"}, {"", ""}} {
		for _, crc := range []bool{false, true} {
			sub := AppendTLV(nil, TypeVersion, []byte("TLSv1.3"))
			b := BeginV2([]byte("before"), ap(ends[0]), ap(ends[1]))
			b = AppendTLV(b, TypeAuthority, []byte("a.example"))
			b = AppendSSL(b, &SSL{Client: ClientSSL | ClientCertConn, Verify: 7, Sub: sub})
			b, ok := FinishV2(b, len("before"), crc)
			info, n, err := Parse(b[len("before"):])
			if !ok || err != nil || n != len(b)-len("before") || info.Src != ap(ends[0]) || info.Dst != ap(ends[1]) {
				t.Fatalf("%v: %+v, %d, %v, %v", ends, info, n, ok, err)
			}
			name, _ := info.TLVs.Get(TypeAuthority)
			ssl, ok := info.TLVs.SSL()
			version, _ := ssl.Sub.Get(TypeVersion)
			if string(name) != "a.example" || !ok || ssl.Client != 3 || ssl.Verify != 7 || string(version) != "TLSv1.3" {
				t.Errorf("%v: authority %q, ssl %+v, version %q", ends, name, ssl, version)
			}
			if !crc {
				continue
			}
			for i := range n { // any octet that changes is noticed, but for the one that says that there is a CRC
				if i == n-sizeTLV-len(zeros) {
					continue
				}
				flipped := append([]byte(nil), b[len("before"):]...)
				flipped[i] ^= 1
				if info, _, err := Parse(flipped); err == nil && !info.Local {
					t.Errorf("%v: octet %d changed and nobody noticed", ends, i)
				}
			}
		}
	}
}

func TestFinishTooLong(t *testing.T) {
	b := AppendTLV(BeginV2(nil, ap("1.2.3.4:5"), ap("1.2.3.4:6")), 0xe0, make([]byte, 0xffff))
	if _, ok := FinishV2(b, 0, false); ok {
		t.Error("a header of more than 64 KiB was taken")
	}
	if got := AppendTLV(nil, 0xe0, make([]byte, 0x10000)); len(got) != 0 {
		t.Error("a value of 64 KiB was taken")
	}
}

func TestLocal(t *testing.T) {
	b := AppendLocal(nil)
	if info, n, err := Parse(b); !info.Local || n != len(b) || err != nil {
		t.Errorf("got %+v, %d, %v", info, n, err)
	}
}
