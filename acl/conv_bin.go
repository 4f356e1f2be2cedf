package acl

import (
	"encoding/binary"
	"errors"
	"strconv"
	"strings"
)

// binConvs write blocks of bytes as text and look for characters in them.
var binConvs = []conv{
	{"base2", "", Bin, Str, convBase2, nil, "eight binary digits for each byte"},
	{"be2dec", "separator:str,chunk:int,[truncate:int]", Bin, Str, toDec(bigEndian), fixChunk(8), "an unsigned number for each chunk of bytes"},
	{"le2dec", "separator:str,chunk:int,[truncate:int]", Bin, Str, toDec(littleEndian), fixChunk(8), "as be2dec, of little-endian chunks"},
	{"be2hex", "[separator:str,chunk:int,truncate:int]", Bin, Str, convBe2hex, fixHexChunk, "hex digits with a separator after each chunk of bytes"},
	{"htonl", "", Int, Bin, convHtonl, nil, "the lower 32 bits as four bytes, big-endian"},
	{"has_ctl", "[mask:str]", Bin, Bool, convHasCtl, fixCtl, "true where a control character of the mask occurs: a number, any or http; left out = all but TAB"},
}

func convBase2(c *Context, _ *args, s *Sample) bool {
	out := c.Arena.Alloc(8 * len(s.Bytes))
	for i, b := range s.Bytes {
		for bit := range 8 {
			out[8*i+bit] = '0' + b>>(7-bit)&1
		}
	}
	return s.setStr(out)
}

func bigEndian(b []byte) (n uint64) {
	for _, ch := range b {
		n = n<<8 | uint64(ch)
	}
	return n
}

func littleEndian(b []byte) (n uint64) {
	for i := len(b) - 1; i >= 0; i-- {
		n = n<<8 | uint64(b[i])
	}
	return n
}

func fixChunk(most int64) func(*args) error {
	return func(a *args) error {
		if a.num[0] < 1 || a.num[0] > most {
			return errors.New("chunk: want 1 to " + strconv.FormatInt(most, 10))
		}
		if a.num[1] != 0 && a.num[1] != 1 {
			return errors.New("truncate: want 0 or 1")
		}
		return nil
	}
}

// maxHexChunk is more than any block has.
const maxHexChunk = 1 << 30

// fixHexChunk takes the whole block for a chunk where none of the arguments is given.
func fixHexChunk(a *args) error {
	if a.given == 0 || a.given == 1 && a.str[0] == "" {
		a.num[0] = maxHexChunk
	}
	return fixChunk(maxHexChunk)(a)
}

// chunks calls f for each chunk; one that the end cuts short is left out where a.num[1] says so.
func chunks(a *args, b []byte, f func(i int, chunk []byte)) {
	size := int(a.num[0])
	for i := 0; len(b) > 0; i++ {
		n := min(size, len(b))
		if n < size && a.num[1] != 0 {
			return
		}
		f(i, b[:n])
		b = b[n:]
	}
}

func toDec(number func([]byte) uint64) runConv {
	return func(c *Context, a *args, s *Sample) bool {
		out := c.Arena.Open()
		chunks(a, s.Bytes, func(i int, chunk []byte) {
			if i > 0 {
				out = append(out, a.str[0]...)
			}
			out = strconv.AppendUint(out, number(chunk), 10)
		})
		return s.setStr(c.Arena.Seal(out))
	}
}

func convBe2hex(c *Context, a *args, s *Sample) bool {
	out := c.Arena.Open()
	chunks(a, s.Bytes, func(i int, chunk []byte) {
		if i > 0 {
			out = append(out, a.str[0]...)
		}
		for _, b := range chunk {
			out = append(out, upperHex[b>>4], upperHex[b&15])
		}
	})
	return s.setStr(c.Arena.Seal(out))
}

func convHtonl(c *Context, _ *args, s *Sample) bool {
	b := c.Arena.Alloc(4)
	binary.BigEndian.PutUint32(b, uint32(s.Int))
	return s.setBin(b)
}

// The masks of has_ctl: a bit for each of 0x00 to 0x1F, and bit 32 for DEL.
const (
	ctlAll     = 0x1FFFFFFFF
	ctlDefault = ctlAll &^ (1 << '\t')
	ctlHTTP    = 1<<'\r' | 1<<'\n' | 1<<0
)

func fixCtl(a *args) error {
	mask := map[string]uint64{"": ctlDefault, "any": ctlAll, "http": ctlHTTP}[strings.ToLower(a.str[0])]
	if mask == 0 {
		n, err := strconv.ParseUint(a.str[0], 0, 33)
		if err != nil || n == 0 {
			return errors.New("mask: want any, http or a number of 33 bits")
		}
		mask = n
	}
	for ch := range 32 {
		a.set[ch] = mask>>ch&1 != 0
	}
	a.set[0x7f] = mask>>32 != 0
	return nil
}

func convHasCtl(_ *Context, a *args, s *Sample) bool {
	for _, ch := range s.Bytes {
		if a.set[ch] {
			return s.setBool(true)
		}
	}
	return s.setBool(false)
}
