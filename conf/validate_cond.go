package conf

import (
	"errors"
	"maps"
	"net/netip"
	"regexp"
	"regexp/syntax"
	"slices"
	"strings"
)

// MatchMethods are the ways of comparing a sample; "" is the natural one of its type.
var MatchMethods = []string{"", "str", "beg", "end", "sub", "dir", "dom", "reg", "int", "ip", "len", "bool", "found", "bin"}

func (v *validator) collectACLs(p *Proxy) {
	v.acls = make(map[string]bool, len(p.ACLs))
	first := make(map[string]Pos, len(p.ACLs))
	for _, a := range p.ACLs {
		if v.acls[a.Name] {
			v.add(Conflict(a.Pos, p.Title(), `acl "`+a.Name+`"`, first[a.Name]))
			continue
		}
		v.acls[a.Name], first[a.Name] = true, a.Pos
	}
}

// cond checks a condition tree; nil means always.
func (v *validator) cond(c *Cond, path string) {
	if c == nil {
		return
	}
	if c.Op == OpACL && !v.acls[c.ACL] && !contains(PredefinedACLs, c.ACL) {
		v.add(Unknown(c.Pos, path, "acl", c.ACL, slices.Sorted(maps.Keys(v.acls))))
	}
	if c.Test != nil {
		v.test(c.Test, path)
	}
	for _, kid := range c.Kids {
		v.cond(kid, path)
	}
}

func (v *validator) test(t *Test, path string) {
	if !contains(MatchMethods, t.Match) {
		v.add(BadValue(t.Pos, path, t.Match, MatchMethods[1:]...))
		return
	}
	for _, pat := range t.Patterns {
		if want := checkPattern(t, pat.Text); want != "" {
			v.add(BadValue(pat.Pos, path, pat.Text, want))
		}
	}
}

// checkPattern returns what the match method wants instead of text, or "".
func checkPattern(t *Test, text string) string {
	var err error
	switch t.Match {
	case "int", "len":
		if n := t.Expr.Fetch.Name; n == "req.ssl_ver" || n == "req_ssl_ver" {
			return "" // versions, which package acl knows
		}
		_, err = ParseIntPattern(text)
	case "ip":
		// What is no address may be a host's name, or an address in short; masks may have holes.
		host, mask, _ := strings.Cut(text, "/")
		if _, bad := netip.ParseAddr(host); bad == nil && !strings.Contains(mask, ".") {
			_, err = ParseNetwork(text)
		}
	case "reg":
		return checkRegex(text)
	case "bin":
		if strings.Trim(text, "0123456789abcdefABCDEF") != "" || len(text)%2 != 0 {
			return "hexadecimal digits in pairs"
		}
	}
	if err != nil {
		return wanted(err)
	}
	return ""
}

// checkRegex returns what is wrong with a regular expression in any dialect, or "". What PCRE has and RE2 has not is for whoever
// compiles it to tell: "(?=", back references, "a++" and the like.
func checkRegex(text string) string {
	_, err := regexp.Compile(text)
	var wrong *syntax.Error
	if errors.As(err, &wrong) && slices.Contains(wrongAnywhere, wrong.Code) {
		return "a regular expression (" + regexCause(err) + ")"
	}
	return ""
}

func (v *validator) ruleRegex(pos Pos, path, pattern string) {
	if want := checkRegex(pattern); want != "" {
		v.add(BadValue(pos, path, pattern, want))
	}
}

// wrongAnywhere is what PCRE does not read either.
var wrongAnywhere = []syntax.ErrorCode{
	syntax.ErrMissingParen, syntax.ErrMissingBracket, syntax.ErrTrailingBackslash, syntax.ErrMissingRepeatArgument, syntax.ErrUnexpectedParen,
}

// ParseNetwork reads an IP address or network: 10.0.0.0/8, 10.0.0.0/255.0.0.0, ::1, 2001:db8::/32.
func ParseNetwork(s string) (netip.Prefix, error) {
	bad := errors.New("want an IP address or network such as 10.0.0.0/8 or ::1")
	host, mask, hasMask := strings.Cut(s, "/")
	ip, err := netip.ParseAddr(host)
	if err != nil || ip.Zone() != "" {
		return netip.Prefix{}, bad
	}
	if !hasMask {
		return netip.PrefixFrom(ip, ip.BitLen()), nil
	}
	if dotted, err := netip.ParseAddr(mask); err == nil && dotted.Is4() && ip.Is4() {
		bits, ok := maskBits(dotted.As4())
		if !ok {
			return netip.Prefix{}, errors.New("want a netmask whose ones stand before its zeros")
		}
		return netip.PrefixFrom(ip, bits).Masked(), nil
	}
	bits, err := boundedInt(mask, 0, ip.BitLen())
	if err != nil {
		return netip.Prefix{}, bad
	}
	return netip.PrefixFrom(ip, bits).Masked(), nil
}

// maskBits counts the leading ones of a netmask; ok is false where a one follows a zero.
func maskBits(m [4]byte) (n int, ok bool) {
	v := uint32(m[0])<<24 | uint32(m[1])<<16 | uint32(m[2])<<8 | uint32(m[3])
	for v&(1<<31) != 0 {
		n++
		v <<= 1
	}
	return n, v == 0
}

func (v *validator) network(pos Pos, path, text string) {
	if _, err := ParseNetwork(text); err != nil {
		v.add(Misread(pos, path, text, err))
	}
}
