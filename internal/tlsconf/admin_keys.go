package tlsconf

import (
	"encoding/base64"
	"fmt"
	"strconv"
)

// keysOf finds a tls-ticket-keys file by "#" and its number, or by its path; nil = there is none.
func (s *Store) keysOf(name string) (*keyFile, int) {
	for i, f := range s.keys {
		if f.path == name || name == "#"+strconv.Itoa(i) {
			return f, i
		}
	}
	return nil, 0
}

func (s *Store) showKeys(name string) string {
	switch f, n := s.keysOf(name); {
	case name == "":
		out := []string{"# id (file)"}
		for i, f := range s.keys {
			out = append(out, fmt.Sprintf("%d (%s)", i, f.path))
		}
		return answer(out...)
	case name == "*":
		out := []string{"# id secret"}
		for i, f := range s.keys {
			out = append(out, f.lines(i)...)
		}
		return answer(out...)
	case f != nil:
		return answer(append([]string{"# id secret"}, f.lines(n)...)...)
	}
	return "'show tls-keys' unable to locate referenced filename"
}

func (f *keyFile) lines(n int) []string {
	out := []string{fmt.Sprintf("# %d (%s)", n, f.path)}
	for i, k := range f.raw {
		out = append(out, fmt.Sprintf("%d.%d %s", n, i, base64.StdEncoding.EncodeToString(k)))
	}
	return out
}

// setKey adds a key behind the others; the oldest goes.
func (s *Store) setKey(args []string) string {
	if len(args) < 2 {
		return "'set ssl tls-key' expects a filename and the new TLS key in base64 encoding."
	}
	f, _ := s.keysOf(args[0])
	if f == nil {
		return "'set ssl tls-key' unable to locate referenced filename"
	}
	key, err := base64.StdEncoding.DecodeString(args[1])
	switch {
	case err != nil:
		return "'set ssl tls-key' received invalid base64 encoded TLS key."
	case len(key) != len(f.raw[0]):
		return "'set ssl tls-key' received a key of wrong size."
	}
	f.raw = append(f.raw[1:len(f.raw):len(f.raw)], key)
	f.use()
	return "TLS ticket key updated!"
}
