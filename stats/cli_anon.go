package stats

import (
	"crypto/hmac"
	"crypto/rand"
	"crypto/sha256"
	"encoding/binary"
	"errors"
	"fmt"
	"net/netip"
	"strconv"
)

// The anonymized mode of a connection ("set anon on", of HAProxy 2.7): names of sections and servers, and addresses, are shown as hashes, so
// that an answer can be handed to somebody else. What is equal stays equal, under the same key. The hash has 24 bits, too few to be certain of
// what it was made of, and is not HAProxy's.

var (
	errAnonKey  = errors.New("Expects a key from 1 to 4294967295.")
	errAnonZero = errors.New("Expects a key from 0 to 4294967295; 0 is none.")
)

// anonKey reads a key.
func anonKey(text string) (uint32, bool) {
	n, err := strconv.ParseUint(text, 10, 32)
	return uint32(n), err == nil
}

// anonOn takes the key that is given, else the one of all connections, else makes one.
func anonOn(c *call) error {
	key := c.session.server.anonKey.Load()
	if text := c.arg(0); text != "" {
		var ok bool
		if key, ok = anonKey(text); !ok || key == 0 {
			return errAnonKey
		}
	}
	for key == 0 {
		var b [4]byte
		rand.Read(b[:])
		key = binary.BigEndian.Uint32(b[:])
	}
	c.session.anon = key
	return nil
}

func anonOff(c *call) error {
	c.session.anon = 0
	return nil
}

func anonGlobal(c *call) error {
	key, ok := anonKey(c.arg(0))
	if !ok {
		return errAnonZero
	}
	c.session.server.anonKey.Store(key)
	return nil
}

func showAnon(c *call) error {
	if c.session.anon == 0 {
		c.reply("Anonymized mode disabled")
		return nil
	}
	c.reply("Anonymized mode enabled")
	c.reply(fmt.Sprintf("Key : %d", c.session.anon))
	return nil
}

// hide is the text as this connection may see it.
func (c *call) hide(text string) string {
	key := c.session.anon
	if key == 0 || text == "" {
		return text
	}
	var k [4]byte
	binary.BigEndian.PutUint32(k[:], key)
	h := hmac.New(sha256.New, k[:])
	h.Write([]byte(text))
	return fmt.Sprintf("%06x", h.Sum(nil)[:3])
}

// hideAddr is hide for an address; what is none, as the name of a unix socket, is hidden as a whole, and a port is shown.
func (c *call) hideAddr(text string) string {
	if ap, err := netip.ParseAddrPort(text); err == nil && c.session.anon != 0 {
		return fmt.Sprintf("%s:%d", c.hide(ap.Addr().Unmap().String()), ap.Port())
	}
	return c.hide(text)
}
