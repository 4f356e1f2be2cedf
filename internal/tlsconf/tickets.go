package tlsconf

import (
	"bytes"
	"crypto/sha256"
	"crypto/tls"
	"encoding/base64"
	"encoding/binary"
	"errors"
	"fmt"
	"slices"
	"strings"
	"time"
)

// tickets are the keys of a bind line's session tickets, which all loops share. Without a file crypto/tls makes one each day and
// takes the ones of the last week (see tls.Config).
type tickets struct {
	keys *tls.Config
	life time.Duration
}

// parseTicketKeys reads a tls-ticket-keys file: lines of base64, oldest key first. The last but one encrypts, and the last is the next to,
// so that a group of machines can change keys at different moments.
func parseTicketKeys(b []byte) ([][]byte, error) {
	var all [][]byte
	number := 0
	for line := range strings.SplitSeq(string(b), "\n") {
		number++
		if line = strings.TrimSpace(line); line == "" {
			continue
		}
		raw, err := base64.StdEncoding.DecodeString(line)
		if err != nil || len(raw) != 48 && len(raw) != 80 {
			return nil, fmt.Errorf("line %d: want 48 or 80 bytes in base64", number)
		}
		if len(all) > 0 && len(raw) != len(all[0]) {
			return nil, fmt.Errorf("line %d: a key of %d bytes; want %d, as the ones before", number, len(raw), len(all[0]))
		}
		all = append(all, raw)
	}
	if len(all) < maxTicketKeys {
		return nil, errors.New("want at least 3 keys")
	}
	return all[len(all)-maxTicketKeys:], nil
}

// keyFile is a tls-ticket-keys file, which lines may share.
type keyFile struct {
	path string
	raw  [][]byte    // oldest first
	cfg  *tls.Config // has them
}

// keyFile reads a tls-ticket-keys file once.
func (s *Store) keyFile(path string) (*keyFile, error) {
	for _, f := range s.keys {
		if f.path == path {
			return f, nil
		}
	}
	b, err := readFile(path)
	if err != nil {
		return nil, err
	}
	f := &keyFile{path: path, cfg: &tls.Config{}}
	if f.raw, err = parseTicketKeys(b); err != nil {
		return nil, err
	}
	f.use()
	s.keys = append(s.keys, f)
	return f, nil
}

// use puts the keys to use: the last but one encrypts.
func (f *keyFile) use() {
	k := func(i int) [32]byte { return sha256.Sum256(f.raw[i]) }
	f.cfg.SetSessionTicketKeys([][32]byte{k(1), k(2), k(0)})
}

// policy is what a session of this choice is good for: a server that is proved to have these names, with these demands on clients. Where it listens
// is no part of it: lines and machines that share a file of keys resume each other's sessions, also when one has its certificate renewed before the
// other. A server of other names would not have been believed by the client, and a client not have been let in by other demands.
func (c *choice) policy() string {
	names := slices.Clone(c.pair.names)
	for _, ip := range c.pair.Leaf.IPAddresses {
		names = append(names, ip.String())
	}
	slices.Sort(names)
	who := strings.Join(slices.Compact(names), "\x00")
	if who == "" {
		who = string(c.pair.Leaf.RawSubjectPublicKeyInfo)
	}
	if c.auth == nil {
		return who
	}
	return fmt.Sprintf("%s|%d|%x", who, c.cfg.ClientAuth, c.auth.id)
}

// bind makes tickets good for one server name under one policy: whoever has shown a certificate, or none, for one name has not done so for another.
func (k *tickets) bind(cfg *tls.Config, context string) {
	cfg.WrapSession = func(cs tls.ConnectionState, ss *tls.SessionState) ([]byte, error) {
		ss.Extra = append(ss.Extra, k.extra(cs.ServerName, context, time.Now()))
		return k.keys.EncryptTicket(cs, ss)
	}
	cfg.UnwrapSession = func(identity []byte, cs tls.ConnectionState) (*tls.SessionState, error) {
		ss, err := k.keys.DecryptTicket(identity, cs)
		if err != nil || ss == nil || !k.fits(ss.Extra, cs.ServerName, context) {
			return nil, nil
		}
		return ss, nil
	}
}

// TakeTickets makes the sessions that old has given out resumable here: where both lines have keys of their own and not a file's, b goes on
// with those of old. Whatever the lines demand of a client is checked again when a session is resumed. It is called before the first
// handshake.
func (b *Bind) TakeTickets(old *Bind) {
	if b != nil && old != nil && b.t.TicketKeys == "" && old.t.TicketKeys == "" {
		b.keys.keys = old.keys.keys
	}
}

const extraTime = 8

// extra is what is added to a session: when it began, and what it is good for.
func (k *tickets) extra(name, context string, now time.Time) []byte {
	h := sha256.New()
	h.Write([]byte(strings.ToLower(name)))
	h.Write([]byte{0})
	h.Write([]byte(context))
	return h.Sum(binary.BigEndian.AppendUint64(make([]byte, 0, extraTime+sha256.Size), uint64(now.Unix())))
}

func (k *tickets) fits(list [][]byte, name, context string) bool {
	for _, x := range list {
		if len(x) != extraTime+sha256.Size {
			continue
		}
		began := time.Unix(int64(binary.BigEndian.Uint64(x)), 0)
		if bytes.Equal(x[extraTime:], k.extra(name, context, began)[extraTime:]) {
			return time.Since(began) < k.life
		}
	}
	return false
}
