package acl

import "encoding/binary"

// The beginning of TLS as it stands in a connection's bytes: one record with a hello in it (RFC 8446, 4.1.2 and 5.1), or several that oneRecord
// makes one of.

const (
	tlsHandshake   = 22 // the record's type
	tlsRecordHead  = 5
	tlsMessageHead = 4
	tlsClientHello = 1
	tlsMaxSession  = 32        // bytes of a session id
	tlsMaxRecord   = 1<<16 - 1 // what a record's head can say
	tls10          = 0x0301
)

// Extensions (RFC 6066, 8422, 7301, 5077, 8446).
const (
	extServerName = 0
	extGroups     = 10
	extSigAlgs    = 13
	extALPN       = 16
	extTicket     = 35
	extKeyShare   = 51
)

// found says what became of a search in bytes that may be incomplete.
type found uint8

const (
	foundNot found = iota // it is not there, or the bytes are something else
	foundPart
	foundAll
)

// tlsRecord returns what is there of the first record's body, and whether that is all of it.
func tlsRecord(b []byte) (body []byte, state found) {
	switch {
	case len(b) > 0 && b[0] != tlsHandshake, len(b) > 1 && b[1] < 3:
		return nil, foundNot
	case len(b) < tlsRecordHead:
		return nil, foundPart
	}
	size := int(binary.BigEndian.Uint16(b[3:]))
	body = b[tlsRecordHead:]
	if len(body) < size {
		return body, foundPart
	}
	return body[:size], foundAll
}

// tlsHello returns the type and the version of the hello that a complete record holds.
func tlsHello(b []byte) (kind byte, version uint16, state found) {
	body, state := tlsRecord(b)
	if state != foundAll {
		return 0, 0, state
	}
	if len(body) < tlsMessageHead+2 {
		return 0, 0, foundNot
	}
	return body[0], binary.BigEndian.Uint16(body[tlsMessageHead:]), foundAll
}

// sslV2Hello returns the version in a ClientHello of SSL 2's form (RFC 5246, E.2).
func sslV2Hello(b []byte) (version uint16, state found) {
	const head = len("LLTVV")
	switch {
	case len(b) == 0:
		return 0, foundPart
	case b[0]&0x80 == 0 || len(b) > 2 && b[2] != tlsClientHello:
		return 0, foundNot
	case len(b) < head || len(b)-2 < int(b[0]&0x7f)<<8|int(b[1]):
		return 0, foundPart
	}
	return binary.BigEndian.Uint16(b[3:]), foundAll
}

// helloReader takes fields off a ClientHello.
type helloReader struct {
	b     []byte
	short bool // a field was not there, or not in full
}

func (r *helloReader) take(n int) []byte {
	if n > len(r.b) {
		r.short, r.b = true, nil
		return nil
	}
	b := r.b[:n]
	r.b = r.b[n:]
	return b
}

func (r *helloReader) size8() int {
	if b := r.take(1); b != nil {
		return int(b[0])
	}
	return 0
}

func (r *helloReader) size16() int {
	if b := r.take(2); b != nil {
		return int(binary.BigEndian.Uint16(b))
	}
	return 0
}

// openHello moves to the cipher suites of the ClientHello in b. part says that the end has not come yet.
func openHello(b []byte) (r helloReader, part bool, state found) {
	body, state := tlsRecord(b)
	if state == foundNot {
		return r, false, foundNot
	}
	part = state == foundPart
	r.b = body
	head := r.take(tlsMessageHead)
	if head == nil {
		return r, part, r.ended(part)
	}
	size := int(head[1])<<16 | int(head[2])<<8 | int(head[3])
	record := int(binary.BigEndian.Uint16(b[3:]))
	if head[0] != tlsClientHello || size > record-tlsMessageHead {
		return r, part, foundNot
	}
	r.b = r.b[:min(size, len(r.b))]
	version := r.take(2)
	if version != nil && binary.BigEndian.Uint16(version) < tls10 {
		return r, part, foundNot
	}
	r.take(32) // random
	session := r.size8()
	if session > tlsMaxSession {
		return r, part, foundNot
	}
	r.take(session)
	if r.short {
		return r, part, r.ended(part)
	}
	return r, part, foundAll
}

// ended is the verdict where a field was not there: more may come, or the hello is wrong.
func (r *helloReader) ended(part bool) found {
	if part {
		return foundPart
	}
	return foundNot
}

// helloCiphers returns the list of cipher suites.
func helloCiphers(b []byte) ([]byte, found) {
	r, part, state := openHello(b)
	if state != foundAll {
		return nil, state
	}
	list := r.take(r.size16())
	switch {
	case r.short:
		return nil, r.ended(part)
	case len(list) < 2 || len(list)%2 != 0:
		return nil, foundNot
	}
	return list, foundAll
}

// helloExtension returns an extension. some says whether there is any other in its place, all of which were seen.
func helloExtension(b []byte, id uint16) (data []byte, some bool, state found) {
	r, part, state := openHello(b)
	if state != foundAll {
		return nil, false, state
	}
	ciphers := r.take(r.size16())
	compression := r.take(r.size8())
	switch {
	case r.short:
		return nil, false, r.ended(part)
	case len(ciphers) < 2, len(ciphers)%2 != 0, len(compression) == 0:
		return nil, false, foundNot
	case len(r.b) == 0:
		return nil, false, r.ended(part)
	}
	left := r.size16()
	if left < len(r.b) {
		r.b = r.b[:left]
	}
	for left -= len(r.b); len(r.b) > 0; {
		kind := r.size16()
		data = r.take(r.size16())
		if r.short {
			return nil, false, r.ended(part)
		}
		if uint16(kind) == id {
			return data, true, foundAll
		}
	}
	if left > 0 || r.short {
		return nil, false, r.ended(part)
	}
	return nil, true, foundNot
}
