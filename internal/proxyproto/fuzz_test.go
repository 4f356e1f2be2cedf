package proxyproto

import (
	"bytes"
	"testing"
)

// What is taken for a header is one whatever follows it, ends where it says, and is waited for as long as it is not whole.
func check(t *testing.T, b []byte, parse func([]byte) (Info, int, error)) {
	info, n, err := parse(b)
	if err != nil {
		return
	}
	if n <= 0 || n > len(b) {
		t.Fatalf("a header of %d octets in %d", n, len(b))
	}
	again, m, err := parse(append(bytes.Clone(b[:n]), "GET / HTTP/1.1\r\n\r\n"...))
	if err != nil || m != n || again.Src != info.Src || again.Dst != info.Dst || again.Local != info.Local {
		t.Fatalf("%+v became %+v, %v with something behind it", info, again, err)
	}
	if _, _, err := parse(b[:n-1]); err != ErrMore {
		t.Fatalf("a header without its last octet: %v", err)
	}
	if info.Local && info.Src.IsValid() || info.Src.IsValid() != info.Dst.IsValid() {
		t.Fatalf("ends that cannot be: %+v", info)
	}
}

func FuzzParse(f *testing.F) {
	for _, c := range parseCases {
		f.Add([]byte(c.in))
	}
	f.Fuzz(func(t *testing.T, b []byte) {
		check(t, b, Parse)
		info, _, err := Parse(b)
		if err != nil || !info.Src.IsValid() {
			return
		}
		if back, _, err := Parse(AppendV1(nil, info.Src, info.Dst)); err != nil || back.Src != info.Src || back.Dst != info.Dst {
			t.Fatalf("%+v written as version 1: %+v, %v", info, back, err)
		}
		if ssl, ok := info.TLVs.SSL(); ok {
			ssl.Sub.Get(TypeCN)
		}
	})
}

func FuzzParseCIP(f *testing.F) {
	for _, in := range []string{legacy(ip4 + tcp), standard(ip6 + tcp)} {
		f.Add([]byte(in))
	}
	f.Fuzz(func(t *testing.T, b []byte) {
		check(t, b, func(b []byte) (Info, int, error) { return ParseCIP(b, magic) })
	})
}
