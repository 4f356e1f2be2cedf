package tlsio

import (
	"bytes"
	"crypto/tls"
	"io"
	"testing"

	"weir/internal/loop"
)

// TestJoin: a small head and a small body are one record, others are not, and all arrive as they were sent.
func TestJoin(t *testing.T) {
	for _, x := range []struct{ a, b, records int }{{200, 100, 1}, {200, 0, 1}, {0, 100, 1}, {maxJoin - 1, 1, 1}, {maxJoin, 1, 2}, {200, maxJoin, 2}} {
		n := newBench(t)
		n.server.MaxVersion = tls.VersionTLS12 // whose tickets do not look like data
		a, b := bytes.Repeat([]byte{'a'}, x.a), bytes.Repeat([]byte{'b'}, x.b)
		r := &tape{Conn: n.pair(func(task *loop.Task, c *loop.Conn) {
			defer c.Close()
			if _, err := Server(task, c, n.server, Options{}, n.deadline()); err != nil {
				t.Error(err)
				return
			}
			if sent, err := c.TrySend2(a, b); sent != len(a)+len(b) || err != nil {
				t.Error(sent, err)
			}
		})}
		c := tls.Client(r, n.client)
		got := make([]byte, x.a+x.b)
		if _, err := io.ReadFull(c, got); err != nil || !bytes.Equal(got, append(a, b...)) {
			t.Fatalf("%+v: %v, got other data", x, err)
		}
		if records := countData(r.in); records != x.records {
			t.Errorf("%d and %d octets come in %d records; want %d", x.a, x.b, records, x.records)
		}
	}
}

// countData counts the records with data.
func countData(b []byte) (n int) {
	const dataRec = 23
	for len(b) >= recordHead {
		if b[0] == dataRec {
			n++
		}
		b = b[min(len(b), recordHead+int(b[3])<<8+int(b[4])):]
	}
	return n
}

// BenchmarkSend is a head and a body to a peer that takes them.
func BenchmarkSend(b *testing.B) {
	n := newBench(b)
	head, body := make([]byte, 150), make([]byte, 100)
	done := make(chan struct{})
	c := n.serve(func(task *loop.Task, c *loop.Conn, _ *Conn) {
		defer close(done)
		defer c.Close()
		b.ReportAllocs()
		for b.Loop() {
			for {
				if _, err := c.TrySend2(head, body); err != loop.ErrAgain {
					break
				}
				if c.WaitWrite(task, n.deadline()) != nil {
					return
				}
			}
		}
	})
	go io.Copy(io.Discard, c)
	<-done
}
