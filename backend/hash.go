package backend

import (
	"hash/crc32"

	"weir/conf"
)

// hashFunc makes a number of a key.
type hashFunc func(key []byte) uint32

// newHash is the function of a hash-type line with its modifier.
func newHash(h *conf.HashType) hashFunc {
	f, ok := hashFuncs[h.Func]
	if !ok {
		f = sdbm
	}
	if !mixes(h) {
		return f
	}
	return func(key []byte) uint32 { return avalanche(f(key)) }
}

// mixes reports whether the avalanche step follows: where it is asked for, and on a ring, whose places are
// spread over 32 bits when short keys are not. "none" is taken at its word.
func mixes(h *conf.HashType) bool { return h.Avalanche || h.Consistent && h.Func != "none" }

var hashFuncs = map[string]hashFunc{
	"":      sdbm,
	"sdbm":  sdbm,
	"djb2":  djb2,
	"wt6":   wt6,
	"crc32": crc32.ChecksumIEEE,
	"none":  number,
}

// sdbm is the hash of the sdbm database library: h*65599 + c.
func sdbm(key []byte) uint32 {
	var h uint32
	for _, c := range key {
		h = uint32(c) + h<<6 + h<<16 - h
	}
	return h
}

// djb2 is Dan Bernstein's: h*33 + c from 5381.
func djb2(key []byte) uint32 {
	h := uint32(5381)
	for _, c := range key {
		h = h*33 + uint32(c)
	}
	return h
}

// wt6 stands where a configuration asks for HAProxy's wt6. That function is described nowhere but in its source, so
// this is another one (FNV-1a, mixed): as even, but keys go to other servers than HAProxy sends them to.
func wt6(key []byte) uint32 {
	h := uint32(2166136261)
	for _, c := range key {
		h = (h ^ uint32(c)) * 16777619
	}
	return avalanche(h)
}

// number is "none": the key is the hash, in decimal digits.
func number(key []byte) uint32 {
	var n uint32
	for _, c := range key {
		if c < '0' || c > '9' {
			break
		}
		n = n*10 + uint32(c-'0')
	}
	return n
}

// avalanche spreads a change of any bit over all: one of Bob Jenkins' integer hashes
// (https://burtleburtle.net/bob/hash/integer.html, public domain), and a last step that adds thrice the lowest
// two bits to the highest two. Watched from outside, that is what HAProxy's "avalanche" comes to.
func avalanche(a uint32) uint32 {
	a = (a + 0x7ed55d16) + (a << 12)
	a = (a ^ 0xc761c23c) ^ (a >> 19)
	a = (a + 0x165667b1) + (a << 5)
	a = (a + 0xd3a2646c) ^ (a << 9)
	a = (a + 0xfd7046c5) + (a << 3)
	a = (a ^ 0xb55a4f09) ^ (a >> 16)
	return a + (3*a)<<30
}
