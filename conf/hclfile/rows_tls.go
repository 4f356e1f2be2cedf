package hclfile

import (
	"slices"
	"strconv"
	"strings"

	"weir/conf"
)

// tlsRows are what the TLS of bind and server blocks has in common; prefix goes before the names.
func tlsRows[T any](prefix string, at func(*T) *conf.TLS) []row[T] {
	text := func(name, doc string, to func(*conf.TLS) *string) row[T] {
		return row[T]{info: info{name: prefix + name, typ: tString, doc: doc}, at: func(v *T) any { return to(at(v)) }}
	}
	return []row[T]{
		text("ciphers", "cipher suites up to TLS 1.2, as OpenSSL writes them", func(t *conf.TLS) *string { return &t.Ciphers }),
		text("ciphersuites", "cipher suites of TLS 1.3", func(t *conf.TLS) *string { return &t.CipherSuites }),
		text("curves", "groups for the key exchange", func(t *conf.TLS) *string { return &t.Curves }),
		text("sigalgs", "signature algorithms", func(t *conf.TLS) *string { return &t.SigAlgs }),
		text("client_sigalgs", "signature algorithms of client certificates", func(t *conf.TLS) *string { return &t.ClientSigAlgs }),
	}
}

// lineRows are those of one line alone, beside tlsRows.
func lineRows[T any](at func(*T) *conf.TLS, verify []string) []row[T] {
	rows := []row[T]{
		{info: info{name: "verify", typ: tWord, enum: verify, doc: "whether the other side shows a certificate that is checked"}, at: func(v *T) any { return &at(v).Verify }},
		{info: info{name: "ca_file", typ: tString, doc: "certificates of authorities that the other side's may be of"}, at: func(v *T) any { return &at(v).CAFile }},
		{info: info{name: "crl_file", typ: tString, doc: "revocation lists that its certificate must not stand in"}, at: func(v *T) any { return &at(v).CRLFile }},
		{info: info{name: "alpn", typ: tList, doc: "protocols to agree on"}, at: func(v *T) any { return &at(v).ALPN }},
		{info: info{name: "ssl_min_ver", typ: tWord, enum: conf.TLSVersions, doc: "the oldest version of TLS"}, at: func(v *T) any { return &at(v).MinVer }},
		{info: info{name: "ssl_max_ver", typ: tWord, enum: conf.TLSVersions, doc: "the newest version of TLS"}, at: func(v *T) any { return &at(v).MaxVer }},
		{info: info{name: "npn", typ: tString, doc: "does nothing, which a warning says: NPN was given up for ALPN"}, at: func(v *T) any { return &at(v).NPN }},
		{info: info{name: "no_tls_tickets", typ: tBool, doc: "sessions are not resumed by tickets"}, at: func(v *T) any { return &at(v).NoTickets }},
		{info: info{name: "ktls", typ: tBool, doc: "does nothing, which a warning says: records are encrypted by Weir itself"}, at: func(v *T) any { return &at(v).KTLS }},
		{info: info{name: "allow_0rtt", typ: tBool, doc: "does nothing, which a warning says: no early data is taken"}, at: func(v *T) any { return &at(v).Early }},
		{info: info{name: "tls_tickets", typ: tBool, doc: "the opposite"}, read: func(d *decoder, v *T, a *attr) {
			on := !at(v).NoTickets
			d.assign(&on, &info{}, a)
			at(v).NoTickets = !on
		}, text: nothing[T]},
	}
	for _, v := range conf.TLSVersions {
		word := strings.ToLower(strings.ReplaceAll(v, ".", ""))
		rows = append(rows, row[T]{info: info{name: "no_" + word, typ: tBool, doc: "without " + v},
			read: func(d *decoder, n *T, a *attr) {
				on := false
				d.assign(&on, &info{}, a)
				at(n).Forbid(v, on)
			},
			text: func(n *T) string { return textTrue(slices.Contains(at(n).NoVersions, v)) }})
		rows = append(rows, row[T]{info: info{name: "force_" + word, typ: tBool, doc: v + " only"},
			read: func(d *decoder, n *T, a *attr) {
				on := false
				if d.assign(&on, &info{}, a); on {
					at(n).Force(v)
				}
			},
			text: nothing[T]})
	}
	return rows
}

func bindCommon(b *conf.Bind) *conf.TLS { return &b.TLS.TLS }
func serverCommon(s *server) *conf.TLS  { return &s.TLS.TLS }

var bindTLSRows = slices.Concat([]row[conf.Bind]{
	{info: info{name: "ssl", typ: tBool, doc: "clients speak TLS"}, at: func(b *conf.Bind) any { return &b.TLS.On }},
	{info: info{name: "crt", typ: tList, doc: "certificates with their keys: files, and folders of them"}, at: func(b *conf.Bind) any { return &b.TLS.Certs }},
	{info: info{name: "default_crt", typ: tList, doc: "the certificates for names that no other is for"}, at: func(b *conf.Bind) any { return &b.TLS.DefaultCerts }},
	{info: info{name: "crt_list", typ: tList, doc: "lists of certificates with options and names"}, at: func(b *conf.Bind) any { return &b.TLS.Lists }},
	{info: info{name: "acme", typ: tString, doc: "the acme section that has a certificate for domains issued and keeps it"}, at: func(b *conf.Bind) any { return &b.TLS.ACME }},
	{info: info{name: "domains", typ: tList, doc: "the names of that certificate"}, at: func(b *conf.Bind) any { return &b.TLS.Domains }},
	{info: info{name: "ca_verify_file", typ: tString, doc: "more authorities, which clients are not told of"}, at: func(b *conf.Bind) any { return &b.TLS.CAVerifyFile }},
	{info: info{name: "no_ca_names", typ: tBool, doc: "clients are not told of the authorities"}, at: func(b *conf.Bind) any { return &b.TLS.NoCANames }},
	{info: info{name: "crt_ignore_err", typ: tList, doc: `errors of client certificates that are let pass, by number; or "all"`}, at: func(b *conf.Bind) any { return &b.TLS.CrtIgnore }},
	{info: info{name: "ca_ignore_err", typ: tList, doc: "the same of their issuers' certificates"}, at: func(b *conf.Bind) any { return &b.TLS.CAIgnore }},
	{info: info{name: "strict_sni", typ: tBool, doc: "no certificate for names that none is for"}, at: func(b *conf.Bind) any { return &b.TLS.StrictSNI }},
	{info: info{name: "tls_ticket_keys", typ: tString, doc: "a file with keys of session tickets; where not given, they are made, and made anew every day"}, at: func(b *conf.Bind) any { return &b.TLS.TicketKeys }},
	{info: info{name: "no_alpn", typ: tBool, doc: "no protocol is agreed on"}, at: func(b *conf.Bind) any { return &b.TLS.NoALPN }},
	{info: info{name: "generate_certificates", typ: tBool, doc: "certificates are made for names that no other is for"}, at: func(b *conf.Bind) any { return &b.TLS.Generate }},
	{info: info{name: "ca_sign_file", typ: tString, doc: "the authority that signs them, with its key"}, at: func(b *conf.Bind) any { return &b.TLS.CASignFile }},
	{info: info{name: "ca_sign_pass", typ: tString, doc: "the passphrase of its key"}, at: func(b *conf.Bind) any { return &b.TLS.CASignPass }},
	{info: info{name: "prefer_client_ciphers", typ: tBool, doc: "does nothing, which a warning says: crypto/tls chooses by itself"}, at: func(b *conf.Bind) any { return &b.TLS.PreferClient }},
}, tlsRows("", bindCommon), lineRows(bindCommon, []string{"none", "optional", "required"}))

var serverTLSRows = slices.Concat([]row[server]{
	{info: info{name: "ssl", typ: tBool, doc: "it speaks TLS"}, at: func(s *server) any { return &s.TLS.On }},
	{info: info{name: "crt", typ: tString, doc: "the certificate to show to it, with its key"}, at: func(s *server) any { return &s.TLS.Cert }},
	{info: info{name: "verifyhost", typ: tString, doc: "the name that its certificate must have where sni, or check_sni for a health check, asks for none"}, at: func(s *server) any { return &s.TLS.VerifyHost }},
	{info: info{name: "sni", typ: tSample, doc: "the server name to ask for"}, at: func(s *server) any { return &s.TLS.SNI }},
	{info: info{name: "sni_auto", typ: tBool, doc: "the server name is the request's host"}, at: func(s *server) any { return &s.TLS.SNIAuto }},
	{info: info{name: "no_ssl_reuse", typ: tBool, doc: "sessions are not resumed"}, at: func(s *server) any { return &s.TLS.NoReuse }},
	{info: info{name: "renegotiate", typ: tBool, doc: "does nothing, which a warning says: nothing is ever negotiated again"}, at: func(s *server) any { return &s.TLS.Renegotiate }},
	{info: info{name: "check_ssl", typ: tBool, doc: "health checks speak TLS, as they do anyway where they go to the server's own address and port"}, at: func(s *server) any { return &s.TLS.Check }},
	{info: info{name: "no_check_ssl", typ: tBool, doc: "health checks do not speak TLS"}, at: func(s *server) any { return &s.TLS.NoCheck }},
	{info: info{name: "check_sni_auto", typ: tBool, doc: "without check_sni health checks ask for the host of their request"}, at: func(s *server) any { return &s.TLS.CheckAuto }},
	{info: info{name: "check_sni", typ: tString, doc: "the server name that health checks ask for"}, at: func(s *server) any { return &s.TLS.CheckSNI }},
	{info: info{name: "check_alpn", typ: tList, doc: "the protocols of health checks"}, at: func(s *server) any { return &s.TLS.CheckALPN }},
}, tlsRows("", serverCommon), lineRows(serverCommon, []string{"none", "required"}))

var globalTLSRows = slices.Concat([]row[conf.Global]{
	{info: info{name: "ca_base", typ: tString, doc: "where ca_file and crl_file are"}, at: func(g *conf.Global) any { return &g.TLS.CABase }},
	{info: info{name: "crt_base", typ: tString, doc: "where crt and crt_list are"}, at: func(g *conf.Global) any { return &g.TLS.CrtBase }},
	{info: info{name: "key_base", typ: tString, doc: "where the keys of certificates are"}, at: func(g *conf.Global) any { return &g.TLS.KeyBase }},
	{info: info{name: "ssl_server_verify", typ: tWord, enum: []string{"none", "required"}, def: "required", doc: "verify of servers without it"}, at: func(g *conf.Global) any { return &g.TLS.ServerVerify }},
	{info: info{name: "ssl_load_extra_files", typ: tList, enum: append([]string{"none"}, conf.TLSExtraFiles...), doc: "files that are read beside a certificate; where not given, all"}, at: func(g *conf.Global) any { return &g.TLS.LoadExtra }},
	{info: info{name: "ssl_load_extra_del_ext", typ: tBool, doc: "their names are the certificate's with another ending"}, at: func(g *conf.Global) any { return &g.TLS.DelExt }},
	{info: info{name: "tune_ssl_maxrecord", typ: tSize, min: 0, max: 1 << 14, doc: "bytes in one TLS record; where not given, 16384"}, at: func(g *conf.Global) any { return &g.TLS.MaxRecord }},
	{info: info{name: "tune_ssl_capture_buffer_size", typ: tSize, min: 0, max: 1 << 14, doc: "bytes of a ClientHello that are kept for the fetches that ask for it"}, at: func(g *conf.Global) any { return &g.TLS.Capture }},
	{info: info{name: "maxsslconn", typ: tInt, doc: "connections with TLS at once, on both sides; where not given, or 0, any number"}, at: func(g *conf.Global) any { return &g.TLS.MaxConn }},
	{info: info{name: "maxsslrate", typ: tInt, doc: "connections a second to bind blocks with TLS"}, at: func(g *conf.Global) any { return &g.TLS.MaxRate }},
	{info: info{name: "tune_ssl_lifetime", typ: tDuration, def: "24h", doc: "how long a session may be resumed"}, at: func(g *conf.Global) any { return &g.TLS.Lifetime }},
	{info: info{name: "tune_ssl_ssl_ctx_cache_size", typ: tInt, def: "1000", doc: "certificates that are kept of generate_certificates"}, at: func(g *conf.Global) any { return &g.TLS.Generated }},
	{info: info{name: "tune_ssl_keylog", typ: tBool, doc: "the secrets of connections are there to be fetched"}, at: func(g *conf.Global) any { return &g.TLS.KeyLog }},
	{info: info{name: "issuers_chain_path", typ: tString, doc: "a folder of chains for certificates that come without"}, at: func(g *conf.Global) any { return &g.TLS.IssuersChain }},
	{info: info{name: "ssl_passphrase_cmd", typ: tList, doc: "a program that tells the passphrases of keys, and its arguments; the file of the key is one more"}, at: func(g *conf.Global) any { return &g.TLS.PassphraseCmd }},
	securityLevelRow,
	{info: info{name: "ssl_dh_param_file", typ: tString, doc: "does nothing, which a warning says: keys are exchanged over elliptic curves only"}, at: func(g *conf.Global) any { return &g.TLS.DHParam }},
	{info: info{name: "ssl_propquery", typ: tString, doc: "does nothing, as the three below, which a warning says: it is for OpenSSL"}, at: func(g *conf.Global) any { return &g.TLS.OpenSSL.PropQuery }},
	{info: info{name: "ssl_provider", typ: tList, doc: "providers of OpenSSL"}, at: func(g *conf.Global) any { return &g.TLS.OpenSSL.Providers }},
	{info: info{name: "ssl_provider_path", typ: tList, doc: "where they are"}, at: func(g *conf.Global) any { return &g.TLS.OpenSSL.ProviderPaths }},
	{info: info{name: "ssl_engine", typ: tList, doc: "engines of OpenSSL"}, at: func(g *conf.Global) any { return &g.TLS.OpenSSL.Engines }},
	{info: info{name: "ocsp_update_mode", typ: tWord, enum: []string{"on", "off"}, def: "off", doc: "whether the OCSP responses of certificates are fetched that say nothing of their own"}, at: func(g *conf.Global) any { return &g.TLS.OCSP.Mode }},
	{info: info{name: "ocsp_update_disable", typ: tBool, doc: "no OCSP response is fetched"}, at: func(g *conf.Global) any { return &g.TLS.OCSP.Disable }},
	{info: info{name: "ocsp_update_httpproxy", typ: tString, doc: "HOST or HOST:PORT of an HTTP proxy to fetch OCSP responses through"}, at: func(g *conf.Global) any { return &g.TLS.OCSP.Proxy }},
	{info: info{name: "ocsp_update_mindelay", typ: tDuration, def: "5m", doc: "the shortest time between two updates of an OCSP response"}, at: func(g *conf.Global) any { return &g.TLS.OCSP.Min }},
	{info: info{name: "ocsp_update_maxdelay", typ: tDuration, def: "1h", doc: "the longest"}, at: func(g *conf.Global) any { return &g.TLS.OCSP.Max }},
	optionsRow("ssl_default_bind_options", conf.TLSOptions(true), func(g *conf.Global) tlsOptions { return &g.TLS.Bind }),
	optionsRow("ssl_default_server_options", conf.TLSOptions(false), func(g *conf.Global) tlsOptions { return &g.TLS.Server }),
}, tlsRows("ssl_default_bind_", func(g *conf.Global) *conf.TLS { return &g.TLS.Bind.TLS }),
	tlsRows("ssl_default_server_", func(g *conf.Global) *conf.TLS { return &g.TLS.Server.TLS }))

// tlsOptions are read and written as words.
type tlsOptions interface {
	Option(word, version string) bool
	Options() []string
}

func optionsRow(name string, words []string, at func(*conf.Global) tlsOptions) row[conf.Global] {
	return row[conf.Global]{info: info{name: name, typ: tList, doc: `options of all such blocks, as in ["ssl-min-ver TLSv1.2", "no-tls-tickets"]`},
		read: func(d *decoder, g *conf.Global, a *attr) {
			for _, text := range d.strings(a, nil) {
				word, version, _ := strings.Cut(text, " ")
				if !slices.Contains(words, word) && !slices.Contains(words, word+" ") || !at(g).Option(word, version) {
					d.add(conf.BadValue(a.pos, a.path, text, `a list of options such as "ssl-min-ver TLSv1.2", "no-tlsv10" and "no-tls-tickets"`))
				}
			}
		},
		text: func(g *conf.Global) string { return textList(at(g).Options()) }}
}

// securityLevelRow tells the level 0 from none that is said.
var securityLevelRow = row[conf.Global]{info: info{name: "ssl_security_level", typ: tInt, max: conf.MaxSecurityLevel, doc: "OpenSSL's security level: the least that keys, ciphers and groups must be good for; where not given, 2 for the certificates of clients and servers"},
	read: func(d *decoder, g *conf.Global, a *attr) {
		n := -1
		if d.assign(&n, &info{typ: tInt, max: conf.MaxSecurityLevel}, a); n >= 0 {
			g.TLS.SetSecurityLevel(n)
		}
	},
	text: func(g *conf.Global) string {
		if g.TLS.SecurityLevel == 0 {
			return ""
		}
		return strconv.Itoa(max(g.TLS.SecurityLevel, 0))
	}}
