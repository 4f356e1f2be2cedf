// Package passwd checks passwords against what crypt(3) has made of them.
//
//	h, err := passwd.Parse("$6$salt$...") // at load
//	ok := h.Match(password)               // costs from a fraction of a millisecond to seconds: never on a loop
//
// It reads MD5 ($1$), SunMD5 ($md5), SHA-1 ($sha1$), SHA-256 ($5$), SHA-512 ($6$), bcrypt ($2a$, $2b$, $2y$), yescrypt ($y$) and DES, in
// the traditional form of 13 characters and in BSDi's, which begins with an underscore. What else crypt(3) knows is told apart from what it
// does not know either. It makes no hashes.
package passwd

import (
	"bytes"
	"errors"
	"fmt"
	"strings"

	"github.com/go-crypt/crypt/algorithm"
	"github.com/go-crypt/crypt/algorithm/bcrypt"
	"github.com/go-crypt/crypt/algorithm/md5crypt"
	"github.com/go-crypt/crypt/algorithm/scrypt"
	"github.com/go-crypt/crypt/algorithm/sha1crypt"
	"github.com/go-crypt/crypt/algorithm/shacrypt"
)

// Hash is one hashed password. It is immutable.
type Hash struct{ digest matcher }

type matcher interface{ MatchBytes(password []byte) bool }

// ErrNotDone is wrapped by Parse's error about a format of crypt(3) that this package does not have.
var ErrNotDone = errors.New("is not done")

// Formats is what Parse takes, for messages.
const Formats = "a crypt(3) hash that begins with $1$, $md5, $sha1$, $5$, $6$, $2a$, $2b$, $2y$ or $y$, or of DES"

// formats are the known beginnings of a hash.
var formats = []struct {
	prefix string
	name   string
	key    int                  // characters behind the last dollar sign
	decode algorithm.DecodeFunc // nil = crypt(3) has it, we do not
}{
	{"$1$", "MD5", 22, md5crypt.Decode},
	{"$md5$", "SunMD5", 22, md5crypt.Decode},
	{"$md5,", "SunMD5", 22, md5crypt.Decode},
	{"$sha1$", "SHA-1", 28, sha1crypt.Decode},
	{"$5$", "SHA-256", 43, shacrypt.Decode},
	{"$6$", "SHA-512", 86, shacrypt.Decode},
	{"$2a$", "bcrypt", 53, bcrypt.Decode},
	{"$2b$", "bcrypt", 53, bcrypt.Decode},
	{"$2y$", "bcrypt", 53, bcrypt.Decode},
	{"$y$", "yescrypt", 43, scrypt.Decode},
	{"$2x$", "broken bcrypt", 0, nil},
	{"$3$", "NTHASH", 0, nil},
	{"$7$", "scrypt", 0, nil},
	{"$gy$", "gost-yescrypt", 0, nil},
}

// Parse reads a hash as crypt(3) writes it.
func Parse(text string) (*Hash, error) {
	for _, f := range formats {
		if !strings.HasPrefix(text, f.prefix) {
			continue
		}
		if f.decode == nil {
			return nil, fmt.Errorf("%s %w", f.name, ErrNotDone)
		}
		if key := text[strings.LastIndexByte(text, '$')+1:]; len(key) != f.key || !encoded(key) {
			return nil, fmt.Errorf("it is no %s hash: got %d characters at its end; want %d letters, digits, dots and slashes", f.name, len(key), f.key)
		}
		d, err := f.decode(text)
		if err != nil {
			return nil, fmt.Errorf("it is no %s hash: %w", f.name, err)
		}
		return &Hash{d}, nil
	}
	if strings.HasPrefix(text, "_") || len(text) == desLen && encoded(text) {
		d, err := parseDES(text)
		if err != nil {
			return nil, err
		}
		return &Hash{d}, nil
	}
	return nil, errors.New("it is no hash")
}

// encoded reports whether text has only what crypt(3) writes bits with.
func encoded(text string) bool {
	return strings.Trim(text, alphabet) == ""
}

// Match reports whether the password is the hashed one. It takes as long as the hash was made to take.
func (h *Hash) Match(password []byte) bool {
	// crypt(3) would see nothing behind a NUL: such a password must not be as good as its beginning.
	return bytes.IndexByte(password, 0) < 0 && h.digest.MatchBytes(password)
}
