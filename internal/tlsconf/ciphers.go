package tlsconf

import (
	"crypto/tls"
	"slices"
	"strings"

	"weir/conf"
)

// suite is a cipher suite up to TLS 1.2 that crypto/tls has, by OpenSSL's name and the words that OpenSSL's lists know it by.
type suite struct {
	id    uint16
	name  string
	words []string
	bits  int
}

var suites = []suite{
	{tls.TLS_ECDHE_ECDSA_WITH_AES_128_GCM_SHA256, "ECDHE-ECDSA-AES128-GCM-SHA256", words("ECDHE ECDSA AES AES128 AESGCM HIGH TLSv1.2 SHA256"), 128},
	{tls.TLS_ECDHE_RSA_WITH_AES_128_GCM_SHA256, "ECDHE-RSA-AES128-GCM-SHA256", words("ECDHE aRSA AES AES128 AESGCM HIGH TLSv1.2 SHA256"), 128},
	{tls.TLS_ECDHE_ECDSA_WITH_AES_256_GCM_SHA384, "ECDHE-ECDSA-AES256-GCM-SHA384", words("ECDHE ECDSA AES AES256 AESGCM HIGH TLSv1.2 SHA384"), 256},
	{tls.TLS_ECDHE_RSA_WITH_AES_256_GCM_SHA384, "ECDHE-RSA-AES256-GCM-SHA384", words("ECDHE aRSA AES AES256 AESGCM HIGH TLSv1.2 SHA384"), 256},
	{tls.TLS_ECDHE_ECDSA_WITH_CHACHA20_POLY1305_SHA256, "ECDHE-ECDSA-CHACHA20-POLY1305", words("ECDHE ECDSA CHACHA20 HIGH TLSv1.2"), 256},
	{tls.TLS_ECDHE_RSA_WITH_CHACHA20_POLY1305_SHA256, "ECDHE-RSA-CHACHA20-POLY1305", words("ECDHE aRSA CHACHA20 HIGH TLSv1.2"), 256},
	{tls.TLS_ECDHE_ECDSA_WITH_AES_128_CBC_SHA, "ECDHE-ECDSA-AES128-SHA", words("ECDHE ECDSA AES AES128 CBC HIGH SHA SHA1 TLSv1"), 128},
	{tls.TLS_ECDHE_RSA_WITH_AES_128_CBC_SHA, "ECDHE-RSA-AES128-SHA", words("ECDHE aRSA AES AES128 CBC HIGH SHA SHA1 TLSv1"), 128},
	{tls.TLS_ECDHE_ECDSA_WITH_AES_256_CBC_SHA, "ECDHE-ECDSA-AES256-SHA", words("ECDHE ECDSA AES AES256 CBC HIGH SHA SHA1 TLSv1"), 256},
	{tls.TLS_ECDHE_RSA_WITH_AES_256_CBC_SHA, "ECDHE-RSA-AES256-SHA", words("ECDHE aRSA AES AES256 CBC HIGH SHA SHA1 TLSv1"), 256},
	{tls.TLS_ECDHE_ECDSA_WITH_AES_128_CBC_SHA256, "ECDHE-ECDSA-AES128-SHA256", words("ECDHE ECDSA AES AES128 CBC HIGH TLSv1.2 SHA256"), 128},
	{tls.TLS_ECDHE_RSA_WITH_AES_128_CBC_SHA256, "ECDHE-RSA-AES128-SHA256", words("ECDHE aRSA AES AES128 CBC HIGH TLSv1.2 SHA256"), 128},
	{tls.TLS_RSA_WITH_AES_128_GCM_SHA256, "AES128-GCM-SHA256", words("kRSA aRSA RSA AES AES128 AESGCM HIGH TLSv1.2 SHA256"), 128},
	{tls.TLS_RSA_WITH_AES_256_GCM_SHA384, "AES256-GCM-SHA384", words("kRSA aRSA RSA AES AES256 AESGCM HIGH TLSv1.2 SHA384"), 256},
	{tls.TLS_RSA_WITH_AES_128_CBC_SHA256, "AES128-SHA256", words("kRSA aRSA RSA AES AES128 CBC HIGH TLSv1.2 SHA256"), 128},
	{tls.TLS_RSA_WITH_AES_128_CBC_SHA, "AES128-SHA", words("kRSA aRSA RSA AES AES128 CBC HIGH SHA SHA1 SSLv3"), 128},
	{tls.TLS_RSA_WITH_AES_256_CBC_SHA, "AES256-SHA", words("kRSA aRSA RSA AES AES256 CBC HIGH SHA SHA1 SSLv3"), 256},
	{tls.TLS_ECDHE_RSA_WITH_3DES_EDE_CBC_SHA, "ECDHE-RSA-DES-CBC3-SHA", words("ECDHE aRSA 3DES MEDIUM SHA SHA1 TLSv1"), 112},
	{tls.TLS_RSA_WITH_3DES_EDE_CBC_SHA, "DES-CBC3-SHA", words("kRSA aRSA RSA 3DES MEDIUM SHA SHA1 SSLv3"), 112},
}

func words(s string) []string { return strings.Fields(s) }

// suites13Names are those of TLS 1.3, whose names are the same everywhere, and their bits.
var suites13Bits = map[uint16]int{tls.TLS_AES_128_GCM_SHA256: 128, tls.TLS_AES_256_GCM_SHA384: 256, tls.TLS_CHACHA20_POLY1305_SHA256: 256}

// CipherName is a suite's name as OpenSSL has it; "" = unknown.
func CipherName(id uint16) string {
	if _, ok := suites13Bits[id]; ok {
		return tls.CipherSuiteName(id)
	}
	for i := range suites {
		if suites[i].id == id {
			return suites[i].name
		}
	}
	return ""
}

// CipherBits is the size of a suite's key.
func CipherBits(id uint16) int {
	if n, ok := suites13Bits[id]; ok {
		return n
	}
	for i := range suites {
		if suites[i].id == id {
			return suites[i].bits
		}
	}
	return 0
}

// has reports whether a word of OpenSSL's lists stands for the suite.
func (s *suite) has(word string) bool {
	switch word {
	case "ALL", "COMPLEMENTOFDEFAULT":
		return true
	case "DEFAULT":
		return s.bits >= 128
	case "ECDH", "EECDH", "kEECDH", "kECDHE":
		word = "ECDHE"
	case "aECDSA":
		word = "ECDSA"
	}
	if s.name == word || tls.CipherSuiteName(s.id) == word {
		return true
	}
	return slices.Contains(s.words, word)
}

// listWords are words that take nothing away from crypto/tls where they stand behind "!": it has none of that.
var listWords = words("aNULL eNULL NULL EXPORT EXP LOW RC4 DES MD5 PSK SRP DSS aDSS DSA kDH aDH ADH AECDH EDH DHE kEDH kDHE DH IDEA SEED CAMELLIA ARIA KRB5 SSLv2 COMPLEMENTOFALL AESCCM AESCCM8 GOST kECDHEPSK kRSAPSK kPSK kDHEPSK aPSK")

// cipherList is what a list in OpenSSL's language says.
type cipherList struct {
	list    []*suite       // in the order of the table
	place   map[uint16]int // of the word that each stands for
	unknown []string       // words that stand for nothing that crypto/tls has
	level   level          // @SECLEVEL; 0 = nothing is said of it
}

// parseCiphers reads a list.
func parseCiphers(text string) cipherList {
	c := cipherList{place: map[uint16]int{}}
	killed := map[uint16]bool{}
	text = strings.ReplaceAll(text, "@", ":@") // DEFAULT@SECLEVEL=1 are two words
	for n, item := range strings.FieldsFunc(text, func(c rune) bool { return c == ':' || c == ';' || c == ',' || c == ' ' }) {
		if item[0] == '@' {
			c.command(item)
			continue
		}
		op := item[0]
		if strings.IndexByte("!-+", op) >= 0 {
			item = item[1:]
		}
		matched := false
		for i := range suites {
			s := &suites[i]
			if !s.all(item) {
				continue
			}
			matched = true
			_, on := c.place[s.id]
			switch {
			case op == '!':
				killed[s.id] = true
			case op == '-':
				delete(c.place, s.id)
			case op == '+' && on || op != '+' && !on: // "+" moves to the end what is there
				c.place[s.id] = n
			}
		}
		_, is13 := suites13ByName(item)
		if !matched && op != '!' && op != '-' && op != '+' && !slices.Contains(listWords, item) && !is13 {
			c.unknown = append(c.unknown, item)
		}
	}
	for i := range suites {
		if _, on := c.place[suites[i].id]; on && !killed[suites[i].id] {
			c.list = append(c.list, &suites[i])
		}
	}
	return c
}

// command takes what is no suite: @STRENGTH, which is an order, and @SECLEVEL=n.
func (c *cipherList) command(item string) {
	n, isLevel := strings.CutPrefix(item, "@SECLEVEL=")
	switch {
	case item == "@STRENGTH":
	case !isLevel || len(n) != 1 || n[0] < '0' || n[0] > '0'+conf.MaxSecurityLevel:
		c.unknown = append(c.unknown, item)
	case n == "0":
		c.level = conf.NoSecurity
	default:
		c.level = level(n[0] - '0')
	}
}

// ciphers are the suites of a list. Their order is crypto/tls's own.
func ciphers(text string, r *report) (ids []uint16) {
	for _, s := range parseCiphers(text).list {
		ids = append(ids, s.id)
	}
	if ids == nil {
		r.bad("ciphers", "crypto/tls has none of %q", text)
	}
	return ids
}

func suites13ByName(name string) (uint16, bool) {
	for id := range suites13Bits {
		if tls.CipherSuiteName(id) == name {
			return id, true
		}
	}
	return 0, false
}

// all reports whether every word of A+B+C stands for the suite.
func (s *suite) all(item string) bool {
	for w := range strings.SplitSeq(item, "+") {
		if !s.has(w) {
			return false
		}
	}
	return true
}

// offered are suites that crypto/tls does not have and clients offer, as OpenSSL names them.
var offered = map[uint16]string{
	0x00ff: "TLS_EMPTY_RENEGOTIATION_INFO_SCSV", 0x5600: "TLS_FALLBACK_SCSV", 0x1304: "TLS_AES_128_CCM_SHA256", 0x1305: "TLS_AES_128_CCM_8_SHA256",
	0x009e: "DHE-RSA-AES128-GCM-SHA256", 0x009f: "DHE-RSA-AES256-GCM-SHA384", 0xccaa: "DHE-RSA-CHACHA20-POLY1305", 0x006b: "DHE-RSA-AES256-SHA256",
	0x0067: "DHE-RSA-AES128-SHA256", 0x0039: "DHE-RSA-AES256-SHA", 0x0033: "DHE-RSA-AES128-SHA", 0x0016: "DHE-RSA-DES-CBC3-SHA",
	0xc024: "ECDHE-ECDSA-AES256-SHA384", 0xc028: "ECDHE-RSA-AES256-SHA384", 0xc008: "ECDHE-ECDSA-DES-CBC3-SHA", 0x003d: "AES256-SHA256",
	0xc09c: "AES128-CCM", 0xc09d: "AES256-CCM", 0xc09e: "DHE-RSA-AES128-CCM", 0xc09f: "DHE-RSA-AES256-CCM", 0xc0ac: "ECDHE-ECDSA-AES128-CCM",
	0xc0ad: "ECDHE-ECDSA-AES256-CCM", 0xc0ae: "ECDHE-ECDSA-AES128-CCM8", 0xc0af: "ECDHE-ECDSA-AES256-CCM8", 0x0041: "CAMELLIA128-SHA", 0x0084: "CAMELLIA256-SHA",
	0x0045: "DHE-RSA-CAMELLIA128-SHA", 0x0088: "DHE-RSA-CAMELLIA256-SHA", 0x0004: "RC4-MD5", 0x0005: "RC4-SHA", 0xc011: "ECDHE-RSA-RC4-SHA", 0xc007: "ECDHE-ECDSA-RC4-SHA",
}

// OfferName is CipherName that also knows what crypto/tls has not.
func OfferName(id uint16) string {
	if name := CipherName(id); name != "" {
		return name
	}
	return offered[id]
}
