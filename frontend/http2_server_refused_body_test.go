package frontend

import (
	"testing"

	"golang.org/x/net/http2"
)

// body reads what a request sends to its end.
func (k *rawH2) body() (text string) {
	k.t.Helper()
	for {
		d, ok := k.next().(*http2.DataFrame)
		if !ok {
			k.t.Fatalf("behind %q: got %v; want DATA", text, d)
		}
		if text += string(d.Data()); d.StreamEnded() {
			return text
		}
	}
}

// TestHTTP2ServerRefusedBody: a body that was sent on already is sent again where a connection leaves its request out, however it is framed.
func TestHTTP2ServerRefusedBody(t *testing.T) {
	t.Parallel()
	for _, body := range []string{
		"Content-Length: 9\r\n\r\nabcdefghi",
		"Transfer-Encoding: chunked\r\n\r\n9\r\nabcdefghi\r\n0\r\n\r\n",
		"Transfer-Encoding: chunked\r\n\r\n3\r\nabc\r\n5;x=y\r\ndefgh\r\n1\r\ni\r\n0\r\n\r\n",
	} {
		o := newTestOrigin(t)
		px := newTestProxy(t, h2Server(o, ""))
		p := dialPeer(t, px.addr("f", 0))
		p.send("POST / HTTP/1.1\r\nHost: h\r\n" + body)
		a := o.acceptH2()
		id := a.asked().StreamID
		if got := a.body(); got != "abcdefghi" {
			t.Errorf("%q: the server got %q", body, got)
		}
		a.must(a.fr.WriteGoAway(id-1, http2.ErrCodeNo, nil))
		b := o.acceptH2()
		id = b.asked().StreamID
		if got := b.body(); got != "abcdefghi" {
			t.Errorf("%q: again the server got %q", body, got)
		}
		b.request(id, true, ":status", "204")
		p.status(204)
		p.Close()
		a.Close()
		b.Close()
		px.balanced()
	}
}
