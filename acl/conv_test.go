package acl

import "testing"

// TestConverters goes beyond what testdata/haproxy26.txt has. "-" is no value.
func TestConverters(t *testing.T) {
	c := newContext(t, "GET /a HTTP/1.1\nHost: h\nC: a\nE:\n")
	f := func(expr, want string) {
		t.Helper()
		got := "-"
		if b, ok := mustExpr(t, expr).AppendText(nil, c); ok {
			got = string(b)
		}
		if got != want {
			t.Errorf("%s = %q; want %q", expr, got, want)
		}
	}
	f("int(7),or(8)", "15")
	f("int(-9223372036854775808),sub(1)", "-9223372036854775808")
	f("int(9223372036854775807),sub(-1)", "9223372036854775807")
	f("int(-9223372036854775808),div(-1)", "9223372036854775807")
	f("int(-9223372036854775808),mod(-1)", "0")
	f("int(4611686018427387904),mul(2)", "9223372036854775807")
	f("int(4611686018427387904),mul(-4)", "-9223372036854775808")
	f("int(-9223372036854775808),mul(-1)", "9223372036854775807")
	f("int(16),and(16)", "16")
	f("int(5),add(010)", "15") // as everywhere else it is no octal
	f("str(a b),url_enc(query)", "a%20b")
	f("str(aXb),reverse", "bXa")
	f("str(www.example.com),reverse_dom", "com.example.www")
	f("str(zz),hex2i", "-")
	f("str(a/b),regsub(/,$0)", "a$0b")
	f("str(abab),regsub(B,x,gi)", "axax")
	f(`str(foobar),regsub((o*),<\1>,g)`, "<>f<oo><>b<>a<>r<>")
	f("str(aab),regsub(^a*,-,g)", "-b") // a line does not begin again behind a match
	f(`str(ab c),regsub(a|\b,-,g)`, "-b- -c-")
	f("str(foo12),regsub((foo)([0-9]+),\\2\\1)", "12foo")
	f("str([::1]:8),port_only", "8")
	f("str(a_b_),word(3,_)", "")
	f("str(_a_b_),word(-1,_)", "b")
	f("str(_a_b_),word(1,_,0)", "a_b_")
	f("str(_a_b_),word(-1,_,0)", "_a_b")
	f("str(abc),field(1,_)", "abc")
	f("str(abc),bytes(1,1)", "b")
	f("hdr(e),field(1,_)", "")
	f("hdr(e),word(1,_)", "")
	f("str(a),ub64enc,ub64dec", "a")
	f("str(YQ),ub64dec", "a")
	f("str(YQ==),ub64dec", "a")
	f("str(%zz),url_dec", "-")
	f("str(%4),url_dec", "-")
	f("str(a),digest(md5),hex", "0CC175B9C0F1B6A831C399E269772661")
	f("str(a),digest(sha256),hex", "CA978112CA1BBDCAFAC231B39A23DC4DA786EFF8147C4E72B9807785AFEE48BB")
	f("str(a),sha2(224),hex,length", "56")
	f("str(a),sha2(384),hex,length", "96")
	f("str(abcdefghijklmnopqrstuvwxyz),xxh32", "1671515487") // 0x63a14d5f
	f("date", "1234567890")
	f("date(-90)", "1234567800")
	f("date(0,ms)", "1234567890123")
	f("date(1,us)", "1234567890123457")
	f("date_us", "123456")
	f("date(3600),http_date", "Sat, 14 Feb 2009 00:31:30 GMT")
	f("date(0,us),http_date(0,us)", "Fri, 13 Feb 2009 23:31:30 GMT")
	f("date(0,ms),ms_utime(%H:%M:%S.%N)", "23:31:30.123000000")
	f("date,utime(%d/%b/%Y %C %u %w %s %%)", "13/Feb/2009 20 5 5 1234567890 %")
	f("src,ipmask(255.255.0.255)", "192.0.0.7")
	f("ipv6(2001:db8::1),ipmask(8,ffff::)", "2001::")
	f("ipv6(::ffff:10.1.2.3),ipmask(8)", "10.0.0.0")
	f("str(a),concat(b,,c)", "abc")
	f("src,concat(:)", "192.0.2.7:")
	f("bin(6162),length", "2")
	f("rand(1)", "0")
	f("uuid,length", "36")
	f("meth(get)", "get")
	f("nbproc", "1")
	f("thread", "0")
	f("env(SURELY_NOT_SET)", "-")
	f("src_is_local", "0")
	f("dst_is_local", "1")
	f("base32+src,hex,length", "16")
	f("url32+src,hex,length", "16")
	f("req.hdrs", "host: h\r\nc: a\r\ne: \r\n\r\n")
	f("req.hdr_names(;)", "host;c;e")
	f("req.fhdr_cnt", "3")
	f("hdr_cnt", "3")
	f("req.body", "")
	f("req.body_len", "0")
	f("so_name", "-")
	f("so_id", "0")
	f("capture.req.hdr(0)", "-")
}

// avalanche is bijective: two hashes stay as far apart as they were.
func TestAvalanche(t *testing.T) {
	seen := map[uint32]bool{}
	for i := range uint32(1 << 16) {
		seen[avalanche(i)] = true
	}
	if len(seen) != 1<<16 {
		t.Errorf("%d values of %d", len(seen), 1<<16)
	}
}
