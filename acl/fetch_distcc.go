package acl

import (
	"encoding/binary"
	"encoding/hex"
	"errors"
)

// distccFetches read distcc's protocol: tokens of four letters with a number of eight hex digits, which for most is the
// length of what follows.
var distccFetches = []fetch{
	{"distcc_param", "token:str,[occ:int]", Int, needContents, runDistccParam, fixDistcc, "the number of a token of distcc"},
	{"distcc_body", "token:str,[occ:int]", Bin, needContents, runDistccBody, fixDistcc, "what follows a token of distcc"},
}

const distccHead = 12 // the token and its number

// distccPlain are the tokens whose number is no length.
var distccPlain = map[string]bool{"DIST": true, "ARGC": true, "NFIL": true, "STAT": true, "DONE": true}

func fixDistcc(a *args) error {
	if len(a.str[0]) != 4 || a.num[0] < 0 {
		return errors.New("want a token of four letters, and an occurrence from 1 on")
	}
	return nil
}

// findDistcc walks from token to token; rest is what follows the one that was found.
func findDistcc(a *args, b []byte) (n uint32, rest []byte, state found) {
	seen := int64(0)
	for {
		if len(b) < distccHead {
			return 0, nil, foundPart
		}
		var num [4]byte
		if _, err := hex.Decode(num[:], b[4:distccHead]); err != nil {
			return 0, nil, foundNot
		}
		n = binary.BigEndian.Uint32(num[:])
		token := b[:4]
		b = b[distccHead:]
		if string(token) == a.str[0] {
			if seen++; seen >= a.num[0] {
				return n, b, foundAll
			}
		}
		if distccPlain[string(token)] {
			continue
		}
		if uint64(n) > uint64(len(b)) {
			return 0, nil, foundPart
		}
		b = b[n:]
	}
}

func runDistccParam(c *Context, a *args, s *Sample) bool {
	n, _, state := findDistcc(a, c.Raw)
	return c.settle(state) && s.setInt(int64(n))
}

func runDistccBody(c *Context, a *args, s *Sample) bool {
	n, rest, state := findDistcc(a, c.Raw)
	if !c.settle(state) {
		return false
	}
	if distccPlain[a.str[0]] {
		return s.setBin([]byte{})
	}
	return setBlock(c, rest, 0, int64(n), s)
}
