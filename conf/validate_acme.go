package conf

import (
	"net/netip"
	"net/url"
	"strings"
)

// MaxDomains is how many names one certificate may have: what the large authorities take.
const MaxDomains = 100

// acme checks the acme sections and everything that names one.
func (v *validator) acme() {
	for _, a := range v.cfg.ACMEs {
		v.acmeSection(a)
	}
	for _, s := range v.cfg.CrtStores {
		title := "crt-store"
		if s.Name != "" {
			title = titled(title, s.Name)
		}
		for _, l := range s.Loads {
			v.issue(l.Pos, &l.Issue, v.kw(title), "load")
		}
	}
	for _, p := range v.cfg.Proxies {
		for _, c := range p.CrtUses {
			v.issue(c.Pos, &c.Issue, p.Title(), "ssl-f-use")
		}
		for _, b := range p.Binds {
			v.issueBind(p, b)
		}
	}
}

func (v *validator) acmeSection(a *ACME) {
	title := titled("acme", a.Name)
	setDefault(&a.Challenge, ACMEHTTP)
	setDefault(&a.KeyType, ACMEKeyTypes[0])
	setDefault(&a.Curve, ACMECurves[0])
	u, err := url.Parse(a.Directory)
	switch {
	case a.Directory == "":
		v.add(Bad(a.Pos, v.path(title, "directory"), "not set; want the URL of the authority's directory"))
	case err != nil || u.Scheme != "https" || u.Host == "": // RFC 8555, 6.1
		v.add(BadValue(a.Pos, v.path(title, "directory"), a.Directory, "a URL that begins with https://"))
	}
	if a.Contact != "" && !strings.Contains(a.Contact, "@") {
		v.add(BadValue(a.Pos, v.path(title, "contact"), a.Contact, "a mail address"))
	}
	if (a.EABKeyID == "") != (a.EABMACKey == "") {
		v.add(Bad(a.Pos, title, "want both %s and %s, or neither", v.kw("eab-key-id"), v.kw("eab-mac-key")))
	}
	if a.Bits != 0 && a.KeyType != "RSA" {
		v.warn(Bad(a.Pos, v.path(title, "bits"), "does nothing without keytype RSA"))
	}
	if a.Map != "" && a.Challenge != ACMEHTTP {
		v.warn(Bad(a.Pos, v.path(title, "map"), "does nothing with challenge %s", a.Challenge))
	}
	v.acmeDNS(a, title)
}

// acmeDNS checks what is for the challenge dns-01 alone.
func (v *validator) acmeDNS(a *ACME, title string) {
	idle := func(keyword string, set bool, without string) {
		if set {
			v.warn(Bad(a.Pos, v.path(title, keyword), "does nothing without %s", without))
		}
	}
	if a.Challenge != ACMEDNS {
		if a.Ready != "" {
			v.add(Bad(a.Pos, v.path(title, "challenge-ready"), "has a meaning with challenge %s only, and it is %s", ACMEDNS, a.Challenge))
		}
		for _, x := range []struct {
			keyword string
			set     bool
		}{{"dns-delay", a.DNSDelay != 0}, {"dns-timeout", a.DNSTimeout != 0}, {"provider-name", a.Provider != ""}, {"acme-vars", a.Vars != ""}} {
			idle(x.keyword, x.set, v.kw("challenge")+" "+ACMEDNS)
		}
		return
	}
	setDefault(&a.Ready, ReadyCLI)
	if a.Waits(ReadyNone) && a.Ready != ReadyNone {
		v.add(Bad(a.Pos, v.path(title, "challenge-ready"), "none stands with others: %s", a.Ready))
	}
	idle("dns-delay", a.DNSDelay != 0 && !a.Waits(ReadyDelay) && !a.Waits(ReadyDNS), v.kw("challenge-ready")+" delay or dns")
	idle("dns-timeout", a.DNSTimeout != 0 && !a.Waits(ReadyDNS), v.kw("challenge-ready")+" dns")
	if a.Waits(ReadyDelay) || a.Waits(ReadyDNS) {
		setDefault(&a.DNSDelay, DefaultDNSDelay)
	}
	if a.Waits(ReadyDNS) {
		setDefault(&a.DNSTimeout, DefaultDNSTimeout)
	}
}

// issueBind checks the certificate that a bind line has issued for itself.
func (v *validator) issueBind(p *Proxy, b *Bind) {
	t := &b.TLS
	a := v.issue(b.Pos, &t.Issue, p.Title(), "bind")
	if a == nil {
		return
	}
	if !t.On {
		v.warn(Bad(b.Pos, v.path(p.Title(), "bind", "acme"), "does nothing without ssl"))
	}
	if a.Storage == "" {
		v.add(Bad(a.Pos, v.path(`acme "`+a.Name+`"`, "storage"), "not set; want the directory to keep the certificate of the bind at %s in", b.Pos))
	}
}

// issue checks what is said of one certificate. It returns the acme section, nil where there is none.
func (v *validator) issue(pos Pos, c *Issue, title, keyword string) *ACME {
	if c.ACME == "" {
		if c.Domains != nil {
			v.add(Bad(pos, v.path(title, keyword, "domains"), "do nothing without acme"))
		}
		return nil
	}
	a := v.cfg.FindACME(c.ACME)
	if a == nil {
		var known []string
		for _, a := range v.cfg.ACMEs {
			known = append(known, a.Name)
		}
		v.add(Unknown(pos, v.path(title, keyword), "acme", c.ACME, known))
		return nil
	}
	path := v.path(title, keyword, "domains")
	switch n := len(c.Domains); {
	case n == 0:
		v.add(Bad(pos, path, "not set; want the names that the certificate is for"))
	case n > MaxDomains:
		v.add(Bad(pos, path, "%d names; want at most %d in one certificate", n, MaxDomains))
	}
	for _, d := range c.Domains {
		if e := a.CheckDomain(d); e != nil {
			e.Pos, e.Path = pos, path
			v.add(e)
		}
	}
	if d := Twice(c.Domains); d != "" {
		v.add(Bad(pos, path, "%q is given twice", d))
	}
	v.answered(pos, path, a)
	return a
}

// Twice is a name that stands twice in a list, in whatever case; "" = none does.
func Twice(names []string) string {
	seen := map[string]bool{}
	for _, n := range names {
		if n = strings.ToLower(n); seen[n] {
			return n
		}
		seen[n] = true
	}
	return ""
}

// CheckDomain returns what is wrong with a name that the section is to have a certificate for, without its place; nil = nothing.
func (a *ACME) CheckDomain(name string) *Error {
	if _, err := netip.ParseAddr(name); err == nil {
		if a.Challenge != ACMEHTTP {
			return BadValue(Pos{}, "", name, "a name: addresses need challenge "+ACMEHTTP)
		}
		return nil
	}
	rest, wild := strings.CutPrefix(name, "*.")
	if wild && a.Challenge != ACMEDNS {
		return BadValue(Pos{}, "", name, "a name without a wildcard: those need challenge "+ACMEDNS)
	}
	if !isHostName(rest) {
		return BadValue(Pos{}, "", name, "a name such as www.example.com")
	}
	return nil
}

// isHostName takes names of DNS as RFC 1123, 2.1, has them, in ASCII: authorities give no certificate for one with an underscore.
func isHostName(name string) bool {
	if len(name) > 253 {
		return false
	}
	for label := range strings.SplitSeq(name, ".") {
		if len(label) == 0 || len(label) > 63 || label[0] == '-' || label[len(label)-1] == '-' {
			return false
		}
		for _, c := range []byte(label) {
			if (c < 'a' || c > 'z') && (c < 'A' || c > 'Z') && (c < '0' || c > '9') && c != '-' {
				return false
			}
		}
	}
	return true
}

// answered warns where nobody would answer http-01.
func (v *validator) answered(pos Pos, path string, a *ACME) {
	if a.Challenge != ACMEHTTP || a.Map != "" {
		return
	}
	for _, p := range v.cfg.Proxies {
		if p.Kind&Frontend != 0 && p.Mode == ModeHTTP && !p.Disabled && len(p.Binds) > 0 {
			return
		}
	}
	v.warn(Bad(pos, path, "no frontend in mode http listens, which would answer the challenge http-01"))
}
