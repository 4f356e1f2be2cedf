package acl

import (
	"crypto/md5"
	"crypto/sha1"
	"crypto/sha256"
	"crypto/sha512"
	"errors"
	"hash/crc32"
	"slices"
	"strings"

	"github.com/cespare/xxhash/v2"
	"github.com/zeebo/xxh3"
)

// hashConvs make numbers and digests of bytes. The argument avalanche 1 of the simple ones mixes their result.
var hashConvs = []conv{
	{"sdbm", "[avalanche:int]", Bin, Int, hash32(func(b []byte) uint32 { return sdbmAdd(0, b) }), nil, "the sdbm hash"},
	{"djb2", "[avalanche:int]", Bin, Int, hash32(djb2), nil, "the djb2 hash"},
	{"crc32", "[avalanche:int]", Bin, Int, hash32(crc32.ChecksumIEEE), nil, "the CRC-32 of Ethernet, gzip and PNG"},
	{"crc32c", "[avalanche:int]", Bin, Int, hash32(func(b []byte) uint32 { return crc32.Checksum(b, castagnoli) }), nil, "the CRC-32C of RFC 4960"},
	{"xxh32", "[seed:int]", Bin, Int, convXXH32, nil, "the 32-bit xxHash"},
	{"xxh64", "[seed:int]", Bin, Int, convXXH64, nil, "the 64-bit xxHash"},
	{"xxh3", "[seed:int]", Bin, Int, convXXH3, nil, "the 64-bit XXH3"},
	{"sha1", "", Bin, Bin, convSHA1, nil, "the SHA-1 digest"},
	{"sha2", "[bits:int]", Bin, Bin, convSHA2, fixSHA2, "the SHA-2 digest of 224, 256 (default), 384 or 512 bits"},
	{"digest", "algorithm:str", Bin, Bin, convDigest, fixDigest, "the digest by its algorithm's name"},
}

var castagnoli = crc32.MakeTable(crc32.Castagnoli)

func hash32(f func([]byte) uint32) runConv {
	return func(_ *Context, a *args, s *Sample) bool {
		h := f(s.Bytes)
		if a.num[0] == 1 {
			h = avalanche(h)
		}
		return s.setInt(int64(h))
	}
}

// sdbmAdd is the hash of the sdbm library: h*65599 + c.
func sdbmAdd(h uint32, b []byte) uint32 {
	for _, ch := range b {
		h = uint32(ch) + h<<6 + h<<16 - h
	}
	return h
}

// djb2 is Dan Bernstein's h*33 + c from 5381.
func djb2(b []byte) uint32 {
	h := uint32(5381)
	for _, ch := range b {
		h = h*33 + uint32(ch)
	}
	return h
}

// avalanche spreads a change of any bit over all: one of Bob Jenkins' integer hashes (public domain). HAProxy says that it uses
// "one of the many" of his; it is another one, so that avalanched values are not the same numbers there.
func avalanche(a uint32) uint32 {
	a = (a + 0x7ed55d16) + (a << 12)
	a = (a ^ 0xc761c23c) ^ (a >> 19)
	a = (a + 0x165667b1) + (a << 5)
	a = (a + 0xd3a2646c) ^ (a << 9)
	a = (a + 0xfd7046c5) + (a << 3)
	return (a ^ 0xb55a4f09) ^ (a >> 16)
}

func convXXH32(_ *Context, a *args, s *Sample) bool {
	return s.setInt(int64(xxh32(s.Bytes, uint32(a.num[0]))))
}

func convXXH64(_ *Context, a *args, s *Sample) bool {
	if a.num[0] == 0 {
		return s.setInt(int64(xxhash.Sum64(s.Bytes)))
	}
	var d xxhash.Digest
	d.ResetWithSeed(uint64(a.num[0]))
	_, _ = d.Write(s.Bytes) // never fails
	return s.setInt(int64(d.Sum64()))
}

func convXXH3(_ *Context, a *args, s *Sample) bool {
	return s.setInt(int64(xxh3.HashSeed(s.Bytes, uint64(a.num[0]))))
}

func convSHA1(c *Context, _ *args, s *Sample) bool {
	sum := sha1.Sum(s.Bytes)
	return s.setBin(c.Arena.Copy(sum[:]))
}

func fixSHA2(a *args) error {
	if a.given == 0 {
		a.num[0] = 256
	}
	if !slices.Contains([]int64{224, 256, 384, 512}, a.num[0]) {
		return errors.New("want 224, 256, 384 or 512")
	}
	return nil
}

func convSHA2(c *Context, a *args, s *Sample) bool {
	switch a.num[0] {
	case 224:
		sum := sha256.Sum224(s.Bytes)
		return s.setBin(c.Arena.Copy(sum[:]))
	case 384:
		sum := sha512.Sum384(s.Bytes)
		return s.setBin(c.Arena.Copy(sum[:]))
	case 512:
		sum := sha512.Sum512(s.Bytes)
		return s.setBin(c.Arena.Copy(sum[:]))
	}
	sum := sha256.Sum256(s.Bytes)
	return s.setBin(c.Arena.Copy(sum[:]))
}

var digests = map[string]int64{"md5": 5, "sha1": 1, "sha224": 224, "sha256": 256, "sha384": 384, "sha512": 512}

func fixDigest(a *args) error {
	n := digests[strings.ToLower(a.str[0])]
	a.num = append(a.num, n)
	if n == 0 {
		return errors.New("want md5, sha1, sha224, sha256, sha384 or sha512")
	}
	return nil
}

func convDigest(c *Context, a *args, s *Sample) bool {
	switch a.num[0] {
	case 1:
		return convSHA1(c, a, s)
	case 5:
		sum := md5.Sum(s.Bytes)
		return s.setBin(c.Arena.Copy(sum[:]))
	}
	return convSHA2(c, a, s)
}
