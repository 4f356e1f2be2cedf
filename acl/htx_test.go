package acl

import (
	"testing"

	"weir/internal/message"
)

// The numbers are those of HAProxy 2.6, but for a buffer's size.
func TestHTX(t *testing.T) {
	c := newContext(t, "GET / HTTP/1.1\nHost: h\nX-Y: aaaaaaaaaa\nZ:\n")
	c.Stream = &fakeStream{nums: map[Num]int64{BufSize: 16336}}
	f := func(expr, want string) {
		t.Helper()
		b, ok := mustExpr(t, expr).AppendText(nil, c)
		if !ok {
			b = []byte("-")
		}
		if string(b) != want {
			t.Errorf("%s = %q; want %q", expr, b, want)
		}
	}
	f("internal.htx.size", "16336")
	f("internal.htx.nbblks", "5")
	f("internal.htx.data", "52")
	f("internal.htx.used", "92")
	f("internal.htx.free", "16244")
	f("internal.htx.free_data", "16236")
	f("internal.htx.has_eom", "1")
	f("internal.htx_blk.type(0)", "HTX_BLK_REQ_SL")
	f("internal.htx_blk.type(head)", "HTX_BLK_REQ_SL")
	f("internal.htx_blk.type(2)", "HTX_BLK_HDR")
	f("internal.htx_blk.type(tail)", "HTX_BLK_EOH")
	f("internal.htx_blk.type(9)", "HTX_BLK_UNUSED")
	f("internal.htx_blk.size(first)", "32")
	f("internal.htx_blk.size(1)", "5")
	f("internal.htx_blk.size(tail)", "1")
	f("internal.htx_blk.size(9)", "0")
	f("internal.htx_blk.hdrname(1)", "host")
	f("internal.htx_blk.hdrval(1)", "h")
	f("internal.htx_blk.hdrname(0)", "")
	f("internal.htx_blk.hdrval(9)", "")
	f("internal.htx_blk.start_line(0)", "GET / HTTP/1.1")
	f("internal.htx_blk.start_line(1)", "")
	f("internal.htx_blk.data(tail)", "")
	c.ReqBody, c.ReqBodySize, c.Req.Framing = []byte("abcde"), 6, message.Length
	f("internal.htx.has_eom", "0")
	f("internal.htx.nbblks", "6")
	f("internal.htx_blk.type(tail)", "HTX_BLK_DATA")
	f("internal.htx_blk.data(5)", "abcde")
	f("internal.htx_blk.size(tail)", "5")
	c.Resp = &message.Response{Status: 204, Reason: []byte("No Content"), Minor: 1}
	f("internal.htx_blk.start_line(0)", "HTTP/1.1 204 No Content")
	f("internal.htx_blk.type(0)", "HTX_BLK_RES_SL")
	f("internal.htx.nbblks", "2")
	c.Resp, c.InResponse = nil, true
	f("internal.htx.nbblks", "-")
	for _, bad := range []string{"internal.htx_blk.size(x)", "internal.htx_blk.size(-1)", "internal.htx_blk.type"} {
		if _, err := NewCompiler(Options{}).Expr(parseCalls(t, bad)); err == nil {
			t.Errorf("%s was taken", bad)
		}
	}
}
