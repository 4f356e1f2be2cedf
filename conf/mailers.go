package conf

import (
	"slices"
	"strings"
	"time"
)

// Mailers is a mailers section: mail servers that alerts are sent through.
type Mailers struct {
	Pos     Pos
	Name    string
	Timeout time.Duration // "timeout mail": for one mail; default 10s
	List    []*Mailer
}

// Mailer is one server of it.
type Mailer struct {
	Pos  Pos
	Name string
	Addr Addr
}

// EmailAlert is what the "email-alert" lines of a section say: who is told of what becomes of its servers.
type EmailAlert struct {
	Pos      Pos
	Mailers  Ref
	From, To string
	Level    string // of LogLevels; default alert
	Host     string // "myhostname"; "" = the system's
}

// DefaultMailTimeout is "timeout mail" where nothing is said, and defaultAlertLevel the level of alerts.
const (
	DefaultMailTimeout = 10 * time.Second
	defaultAlertLevel  = "alert"
)

// FindMailers returns the mailers section of that name, or nil.
func (c *Config) FindMailers(name string) *Mailers {
	i := slices.IndexFunc(c.Mailers, func(m *Mailers) bool { return m.Name == name })
	if i < 0 {
		return nil
	}
	return c.Mailers[i]
}

// CheckMailAddress returns what is wanted in the place of a mail address, or "": what would end the line of SMTP that it is put into.
func CheckMailAddress(s string) string {
	if s == "" || strings.ContainsFunc(s, func(r rune) bool { return r <= ' ' || r == 0x7f || r == '<' || r == '>' }) {
		return "a mail address such as ops@example.net"
	}
	return ""
}

// mailers checks a mailers section.
func (v *validator) mailers(m *Mailers) {
	title := v.path(titled("mailers", m.Name))
	setDefault(&m.Timeout, DefaultMailTimeout)
	if len(m.List) == 0 {
		v.warn(Bad(m.Pos, title, "has no mailer: nothing is sent through it"))
	}
	for _, one := range m.List {
		path := v.path(title, titled("mailer", one.Name))
		if one.Addr.Kind != AddrTCP || one.Addr.PortOffset || one.Addr.Port == 0 || one.Addr.PortEnd > one.Addr.Port {
			v.add(BadValue(one.Pos, v.path(path, "address"), one.Addr.String(), "an address with a port, as in 192.0.2.1:25"))
		}
	}
}

// alerts checks the email-alert lines of a section. HAProxy leaves them out where one of three is missing, with a warning.
func (v *validator) alerts(p *Proxy) {
	a := &p.EmailAlert
	if *a == (EmailAlert{}) {
		return
	}
	path := v.path(p.Title(), "email-alert")
	setDefault(&a.Level, defaultAlertLevel)
	if !contains(LogLevels, a.Level) {
		v.add(BadValue(a.Pos, v.path(path, "level"), a.Level, LogLevels...))
	}
	for _, w := range [][2]string{{"from", a.From}, {"to", a.To}} {
		if want := CheckMailAddress(w[1]); w[1] != "" && want != "" {
			v.add(BadValue(a.Pos, v.path(path, w[0]), w[1], want))
		}
	}
	if strings.ContainsFunc(a.Host, func(r rune) bool { return r <= ' ' || r == 0x7f }) {
		v.add(BadValue(a.Pos, v.path(path, "myhostname"), a.Host, "a host name"))
	}
	if a.Mailers.Name != "" && v.cfg.FindMailers(a.Mailers.Name) == nil {
		var names []string
		for _, m := range v.cfg.Mailers {
			names = append(names, m.Name)
		}
		v.add(Unknown(a.Mailers.Pos, v.path(path, "mailers"), "mailers", a.Mailers.Name, names))
		return
	}
	var missing []string
	for _, w := range [][2]string{{"mailers", a.Mailers.Name}, {"from", a.From}, {"to", a.To}} {
		if w[1] == "" {
			missing = append(missing, w[0])
		}
	}
	if missing != nil {
		v.warn(Bad(a.Pos, path, "does nothing without %s", andList(missing)))
		p.EmailAlert = EmailAlert{}
	}
}
