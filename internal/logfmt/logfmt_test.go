package logfmt

import (
	"net/netip"
	"strings"
	"testing"
	"time"
)

// sample is the manual's example of 8.2.3 with a few more fields set by a test.
func sample(edit func(*Record)) *Record {
	r := &Record{
		Client:   netip.MustParseAddrPort("10.0.1.2:33317"),
		Dest:     netip.MustParseAddrPort("10.0.3.31:8012"),
		Date:     time.Date(2009, 2, 6, 12, 14, 14, 655e6, time.UTC).UnixMilli(),
		Frontend: "http-in", Backend: "static", Server: "srv1", HTTP: true,
		TR: 10, Tw: 0, Tc: 30, Tr: 69, Tt: 109, Status: 200, Bytes: 2750,
		State: [4]byte{'-', '-', '-', '-'}, ActConn: 1, FeConn: 1, BeConn: 1, SrvConn: 1,
		ReqHeaders: [][]byte{[]byte("1wt.eu")}, RespHeaders: [][]byte{nil},
		Request: []byte("GET /index.html HTTP/1.1"),
	}
	if edit != nil {
		edit(r)
	}
	r.Start, r.Ta = r.Date, r.Tt // as for the first request of a client that does not wait
	return r
}

func TestAppend(t *testing.T) {
	f := Formatter{loc: time.UTC}
	check := func(appendTo func([]byte, *Record) []byte, edit func(*Record), want string) {
		t.Helper()
		if got := string(appendTo([]byte("x "), sample(edit))); got != "x "+want {
			t.Fatalf("got  %s\nwant x %s", got, want)
		}
	}
	const start = "10.0.1.2:33317 [06/Feb/2009:12:14:14.655] "

	check(f.AppendHTTP, nil, start+`http-in static/srv1 10/0/30/69/109 200 2750 - - ---- 1/1/1/1/0 0/0 {1wt.eu} {} "GET /index.html HTTP/1.1"`)
	check(f.AppendHTTP, func(r *Record) { r.ReqHeaders, r.RespHeaders = nil, nil },
		start+`http-in static/srv1 10/0/30/69/109 200 2750 - - ---- 1/1/1/1/0 0/0 "GET /index.html HTTP/1.1"`)
	check(f.AppendHTTP, func(r *Record) { // nothing parsed: HAProxy's example of a client that gave up
		*r = Record{Client: r.Client, Date: r.Date, Frontend: "px-http", TR: -1, Tw: -1, Tc: -1, Tr: -1, Tt: 8490, Status: -1,
			State: [4]byte{'C', 'R', '-', '-'}, ActConn: 2, FeConn: 2, BeConn: 2}
	}, start+`px-http px-http/<NOSRV> -1/-1/-1/-1/8490 -1 0 - - CR-- 2/2/2/0/0 0/0 "<BADREQ>"`)
	check(f.AppendHTTP, func(r *Record) {
		r.ASAP, r.SSL, r.Redispatched, r.Retries, r.SrvQueue, r.BackendQueue = true, true, true, 3, 4, 5
		r.ReqCookie, r.RespCookie = []byte(`a="#`+"\x1b"), []byte("b=1")
		r.ReqHeaders = [][]byte{[]byte(`a "{|}#` + "\x7f\xe9"), nil, []byte("c")}
		r.Request = []byte("GET /{|}\"#\n\xff HTTP/1.1")
	}, start+`http-in~ static/srv1 10/0/30/69/+109 200 +2750 a="##1B b=1 ---- 1/1/1/1/+3 4/5 `+
		`{a #22#7B#7C#7D#23#7F#E9||c} {} "GET /{|}#22#23#0A#FF HTTP/1.1"`)
	check(f.AppendHTTP, func(r *Record) { r.Client, r.UnixID = netip.AddrPort{}, 3 },
		`unix:3`+start[14:]+`http-in static/srv1 10/0/30/69/109 200 2750 - - ---- 1/1/1/1/0 0/0 {1wt.eu} {} "GET /index.html HTTP/1.1"`)
	check(f.AppendHTTP, func(r *Record) { r.Client = netip.MustParseAddrPort("[2001:db8::1%eth0]:5") },
		`2001:db8::1:5`+start[14:]+`http-in static/srv1 10/0/30/69/109 200 2750 - - ---- 1/1/1/1/0 0/0 {1wt.eu} {} "GET /index.html HTTP/1.1"`)

	check(f.AppendTCP, nil, start+`http-in static/srv1 0/30/109 2750 -- 1/1/1/1/0 0/0`)
	check(f.AppendTCP, func(r *Record) { r.ASAP = true; r.Backend, r.Server = "", "" }, start+`http-in http-in/<NOSRV> 0/30/+109 +2750 -- 1/1/1/1/0 0/0`)

	check(f.AppendCLF, nil, `10.0.1.2 - - [06/Feb/2009:12:14:14 +0000] "GET /index.html HTTP/1.1" 200 2750 "" "" 33317 655 `+
		`"http-in" "static" "srv1" 10 0 30 69 109 ---- 1 1 1 1 0 0 0 "" "" "1wt.eu" ""`)
	check(f.AppendCLF, func(r *Record) {
		r.ReqHeaders, r.RespHeaders, r.Client, r.UnixID, r.ReqCookie = nil, nil, netip.AddrPort{}, 7, []byte("a=b")
	}, `unix - - [06/Feb/2009:12:14:14 +0000] "GET /index.html HTTP/1.1" 200 2750 "" "" 7 655 `+
		`"http-in" "static" "srv1" 10 0 30 69 109 ---- 1 1 1 1 0 0 0 "a=b" "" `)

	check(f.AppendConnect, nil, "Connect from 10.0.1.2:33317 to 10.0.3.31:8012 (http-in/HTTP)")
	check(f.AppendConnect, func(r *Record) { r.HTTP = false }, "Connect from 10.0.1.2:33317 to 10.0.3.31:8012 (http-in/TCP)")
	check(f.AppendConnect, func(r *Record) { r.Client, r.UnixID = netip.AddrPort{}, 2 }, "Connect to unix:2 (http-in/HTTP)")
}

// The cached second must not outlive its second, its zone's offset or the year it was written in.
func TestDate(t *testing.T) {
	berlin := time.FixedZone("CET", 3600)
	f := Formatter{loc: berlin}
	check := func(at time.Time, local, gmt string) {
		t.Helper()
		if got := string(f.appendDate(nil, at.UnixMilli())); got != local {
			t.Fatalf("local %s; want %s", got, local)
		}
		if got := string(f.appendGMT(nil, at.UnixMilli())); got != gmt {
			t.Fatalf("gmt %s; want %s", got, gmt)
		}
	}
	check(time.Date(2026, 12, 31, 23, 0, 59, 7e6, time.UTC), "01/Jan/2027:00:00:59.007", "31/Dec/2026:23:00:59 +0000")
	check(time.Date(2026, 12, 31, 23, 0, 59, 999e6, time.UTC), "01/Jan/2027:00:00:59.999", "31/Dec/2026:23:00:59 +0000")
	check(time.Date(2026, 12, 31, 23, 1, 0, 0, time.UTC), "01/Jan/2027:00:01:00.000", "31/Dec/2026:23:01:00 +0000")
	check(time.Date(2026, 12, 31, 23, 0, 59, 0, time.UTC), "01/Jan/2027:00:00:59.000", "31/Dec/2026:23:00:59 +0000")
	check(time.Unix(0, 0), "01/Jan/1970:01:00:00.000", "01/Jan/1970:00:00:00 +0000")
	check(time.UnixMilli(-1), "01/Jan/1970:00:59:59.999", "31/Dec/1969:23:59:59 +0000")
	for m := time.January; m <= time.December; m++ {
		at := time.Date(2024, m, 29, 1, 2, 3, 456e6, time.UTC)
		check(at, at.In(berlin).Format("02/Jan/2006:15:04:05.000"), at.Format("02/Jan/2006:15:04:05 +0000"))
	}
}

func TestAppendRequest(t *testing.T) {
	if got := string(AppendRequest(nil, []byte("GET"), []byte("/a"), "HTTP/1.1", 0)); got != "GET /a HTTP/1.1" {
		t.Fatalf("got %q", got)
	}
	long := strings.Repeat("a", 2*MaxRequest)
	got := string(AppendRequest([]byte("x"), []byte("GET"), []byte("/"+long), "HTTP/1.1", 0))
	if want := "xGET /" + long[:MaxRequest-5]; got != want {
		t.Fatalf("got %d bytes %.20q; want %d", len(got), got, len(want))
	}
	if got := AppendRequest(nil, []byte(long), []byte("/"), "HTTP/1.1", 0); len(got) != MaxRequest {
		t.Fatalf("a long method gave %d bytes", len(got))
	}
}

func TestAppendAllocatesNothing(t *testing.T) {
	var f Formatter
	r := sample(func(r *Record) { r.ReqCookie = []byte("a=b") })
	buf := make([]byte, 0, 2048)
	for name, fn := range map[string]func([]byte, *Record) []byte{
		"http": f.AppendHTTP, "tcp": f.AppendTCP, "clf": f.AppendCLF, "connect": f.AppendConnect,
	} {
		if n := testing.AllocsPerRun(200, func() {
			r.Date += 700 // a new second now and then
			buf = fn(buf[:0], r)
		}); n != 0 {
			t.Errorf("%s: %v allocations per line; want 0", name, n)
		}
	}
}

// FuzzAppend proves that no captured byte breaks a line: it stays printable and the request is the only quoted text.
func FuzzAppend(f *testing.F) {
	f.Add([]byte("GET / HTTP/1.1"), []byte("host"), []byte("a=b"))
	f.Add([]byte("GET /\"\n#|{}"), []byte("}\" {"), []byte("\x00\xff"))
	f.Fuzz(func(t *testing.T, request, header, cookie []byte) {
		var fm Formatter
		r := sample(func(r *Record) {
			r.Request, r.ReqHeaders, r.ReqCookie = request, [][]byte{header, nil}, cookie
		})
		http := string(fm.AppendHTTP(nil, r))
		clf := string(fm.AppendCLF(nil, r))
		for _, line := range []string{http, clf} {
			if i := strings.IndexFunc(line, func(c rune) bool { return c < 32 || c > 126 }); i >= 0 {
				t.Fatalf("byte %q at %d of %q", line[i], i, line)
			}
		}
		end := http[strings.Index(http, " {")+2:]
		if strings.Count(end, `"`) != 2 && !strings.Contains(string(cookie), "{") && !strings.Contains(string(cookie), `"`) {
			t.Fatalf("the request is not the only quoted text in %q", http)
		}
	})
}

func BenchmarkAppendHTTP(b *testing.B) {
	var f Formatter
	r := sample(nil)
	buf := make([]byte, 0, 2048)
	b.ReportAllocs()
	for b.Loop() {
		buf = f.AppendHTTP(buf[:0], r)
	}
}
