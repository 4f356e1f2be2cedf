package frontend

import (
	"bytes"
	"encoding/hex"
	"fmt"
	"strings"
	"testing"

	"weir/conf"
)

// binList is a list of texts as req.hdrs_bin writes it, in hex for the fetch bin.
func binList(texts ...string) string {
	var b []byte
	for _, t := range texts {
		n := len(t)
		if n < 240 {
			b = append(b, byte(n))
		} else {
			b = append(b, byte(n)|240)
			for n = (n - 240) >> 4; n >= 128; n = (n - 128) >> 7 {
				b = append(b, byte(n)|128)
			}
			b = append(b, byte(n))
		}
		b = append(b, t...)
	}
	return hex.EncodeToString(b)
}

func TestHeadersBin(t *testing.T) {
	f := func(op conf.HeadersOp, list, with, request, want string) {
		t.Helper()
		o := newTestOrigin(t)
		a := &conf.HeadersBin{Op: op, Expr: fetch("bin(" + list + ")"), Prefix: with}
		if op == conf.HeadersDel {
			a.Prefix, a.Match = "", with
		}
		px := newModelProxy(t, o.addr(), func(fe, _ *conf.Proxy) { fe.HTTPReqRules = actions(a) })
		c := dialPeer(t, px.addr("f", 0))
		fields := ""
		if request != "" {
			fields = strings.ReplaceAll(request, "|", "\r\n") + "\r\n"
		}
		c.send("GET / HTTP/1.1\r\nHost: h.org\r\n" + fields + "\r\n")
		if want == "500" {
			if resp, _ := c.response("GET"); fmt.Sprint(resp.StatusCode) != want {
				t.Errorf("%s %q: got status %d; want %s", a.Keyword(), request, resp.StatusCode, want)
			}
			return
		}
		head := strings.TrimSuffix(strings.ReplaceAll(o.accept().head(), "\r\n", "|"), "||")
		if got := strings.TrimPrefix(strings.TrimPrefix(head, "GET / HTTP/1.1"), "|"); got != want {
			t.Errorf("%s %q: got %q; want %q", a.Keyword(), request, got, want)
		}
	}
	add, set, del := conf.HeadersAdd, conf.HeadersSet, conf.HeadersDel
	f(add, binList("X-A", "1", "x-b", "2", "", ""), "", "X-A: 0", "host: h.org|x-a: 0|x-a: 1|x-b: 2")
	f(add, binList("x-a", "1"), "", "", "host: h.org|x-a: 1") // without an end
	f(add, binList("x-a", "1", "y", "2", "", ""), "X-", "", "host: h.org|x-a: 1")
	f(add, binList("x-a", "", "", ""), "", "", "host: h.org|x-a: ")
	f(add, binList("x-a", "1\r\nx-b: 2", "", ""), "", "", "host: h.org|x-a: 1%0D%0Ax-b: 2")
	f(add, binList("x-a", strings.Repeat("v", 300), "", ""), "", "", "host: h.org|x-a: "+strings.Repeat("v", 300))
	f(add, binList("x-a", strings.Repeat("v", 3000), "", ""), "", "", "host: h.org|x-a: "+strings.Repeat("v", 3000))
	f(add, binList("", ""), "", "", "host: h.org")
	f(set, binList("x-a", "1", "x-a", "2", "host", "new.org", "", ""), "", "X-A: 0|B: 1|X-A: 5", "b: 1|x-a: 1|x-a: 2|host: new.org")
	f(set, binList("x-a", "1", "y", "2", "", ""), "x-", "Y: 1", "host: h.org|y: 1|x-a: 1")
	// What frames a message is not for a list to say.
	f(set, binList("content-length", "5", "transfer-encoding", "chunked", "", ""), "", "", "host: h.org")
	f(del, binList("X-A", "c", ""), "", "X-A: 1|B: 2|C: 3", "host: h.org|b: 2")
	f(del, binList("x-"), "beg", "X-A: 1|B: 2|X-C: 3", "host: h.org|b: 2")
	f(del, binList("-a"), "end", "X-A: 1|B: 2", "host: h.org|b: 2")
	f(del, binList("a"), "sub", "Xay: 1|B: 2", "host: h.org|b: 2")
	// Nothing is done where the list is none.
	f(add, binList("x a", "1", "", ""), "", "", "500")
	f(add, binList("x-a:", "1", "", ""), "", "", "500")
	f(add, binList("x-a", "1")[:4], "", "", "500")
	f(add, binList("x-a"), "", "", "500")
	f(add, "f0ffffffffffffffffff00", "", "", "500")
	f(del, "0578", "", "", "500")
	many := make([]string, 0, 300)
	for range 150 {
		many = append(many, "x", "y")
	}
	f(add, binList(many...), "", "", "500")
	f(add, binList("x", strings.Repeat("v", 20000)), "", "", "500")
}

// FuzzHeadersBin: what is read of a list is in it, in its order, and nothing panics.
func FuzzHeadersBin(f *testing.F) {
	for _, s := range []string{binList("x-a", "1", "y", "", "", ""), binList("x", strings.Repeat("v", 300)), "f0", "ffffffffffffffffff01"} {
		b, err := hex.DecodeString(s)
		if err != nil {
			f.Fatal(err)
		}
		f.Add(b)
	}
	f.Fuzz(func(t *testing.T, b []byte) {
		d := &headersBin{op: conf.HeadersAdd}
		list := bytes.Clone(b)
		size, count, ok := d.measure(list)
		if !ok {
			return
		}
		sum, fields, rest := 0, 0, list
		d.each(list, func(name, value []byte) {
			if !isToken(name) || bytes.ContainsAny(name, "ABCDEFGHIJKLMNOPQRSTUVWXYZ") {
				t.Errorf("a name is %q", name)
			}
			for _, text := range [][]byte{name, value} {
				i := bytes.Index(rest, text)
				if i < 0 {
					t.Fatalf("%q is not in the rest of the list", text)
				}
				rest = rest[i+len(text):]
			}
			fields++
			sum += len(name) + fieldSize + encodedLen(value)
		})
		if fields != count || sum != size {
			t.Errorf("%d fields of %d octets; measured %d, %d", fields, sum, count, size)
		}
		if again, _, _ := d.measure(list); again != size {
			t.Errorf("measured %d and then %d", size, again)
		}
	})
}
