package acl

import (
	"encoding/binary"
	"encoding/hex"
	"slices"
	"testing"
)

// cutHello puts a hello of one record into several, which end at the places.
func cutHello(record []byte, places ...int) (out []byte) {
	body, from := record[tlsRecordHead:], 0
	for _, to := range append(places, len(body)) {
		out = binary.BigEndian.AppendUint16(append(out, record[:3]...), uint16(to-from))
		out = append(out, body[from:to]...)
		from = to
	}
	return out
}

// TestHelloCut: a hello that is cut into several records says what it says in one, wherever it is cut, and is waited for.
func TestHelloCut(t *testing.T) {
	whole, _ := hex.DecodeString(rawHello)
	body := len(whole) - tlsRecordHead
	exprs := []string{"req.ssl_sni", "req.ssl_alpn", "req.ssl_hello_type", "req.ssl_ver", "req.ssl_ec_ext", "req.ssl_st_ext", "req.ssl_cipherlist,be2hex(:,2)", "req.ssl_keyshare_groups,be2hex(:,2)"}
	eval := func(raw []byte, expr string) (got string, more bool) {
		c := &Context{}
		c.Begin(c.Now)
		c.Raw = raw
		got = oracleExpr(t, c, expr)
		return got, c.More
	}
	for _, expr := range exprs {
		want, _ := eval(whole, expr)
		for at := 1; at < body; at++ {
			for _, raw := range [][]byte{cutHello(whole, at), cutHello(whole, at, min(at+3, body-1)), append(cutHello(whole, at), "behind"...)} {
				if got, more := eval(raw, expr); got != want || more {
					t.Fatalf("%s, cut at %d: %s, more %v; want %s", expr, at, got, more, want)
				}
			}
		}
	}
	two := cutHello(whole, 2)
	for n := range two {
		if got, more := eval(two[:n], "req.ssl_hello_type"); !more {
			t.Fatalf("with %d of %d bytes the hello's type is %s", n, len(two), got)
		}
	}
	every := make([]int, body-1)
	for i := range every {
		every[i] = i + 1
	}
	if got, _ := eval(cutHello(whole, every...), "req.ssl_sni"); got != "<Www.Example.com>" {
		t.Errorf("a hello of records of one byte has the name %s", got)
	}
	huge := slices.Clone(whole)
	huge[tlsRecordHead+1] = 1 // a message that no record could hold
	if got, more := eval(cutHello(huge, 2), "req.ssl_sni"); got != "-" || more {
		t.Errorf("a hello of 64 KiB has the name %s, more %v", got, more)
	}
	stop := cutHello(whole, 2)
	stop[tlsRecordHead+2] = 23 // the second record is none of a handshake
	if got, _ := eval(stop, "req.ssl_sni"); got != "-" {
		t.Errorf("a hello that ends in the midst has the name %s", got)
	}
}
