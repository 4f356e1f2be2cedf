package acl

import (
	"net/netip"
	"strconv"
	"strings"
	"testing"

	"weir/conf"
	"weir/internal/message"
)

// fakeStream knows everything: a number is the Num's own, a text "text" and the Text's own.
type fakeStream struct{ nums map[Num]int64 }

func (f *fakeStream) Num(n Num) (int64, bool) {
	if v, ok := f.nums[n]; ok {
		return v, v >= 0
	}
	return int64(n), true
}

func (f *fakeStream) Text(x Text, dst []byte) ([]byte, bool) {
	if x == CacheName {
		return dst, false
	}
	return strconv.AppendInt(append(dst, "text"...), int64(x), 10), true
}

func (f *fakeStream) ProxyTLV(kind uint8) ([]byte, bool) {
	return strconv.AppendInt(nil, int64(kind), 16), kind != 0x30
}

func (f *fakeStream) ServerEnds() (local, remote netip.AddrPort) {
	return netip.MustParseAddrPort("[::ffff:127.0.0.1]:4711"), netip.MustParseAddrPort("[2001:db8::1]:80")
}

func TestStreamFetches(t *testing.T) {
	c := newContext(t, "GET /p?q=1 HTTP/1.1\n")
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
	num := func(n Num) string { return strconv.Itoa(int(n)) }
	text := func(x Text) string { return "text" + strconv.Itoa(int(x)) }
	f("txn.status", "-") // nobody to ask
	f("unique-id", "-")
	f("fc_pp_tlv(1)", "-")
	f("bc_dst", "-")
	f("internal.strm.is_htx", "0")
	s := &fakeStream{nums: map[Num]int64{AcceptedAt: 1234567890123456, RequestedAt: 1234567891123456, ClientRTT: 1500, ServerRTT: 2500, CPUTime: 90, CPUCalls: 4}}
	c.Stream = s
	for _, table := range [][]fetch{streamFetches, timeoutFetches, timerFetches, connFetches} {
		for _, row := range table {
			if len(parseSig(row.sig)) > 0 || row.fix == nil {
				continue
			}
			a := &args{str: []string{""}}
			if err := row.fix(a); err != nil {
				t.Fatal(row.name, err)
			}
			switch {
			case a.ask == 0 || s.nums[a.ask] != 0 || a.ask == LatTime: // below
			case row.out == Bool, row.name == "fs.aborted", row.name == "bs.aborted":
				f(row.name, "1")
			case row.name == "fc_err_name" || row.name == "bc_err_name":
				f(row.name, connErrors[a.ask].name)
			case row.name == "fc_err_str" || row.name == "bc_err_str":
				f(row.name, connErrors[a.ask].text)
			default:
				f(row.name, num(a.ask))
			}
		}
	}
	f("accept_date", "1234567890")
	f("accept_date(ms)", "1234567890123")
	f("accept_date(us)", "1234567890123456")
	f("request_date(s)", "1234567891")
	f("fc_rtt", "1")
	f("fc_rtt(us)", "1500")
	f("bc_rtt(ms)", "2")
	f("fc_lost(ms)", num(ClientLost))
	f("cpu_ns_avg", "22")
	f("lat_ns_tot", num(LatTime))
	f("bc_src", "127.0.0.1")
	f("bc_src_port", "4711")
	f("bc_dst", "2001:db8::1")
	f("bc_dst_port", "80")
	f("txn.sess_term_state", text(TermState))
	f("fc_saved_syn", "text"+strconv.Itoa(int(SavedSYN)))
	f("res.cache_name", "")
	f("term_events", "-")
	f("fc_pp_authority", "2")
	f("fc_pp_unique_id", "5")
	f("fc_pp_tlv(0xEA)", "ea")
	f("fc_pp_tlv(7)", "7")
	f("fc_pp_tlv(ssl_cn)", "22")
	f("fc_pp_tlv(NETNS)", "-")
	f("query", "q=1")
	f("query(with_qm)", "?q=1")
	f("tgroup", "0")
	f("quic_enabled", "0")
	f("internal.strm.is_htx", "1")
	s.nums[ServerErr] = int64(len(connErrors))
	f("bc_err_str", "-")
	s.nums[ServerErr] = -1
	f("bc_err", "-")
	if ConnError("EREFUSED") != 46 || ConnError("no such") != 0 {
		t.Error("the numbers of errors are HAProxy's")
	}
}

// An empty query has no question mark even where it is asked for.
func TestEmptyQuery(t *testing.T) {
	c := newContext(t, "GET /p? HTTP/1.1\n")
	if b, ok := mustExpr(t, "query(with_qm)").AppendText(nil, c); !ok || len(b) != 0 {
		t.Errorf("%q, %v", b, ok)
	}
}

func TestStreamErrors(t *testing.T) {
	f := func(expr, want string) {
		t.Helper()
		_, err := NewCompiler(Options{}).At(InHTTPRequest).Expr(parseCalls(t, expr))
		if err == nil || err.Error() != want {
			t.Errorf("%s: got %v; want %s", expr, err, want)
		}
	}
	f("fc_rtt(s)", `t:1:1: fc_rtt: fc_rtt([unit]): got "s"; want ms or us`)
	f("accept_date(h)", `t:1:1: accept_date: accept_date([unit]): got "h"; want s, ms or us`)
	f("fc_pp_tlv(256)", `t:1:1: fc_pp_tlv: fc_pp_tlv(id): got "256"; want 0 to 255, or one of ALPN, AUTHORITY, CRC32, CRC32C, NETNS, NOOP, SSL, SSL_CIPHER, SSL_CN, SSL_KEY_ALG, SSL_SIG_ALG, SSL_VERSION, UNIQUE_ID`)
	f("fc_pp_tlv", `t:1:1: fc_pp_tlv: got 0 arguments; want fc_pp_tlv(id)`)
	f("query(x)", `t:1:1: query: query([option]): got "x"; want with_qm`)
	f("bc_dst", `t:1:1: bc_dst: needs the server's connection, which an http-request rule does not have`)
	f("be_server_timeout", `t:1:1: be_server_timeout: needs the backend, which an http-request rule does not have`)
	f("txn.status", `t:1:1: txn.status: needs the response, which an http-request rule does not have`)
	var warned string
	c := NewCompiler(Options{Warn: func(e *conf.Error) { warned = e.Error() }})
	if _, err := c.Expr(parseCalls(t, "ssl_fc_exporter_secret")); err != nil || !strings.HasPrefix(warned, "t:1:1: ssl_fc_exporter_secret: is always empty") {
		t.Error(warned, err)
	}
	if _, err := c.Expr(parseCalls(t, "fc_lost(ms)")); err != nil || warned != `t:1:1: fc_lost: it is no time: its argument means nothing` {
		t.Errorf("fc_lost(ms): %v, warned %q", err, warned)
	}
	if c.State.Measured() {
		t.Error("nobody has asked for times")
	}
	if _, err := c.Expr(parseCalls(t, "lat_ns_avg")); err != nil || !c.State.Measured() {
		t.Error("lat_ns_avg needs tasks to be measured")
	}
}

// acl() asks ACLs for a value: all of them have to hold.
func TestACLFetch(t *testing.T) {
	get := &conf.ACL{Name: "get", Cond: testCond(t, "method GET")}
	api := &conf.ACL{Name: "api", Cond: testCond(t, "path_beg /api")}
	both := &conf.ACL{Name: "both", Cond: testCond(t, "acl(get,api)")}
	self := &conf.ACL{Name: "self", Cond: testCond(t, "acl(self)"), Pos: conf.Pos{File: "t", Line: 1}}
	all := []*conf.ACL{get, api, both, self}
	f := func(head, expr, want string) {
		t.Helper()
		x, err := NewCompiler(Options{}).With(all).Expr(parseCalls(t, expr))
		if err != nil {
			t.Fatal(expr, err)
		}
		if b, _ := x.AppendText(nil, newContext(t, head)); string(b) != want {
			t.Errorf("%s: %s = %s; want %s", head, expr, b, want)
		}
	}
	f("GET /api/x HTTP/1.1\n", "acl(get)", "1")
	f("GET /api/x HTTP/1.1\n", "acl(get,api)", "1")
	f("GET /x HTTP/1.1\n", "acl(get,api)", "0")
	f("GET /x HTTP/1.1\n", "acl(get,!api)", "1")
	f("GET /x HTTP/1.1\n", "acl(both)", "0")
	f("GET /api HTTP/1.1\n", "acl(both,METH_GET)", "1")
	f("POST /api HTTP/1.1\n", "acl(!get),xor(1)", "0")
	bad := func(expr, want string) {
		t.Helper()
		if _, err := NewCompiler(Options{}).With(all).Expr(parseCalls(t, expr)); err == nil || err.Error() != want {
			t.Errorf("%s: got %v; want %s", expr, err, want)
		}
	}
	bad("acl(gte)", `t:1:1: acl: unknown ACL: got "gte" (did you mean "get"?)`)
	bad("acl(self)", `t:1: acl: "self" refers to itself`)
	bad("acl", `t:1:1: acl: got 0 arguments; want acl(acl[,acl,acl,acl,acl,acl,acl,acl,acl,acl,acl,acl])`)
}

// A value made of ACLs tells whose passwords it will ask for.
func TestACLFetchAsks(t *testing.T) {
	comp := authCompiler()
	in := &conf.ACL{Name: "in", Cond: testCond(t, "http_auth(L)")}
	deep := &conf.ACL{Name: "deep", Cond: not(&conf.Cond{Op: conf.OpACL, ACL: "in"})}
	if _, err := comp.With([]*conf.ACL{in, deep}).Expr(parseCalls(t, "acl(deep)")); err != nil {
		t.Fatal(err)
	}
	if users := comp.TakeUsers(); len(users) != 1 || users[0].name != "L" {
		t.Errorf("got %v", users)
	}
}

// The blocks are those of HAProxy 2.6.
func TestHdrsBin(t *testing.T) {
	c := newContext(t, "GET / HTTP/1.1\nHost: h\nX-Y: aaaaaaaaaa\nZ:\n")
	f := func(expr, want string) {
		t.Helper()
		if b, _ := mustExpr(t, expr).AppendText(nil, c); string(b) != want {
			t.Errorf("%s = %s; want %s", expr, b, want)
		}
	}
	f("req.hdrs_bin,hex", "04686F7374016803782D790A61616161616161616161017A000000")
	f("res.hdrs_bin,hex", "")
	c.Resp = &message.Response{}
	c.Resp.Fields.AddName("x", make([]byte, 300))
	f("res.hdrs_bin,bytes(0,4),hex", "0178FC03")
	c.Resp.Fields[0].Value = make([]byte, 2300)
	f("res.hdrs_bin,bytes(0,5),hex", "0178FC8000")
}

func TestStreamAllocs(t *testing.T) {
	c := newContext(t, "GET /p?q=1 HTTP/1.1\nHost: h\nA: b\n")
	c.Stream = &fakeStream{}
	c.Arena.Alloc(4096) // room for what follows
	comp := NewCompiler(Options{}).With([]*conf.ACL{{Name: "get", Cond: testCond(t, "method GET")}})
	for _, text := range []string{"txn.status", "req.timer.tq", "unique-id", "bc_dst", "bc_err_str", "accept_date(ms)", "fc_rtt", "fs.id", "req.hdrs_bin", "acl(get,METH_GET)", "query(with_qm)"} {
		x, err := comp.Expr(parseCalls(t, text))
		if err != nil {
			t.Fatal(err)
		}
		if n := allocsPerRun(100, func() {
			var s Sample
			c.Arena.Reset()
			if !x.Eval(c, &s) {
				t.Fatalf("%s: nothing", text)
			}
		}); n != 0 {
			t.Errorf("%s: %v allocations", text, n)
		}
	}
}
