package acl

import (
	"encoding/hex"
	"errors"
	"math/rand/v2"
	"net/netip"
	"os"
	"strings"
	"time"

	"weir/internal/message"
)

// constFetches are constants and what the process knows by itself (HAProxy's guide, 7.3.2).
var constFetches = []fetch{
	{"always_true", "", Bool, 0, runTrue, nil, "always true"},
	{"always_false", "", Bool, 0, runFalse, nil, "always false"},
	{"bool", "value:str", Bool, 0, runConst, fixBool, "a constant: true, false, 1 or 0"},
	{"int", "value:int", Int, 0, runConst, fixInt, "a constant integer"},
	{"str", "[text:str]", Str, 0, runConst, fixStr, "a constant string"},
	{"bin", "hex:str", Bin, 0, runConst, fixBin, "a constant block of bytes, in hex digits"},
	{"ipv4", "addr:ipv4", Addr, 0, runConst, fixIPv4, "a constant IPv4 address"},
	{"ipv6", "addr:ipv6", Addr, 0, runConst, fixIPv6, "a constant IPv6 address"},
	{"meth", "name:str", Method, 0, runConst, fixMeth, "a constant HTTP method"},
	{"env", "name:str", Str, 0, runFixed, fixEnv, "an environment variable, read at load"},
	{"hostname", "", Str, 0, runFixed, fixHostname, "the system's host name, read at load"},
	{"nbproc", "", Int, 0, runConst, fixOne, "1: the number of processes"},
	{"proc", "", Int, 0, runConst, fixOne, "1: this process's number"},
	{"pid", "", Int, 0, runConst, fixPID, "the process id"},
	{"thread", "", Int, 0, runThread, nil, "the number of the loop, from 0"},
	{"date", "[offset:int,unit:str]", Int, 0, runDate, fixUnit, "the time since the epoch plus an offset, in s, ms or us"},
	{"date_us", "", Int, 0, runDateUS, nil, "the microseconds within the second of date"},
	{"rand", "[range:int]", Int, 0, runRand, fixRange, "a random integer from 0 to range-1; range is 2^32 when left out"},
	{"uuid", "[version:int]", Str, 0, runUUID, fixUUID, "a random UUID (version 4)"},
	{"wait_end", "", Bool, needProcess, runWaitEnd, nil, "true once the inspection has ended"},
}

func runTrue(_ *Context, _ *args, s *Sample) bool  { return s.setBool(true) }
func runFalse(_ *Context, _ *args, s *Sample) bool { return s.setBool(false) }

func runConst(_ *Context, a *args, s *Sample) bool {
	*s = a.val
	return true
}

// runFixed finds nothing where there was nothing at load.
func runFixed(_ *Context, a *args, s *Sample) bool {
	*s = a.val
	return a.val.Bytes != nil
}

func fixBool(a *args) error {
	switch strings.ToLower(a.str[0]) {
	case "true", "1":
		a.val.setBool(true)
	case "false", "0":
		a.val.setBool(false)
	default:
		return errors.New("want true, false, 1 or 0")
	}
	return nil
}

func fixInt(a *args) error { a.val.setInt(a.num[0]); return nil }
func fixStr(a *args) error { a.val.setStr([]byte(a.str[0])); return nil }
func fixOne(a *args) error { a.val.setInt(1); return nil }
func fixPID(a *args) error { a.val.setInt(int64(os.Getpid())); return nil }

func fixBin(a *args) error {
	b, err := hex.DecodeString(a.str[0])
	if err != nil {
		return errors.New("want an even number of hex digits")
	}
	a.val.setBin(b)
	return nil
}

func fixIPv4(a *args) error {
	ip, err := netip.ParseAddr(a.str[0])
	if err != nil || !ip.Is4() {
		return errors.New("want an IPv4 address")
	}
	a.val.setAddr(ip)
	return nil
}

func fixIPv6(a *args) error {
	ip, err := netip.ParseAddr(a.str[0])
	if err != nil || !ip.Is6() || ip.Zone() != "" {
		return errors.New("want an IPv6 address")
	}
	a.val.setAddr(ip)
	return nil
}

func fixMeth(a *args) error {
	a.val = Sample{Type: Method, Bytes: []byte(a.str[0])}
	return nil
}

func fixEnv(a *args) error {
	a.val.Type = Str
	if v, ok := a.env(a.str[0]); ok {
		a.val.Bytes = append([]byte{}, v...)
	}
	return nil
}

func fixHostname(a *args) error {
	a.val.Type = Str
	if name, err := os.Hostname(); err == nil {
		a.val.Bytes = []byte(name)
	}
	return nil
}

func runThread(c *Context, _ *args, s *Sample) bool { return s.setInt(int64(c.Loop)) }

func fixUnit(a *args) error {
	switch a.str[0] {
	case "", "s", "ms", "us":
		return nil
	}
	return errors.New("want s, ms or us")
}

func runDate(c *Context, a *args, s *Sample) bool {
	n := c.Now.Unix()
	switch a.str[0] {
	case "ms":
		n = c.Now.UnixMilli()
	case "us":
		n = c.Now.UnixMicro()
	}
	return s.setInt(n + a.num[0])
}

func runDateUS(c *Context, _ *args, s *Sample) bool {
	return s.setInt(int64(c.Now.Nanosecond() / 1000))
}

func fixRange(a *args) error {
	if a.given == 0 {
		a.num[0] = 1 << 32
	}
	if a.num[0] <= 0 {
		return errors.New("want 1 or more")
	}
	return nil
}

func runRand(_ *Context, a *args, s *Sample) bool { return s.setInt(rand.Int64N(a.num[0])) }

func fixUUID(a *args) error {
	if a.given > 0 && a.num[0] != 4 {
		return errors.New("want 4")
	}
	return nil
}

// runUUID writes RFC 9562, 5.4. It is an identifier, not a secret.
func runUUID(c *Context, _ *args, s *Sample) bool {
	hi, lo := rand.Uint64(), rand.Uint64()
	hi = hi&^0xf000 | 0x4000
	lo = lo&^(3<<62) | 2<<62
	b := c.Arena.Alloc(36)
	hexDigits(b[0:8], hi>>32)
	hexDigits(b[9:13], hi>>16)
	hexDigits(b[14:18], hi)
	hexDigits(b[19:23], lo>>48)
	hexDigits(b[24:36], lo)
	b[8], b[13], b[18], b[23] = '-', '-', '-', '-'
	return s.setStr(b)
}

// hexDigits fills b with the low digits of v.
func hexDigits(b []byte, v uint64) {
	for i := len(b) - 1; i >= 0; i-- {
		b[i] = "0123456789abcdef"[v&15]
		v >>= 4
	}
}

// began is when the process did, or near enough.
var began = time.Now()

func runUptime(c *Context, _ *args, s *Sample) bool {
	return s.setInt(max(int64(c.Now.Sub(began)/time.Second), 0))
}

func runWaitEnd(c *Context, _ *args, s *Sample) bool {
	c.More = !c.Final
	return c.Final && s.setBool(true)
}

// fixName readies a header name: lower case, with its id.
func fixName(a *args) error {
	a.str[0] = strings.ToLower(a.str[0])
	a.id = message.Lookup(a.str[0])
	// With an occurrence there is one value to test, not several.
	a.multi = len(a.num) > 0 && a.num[0] == 0
	return nil
}
