package acl

import "encoding/binary"

// oneRecord gives a hello that is cut into several records (RFC 8446, 5.1) as it would stand in one, as far as it is there. Every server puts it
// together: whoever looked at the first record alone would not see the name that a rule forbids. What is not cut comes back as it is.
func (c *Context) oneRecord(b []byte) []byte {
	size, cut := helloCut(b)
	if !cut {
		return b
	}
	all, out := b, append(c.Arena.Open(), b[:tlsRecordHead]...)
	for len(b) > tlsRecordHead && b[0] == tlsHandshake && len(out) < tlsRecordHead+size {
		body := b[tlsRecordHead:]
		n := min(int(binary.BigEndian.Uint16(b[3:])), len(body))
		out = append(out, body[:n]...)
		b = body[n:]
		if head := out[tlsRecordHead:]; len(head) >= tlsMessageHead {
			size = helloSize(head)
		}
	}
	if size > tlsMaxRecord {
		return all
	}
	out = out[:min(len(out), tlsRecordHead+size)]
	binary.BigEndian.PutUint16(out[3:], uint16(size))
	return c.Arena.Seal(out)
}

// helloCut reports whether the first record holds the beginning of a hello only, and how long that is at least.
func helloCut(b []byte) (size int, cut bool) {
	body, state := tlsRecord(b)
	if state == foundNot || len(body) == 0 || body[0] != tlsClientHello {
		return 0, false
	}
	record := int(binary.BigEndian.Uint16(b[3:]))
	if record < tlsMessageHead {
		return tlsMessageHead, true
	}
	if len(body) < tlsMessageHead {
		return 0, false // the rest of the record is awaited first
	}
	size = helloSize(body)
	return size, size > record && size <= tlsMaxRecord
}

// helloSize is the length of the message that begins with head.
func helloSize(head []byte) int {
	return min(tlsMessageHead+(int(head[1])<<16|int(head[2])<<8|int(head[3])), tlsMaxRecord+1)
}
