package proxyproto

import (
	"bytes"
	"encoding/binary"
	"hash/crc32"
)

// The types of TLVs (the protocol's text, 2.2).
const (
	TypeALPN      = 0x01
	TypeAuthority = 0x02
	TypeCRC32C    = 0x03
	TypeNoop      = 0x04
	TypeUniqueID  = 0x05
	TypeSSL       = 0x20
	TypeVersion   = 0x21 // in TypeSSL, as those that follow
	TypeCN        = 0x22
	TypeCipher    = 0x23
	TypeSigAlg    = 0x24
	TypeKeyAlg    = 0x25
	TypeNetNS     = 0x30
)

const (
	sizeTLV = 3 // type and length
	sizeSSL = 5 // client's flags and the result of verifying
)

// TLVs are type-length-value records, one after another, known to be whole.
type TLVs []byte

// Get returns the value of the first record of a type.
func (t TLVs) Get(typ byte) ([]byte, bool) {
	for len(t) >= sizeTLV {
		v, rest, ok := t.cut()
		if !ok {
			return nil, false
		}
		if t[0] == typ {
			return v, true
		}
		t = rest
	}
	return nil, false
}

// cut splits the first record's value from what follows it.
func (t TLVs) cut() (value []byte, rest TLVs, ok bool) {
	if len(t) < sizeTLV {
		return nil, nil, false
	}
	n := sizeTLV + int(binary.BigEndian.Uint16(t[1:]))
	if n > len(t) {
		return nil, nil, false
	}
	return t[sizeTLV:n:n], t[n:], true
}

// AppendTLV adds a record behind b. One that its length cannot say is left out.
func AppendTLV(b []byte, typ byte, value []byte) []byte {
	if len(value) > 0xffff {
		return b
	}
	b = append(b, typ, byte(len(value)>>8), byte(len(value)))
	return append(b, value...)
}

// SSL is the value of a TypeSSL record.
type SSL struct {
	Client byte   // ClientSSL and the like
	Verify uint32 // 0 = the client's certificate was verified
	Sub    TLVs   // TypeVersion and the others
}

// What SSL.Client says.
const (
	ClientSSL      = 0x01 // the client speaks TLS
	ClientCertConn = 0x02 // it has shown a certificate over this connection
	ClientCertSess = 0x04 // ... in this TLS session
)

// SSL returns what the header says of the client's TLS.
func (t TLVs) SSL() (SSL, bool) {
	v, ok := t.Get(TypeSSL)
	if !ok || len(v) < sizeSSL {
		return SSL{}, false
	}
	return SSL{Client: v[0], Verify: binary.BigEndian.Uint32(v[1:]), Sub: TLVs(v[sizeSSL:])}, true
}

// AppendSSL adds a TypeSSL record.
func AppendSSL(b []byte, s *SSL) []byte {
	if sizeSSL+len(s.Sub) > 0xffff {
		return b
	}
	n := sizeSSL + len(s.Sub)
	b = append(b, TypeSSL, byte(n>>8), byte(n), s.Client)
	b = binary.BigEndian.AppendUint32(b, s.Verify)
	return append(b, s.Sub...)
}

// checkTLVs makes sure of the records that header ends with: every one is whole and of a size that its type may have.
func checkTLVs(b, header []byte) error {
	t := TLVs(b)
	for len(t) > 0 {
		v, rest, ok := t.cut()
		if !ok {
			return errTLV
		}
		if err := checkTLV(t[0], v); err != nil {
			return err
		}
		if t[0] == TypeCRC32C && !sumsUp(header, len(header)-len(t)+sizeTLV) {
			return errCRC
		}
		t = rest
	}
	return nil
}

func checkTLV(typ byte, v []byte) error {
	bad := false
	switch typ {
	case TypeCRC32C:
		bad = len(v) != len(zeros)
	case TypeAuthority: // a name with a NUL is one thing to the one and another to the next
		bad = len(v) > maxAuthority || bytes.IndexByte(v, 0) >= 0
	case TypeUniqueID:
		bad = len(v) > MaxUniqueID
	case TypeSSL:
		if bad = len(v) < sizeSSL; !bad {
			return checkSub(TLVs(v[sizeSSL:]))
		}
	}
	if bad {
		return errValue
	}
	return nil
}

func checkSub(t TLVs) error {
	for len(t) > 0 {
		_, rest, ok := t.cut()
		if !ok {
			return errTLV
		}
		t = rest
	}
	return nil
}

var zeros [4]byte

// sumsUp compares the checksum that lies at an offset of header with that of header with zeros in its place (2.2.3).
func sumsUp(header []byte, at int) bool {
	sum := crc32.Update(0, castagnoli, header[:at])
	sum = crc32.Update(sum, castagnoli, zeros[:])
	sum = crc32.Update(sum, castagnoli, header[at+len(zeros):])
	return sum == binary.BigEndian.Uint32(header[at:])
}
