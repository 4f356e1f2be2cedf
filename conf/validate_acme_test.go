package conf

import (
	"strings"
	"testing"
	"time"
)

// TestACMEByDNS: what is for dns-01 does nothing without it, and the defaults are those of what is used.
func TestACMEByDNS(t *testing.T) {
	f := func(a ACME, want ACME, warnings ...string) {
		t.Helper()
		c := site()
		a.Name, a.Directory = "le", "https://ca.example.com/"
		c.ACMEs = []*ACME{&a}
		d := Validate(c)
		if d.Err() != nil {
			t.Fatal(d.Err())
		}
		if a.Ready != want.Ready || a.DNSDelay != want.DNSDelay || a.DNSTimeout != want.DNSTimeout {
			t.Errorf("got %q, %s, %s; want %q, %s, %s", a.Ready, a.DNSDelay, a.DNSTimeout, want.Ready, want.DNSDelay, want.DNSTimeout)
		}
		var got []string
		for _, w := range d.Warnings {
			got = append(got, w.Error())
		}
		if len(got) != len(warnings) {
			t.Fatalf("got %q; want %q", got, warnings)
		}
		for i, w := range warnings {
			if !strings.HasSuffix(got[i], w) {
				t.Errorf("got %q; want %q", got[i], w)
			}
		}
	}
	f(ACME{}, ACME{})
	f(ACME{Challenge: ACMEDNS}, ACME{Ready: "cli"})
	f(ACME{Challenge: ACMEDNS, Ready: "delay"}, ACME{Ready: "delay", DNSDelay: DefaultDNSDelay})
	f(ACME{Challenge: ACMEDNS, Ready: "cli,dns", DNSTimeout: time.Minute}, ACME{Ready: "cli,dns", DNSDelay: DefaultDNSDelay, DNSTimeout: time.Minute})
	f(ACME{Challenge: ACMEDNS, DNSDelay: 1, DNSTimeout: 2}, ACME{Ready: "cli", DNSDelay: 1, DNSTimeout: 2}, "dns-delay: does nothing without challenge-ready delay or dns", "dns-timeout: does nothing without challenge-ready dns")
	f(ACME{DNSDelay: 1, Provider: "p", Vars: "v"}, ACME{DNSDelay: 1}, "dns-delay: does nothing without challenge dns-01", "provider-name: does nothing without challenge dns-01", "acme-vars: does nothing without challenge dns-01")
	f(ACME{Challenge: ACMEDNS, Map: "virt@acme"}, ACME{Ready: "cli"}, "map: does nothing with challenge dns-01")
}

func TestCheckDomain(t *testing.T) {
	f := func(challenge, name, want string) {
		t.Helper()
		e := (&ACME{Challenge: challenge}).CheckDomain(name)
		if want == "" && e != nil || want != "" && (e == nil || !strings.Contains(e.Error(), want)) {
			t.Errorf("%s of %s: got %v; want %q", challenge, name, e, want)
		}
	}
	f(ACMEHTTP, "www.example.com", "")
	f(ACMEHTTP, "192.0.2.1", "")
	f(ACMEHTTP, "*.example.com", "those need challenge dns-01")
	f(ACMEDNS, "*.example.com", "")
	f(ACMEDNS, "*.*.example.com", "want a name such as www.example.com")
	f(ACMEDNS, "*", "want a name such as www.example.com")
	f(ACMEDNS, "a.*.example.com", "want a name such as www.example.com")
	f(ACMEDNS, "192.0.2.1", "addresses need challenge http-01")
	f(ACMEALPN, "2001:db8::1", "addresses need challenge http-01")
}
