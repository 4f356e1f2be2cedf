package conf

import "testing"

func TestParseBalance(t *testing.T) {
	f := func(s string, want Balance) {
		t.Helper()
		got, err := ParseBalance(s)
		if err != nil || got != want {
			t.Errorf("ParseBalance(%q) = %+v, %v; want %+v", s, got, err, want)
			return
		}
		if again, err := ParseBalance(got.String()); err != nil || again != got {
			t.Errorf("%q is written %q, which reads %+v, %v", s, got, again, err)
		}
	}
	f("roundrobin", Balance{Algo: RoundRobin})
	f("static-rr", Balance{Algo: StaticRR})
	f("leastconn", Balance{Algo: LeastConn})
	f("first", Balance{Algo: First})
	f("source", Balance{Algo: Source})
	f("uri", Balance{Algo: URI})
	f("uri whole depth 3  len 10 path-only", Balance{Algo: URI, Len: 10, Depth: 3, Whole: true, PathOnly: true})
	f("url_param id", Balance{Algo: URLParam, Name: "id"})
	f("url_param id check_post 64", Balance{Algo: URLParam, Name: "id", CheckPost: 64})
	f("url_param id check_post", Balance{Algo: URLParam, Name: "id", CheckPost: DefaultCheckPost})
	f("hdr(Host)", Balance{Algo: Header, Name: "Host"})
	f("hdr(Host) use_domain_only", Balance{Algo: Header, Name: "Host", DomainOnly: true})
	f("random", Balance{Algo: Random, Draws: 2})
	f("random(5)", Balance{Algo: Random, Draws: 5})
}

func TestParseBalanceErrors(t *testing.T) {
	f := func(s, want string) {
		t.Helper()
		got, err := ParseBalance(s)
		if err == nil || err.Error() != want {
			t.Errorf("ParseBalance(%q) = %+v, %v; want %s", s, got, err, want)
		}
	}
	const all = "want roundrobin, static-rr, leastconn, first, source, uri, url_param, hdr, random, hash or rdp-cookie"
	f("", `got ""; `+all)
	f("lestconn", `got "lestconn"; `+all+` (did you mean "leastconn"?)`)
	f("url-param x", `got "url-param"; `+all+` (did you mean "url_param"?)`)
	f("source(x)", `got "source(x)"; source takes no argument in parentheses`)
	f("source x", `got "source x"; source does not take "x"`)
	f("uri len", `got "uri len"; want a number after len`)
	f("uri len 0", `got "uri len 0"; want a number from 1 to 2147483647`)
	f("uri check_post 5", `got "uri check_post 5"; uri does not take "check_post"`)
	f("url_param", `got "url_param"; want the parameter's name after url_param`)
	f("hdr", `got "hdr"; want the field's name: hdr(Host)`)
	f("hdr()", `got "hdr()"; want the field's name: hdr(Host)`)
	f("hdr(x", `got "hdr(x"; `+all)
	f("random(0)", `got "random(0)"; want a number from 1 to 1000`)
	f("random(x)", `got "random(x)"; want a number from 1 to 1000`)
}

func TestParseHashType(t *testing.T) {
	f := func(s string, want HashType, wantErr string) {
		t.Helper()
		got, err := ParseHashType(s)
		text := ""
		if err != nil {
			text = err.Error()
		}
		if got != want || text != wantErr {
			t.Errorf("ParseHashType(%q) = %+v, %q; want %+v, %q", s, got, text, want, wantErr)
		}
		if err == nil {
			if again, _ := ParseHashType(got.String()); again != got {
				t.Errorf("%q is written %q", s, got)
			}
		}
	}
	f("map-based", HashType{}, "")
	f("consistent djb2", HashType{Consistent: true, Func: "djb2"}, "")
	f("map-based crc32 avalanche", HashType{Func: "crc32", Avalanche: true}, "")
	f("", HashType{}, `got ""; want map-based or consistent`)
	f("avalanche", HashType{}, `got "avalanche"; want map-based or consistent`)
	f("consistent sdbn", HashType{}, `got "sdbn"; want sdbm, djb2, wt6, crc32 or none (did you mean "sdbm"?)`)
	f("consistent sdbm avalanche x", HashType{}, `got "avalanche x"; want avalanche`)
}

func FuzzParseBalance(f *testing.F) {
	for _, s := range []string{"roundrobin", "uri len 10 depth 3 whole path-only", "hdr(Host) use_domain_only", "random(9)", "url_param a check_post 1"} {
		f.Add(s)
	}
	f.Fuzz(func(t *testing.T, s string) {
		b, err := ParseBalance(s)
		if err != nil {
			return
		}
		if again, err := ParseBalance(b.String()); err != nil || again != b {
			t.Errorf("%q is %+v, written %q, read %+v, %v", s, b, b, again, err)
		}
	})
}
