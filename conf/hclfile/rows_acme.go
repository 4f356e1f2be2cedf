package hclfile

import (
	"strings"

	"github.com/hashicorp/hcl/v2/hclsyntax"

	"weir/conf"
)

var acmeGrammar = grammar[conf.ACME]{context: "acme", rows: []row[conf.ACME]{
	{info: info{name: "directory", typ: tString, doc: "the URL where the authority tells of itself"}, at: func(a *conf.ACME) any { return &a.Directory }},
	{info: info{name: "contact", typ: tString, doc: "a mail address for the authority"}, at: func(a *conf.ACME) any { return &a.Contact }},
	{info: info{name: "storage", typ: tString, doc: "the directory where the certificates of bind blocks and the account's key are kept; it is made where there is none"}, at: func(a *conf.ACME) any { return &a.Storage }},
	{info: info{name: "account_key", typ: tString, doc: "the file of the account's key, which is made where there is none; where not given, NAME.account.key in storage"}, at: func(a *conf.ACME) any { return &a.AccountKey }},
	{info: info{name: "challenge", typ: tWord, enum: conf.ACMEChallenges, def: conf.ACMEHTTP, doc: "how the authority sees that a name is ours"}, at: func(a *conf.ACME) any { return &a.Challenge }},
	{info: info{name: "map", typ: tString, doc: "a map, such as virt@acme, where rules find the account's thumbprint by token; where not given, http-01 is answered before any rule"}, at: func(a *conf.ACME) any { return &a.Map }},
	{info: info{name: "keytype", typ: tWord, enum: conf.ACMEKeyTypes, def: "ECDSA", doc: "the kind of keys"}, at: func(a *conf.ACME) any { return &a.KeyType }},
	{info: info{name: "curves", typ: tWord, enum: conf.ACMECurves, def: "P-256", doc: "the curve of ECDSA keys"}, at: func(a *conf.ACME) any { return &a.Curve }},
	{info: info{name: "bits", typ: tInt, min: conf.MinACMEBits, max: conf.MaxACMEBits, doc: "the size of RSA keys; where not given, 2048"}, at: func(a *conf.ACME) any { return &a.Bits }},
	{info: info{name: "reuse_key", typ: tBool, doc: "a certificate's key stays when it is renewed"}, at: func(a *conf.ACME) any { return &a.ReuseKey }},
	{info: info{name: "profile", typ: tString, doc: "which of its kinds of certificates the authority is asked for"}, at: func(a *conf.ACME) any { return &a.Profile }},
	{info: info{name: "ca_file", typ: tString, doc: "certificates that the authority's own may be of; where not given, httpclient_ssl_ca_file"}, at: func(a *conf.ACME) any { return &a.CAFile }},
	{info: info{name: "eab_key_id", typ: tString, doc: "the file with the name of the account elsewhere that this one is bound to"}, at: func(a *conf.ACME) any { return &a.EABKeyID }},
	{info: info{name: "challenge_ready", typ: tList, enum: conf.ACMEReady, def: "cli", doc: "what is waited for with dns-01 before the authority is told to look for a TXT record: that somebody says so on a stats socket, dns_delay, that it is found"},
		read: func(d *decoder, a *conf.ACME, t *attr) { a.Ready = strings.Join(d.strings(t, conf.ACMEReady), ",") },
		text: func(a *conf.ACME) string {
			if a.Ready == "" {
				return ""
			}
			return textList(strings.Split(a.Ready, ","))
		}},
	{info: info{name: "dns_delay", typ: tDuration, doc: "the time before and between looks for a TXT record; where not given, 30s"}, at: func(a *conf.ACME) any { return &a.DNSDelay }},
	{info: info{name: "dns_timeout", typ: tDuration, doc: "how long a TXT record is looked for; where not given, 10m"}, at: func(a *conf.ACME) any { return &a.DNSTimeout }},
	{info: info{name: "provider_name", typ: tString, doc: "for the program that makes TXT records"}, at: func(a *conf.ACME) any { return &a.Provider }},
	{info: info{name: "acme_vars", typ: tString, doc: "for that program, too"}, at: func(a *conf.ACME) any { return &a.Vars }},
	{info: info{name: "eab_mac_key", typ: tString, doc: "the file with its key, in base64url"}, at: func(a *conf.ACME) any { return &a.EABMACKey }},
}}

func (d *decoder) readACME(hb *hclsyntax.Block) {
	b := d.block(hb, "")
	a := &conf.ACME{Pos: b.pos, Name: b.label()}
	read(d, &acmeGrammar, a, b.body, b.path, 0)
	if other := d.cfg.FindACME(a.Name); other != nil {
		d.add(conf.Conflict(b.pos, "", b.path, other.Pos))
		return
	}
	d.cfg.ACMEs = append(d.cfg.ACMEs, a)
}

func acmeNode(m style, a *conf.ACME) *Node { return whole(m, &acmeGrammar, a, "acme", a.Name) }

var crtUseGrammar = grammar[conf.CrtUse]{context: "ssl_f_use", rows: append(loadRows(func(c *conf.CrtUse) *conf.CrtLoad { return &c.CrtLoad }), row[conf.CrtUse]{
	info: info{name: "options", typ: tList, doc: `options of a crt-list's line, as in ["verify required", "alpn h2"]`}, at: func(c *conf.CrtUse) any { return &c.Options }})}

func readCrtUse(d *decoder, s *section, b *block, _ where) {
	c := &conf.CrtUse{CrtLoad: conf.CrtLoad{Pos: b.labelPos[0], Crt: b.label()}}
	read(d, &crtUseGrammar, c, b.body, b.path, 0)
	s.CrtUses = append(s.CrtUses, c)
}

// acmeGlobalRows are the settings of the global block that are about it.
var acmeGlobalRows = []row[conf.Global]{
	{info: info{name: "acme_scheduler", typ: tWord, enum: []string{"auto", "off"}, def: "auto", doc: "whether certificates of acme blocks are renewed by themselves"},
		read: func(d *decoder, g *conf.Global, a *attr) { g.ACMEManual = d.word([]string{"auto", "off"}, a) == 1 },
		text: func(g *conf.Global) string { return onlyWord(g.ACMEManual, "off") }},
	{info: info{name: "httpclient_ssl_ca_file", typ: tString, doc: "certificates that those of whom Weir itself asks may be of; where not given, the system's"}, at: func(g *conf.Global) any { return &g.HTTPClient.CAFile }},
	{info: info{name: "httpclient_ssl_verify", typ: tWord, enum: []string{"required", "none"}, def: "required", doc: "whether they are checked"},
		read: func(d *decoder, g *conf.Global, a *attr) {
			g.HTTPClient.VerifyNone = d.word([]string{"required", "none"}, a) == 1
		},
		text: func(g *conf.Global) string { return onlyWord(g.HTTPClient.VerifyNone, "none") }},
	{info: info{name: "httpclient_timeout_connect", typ: tDuration, doc: "how long a connection to them may take; where not given, 5s"}, at: func(g *conf.Global) any { return &g.HTTPClient.ConnectTimeout }},
	{info: info{name: "httpclient_resolvers_prefer", typ: tWord, enum: conf.IPFamilies, doc: "the family of their addresses"}, at: func(g *conf.Global) any { return &g.HTTPClient.Prefer }},
}

// onlyWord writes a word where it holds.
func onlyWord(on bool, word string) string {
	if on {
		return quote(word)
	}
	return ""
}
