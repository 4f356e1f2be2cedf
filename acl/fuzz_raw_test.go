package acl

import (
	"encoding/hex"
	"testing"
)

// rawExprs are the fetches and converters that read what anybody may send.
var rawExprs = []string{
	"req.ssl_hello_type", "req.ssl_ver", "req.ssl_sni", "req.ssl_alpn", "req.ssl_ec_ext", "req.ssl_st_ext", "req.ssl_cipherlist",
	"req.ssl_supported_groups", "req.ssl_sigalgs", "req.ssl_keyshare_groups", "req.rdp_cookie", "req.rdp_cookie_cnt(a)",
	"distcc_param(ARGV,2)", "distcc_body(DOTI)", "req.payload_lv(1,2)", "req.payload_lv(0,8,-1)",
	"req.payload(0,0),mqtt_is_valid", "req.payload(0,0),mqtt_field_value(connect,22)", "req.payload(0,0),mqtt_field_value(connack,31)",
	"req.payload(0,0),fix_is_valid", "req.payload(0,0),fix_tag_value(35)", "req.payload(0,0),protobuf(1.2,sint64)",
	"req.payload(0,0),ungrpc(1.2)", "req.payload(0,0),json_query($.a[1].b)", "req.payload(0,0),json_query($.a,int)",
	"req.payload(0,0),json(utf8ps)", "req.payload(0,0),json(utf8)",
}

// rawHello is a ClientHello with SNI, ALPN, groups, signature algorithms, an empty ticket, versions and key shares.
const rawHello = "16030100af010000ab0303000102030405060708090a0b0c0d0e0f101112131415161718191a1b1c1d1e1f20000102030405060708090a0b0c0d0e0f" +
	"101112131415161718191a1b1c1d1e1f00041301009f0100005e00000014001200000f5777772e4578616d706c652e636f6d0010000e000c02683208" +
	"687474702f312e31000a00060004001d0017000d000600040403080400230000002b000504030403030033000f000d001d0003616263001700026465"

// FuzzRaw: what was found stays found when more comes, where it does not say that it may change; and nothing panics.
func FuzzRaw(f *testing.F) {
	for _, text := range []string{
		rawHello,
		rawHello[:6] + "0002" + rawHello[10:14] + rawHello[:6] + "0001" + rawHello[14:16] + rawHello[:6] + "00ac" + rawHello[16:],
		"0300002b26e00000000000436f6f6b69653a206d737473686173683d75736572310d0a", "100c00044d5154540402003c0000", "20020000",
		"383d4649582e342e3401393d350133353d410131303d31383001", "7b2261223a5b312c7b2262223a22785c75303065395c6e227d5d7d", "089601120774657374696e67",
		"44495354303030303030303141524743303030303030303241524756303030303030303263",
	} {
		b, _ := hex.DecodeString(text[:len(text)&^1])
		f.Add(b, uint16(len(b)/2))
	}
	var exprs []*Expr
	for _, text := range rawExprs {
		exprs = append(exprs, mustExpr(f, text))
	}
	f.Fuzz(func(t *testing.T, b []byte, cut uint16) {
		c := &Context{}
		for i, x := range exprs {
			var part, whole Sample
			c.Begin(c.Now)
			c.Raw = b[:min(int(cut), len(b))]
			ok := x.Eval(c, &part)
			settled := !c.More && ok
			got := append([]byte(nil), part.Bytes...)
			c.Raw = b
			still := x.Eval(c, &whole)
			if settled && (!still || whole.Int != part.Int || string(whole.Bytes) != string(got)) {
				t.Errorf("%s: %q was settled, then %v %q", rawExprs[i], got, still, whole.Bytes)
			}
			c.Final = true
			if x.Eval(c, &whole); c.More {
				t.Errorf("%s wants more in the end", rawExprs[i])
			}
		}
	})
}

func TestRawAllocs(t *testing.T) {
	hello, _ := hex.DecodeString(rawHello)
	mqtt, _ := hex.DecodeString("102700044d51545404c6003c0004636964310003772f7400036279650003626f620006736563726574")
	f := func(expr string, raw []byte) {
		t.Helper()
		x, c := mustExpr(t, expr), &Context{Raw: raw, Final: true}
		c.Arena = &c.own
		var s Sample
		if n := allocsPerRun(100, func() {
			c.own.Reset()
			if !x.Eval(c, &s) {
				t.Fatal(expr)
			}
		}); n != 0 {
			t.Errorf("%s: %v allocations", expr, n)
		}
	}
	f("req.ssl_sni", hello)
	f("req.ssl_alpn", hello)
	f("req.payload(0,0),mqtt_field_value(connect,username)", mqtt)
	f("req.payload(0,0),be2hex(:,2)", mqtt)
	f("req.payload(0,0),json_query($.a.b)", []byte(`{"a":{"b":"c\n"}}`))
	f("req.payload(0,0),json(utf8s)", []byte(`{"a":{"b":"c\n"}}`))
	f("req.payload(0,0),fix_tag_value(35)", []byte("8=FIX.4.4\x0135=A\x01"))
	f("req.payload(0,0),protobuf(1,int32)", []byte{8, 1})
}
