// Package mailer sends alerts by mail, over SMTP (RFC 5321).
//
//	m := mailer.New(mailer.Options{Servers: servers, From: "lb@example.net", To: "ops@example.net", Host: "lb1"})
//	m.Send("Server app/s1 is DOWN.") // at once: it is queued
//	m.Close()
//
// Every server gets every alert: a mail that comes twice is better than one that does not come. It speaks no TLS, has no passwords and tries
// once: it is for a mail server nearby, whose work the rest is.
package mailer

import (
	"context"
	"errors"
	"fmt"
	"mime"
	"net"
	"net/smtp"
	"strings"
	"sync"
	"time"
)

// maxWaiting is how many alerts may wait for one server: with all servers of a configuration going down at once a slow mail server must cost no
// memory without bound, and nobody reads the thousandth.
const maxWaiting = 1024

// maxText bounds an alert, in bytes: part of it may be a stranger's, such as what a health check was answered. A line of a header must not be longer than 998
// octets (RFC 5322, 2.1.1).
const maxText = 900

var errFull = errors.New("too many alerts wait for it; this one is dropped")

// Server is one mail server.
type Server struct {
	Name string
	Addr string // host:port
}

// Options are what alerts are made of.
type Options struct {
	Servers  []Server
	From, To string
	Host     string                       // that Weir greets with
	Timeout  time.Duration                // for one mail, from the connection on
	Failed   func(server Server, e error) // told of every mail that was not taken
}

// Sender is a queue and a goroutine for each server, which lives while there is something to send.
type Sender struct {
	o     Options
	lanes []*lane
	ctx   context.Context
	end   context.CancelFunc
	wg    sync.WaitGroup
}

// lane is the way to one server.
type lane struct {
	s  *Sender
	to Server

	mu      sync.Mutex // guards what follows
	waiting []mail
	busy    bool
}

type mail struct {
	text string
	at   time.Time
}

// New makes a sender. The caller must Close it.
func New(o Options) *Sender {
	s := &Sender{o: o}
	s.ctx, s.end = context.WithCancel(context.Background())
	for _, to := range o.Servers {
		s.lanes = append(s.lanes, &lane{s: s, to: to})
	}
	return s
}

// Send queues an alert. It never waits.
func (s *Sender) Send(text string) {
	m := mail{oneLine(strings.TrimSuffix(text, ".")), time.Now()}
	for _, l := range s.lanes {
		if !l.put(m) {
			s.o.Failed(l.to, errFull)
		}
	}
}

// Close ends what is being sent, and drops what waits.
func (s *Sender) Close() {
	s.end()
	for _, l := range s.lanes {
		l.drop()
	}
	s.wg.Wait()
}

// drop forgets what waits. Who was in put by then has seen the end, or has begun what is waited for.
func (l *lane) drop() {
	l.mu.Lock()
	defer l.mu.Unlock()
	l.waiting = nil
}

// put queues a mail unless the queue is full.
func (l *lane) put(m mail) bool {
	l.mu.Lock()
	defer l.mu.Unlock()
	if len(l.waiting) >= maxWaiting {
		return false
	}
	if l.s.ctx.Err() != nil {
		return true
	}
	l.waiting = append(l.waiting, m)
	if !l.busy {
		l.busy = true
		l.s.wg.Go(l.run)
	}
	return true
}

// next takes the first mail that waits; without one the goroutine ends.
func (l *lane) next() (mail, bool) {
	l.mu.Lock()
	defer l.mu.Unlock()
	if len(l.waiting) == 0 || l.s.ctx.Err() != nil {
		l.busy = false
		return mail{}, false
	}
	m := l.waiting[0]
	l.waiting = l.waiting[1:]
	return m, true
}

func (l *lane) run() {
	for m, ok := l.next(); ok; m, ok = l.next() {
		if err := l.deliver(m); err != nil && l.s.ctx.Err() == nil {
			l.s.o.Failed(l.to, err)
		}
	}
}

// deliver sends one mail over a connection of its own: the next may be hours away.
func (l *lane) deliver(m mail) error {
	ctx, cancel := context.WithTimeout(l.s.ctx, l.s.o.Timeout)
	defer cancel()
	c, err := new(net.Dialer).DialContext(ctx, "tcp", l.to.Addr)
	if err != nil {
		return err
	}
	defer c.Close()
	stop := context.AfterFunc(ctx, func() { c.Close() })
	defer stop()
	if err := l.s.o.converse(c, m); err != nil {
		if ctx.Err() == context.DeadlineExceeded {
			return fmt.Errorf("no end after %s", l.s.o.Timeout)
		}
		return err
	}
	return nil
}

// converse is RFC 5321, 3.3.
func (o *Options) converse(c net.Conn, m mail) error {
	client, err := smtp.NewClient(c, "")
	if err != nil {
		return err
	}
	if err := client.Hello(o.Host); err != nil {
		return err
	}
	if err := client.Mail(o.From); err != nil {
		return err
	}
	if err := client.Rcpt(o.To); err != nil {
		return err
	}
	w, err := client.Data()
	if err != nil {
		return err
	}
	if _, err := w.Write(o.message(m)); err != nil {
		return err
	}
	if err := w.Close(); err != nil {
		return err
	}
	client.Quit() // it has been taken, whatever comes of this
	return nil
}

// message is the mail with its header, as HAProxy writes it: whoever sorts mails by it finds them.
func (o *Options) message(m mail) []byte {
	subject := mime.QEncoding.Encode("utf-8", "[HAProxy Alert] "+m.text)
	return fmt.Appendf(nil, "From: %s\r\nTo: %s\r\nDate: %s\r\nSubject: %s\r\n\r\n%s\r\n", o.From, o.To, m.at.Format(time.RFC1123Z), subject, m.text)
}

// oneLine makes a text fit for a header field: without control characters, and not too long.
func oneLine(text string) string {
	text = strings.Map(func(r rune) rune {
		if r < ' ' || r == 0x7f {
			return ' '
		}
		return r
	}, strings.ToValidUTF8(text, "?"))
	if len(text) > maxText {
		text = strings.ToValidUTF8(text[:maxText], "") + "..."
	}
	return text
}
