package acl

import (
	"fmt"
	"math/rand/v2"
	"net/netip"
	"strings"
	"sync"
	"testing"

	"weir/conf"
)

// TestMatch goes beyond what testdata/haproxy26.txt has.
func TestMatch(t *testing.T) {
	c := newContext(t, "GET /img/logo.png?x=1 HTTP/1.1\nHost: www.Example.com:8080\nCookie: a=1; b=2\nN: -5\n")
	f := func(test string, want bool) {
		t.Helper()
		if got := mustCond(t, testCond(t, test)).Match(c); got != want {
			t.Errorf("{ %s } = %v; want %v", test, got, want)
		}
	}
	f("src 192.0.2.0/24", true)
	f("src 192.0.2.0/25 192.0.2.128/25", true)
	f("src 192.0.2.7", true)
	f("src 192.0.2.8 192.0.2.6 10.0.0.0/8", false)
	f("src 0.0.0.0/0", true)
	f("src ::/0", true) // as ::ffff:192.0.2.7
	f("src ::ffff:192.0.2.0/120", true)
	f("src 2001:db8::/32", false)
	f("src_port 5000", true)
	f("src_port 1:1024 6000:", false)
	f("src_port 1:1024 4000:", true)
	f("src_port ge 5000", true)
	f("src_port gt 5000", false)
	f("hdr_val(n) lt 0", true)
	f("hdr(n) -m int -- -5", true)
	f("path -m str /img/logo.png", true)
	f("path_end .gif .jpg .png .css", true)
	f("path_end -i .PNG", true)
	f("path_end .PNG", false)
	f("path_beg /static /images /img/ /css", true)
	f("path_sub ogo", true)
	f("path_dir img", true)
	f("path_dir im", false)
	f("hdr_dom(host) -i example.com", true)
	f("hdr_reg(host) -i ^www\\.", true)
	f("hdr(host) -m len 20", true)
	f("hdr(nothing) -m found", false)
	f("hdr(host) -m found", true)
	f("fe_name web", true)
	f("fe_id 2", true)
	f("be_name web", true)      // no backend yet: the frontend stands for it
	f("srv_conn(b/s) 0", false) // no Env
	f("status 200", false)      // no response
	f("http_first_req", false)
	f("wait_end", false)
	f("str(a) -m bin 61", true)
	f("ipv6(2002:c000:0207::) -m ip 192.0.2.0/24", true)
	f("ipv6(2002:c000:0207:1::5) -m ip 192.0.2.0/24", true)
	f("ipv6(2002:c000:0307::5) -m ip 192.0.2.0/24", false)
	f("ipv6(::c000:207) -m ip 192.0.2.0/24", true)
	f("ipv6(::1:c000:207) -m ip 192.0.2.0/24", false)
}

// TestManyPatterns holds large sets against trying each pattern.
func TestManyPatterns(t *testing.T) {
	r := rand.New(rand.NewPCG(3, 4))
	naive := map[string]func(v, p string) bool{
		"str": func(v, p string) bool { return v == p },
		"beg": strings.HasPrefix, "end": strings.HasSuffix, "sub": strings.Contains,
	}
	for method, holds := range naive {
		for _, fold := range []bool{false, true} {
			pats := make([]string, 300)
			for i := range pats {
				pats[i] = randomWord(r) + randomWord(r)
			}
			m, _, err := lookupMethod(method).build(pats, fold)
			if err != nil {
				t.Fatal(err)
			}
			c := newContext(t, "GET / HTTP/1.1\n")
			for range 3000 {
				v := randomWord(r) + randomWord(r) + randomWord(r)
				want := false
				for _, p := range pats {
					a, b := v, p
					if fold {
						a, b = strings.ToLower(v), strings.ToLower(p)
					}
					want = want || holds(a, b)
				}
				s := &Sample{Type: Str, Bytes: []byte(v)}
				if got := m.match(c, s); got != want {
					t.Fatalf("%s fold=%v: %q = %v; want %v", method, fold, v, got, want)
				}
			}
		}
	}
}

func TestManyNetworks(t *testing.T) {
	r := rand.New(rand.NewPCG(5, 6))
	var pats []string
	var nets []netip.Prefix
	for range 2000 {
		p := netip.PrefixFrom(netip.AddrFrom4([4]byte{10, byte(r.IntN(4)), byte(r.Uint32()), byte(r.Uint32())}), 16+r.IntN(17)).Masked()
		if r.IntN(2) == 0 {
			var b [16]byte
			b[0], b[1], b[2], b[15] = 0x20, 1, byte(r.IntN(8)), byte(r.Uint32())
			p = netip.PrefixFrom(netip.AddrFrom16(b), 18+r.IntN(111)).Masked()
		}
		if p.Bits() < 20 && r.IntN(50) > 0 {
			continue
		}
		nets, pats = append(nets, p), append(pats, p.String())
	}
	m, _, err := buildIP(pats, false)
	if err != nil {
		t.Fatal(err)
	}
	hits := 0
	for range 20000 {
		ip := netip.AddrFrom4([4]byte{10, byte(r.IntN(5)), byte(r.Uint32()), byte(r.Uint32())})
		if r.IntN(2) == 0 {
			var b [16]byte
			b[0], b[1], b[2], b[15] = 0x20, 1, byte(r.IntN(9)), byte(r.Uint32())
			ip = netip.AddrFrom16(b)
		}
		want := false
		for _, p := range nets {
			want = want || p.Contains(ip)
		}
		if want {
			hits++
		}
		if got := m.match(nil, &Sample{Type: Addr, Addr: ip}); got != want {
			t.Fatalf("%s = %v; want %v", ip, got, want)
		}
	}
	if hits < 1000 || hits > 19000 {
		t.Errorf("%d hits of 20000: the test tells nothing", hits)
	}
}

func TestParseAddr(t *testing.T) {
	for _, s := range []string{"1.2.3.4", "0.0.0.0", "255.255.255.255", "256.1.1.1", "1.2.3", "1.2.3.4.5", "1.2.3.4 ", "", "::", "::1",
		"1::", "1:2:3:4:5:6:7:8", "1:2:3:4:5:6:7", "1:2:3:4:5:6:7:8:9", "1::2::3", ":1", "1:", "::ffff:1.2.3.4", "1:2:3:4:5:6:1.2.3.4",
		"1:2:3:4:5:6:7:1.2.3.4", "12345::", "g::", "fe80::1", "::1.2.3", "1:2:3:4:5:6:7::", "::2:3:4:5:6:7:8", "1::3:4:5:6:7:8"} {
		want, err := netip.ParseAddr(s)
		got, ok := parseAddr([]byte(s))
		if ok != (err == nil) || ok && got != want {
			t.Errorf("parseAddr(%q) = %v, %v; want %v, %v", s, got, ok, want, err)
		}
	}
}

func TestCondOps(t *testing.T) {
	c := newContext(t, "GET / HTTP/1.1\n")
	yes, no := testCond(t, "always_true"), testCond(t, "always_false")
	acls := []*conf.ACL{
		{Name: "a", Cond: no}, {Name: "a", Cond: yes}, {Name: "b", Cond: no},
		{Name: "c", Cond: and(named("a"), not(named("b")))},
	}
	f := func(cond *conf.Cond, want bool) {
		t.Helper()
		if got := mustCond(t, cond, acls...).Match(c); got != want {
			t.Errorf("got %v; want %v", got, want)
		}
	}
	f(and(yes, yes), true)
	f(and(yes, no), false)
	f(or(no, no, yes), true)
	f(or(no, no), false)
	f(not(no), true)
	f(not(and(yes, or(no, yes))), false)
	f(named("a"), true) // the same name twice is an or
	f(named("b"), false)
	f(named("c"), true)
	f(named("METH_GET"), true)
	f(named("METH_POST"), false)
	f(&conf.Cond{Op: conf.OpTrue}, true)
	f(&conf.Cond{Op: conf.OpFalse}, false)
	if !(*Cond)(nil).Match(c) {
		t.Error("a nil condition must hold")
	}
}

func named(name string) *conf.Cond { return &conf.Cond{Op: conf.OpACL, ACL: name} }

// hot are the evaluations that must not allocate.
var hot = map[string]string{
	"hdr":        "hdr(host) a.example b.example www.example.com",
	"hdr -i":     "hdr(host) -i a.example b.example WWW.example.com",
	"path_beg":   "path_beg /static /images /app/",
	"path_end":   "path_end -i .gif .jpg .HTML",
	"path_sub":   "path_sub -i NDEX",
	"path_dir":   "path_dir app",
	"url_param":  "url_param(tableId) 42",
	"method":     "method GET HEAD",
	"src":        "src 10.0.0.0/8 192.0.2.0/24 2001:db8::/32",
	"regex":      "path_reg ^/app/.*\\.html$",
	"cookie":     "cook(sid) abc",
	"lower":      "hdr(host),lower,length 15",
	"base":       "base_beg www.example.com/app",
	"hdr_ip":     "hdr_ip(x-forwarded-for) 10.1.2.3",
	"hdr_cnt":    "hdr_cnt(accept) gt 1",
	"xxh64":      "path,xxh64,mod(1) 0",
	"sha2":       "path,sha2,hex -m len 64",
	"b64":        "path,base64,b64dec -m beg /app",
	"src -m str": "src -m str 192.0.2.7",
}

const hotHead = "GET /app/index.html?a=1&tableId=42 HTTP/1.1\nHost: www.example.com\nUser-Agent: Mozilla/5.0\n" +
	"Accept: text/html, */*\nCookie: x=y; sid=abc\nX-Forwarded-For: 198.51.100.1, 10.1.2.3\n"

func TestMatchAllocs(t *testing.T) {
	for name, text := range hot {
		cond, c := mustCond(t, testCond(t, text)), newContext(t, hotHead)
		if n := allocsPerRun(100, func() {
			if !cond.Match(c) {
				t.Fatalf("%s: no match", name)
			}
		}); n != 0 {
			t.Errorf("%s: %v allocations", name, n)
		}
	}
}

// TestShared: loops share compiled conditions, each with a Context of its own. It is the race detector's.
func TestShared(t *testing.T) {
	var conds []*Cond
	for _, text := range hot {
		conds = append(conds, mustCond(t, testCond(t, text)))
	}
	s := NewSwitch(conds)
	var wg sync.WaitGroup
	for range 4 {
		c := newContext(t, hotHead)
		wg.Go(func() {
			for range 100 {
				for i := range conds {
					if s.PickFrom(c, i) != i {
						t.Errorf("condition %d does not hold", i)
						return
					}
				}
			}
		})
	}
	wg.Wait()
}

func BenchmarkMatch(b *testing.B) {
	for name, text := range hot {
		b.Run(name, func(b *testing.B) {
			cond, c := mustCond(b, testCond(b, text)), newContext(b, hotHead)
			b.ReportAllocs()
			for b.Loop() {
				cond.Match(c)
			}
		})
	}
}

// BenchmarkPatterns shows that the number of patterns of one ACL costs nothing.
func BenchmarkPatterns(b *testing.B) {
	for _, n := range []int{1, 100, 10000} {
		var hosts, paths, nets strings.Builder
		for i := range n {
			fmt.Fprintf(&hosts, " h%d.example", i)
			fmt.Fprintf(&paths, " /p%d/", i)
			fmt.Fprintf(&nets, " 10.%d.%d.0/24", i/256, i%256)
		}
		for _, text := range []string{"hdr(host)" + hosts.String(), "path_beg" + paths.String(), "src" + nets.String()} {
			name, _, _ := strings.Cut(text, " ")
			b.Run(fmt.Sprintf("%s/%d", name, n), func(b *testing.B) {
				cond, c := mustCond(b, testCond(b, text)), newContext(b, hotHead)
				for b.Loop() {
					cond.Match(c)
				}
			})
		}
	}
}

// Short addresses are what the C library takes them for, in conditions and in the files of -f; HAProxy's maps and commands have none.
func TestShortAddresses(t *testing.T) {
	f := func(text, want string) {
		t.Helper()
		ip, err := shortIPv4(text)
		if got := ip.String(); err != nil && want != "" || err == nil && got != want {
			t.Errorf("%q: got %s, %v; want %s", text, got, err, want)
		}
		if isWhole(text) || checkKey("ip", text, false) == nil {
			t.Errorf("%q is taken as a key", text)
		}
	}
	f("127.1", "127.0.0.1")
	f("127", "0.0.0.127")
	f("2130706433", "127.0.0.1")
	f("10.256", "10.0.1.0")
	f("1.2.65535", "1.2.255.255")
	f("010.0.0.1", "8.0.0.1")
	f("08.0.0.1", "")
	f("0x7f.1", "")
	f("4294967296", "")
	f("1.2.3.256", "")
	f("256.1", "")
	f("127.", "")
	f("1.2.3.4.5", "")
	f("", "")
}
