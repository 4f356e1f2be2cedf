package http1

import (
	"encoding/binary"
	"math/bits"
)

// lowerToken maps an octet of a token (RFC 9110, 5.6.2) to its lower case and every other octet to 0.
var lowerToken = makeLowerToken()

func makeLowerToken() (t [256]byte) {
	for _, c := range []byte("!#$%&'*+-.^_`|~0123456789abcdefghijklmnopqrstuvwxyz") {
		t[c] = c
	}
	for c := byte('A'); c <= 'Z'; c++ {
		t[c] = c | 0x20
	}
	return t
}

// hostChar marks the octets of a host name that Weir takes: those of DNS and "_" and "~". RFC 3986 also allows
// percent-encoding and the sub-delimiters in a reg-name; no real name has them, and "a,b", "a;b" or "a%00" are read
// in different ways by what stands behind (attack: routing and cache confusion). HAProxy 2.6 takes any octet.
var hostChar = makeHostChar()

func makeHostChar() (t [256]bool) {
	for _, c := range []byte("-._~0123456789abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ") {
		t[c] = true
	}
	return t
}

// hexDigit maps a hexadecimal digit to its value and every other octet to notHex.
var hexDigit = makeHexDigit()

const notHex = 0xff

func makeHexDigit() (t [256]byte) {
	for i := range t {
		t[i] = notHex
	}
	for i, c := range []byte("0123456789abcdef") {
		t[c] = byte(i)
		if c >= 'a' {
			t[c-0x20] = byte(i)
		}
	}
	return t
}

// Eight octets at a time: each constant is one octet repeated. Of a word x, (x - n*ones) &^ x & highs has the high bit
// of the first octet that is less than n set (octets after it may be marked wrongly, so only the first counts).
const (
	ones  = 0x0101010101010101
	highs = 0x8080808080808080
)

// scanValue is the index of the first octet from i on that may not stand in a field value (RFC 9110, 5.5): a control
// character other than HTAB. len(b) when there is none. In a good field it is the CR.
func scanValue(b []byte, i int) int {
	for i+8 <= len(b) {
		x := binary.LittleEndian.Uint64(b[i:])
		del := x ^ 0x7f*ones
		m := ((x-0x20*ones)&^x | (del-ones)&^del) & highs
		if m == 0 {
			i += 8
			continue
		}
		if i += bits.TrailingZeros64(m) >> 3; b[i] != '\t' {
			return i
		}
		i++
	}
	for i < len(b) && (b[i] >= 0x20 && b[i] != 0x7f || b[i] == '\t') {
		i++
	}
	return i
}

// scanTarget is the index of the first octet from i on that may not stand in a request-target: a control character, a
// space, DEL, an octet above it, or "#" (a fragment is never sent; CVE-2023-45539). len(b) when there is none.
// Octets that RFC 3986 excludes but browsers send ("|", "{", "\"", ...) are taken, as HAProxy does.
func scanTarget(b []byte, i int) int {
	for i+8 <= len(b) {
		x := binary.LittleEndian.Uint64(b[i:])
		del, hash := x^0x7f*ones, x^'#'*ones
		m := ((x-0x21*ones)&^x | (del-ones)&^del | (hash-ones)&^hash | x) & highs
		if m == 0 {
			i += 8
			continue
		}
		return i + bits.TrailingZeros64(m)>>3
	}
	for i < len(b) && b[i] > 0x20 && b[i] < 0x7f && b[i] != '#' {
		i++
	}
	return i
}

// equalFold compares b with a lower-case ASCII word.
func equalFold(b []byte, lower string) bool {
	if len(b) != len(lower) {
		return false
	}
	for i := range b {
		c := b[i]
		if c >= 'A' && c <= 'Z' {
			c |= 0x20
		}
		if c != lower[i] {
			return false
		}
	}
	return true
}
