package passwd

import (
	"crypto/subtle"
	"errors"
	"strings"
)

// desHash is a hash of the two oldest formats of crypt(3): a block of zeros that a variant of DES (FIPS 46-3), in which the salt exchanges
// bits of the expansion, has encrypted many times over with the password as the key. A search for such a password is a matter of hours, and
// who asks for one means it all the same.
type desHash struct {
	salt   uint32
	rounds int
	long   bool // BSDi's: the whole password counts, not its first eight characters
	key    string
}

// alphabet is what crypt(3) writes six bits with.
const alphabet = "./0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz"

// The parts of a hash, in characters.
const (
	desKey    = 11 // 64 bits
	desLen    = 2 + desKey
	bsdiLen   = 1 + 4 + 4 + desKey
	desRounds = 25
)

// parseDES reads the traditional form, two characters of salt, or BSDi's: an underscore, four characters of rounds and four of salt.
func parseDES(text string) (*desHash, error) {
	if !strings.HasPrefix(text, "_") {
		return &desHash{salt: sixes(text[:2]), rounds: desRounds, key: text[2:]}, nil
	}
	if len(text) != bsdiLen || !encoded(text[1:]) {
		return nil, errors.New("it is no BSDi DES hash: want 19 letters, digits, dots and slashes behind the underscore")
	}
	d := &desHash{rounds: int(sixes(text[1:5])), salt: sixes(text[5:9]), long: true, key: text[9:]}
	if d.rounds == 0 {
		return nil, errors.New("it is no BSDi DES hash: it has no rounds")
	}
	return d, nil
}

// sixes is a number whose least bits come first.
func sixes(text string) (n uint32) {
	for i := range len(text) {
		n |= uint32(strings.IndexByte(alphabet, text[i])) << (6 * i)
	}
	return n
}

// MatchBytes reports whether the password is the hashed one.
func (d *desHash) MatchBytes(password []byte) bool {
	got := d.sum(password)
	return subtle.ConstantTimeCompare([]byte(got), []byte(d.key)) == 1
}

func (d *desHash) sum(password []byte) string {
	key := desKeyOf(password)
	for d.long && len(password) > 8 {
		password = password[8:]
		key = newDES(key, 0).encrypt(key, 1) ^ desKeyOf(password)
	}
	return desText(newDES(key, d.salt).encrypt(0, d.rounds))
}

// desKeyOf is the key of the first eight characters: seven bits of each, above a bit of parity that DES does not look at.
func desKeyOf(password []byte) (key uint64) {
	for i := range 8 {
		key <<= 8
		if i < len(password) {
			key |= uint64(password[i] << 1)
		}
	}
	return key
}

// desText writes a block, the highest bits first; two bits of zero complete the last character.
func desText(block uint64) string {
	var out [desKey]byte
	out[desKey-1] = alphabet[block<<2&63]
	block >>= 4
	for i := desKey - 2; i >= 0; i-- {
		out[i] = alphabet[block&63]
		block >>= 6
	}
	return string(out[:])
}

// desCipher is DES with its sixteen keys of 48 bits.
type desCipher struct {
	keys [16]uint64
	salt uint64 // the bits of the expansion's upper half that change places with those of its lower half
}

func newDES(key uint64, salt uint32) *desCipher {
	c := new(desCipher)
	for i := range 24 { // the first bit of the salt is for the first of the expansion, which is the highest
		c.salt |= uint64(salt>>i&1) << (23 - i)
	}
	cd := permute(key, 64, desPC1[:])
	left, right := uint32(cd>>28), uint32(cd&(1<<28-1))
	for i, n := range desShifts {
		left, right = rotate28(left, n), rotate28(right, n)
		c.keys[i] = permute(uint64(left)<<28|uint64(right), 56, desPC2[:])
	}
	return c
}

func rotate28(v uint32, n int) uint32 { return (v<<n | v>>(28-n)) & (1<<28 - 1) }

// encrypt encrypts a block n times.
func (c *desCipher) encrypt(block uint64, n int) uint64 {
	block = permute(block, 64, desIP[:])
	left, right := uint32(block>>32), uint32(block)
	for range n { // the last permutation and the first one of the next time undo each other
		for _, k := range c.keys {
			left, right = right, left^c.round(right, k)
		}
		left, right = right, left
	}
	return permute(uint64(left)<<32|uint64(right), 64, desFP[:])
}

// round is f of FIPS 46-3, with the salt's exchange between the expansion and the key.
func (c *desCipher) round(half uint32, key uint64) uint32 {
	e := expand(half)
	swap := (e>>24 ^ e) & c.salt
	e ^= swap | swap<<24
	e ^= key
	var out uint32
	for i := range 8 {
		out |= desSP[i][e>>(42-6*i)&63]
	}
	return out
}

// expand makes 48 bits of 32: six for each of the eight groups of four, with their neighbours at both sides.
func expand(half uint32) (e uint64) {
	ring := uint64(half&1)<<33 | uint64(half)<<1 | uint64(half>>31)
	for i := range 8 {
		e = e<<6 | ring>>(28-4*i)&63
	}
	return e
}

// permute takes bits of a number of so many bits by their places, of which 1 is the highest, as FIPS 46-3 counts them.
func permute(v uint64, bits int, places []byte) (out uint64) {
	for _, p := range places {
		out = out<<1 | v>>(bits-int(p))&1
	}
	return out
}
