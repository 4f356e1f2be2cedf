package conf

import (
	"math"
	"reflect"
	"testing"
)

func TestParseStatuses(t *testing.T) {
	f := func(s string, want ...StatusRange) {
		t.Helper()
		got, err := ParseStatuses(s)
		if err != nil || !reflect.DeepEqual(got, want) {
			t.Errorf("ParseStatuses(%q) = %v, %v; want %v", s, got, err, want)
		}
	}
	f("200", StatusRange{200, 200})
	f("200,204,300-399", StatusRange{200, 200}, StatusRange{204, 204}, StatusRange{300, 399})
	for _, s := range []string{"", ",", "200,", "2xx", "20", "2000", "300-200", "300-", "-300", "+20", "200 204", "99"} {
		if got, err := ParseStatuses(s); msg(err) != "want statuses such as 200,204,300-399" {
			t.Errorf("ParseStatuses(%q) = %v, %v", s, got, err)
		}
	}
}

func TestParseIntPattern(t *testing.T) {
	f := func(s string, low, high int64) {
		t.Helper()
		got, err := ParseIntPattern(s)
		if err != nil || got != (IntRange{low, high}) {
			t.Errorf("ParseIntPattern(%q) = %v, %v; want %d to %d", s, got, err, low, high)
		}
	}
	f("5", 5, 5)
	f("-5", -5, -5)
	f("1:10", 1, 10)
	f("1:", 1, math.MaxInt64)
	f(":10", math.MinInt64, 10)
	f("eq 5", 5, 5)
	f("ge 5", 5, math.MaxInt64)
	f("gt 5", 6, math.MaxInt64)
	f("le 5", math.MinInt64, 5)
	f("lt 5", math.MinInt64, 4)
	f("gt 3:5", 3, 5)
	f("eq :5", math.MinInt64, 5)
	f("le 3:", 3, math.MaxInt64)
	for _, s := range []string{"", ":", "x", "1-10", "lt", "lt x", "ne 5", "1:x", "gt 9223372036854775807", "lt -9223372036854775808", "99999999999999999999"} {
		if got, err := ParseIntPattern(s); msg(err) != "want a number, a range such as 1:10, or eq, ge, gt, le or lt and a number" {
			t.Errorf("ParseIntPattern(%q) = %v, %v", s, got, err)
		}
	}
	if _, err := ParseIntPattern("10:1"); msg(err) != "want a range from low to high" {
		t.Errorf("10:1: %v", err)
	}
}

func TestParseNetwork(t *testing.T) {
	f := func(s, want string) {
		t.Helper()
		if got, err := ParseNetwork(s); err != nil || got.String() != want {
			t.Errorf("ParseNetwork(%q) = %v, %v; want %s", s, got, err, want)
		}
	}
	f("10.0.0.1", "10.0.0.1/32")
	f("10.1.2.3/8", "10.0.0.0/8")
	f("10.1.2.3/255.255.0.0", "10.1.0.0/16")
	f("0.0.0.0/0", "0.0.0.0/0")
	f("::1", "::1/128")
	f("2001:db8::1/32", "2001:db8::/32")
	for _, s := range []string{"", "x", "10.0.0", "10.0.0.0/33", "::/129", "10.0.0.0/-1", "10.0.0.0/", "fe80::1%eth0", "10.0.0.0/8/8"} {
		if got, err := ParseNetwork(s); msg(err) != "want an IP address or network such as 10.0.0.0/8 or ::1" {
			t.Errorf("ParseNetwork(%q) = %v, %v", s, got, err)
		}
	}
	if _, err := ParseNetwork("10.0.0.0/255.0.255.0"); msg(err) != "want a netmask whose ones stand before its zeros" {
		t.Errorf("got %v", err)
	}
}

// req.ssl_ver is compared with versions: what they look like is for who compares them.
func TestVersionPattern(t *testing.T) {
	for name, want := range map[string]bool{"req.ssl_ver": true, "req_ssl_ver": true, "src_port": false} {
		test := &Test{Expr: &Expr{Fetch: Call{Name: name}}, Match: "int"}
		if got := checkPattern(test, "3.1") == ""; got != want {
			t.Errorf("%s 3.1 is taken: %v", name, got)
		}
	}
}
