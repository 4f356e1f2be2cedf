package acl

import "net/netip"

// Type is what a sample holds.
type Type uint8

const (
	Any    Type = iota // of a converter's input: takes what comes; of a fetch: only a sample itself tells
	Bool               // Int is 0 or 1
	Int                // Int: signed, 64 bits
	Addr               // Addr: IPv4 or IPv6
	Str                // Bytes
	Bin                // Bytes
	Method             // Bytes: an HTTP method
	numTypes
)

// fromSample is the output of a converter that gives now this and now that.
const fromSample = numTypes

var typeNames = [numTypes]string{"any", "bool", "int", "ip", "str", "bin", "method"}

// String is the type's name in messages.
func (t Type) String() string { return typeNames[t] }

// Sample is one typed value. Only the field of its Type is set. Bytes belong to the request's buffer or to the
// Context's arena: they stay valid until the Context's next Begin.
type Sample struct {
	Type  Type
	Int   int64
	Bytes []byte
	Addr  netip.Addr
}

// hasBytes reports whether the value is in Bytes.
func (s *Sample) hasBytes() bool { return s.Type >= Str }

func (s *Sample) setBool(v bool) bool {
	s.Type, s.Int = Bool, 0
	if v {
		s.Int = 1
	}
	return true
}

func (s *Sample) setInt(v int64) bool {
	s.Type, s.Int = Int, v
	return true
}

func (s *Sample) setStr(b []byte) bool {
	s.Type, s.Bytes = Str, b
	return true
}

func (s *Sample) setBin(b []byte) bool {
	s.Type, s.Bytes = Bin, b
	return true
}

func (s *Sample) setAddr(a netip.Addr) bool {
	s.Type, s.Addr = Addr, a
	return a.IsValid()
}
