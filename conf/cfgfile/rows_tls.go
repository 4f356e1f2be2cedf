package cfgfile

import (
	"slices"
	"strings"

	"weir/conf"
)

const (
	whyNPN    = "NPN was given up for ALPN: no client and no server asks for it, which a warning says"
	whyGoTLS  = "crypto/tls chooses by itself, which a warning says"
	whyKTLS   = "TLS is never the kernel's, which a warning says where it is on"
	whyEarly  = "no early data is taken and none is sent, which a warning says: requests wait for the end of the handshake"
	whySuites = "crypto/tls always has all suites of TLS 1.3, which a warning says where others are meant"
	whySigAlg = "crypto/tls chooses signature algorithms by itself, which a warning says"
	whyNoSSL  = "TLS is Go's crypto/tls and not OpenSSL, which a warning says"
)

// tlsRows are what bind and server lines have in common.
func tlsRows(at func(*line) *conf.TLS) []row {
	text := func(name, args, doc string, to func(*conf.TLS) *string) row {
		return row{name: name, args: args, doc: doc, read: func(l *line) { l.text(to(at(l)), args) }}
	}
	unable := func(name, why string, to func(*conf.TLS) *string) row {
		return row{name: name, args: "<list>", status: Inert, why: why, read: func(l *line) { l.text(to(at(l)), "<list>") }}
	}
	rows := []row{
		text("ca-file", "<file>", "certificates of authorities that the peer's may be of", func(t *conf.TLS) *string { return &t.CAFile }),
		text("crl-file", "<file>", "revocation lists that the peer's certificate must not stand in", func(t *conf.TLS) *string { return &t.CRLFile }),
		text("ciphers", "<list>", "cipher suites up to TLS 1.2", func(t *conf.TLS) *string { return &t.Ciphers }),
		unable("ciphersuites", whySuites, func(t *conf.TLS) *string { return &t.CipherSuites }),
		text("curves", "<list>", "groups for the key exchange", func(t *conf.TLS) *string { return &t.Curves }),
		unable("sigalgs", whySigAlg, func(t *conf.TLS) *string { return &t.SigAlgs }),
		unable("client-sigalgs", whySigAlg, func(t *conf.TLS) *string { return &t.ClientSigAlgs }),
		{name: "alpn", args: "<protocol>[,<protocol> ...]", doc: "protocols to agree on", read: func(l *line) { l.commaList(&at(l).ALPN, "<protocol>") }},
		{name: "npn", args: "<protocols>", status: Inert, why: whyNPN, read: func(l *line) { l.text(&at(l).NPN, "<protocols>") }},
		{name: "no-tls-tickets", doc: "sessions are not resumed by tickets", read: func(l *line) { at(l).NoTickets = true }},
		{name: "ktls", args: "<on|off>", status: Inert, why: whyKTLS, read: func(l *line) {
			if i := l.word("off", "on"); i >= 0 {
				at(l).KTLS = i == 1
			}
		}},
		{name: "allow-0rtt", status: Inert, why: whyEarly, read: func(l *line) { at(l).Early = true }},
		{name: "tls-tickets", doc: "undoes no-tls-tickets", read: func(l *line) { at(l).NoTickets = false }},
	}
	for _, name := range []string{"ssl-min-ver", "ssl-max-ver"} {
		rows = append(rows, row{name: name, args: "<version>", doc: "the " + map[bool]string{true: "oldest", false: "newest"}[name == "ssl-min-ver"] + " version of TLS",
			read: func(l *line) {
				if i := l.word(conf.TLSVersions...); i >= 0 {
					at(l).Option(name, conf.TLSVersions[i])
				}
			}})
	}
	for _, v := range conf.TLSVersions {
		word := strings.ToLower(strings.ReplaceAll(v, ".", ""))
		rows = append(rows, row{name: "no-" + word, doc: "without " + v, read: func(l *line) { at(l).Forbid(v, true) }},
			row{name: "force-" + word, doc: v + " only", read: func(l *line) { at(l).Force(v) }})
	}
	return rows
}

// commaList takes a list whose items are separated by commas.
func (l *line) commaList(to *[]string, what string) {
	if w, ok := l.arg(what); ok {
		*to = strings.FieldsFunc(w.Text, func(c rune) bool { return c == ',' })
	}
}

func addTLS() {
	bindTable.rows = append(bindTable.rows, tlsRows(func(l *line) *conf.TLS { return &l.d.bind.TLS.TLS })...)
	bindTable.rows = append(bindTable.rows, bindTLSRows...)
	serverTable.rows = append(serverTable.rows, tlsRows(func(l *line) *conf.TLS { return &l.srv.TLS.TLS })...)
	serverTable.rows = append(serverTable.rows, serverTLSRows...)
	globalTable.rows = append(globalTable.rows, globalTLSRows...)
	globalTable.rows = append(globalTable.rows, openSSLRows...)
	globalTable.rows = append(globalTable.rows, ocspRows()...)
	globalTable.rows = append(globalTable.rows, defaultTLSRows("bind", func(g *conf.GlobalTLS) *conf.TLS { return &g.Bind.TLS })...)
	globalTable.rows = append(globalTable.rows, defaultTLSRows("server", func(g *conf.GlobalTLS) *conf.TLS { return &g.Server.TLS })...)
}

func bindTLS(l *line) *conf.BindTLS { return &l.d.bind.TLS }

// more adds a word to a list without changing who shares it.
func more(to *[]string, word string) { *to = append(slices.Clip(*to), word) }

func bindFile(at func(*conf.BindTLS) *[]string) func(*line) {
	return func(l *line) {
		if w, ok := l.arg("<file>"); ok {
			more(at(bindTLS(l)), w.Text)
		}
	}
}

func bindFlag(at func(*conf.BindTLS) *bool, on bool) func(*line) {
	return func(l *line) { *at(bindTLS(l)) = on }
}

var bindTLSRows = []row{
	{name: "ssl", doc: "clients speak TLS", read: bindFlag(func(t *conf.BindTLS) *bool { return &t.On }, true)},
	{name: "crt", args: "<file|directory>", doc: "a certificate with its key, or a folder of them", read: bindFile(func(t *conf.BindTLS) *[]string { return &t.Certs })},
	{name: "default-crt", args: "<file>", doc: "the certificate for names that no other is for", read: bindFile(func(t *conf.BindTLS) *[]string { return &t.DefaultCerts })},
	{name: "crt-list", args: "<file>", doc: "a list of certificates with options and names", read: bindFile(func(t *conf.BindTLS) *[]string { return &t.Lists })},
	{name: "verify", args: "<none|optional|required>", doc: "whether clients show a certificate", read: func(l *line) {
		if words := []string{"none", "optional", "required"}; true {
			if i := l.word(words...); i >= 0 {
				bindTLS(l).Verify = words[i]
			}
		}
	}},
	{name: "ca-verify-file", args: "<file>", doc: "more authorities, which clients are not told of", read: func(l *line) { l.text(&bindTLS(l).CAVerifyFile, "<file>") }},
	{name: "no-ca-names", doc: "clients are not told of the authorities", read: bindFlag(func(t *conf.BindTLS) *bool { return &t.NoCANames }, true)},
	{name: "crt-ignore-err", args: "<all|number,...>", doc: "errors of client certificates that are let pass", read: func(l *line) { l.commaList(&bindTLS(l).CrtIgnore, "<all|number,...>") }},
	{name: "ca-ignore-err", args: "<all|number,...>", doc: "the same of their issuers' certificates", read: func(l *line) { l.commaList(&bindTLS(l).CAIgnore, "<all|number,...>") }},
	{name: "strict-sni", doc: "no certificate for names that none is for", read: bindFlag(func(t *conf.BindTLS) *bool { return &t.StrictSNI }, true)},
	{name: "no-strict-sni", doc: "undoes strict-sni of ssl-default-bind-options", read: bindFlag(func(t *conf.BindTLS) *bool { return &t.StrictSNI }, false)},
	{name: "tls-ticket-keys", args: "<file>", doc: "keys of session tickets", read: func(l *line) { l.text(&bindTLS(l).TicketKeys, "<file>") }},
	{name: "no-alpn", doc: "no protocol is agreed on", read: bindFlag(func(t *conf.BindTLS) *bool { return &t.NoALPN }, true)},
	{name: "prefer-client-ciphers", status: Inert, why: whyGoTLS, read: bindFlag(func(t *conf.BindTLS) *bool { return &t.PreferClient }, true)},
	{name: "generate-certificates", doc: "certificates are made for names that no other is for", read: bindFlag(func(t *conf.BindTLS) *bool { return &t.Generate }, true)},
	{name: "ca-sign-file", args: "<file>", doc: "the authority that signs them, with its key", read: func(l *line) { l.text(&bindTLS(l).CASignFile, "<file>") }},
	{name: "ca-sign-pass", args: "<passphrase>", doc: "the passphrase of its key", read: func(l *line) { l.text(&bindTLS(l).CASignPass, "<passphrase>") }},
	{name: "ecdhe", args: "<curve>", doc: "the group for the key exchange", read: func(l *line) { l.text(&bindTLS(l).Curves, "<curve>") }},
}

func serverTLS(l *line) *conf.ServerTLS { return &l.srv.TLS }

func serverFlag(at func(*conf.ServerTLS) *bool, on bool) func(*line) {
	return func(l *line) { *at(serverTLS(l)) = on }
}

var serverTLSRows = []row{
	{name: "ssl", doc: "speaks TLS", read: serverFlag(func(t *conf.ServerTLS) *bool { return &t.On }, true)},
	{name: "no-ssl", doc: "undoes ssl of a default-server line", read: serverFlag(func(t *conf.ServerTLS) *bool { return &t.On }, false)},
	{name: "crt", args: "<file>", doc: "the certificate to show to it", read: func(l *line) { l.text(&serverTLS(l).Cert, "<file>") }},
	{name: "verify", args: "<none|required>", doc: "whether its certificate is checked", read: func(l *line) {
		if words := []string{"none", "required"}; true {
			if i := l.word(words...); i >= 0 {
				serverTLS(l).Verify = words[i]
			}
		}
	}},
	{name: "verifyhost", args: "<name>", doc: "the name that its certificate must have where sni, or check-sni for a health check, asks for none", read: func(l *line) { l.text(&serverTLS(l).VerifyHost, "<name>") }},
	{name: "sni", args: "<expression>", doc: "the server name to ask for", read: func(l *line) {
		if e := l.expr(); e != nil {
			serverTLS(l).SNI = e
		}
	}},
	{name: "sni-auto", doc: "the server name is the request's host", read: serverFlag(func(t *conf.ServerTLS) *bool { return &t.SNIAuto }, true)},
	{name: "no-sni-auto", doc: "undoes sni-auto of a default-server line", read: serverFlag(func(t *conf.ServerTLS) *bool { return &t.SNIAuto }, false)},
	{name: "no-ssl-reuse", doc: "sessions are not resumed", read: serverFlag(func(t *conf.ServerTLS) *bool { return &t.NoReuse }, true)},
	{name: "ssl-reuse", doc: "undoes no-ssl-reuse", read: serverFlag(func(t *conf.ServerTLS) *bool { return &t.NoReuse }, false)},
	{name: "no-renegotiate", status: Inert, why: "nothing is ever negotiated again", read: serverFlag(func(t *conf.ServerTLS) *bool { return &t.Renegotiate }, false)},
	{name: "renegotiate", status: Inert, why: "nothing is ever negotiated again, which a warning says", read: serverFlag(func(t *conf.ServerTLS) *bool { return &t.Renegotiate }, true)},
	{name: "check-ssl", doc: "health checks speak TLS", read: func(l *line) { serverTLS(l).Check, serverTLS(l).NoCheck = true, false }},
	{name: "no-check-ssl", doc: "health checks do not speak TLS", read: func(l *line) { serverTLS(l).Check, serverTLS(l).NoCheck = false, true }},
	{name: "check-sni-auto", doc: "without check-sni health checks ask for the host of their request", read: serverFlag(func(t *conf.ServerTLS) *bool { return &t.CheckAuto }, true)},
	{name: "no-check-sni-auto", doc: "undoes check-sni-auto of a default-server line", read: serverFlag(func(t *conf.ServerTLS) *bool { return &t.CheckAuto }, false)},
	{name: "check-sni", args: "<name>", doc: "the server name that health checks ask for", read: func(l *line) { l.text(&serverTLS(l).CheckSNI, "<name>") }},
	{name: "check-alpn", args: "<protocol>[,<protocol> ...]", doc: "the protocols of health checks", read: func(l *line) { l.commaList(&serverTLS(l).CheckALPN, "<protocol>") }},
}

func globalTLS(l *line) *conf.GlobalTLS { return &l.d.cfg.Global.TLS }

var globalTLSRows = []row{
	{name: "ca-base", in: inGlobal, args: "<directory>", doc: "where ca-file and crl-file are", read: func(l *line) { l.text(&globalTLS(l).CABase, "<directory>") }},
	{name: "crt-base", in: inGlobal, args: "<directory>", doc: "where crt and crt-list are", read: func(l *line) { l.text(&globalTLS(l).CrtBase, "<directory>") }},
	{name: "key-base", in: inGlobal, args: "<directory>", doc: "where the keys of certificates are", read: func(l *line) { l.text(&globalTLS(l).KeyBase, "<directory>") }},
	{name: "ssl-server-verify", in: inGlobal, args: "<none|required>", doc: "verify of servers without it", read: func(l *line) {
		words := []string{"none", "required"}
		if i := l.word(words...); i >= 0 {
			globalTLS(l).ServerVerify = words[i]
		}
	}},
	{name: "ssl-load-extra-files", in: inGlobal, args: "<none|all|bundle|sctl|ocsp|issuer|key> ...", doc: "files that are read beside a certificate", read: readLoadExtra},
	{name: "ssl-load-extra-del-ext", in: inGlobal, doc: "their names are the certificate's with another ending", read: func(l *line) { globalTLS(l).DelExt = true }},
	{name: "tune.ssl.maxrecord", in: inGlobal, args: "<bytes>", doc: "bytes in one TLS record", read: func(l *line) { l.size(&globalTLS(l).MaxRecord, 0, 1<<14) }},
	{name: "tune.ssl.hard-maxrecord", in: inGlobal, args: "<bytes>", doc: "bytes in one TLS record", read: func(l *line) { l.size(&globalTLS(l).MaxRecord, 0, 1<<14) }},
	{name: "maxsslconn", in: inGlobal, args: "<number>", doc: "connections with TLS at once, on both sides", read: globalInt(func(g *conf.Global) *int { return &g.TLS.MaxConn }, 0, maxInt)},
	{name: "maxsslrate", in: inGlobal, args: "<number>", doc: "connections a second to bind lines with TLS", read: globalInt(func(g *conf.Global) *int { return &g.TLS.MaxRate }, 0, maxInt)},
	{name: "ssl-security-level", in: inGlobal, args: "<0-5>", doc: "OpenSSL's security level: the least that keys, ciphers and groups must be good for", read: securityLevel},
	{name: "tune.ssl.lifetime", in: inGlobal, args: "<seconds>", doc: "how long a session may be resumed", read: func(l *line) { l.durationIn(&globalTLS(l).Lifetime, "s") }},
	{name: "tune.ssl.ssl-ctx-cache-size", in: inGlobal, args: "<number>", doc: "certificates that are kept of generate-certificates", read: globalInt(func(g *conf.Global) *int { return &g.TLS.Generated }, 0, maxInt)},
	{name: "tune.ssl.keylog", in: inGlobal, args: "<on|off>", doc: "the secrets of connections are there to be fetched", read: func(l *line) {
		if i := l.word("on", "off"); i >= 0 {
			globalTLS(l).KeyLog = i == 0
		}
	}},
	{name: "issuers-chain-path", in: inGlobal, args: "<directory>", doc: "chains for certificates that come without", read: func(l *line) { l.text(&globalTLS(l).IssuersChain, "<directory>") }},
	{name: "ssl-passphrase-cmd", in: inGlobal, args: "<program> [<argument> ...]", doc: "a program that tells the passphrases of keys", read: func(l *line) {
		if w, ok := l.arg("<program>"); ok {
			cmd := []string{w.Text}
			for l.more() {
				cmd = append(cmd, l.next().Text)
			}
			globalTLS(l).PassphraseCmd = cmd
		}
	}},
	{name: "tune.ssl.capture-buffer-size", in: inGlobal, args: "<bytes>", doc: "bytes of a ClientHello that are kept", read: func(l *line) { l.size(&globalTLS(l).Capture, 0, maxHello) }},
	{name: "tune.ssl.capture-cipherlist-size", in: inGlobal, args: "<bytes>", doc: "bytes of a ClientHello that are kept", read: func(l *line) { l.size(&globalTLS(l).Capture, 0, maxHello) }},
}

// ocspRows are about fetching OCSP responses.
func ocspRows() []row {
	o := func(l *line) *conf.OCSPUpdate { return &globalTLS(l).OCSP }
	onOff := []string{"on", "off"}
	rows := []row{
		{name: "ocsp-update.mode", in: inGlobal, args: "<on|off>", doc: "whether OCSP responses are fetched of certificates that say nothing of their own", read: func(l *line) {
			if i := l.word(onOff...); i >= 0 {
				o(l).Mode = onOff[i]
			}
		}},
		{name: "ocsp-update.disable", in: inGlobal, args: "<on|off>", doc: "no OCSP response is fetched", read: func(l *line) {
			if i := l.word(onOff...); i >= 0 {
				o(l).Disable = i == 0
			}
		}},
		{name: "ocsp-update.httpproxy", in: inGlobal, args: "<address>[:port]", doc: "an HTTP proxy to fetch OCSP responses through", read: func(l *line) { l.text(&o(l).Proxy, "<address>[:port]") }},
	}
	for _, prefix := range []string{"", "tune.ssl."} {
		rows = append(rows,
			row{name: prefix + "ocsp-update.mindelay", in: inGlobal, args: "<seconds>", doc: "the shortest time between two updates of an OCSP response", read: func(l *line) { l.durationIn(&o(l).Min, "s") }},
			row{name: prefix + "ocsp-update.maxdelay", in: inGlobal, args: "<seconds>", doc: "the longest time between two updates of an OCSP response", read: func(l *line) { l.durationIn(&o(l).Max, "s") }})
	}
	return rows
}

func openSSL(l *line) *conf.OpenSSL { return &globalTLS(l).OpenSSL }

// openSSLRows are said to OpenSSL itself.
var openSSLRows = []row{
	{name: "ssl-dh-param-file", in: inGlobal, args: "<file>", status: Inert, why: whyDH + ", which a warning says", read: func(l *line) { l.text(&globalTLS(l).DHParam, "<file>") }},
	{name: "ssl-propquery", in: inGlobal, args: "<query>", status: Inert, why: whyNoSSL, read: func(l *line) { l.text(&openSSL(l).PropQuery, "<query>") }},
	{name: "ssl-provider", in: inGlobal, args: "<name>", status: Inert, why: whyNoSSL, read: openSSLList("<name>", func(o *conf.OpenSSL) *[]string { return &o.Providers })},
	{name: "ssl-provider-path", in: inGlobal, args: "<path>", status: Inert, why: whyNoSSL, read: openSSLList("<path>", func(o *conf.OpenSSL) *[]string { return &o.ProviderPaths })},
	{name: "ssl-engine", in: inGlobal, args: "<name> [algo <list>]", status: Inert, why: whyNoSSL, read: readEngine},
}

func openSSLList(what string, to func(*conf.OpenSSL) *[]string) func(*line) {
	return func(l *line) {
		if w, ok := l.arg(what); ok {
			more(to(openSSL(l)), w.Text)
		}
	}
}

func readEngine(l *line) {
	w, ok := l.arg("<name>")
	if !ok {
		return
	}
	text := w.Text
	if l.more() {
		if l.word("algo") < 0 {
			return
		}
		list, ok := l.arg("<list>")
		if !ok {
			return
		}
		text += " algo " + list.Text
	}
	more(&openSSL(l).Engines, text)
}

func readLoadExtra(l *line) {
	g := globalTLS(l)
	list := []string{}
	words := append([]string{"none", "all"}, conf.TLSExtraFiles...)
	for first := true; first || l.more(); first = false {
		i := l.word(words...)
		switch {
		case i < 0:
			return
		case words[i] == "none":
			list = []string{"none"}
		case words[i] == "all":
			list = slices.Clone(conf.TLSExtraFiles)
		default:
			list = append(list, words[i])
		}
	}
	g.LoadExtra = list
}

// defaultTLSRows are ssl-default-bind-* or ssl-default-server-*.
func defaultTLSRows(side string, at func(*conf.GlobalTLS) *conf.TLS) []row {
	var rows []row
	for name, to := range map[string]func(*conf.TLS) *string{
		"ciphers":        func(t *conf.TLS) *string { return &t.Ciphers },
		"ciphersuites":   func(t *conf.TLS) *string { return &t.CipherSuites },
		"curves":         func(t *conf.TLS) *string { return &t.Curves },
		"sigalgs":        func(t *conf.TLS) *string { return &t.SigAlgs },
		"client-sigalgs": func(t *conf.TLS) *string { return &t.ClientSigAlgs },
	} {
		r := row{name: "ssl-default-" + side + "-" + name, in: inGlobal, args: "<list>", doc: name + " of " + side + " lines without it",
			read: func(l *line) { l.text(to(at(globalTLS(l))), "<list>") }}
		switch name {
		case "ciphersuites":
			r.doc, r.status, r.why = "", Inert, whySuites
		case "sigalgs", "client-sigalgs":
			r.doc, r.status, r.why = "", Inert, whySigAlg
		}
		rows = append(rows, r)
	}
	return append(rows, row{name: "ssl-default-" + side + "-options", in: inGlobal, args: "<option> ...", doc: "options of all " + side + " lines",
		read: func(l *line) { readTLSOptions(l, side == "bind") }})
}

// readTLSOptions reads words of conf.TLSOptions.
func readTLSOptions(l *line, bind bool) {
	g := globalTLS(l)
	words := conf.TLSOptions(bind)
	if _, ok := l.arg("<option>"); !ok {
		return
	}
	l.i--
	for l.more() {
		w, version := l.next(), ""
		if slices.Contains(words, w.Text+" ") {
			i := l.word(conf.TLSVersions...)
			if i < 0 {
				return
			}
			version = conf.TLSVersions[i]
		} else if !slices.Contains(words, w.Text) {
			for i := range words {
				words[i] = strings.TrimSpace(words[i])
			}
			l.wrong(w, words...)
			return
		}
		if bind {
			g.Bind.Option(w.Text, version)
		} else {
			g.Server.Option(w.Text, version)
		}
	}
}

func securityLevel(l *line) {
	n := 0
	if l.int(&n, 0, conf.MaxSecurityLevel) {
		l.d.cfg.Global.TLS.SetSecurityLevel(n)
	}
}
