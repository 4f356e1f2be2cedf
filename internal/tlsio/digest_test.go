package tlsio

import (
	"bytes"
	"testing"
)

// TestDigest: the lists of a hello are kept, in order, up to the bound, and nothing that is long; in how many records it came makes no difference.
func TestDigest(t *testing.T) {
	random := bytes.Repeat([]byte{7}, randomSize)
	version := []byte{3, 3}
	share := bytes.Repeat([]byte{9}, 1200)
	exts := func(list ...helloExt) []helloExt { return list }
	whole := exts(helloExt{51, share}, helloExt{extGroups, []byte{0, 4, 0, 29, 0, 23}}, helloExt{extFormats, []byte{1, 0}}, helloExt{extVersions, []byte{2, 3, 4}})
	body := append(append([]byte{}, version...), random...)
	body = append(body, 2, 'i', 'd', 0, 4, 0x13, 1, 0x13, 2, 1, 0)
	list := []byte{}
	for _, x := range whole {
		list = append(append(list, byte(x.id>>8), byte(x.id), byte(len(x.data)>>8), byte(len(x.data))), x.data...)
	}
	body = append(append(body, byte(len(list)>>8), byte(len(list))), list...)
	message := append([]byte{clientHello, 0, byte(len(body) >> 8), byte(len(body))}, body...)
	records := func(size int) (b []byte) {
		for rest := message; len(rest) > 0; {
			part := cutOff(&rest, size)
			b = append(append(b, handshakeRec, 3, 1, byte(len(part)>>8), byte(len(part))), part...)
		}
		return b
	}
	f := func(most int, suites []byte, want ...helloExt) {
		t.Helper()
		for _, size := range []int{len(message), 100, 7} {
			if got, want := takeApart(records(size)).digest(most), assemble(version, random, suites, want); !bytes.Equal(got, want) {
				t.Errorf("%d of records of %d: got %x; want %x", most, size, got, want)
			}
		}
	}
	groups, formats, versions := whole[1], whole[2], whole[3]
	f(96, []byte{0x13, 1, 0x13, 2}, helloExt{51, nil}, groups, formats, versions)
	f(19, []byte{0x13, 1, 0x13, 2}, helloExt{51, nil}, groups, formats, versions)
	f(15, []byte{0x13, 1, 0x13, 2}, helloExt{51, nil}, helloExt{extGroups, []byte{0, 4, 0, 29}}, formats, helloExt{extVersions, []byte{2}})
	f(9, []byte{0x13, 1, 0x13, 2}, helloExt{51, nil}, helloExt{extGroups, []byte{0, 4}})
	f(3, []byte{0x13, 1})
	if got := takeApart(records(100)[:30]).digest(96); got != nil {
		t.Errorf("of a hello that is cut short %x is kept; want nothing", got)
	}
}
