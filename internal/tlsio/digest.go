package tlsio

import "encoding/binary"

// What is asked about a client's hello for as long as its connection lives are lists: suites, extensions, groups and the like. The rest of it, such as a
// key share of a thousand octets, is not kept. tune.ssl.capture-buffer-size bounds the octets of the lists, in the order that HAProxy takes them in,
// not those of the hello: with the 96 that are recommended for fingerprints nothing is missing of what browsers say.

// Extensions of which the content is kept (RFC 8422, 5.1; RFC 8446, 4.2).
const (
	extGroups   = 10
	extFormats  = 11
	extSigAlgs  = 13
	extVersions = 43
)

// helloParts is a ClientHello taken apart; what is missing at its end is empty.
type helloParts struct {
	version, random, suites []byte
	exts                    []helloExt
}

type helloExt struct {
	id   uint16
	data []byte
}

// cutOff takes n octets off b, or as many as there are.
func cutOff(b *[]byte, n int) []byte {
	n = min(n, len(*b))
	x := (*b)[:n]
	*b = (*b)[n:]
	return x
}

// sized takes a list off b that begins with its length in so many octets.
func sized(b *[]byte, octets int) []byte {
	n := 0
	for _, x := range cutOff(b, octets) {
		n = n<<8 | int(x)
	}
	return cutOff(b, n)
}

// takeApart reads the hello in records, which helloRecords has cut.
func takeApart(records []byte) (p helloParts) {
	var b []byte
	for len(records) > recordHead {
		cutOff(&records, recordHead-2)
		b = append(b, sized(&records, 2)...)
	}
	cutOff(&b, messageHead)
	p.version, p.random = cutOff(&b, 2), cutOff(&b, randomSize)
	sized(&b, 1) // the session's id, which Info has
	p.suites = sized(&b, 2)
	sized(&b, 1) // compression
	for exts := sized(&b, 2); len(exts) >= 4; {
		id := binary.BigEndian.Uint16(cutOff(&exts, 2))
		p.exts = append(p.exts, helloExt{id, sized(&exts, 2)})
	}
	return p
}

// digest makes a hello in one record of the lists of the one that was taken apart, with at most most octets of lists.
func (p helloParts) digest(most int) []byte {
	if len(p.random) < randomSize {
		return nil
	}
	suites := cutOff(&p.suites, most&^1)
	most -= len(suites)
	p.exts = p.exts[:min(len(p.exts), most/2)]
	most -= 2 * len(p.exts)
	for _, id := range []uint16{extGroups, extFormats, extSigAlgs, extVersions} {
		for i := range p.exts {
			if x := &p.exts[i]; x.id == id {
				room := most
				if prefixOf(id) == 2 { // as are its elements
					room &^= 1
				}
				x.data = cutOff(&x.data, room+prefixOf(id))
				most = max(most-len(x.data)+prefixOf(id), 0)
			}
		}
	}
	return assemble(p.version, p.random, suites, p.exts)
}

// prefixOf is how many octets stand before the list in an extension that is kept; 0 = it is not.
func prefixOf(id uint16) int {
	switch id {
	case extGroups, extSigAlgs:
		return 2
	case extFormats, extVersions:
		return 1
	}
	return 0
}

// assemble writes the hello.
func assemble(version, random, suites []byte, exts []helloExt) []byte {
	b := append([]byte{handshakeRec, 3, 1, 0, 0, clientHello, 0, 0, 0}, version...)
	b = append(append(b, random...), 0)
	b = append(binary.BigEndian.AppendUint16(b, uint16(len(suites))), suites...)
	b = append(b, 1, 0)
	at := len(b)
	b = append(b, 0, 0)
	for _, x := range exts {
		b = binary.BigEndian.AppendUint16(b, x.id)
		if prefixOf(x.id) == 0 {
			x.data = nil
		}
		b = append(binary.BigEndian.AppendUint16(b, uint16(len(x.data))), x.data...)
	}
	binary.BigEndian.PutUint16(b[at:], uint16(len(b)-at-2))
	binary.BigEndian.PutUint16(b[3:], uint16(len(b)-recordHead))
	binary.BigEndian.PutUint16(b[recordHead+2:], uint16(len(b)-recordHead-messageHead))
	return b
}
