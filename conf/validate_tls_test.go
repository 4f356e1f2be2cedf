package conf

import (
	"strings"
	"testing"
)

// TestUnhonoured: what Weir's TLS does not do is a warning that names it, and nothing else is one.
func TestUnhonoured(t *testing.T) {
	c := site()
	c.Global.Pos = Pos{File: "t", Line: 2, Col: 1}
	c.Global.TLS.OpenSSL = OpenSSL{PropQuery: "fips=yes", Providers: []string{"fips"}, ProviderPaths: []string{"/m"}, Engines: []string{"qat algo RSA"}}
	c.Proxies[0].Binds[0].TLS.KTLS, c.Proxies[0].Binds[0].TLS.Early = true, true
	c.Proxies[1].Servers[0].Pos.Line = 3
	s := &c.Proxies[1].Servers[0].TLS
	s.KTLS, s.Early, s.Renegotiate = true, true, true
	d := Validate(c)
	if d.Err() != nil {
		t.Fatal(d.Err())
	}
	var got []string
	for _, w := range d.Warnings {
		got = append(got, w.Error())
	}
	want := []string{`frontend "web": bind: ktls: on does nothing`, `frontend "web": bind: allow-0rtt: does nothing: no early data`,
		`t:2:1: global: ssl-propquery: "fips=yes" does nothing`, `global: ssl-provider: "fips" does nothing`, `global: ssl-provider-path: "/m"`, `global: ssl-engine: "qat algo RSA"`,
		`server "s1": ktls: on does nothing`, `server "s1": allow-0rtt: does nothing`, `server "s1": renegotiate: does nothing`}
	if len(got) != len(want) {
		t.Fatalf("got %d warnings:\n%s", len(got), strings.Join(got, "\n"))
	}
	for i := range want {
		if !strings.Contains(got[i], want[i]) {
			t.Errorf("got %s; want %s", got[i], want[i])
		}
	}
}
