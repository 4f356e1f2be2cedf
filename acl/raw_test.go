package acl

import (
	"bufio"
	"encoding/hex"
	"os"
	"strings"
	"testing"
)

// rawDiffers are the cases of testdata/haproxy26raw.txt in which Weir means to do otherwise.
var rawDiffers = map[string]string{
	// 2.6 halves an offset without a sign; its manual has it as the block's start.
	"req.payload_lv(0,2,4),hex => <616263>": "<636465>",
}

// rawCut begins a hello that is cut into records, which HAProxy does not put together: see TestHelloCut.
const rawCut = "\x16\x03\x01\x00\x14"

// TestRawAgainstHAProxy evaluates fetches on what a client has sent, at the end of the inspection. In the file <-> is a
// value that is empty.
func TestRawAgainstHAProxy(t *testing.T) {
	f, err := os.Open("testdata/haproxy26raw.txt")
	if err != nil {
		t.Fatal(err)
	}
	defer f.Close()
	var raw []byte
	n := 0
	for lines := bufio.NewScanner(f); lines.Scan(); {
		line := strings.TrimSpace(lines.Text())
		if text, ok := strings.CutPrefix(line, "RAW"); ok {
			if raw, err = hex.DecodeString(strings.TrimSpace(text)); err != nil {
				t.Fatal(err)
			}
			continue
		}
		if !strings.HasPrefix(line, "e ") {
			continue
		}
		if n++; strings.HasPrefix(string(raw), rawCut) && strings.HasPrefix(line, "e req.ssl_") {
			continue
		}
		rawCase(t, raw, line[2:])
	}
	if n < 400 {
		t.Errorf("only %d cases", n)
	}
}

func rawCase(t *testing.T, raw []byte, line string) {
	expr, want, _ := strings.Cut(line, " => ")
	if w, ok := rawDiffers[line]; ok {
		want = w
	}
	c := &Context{}
	c.Begin(c.Now)
	c.Raw, c.Final = raw, true
	got := oracleExpr(t, c, expr)
	if got == "<>" {
		got = "<->"
	}
	if got != want || c.More {
		t.Errorf("%x: %s = %s, more %v; HAProxy says %s", raw, expr, got, c.More, want)
	}
}

// TestRawMore: with half of what is needed, more may come; with all of it, or with something else, the result stands.
func TestRawMore(t *testing.T) {
	whole, _ := hex.DecodeString("0300002b26e00000000000436f6f6b69653a206d737473686173683d75736572310d0a0100080003000000")
	f := func(expr string, raw []byte, more bool) {
		t.Helper()
		c := &Context{}
		c.Begin(c.Now)
		c.Raw = raw
		var s Sample
		ok := mustExpr(t, expr).Eval(c, &s)
		if c.More != more || ok && more {
			t.Errorf("%s of %q: found %v, more %v; want more %v", expr, raw, ok, c.More, more)
		}
	}
	f("req.rdp_cookie(mstshash)", whole[:15], true)
	f("req.rdp_cookie(mstshash)", whole, false)
	f("req.rdp_cookie(mstshash)", []byte("GET / HTTP/1.1\r\n"), false)
	f("req.payload(0,4)", []byte("abc"), true)
	f("req.payload(0,4)", []byte("abcd"), false)
	f("req.payload_lv(0,1)", []byte("\x04abc"), true)
	f("req.payload_lv(0,1)", []byte("\x03abc"), false)
	f("req.ssl_sni", []byte{22, 3, 1}, true)
	f("req.ssl_hello_type", []byte{22, 3, 1, 0, 9}, true)
	f("req.ssl_sni", []byte("GET"), false)
	f("req.ssl_sni", nil, true)
	f("distcc_param(ARGC)", []byte("DIST00000001ARGC"), true)
	f("distcc_param(ARGC)", []byte("DIST0000000x"), false)
	f("req.payload(0,0),mqtt_is_valid", []byte{0x10, 0x0c}, true)
	f("req.payload(0,0),fix_is_valid", []byte("8=FIX.4.4\x01"), true)
}

// TestHelloLists: what 2.6 does not have, by the manual of 3.4.
func TestHelloLists(t *testing.T) {
	raw, _ := hex.DecodeString(rawHello)
	c := &Context{}
	c.Begin(c.Now)
	c.Raw = raw
	for expr, want := range map[string]string{
		"req.ssl_cipherlist,be2hex(:,2),lower": "<1301:009f>", "req.ssl_supported_groups,be2hex(:,2),lower": "<001d:0017>",
		"req.ssl_sigalgs,be2hex(:,2),lower": "<0403:0804>", "req.ssl_keyshare_groups,be2hex(:,2),lower": "<001d:0017>",
	} {
		if got := oracleExpr(t, c, expr); got != want {
			t.Errorf("%s = %s; want %s", expr, got, want)
		}
	}
	for cut := range raw {
		c.Raw = raw[:cut]
		var s Sample
		if mustExpr(t, "req.ssl_keyshare_groups").Eval(c, &s) || !c.More {
			t.Fatalf("key shares after %d of %d bytes, more %v", cut, len(raw), c.More)
		}
	}
}
