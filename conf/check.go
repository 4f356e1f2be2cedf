package conf

import (
	"net"
	"strings"
)

// CheckKind is what a health check speaks: the name of its "option".
type CheckKind string

const (
	CheckTCP      CheckKind = "tcp-check" // what the rules of "tcp-check" say
	CheckHTTP     CheckKind = "httpchk"   // a request, or what the rules of "http-check" say
	CheckMySQL    CheckKind = "mysql-check"
	CheckPgSQL    CheckKind = "pgsql-check"
	CheckRedis    CheckKind = "redis-check"
	CheckSMTP     CheckKind = "smtpchk"
	CheckLDAP     CheckKind = "ldap-check"
	CheckSSLHello CheckKind = "ssl-hello-chk"
	CheckSPOP     CheckKind = "spop-check"
	CheckExternal CheckKind = "external-check" // a command's exit status
)

// Check is the "option" line that says how a section's servers are checked.
type Check struct {
	Pos       Pos
	Kind      CheckKind
	Request   CheckSend // httpchk: what its line says of the first request
	User      string    // mysql-check and pgsql-check
	OldClient bool      // mysql-check: "pre-41"
	Hello     string    // smtpchk: HELO or EHLO; default HELO
	Domain    string    // smtpchk; default localhost
}

// The steps of a check: what "tcp-check" and "http-check" rules do. Comment is what a failure of the step is reported with.

// CheckConnect opens a connection, which takes the place of the one before.
type CheckConnect struct {
	Addr    string // "" = the address that is checked
	Port    *Expr  // nil = the port that is checked; a constant is the fetch int(N)
	Linger  bool   // close it in order, not with a reset
	Default bool   // what is not said here is as the server line says, where it else is not done
	SSL     bool
	SNI     string   // the server name to ask for; "" = none, or with Default that of "check-sni"
	ALPN    []string // the protocols to offer; nil = none, or with Default those of the server line
	// SendProxy and ViaSOCKS are for this connection what CheckProxy and CheckSocks are for every one.
	SendProxy, ViaSOCKS bool
	Proto               string // http-check: one of ServerProtos; "" = HTTP/1, or what TLS has agreed on
	Comment             string
}

// SpeaksTLS reports whether the section's streams or health checks speak TLS to the server.
func (p *Proxy) SpeaksTLS(s *Server) bool { return s.TLS.On || s.TLS.Check || s.Check && p.checksTLS() }

// checksTLS reports whether a rule of the section's checks begins TLS.
func (p *Proxy) checksTLS() bool {
	for _, r := range p.CheckRules() {
		if a, ok := r.Action.(*CheckConnect); ok && a.SSL {
			return true
		}
	}
	return false
}

// CheckRules are those that the section's option makes use of.
func (p *Proxy) CheckRules() []*Rule {
	switch {
	case p.Check == nil:
	case p.Check.Kind == CheckTCP:
		return p.TCPCheckRules
	case p.Check.Kind == CheckHTTP:
		return p.HTTPCheckRules
	}
	return nil
}

// CheckHost is the host of the first request of HTTP health checks, without its port, where that is known beforehand; else "".
func (p *Proxy) CheckHost() string {
	if p.Check == nil || p.Check.Kind != CheckHTTP {
		return ""
	}
	req := p.Check.Request
	for _, r := range p.HTTPCheckRules {
		if s, ok := r.Action.(*CheckSend); ok {
			req = s.Or(&p.Check.Request)
			break
		}
	}
	for _, h := range req.Headers {
		if strings.EqualFold(h.Name, "host") {
			host, _ := h.Value.Constant()
			if name, _, err := net.SplitHostPort(host); err == nil {
				return name
			}
			return strings.Trim(host, "[]")
		}
	}
	return ""
}

// CheckName is the server name that the server's health checks ask for in TLS; "" = none.
func (p *Proxy) CheckName(t *ServerTLS) string {
	if t.CheckSNI == "" && t.CheckAuto {
		return p.CheckHost()
	}
	return t.CheckSNI
}

// CheckSend sends a request (http-check). What is not set is as CheckMethod and its like say.
type CheckSend struct {
	Method  string
	URI     *Format
	Version string
	Headers []SetHeader
	Body    *Format
	Comment string
}

// Or is a, with b where a says nothing: the first "send" of a check changes the request of its option.
func (a CheckSend) Or(b *CheckSend) CheckSend {
	if a.Method == "" {
		a.Method = b.Method
	}
	if a.URI == nil {
		a.URI = b.URI
	}
	if a.Version == "" {
		a.Version = b.Version
	}
	if a.Headers == nil {
		a.Headers = b.Headers
	}
	if a.Body == nil {
		a.Body = b.Body
	}
	return a
}

// CheckData sends bytes (tcp-check send and its kin).
type CheckData struct {
	Data    *Format
	Binary  bool // Data is hexadecimal
	Comment string
}

// CheckExpect judges what came.
type CheckExpect struct {
	Pos        Pos
	Not        bool
	Match      string  // one of HTTPMatches or TCPMatches
	Pattern    *Format // of all but hdr and fhdr; not a constant only of string and binary
	Name       *CheckText
	Value      *CheckText // nil = the field must be there
	MinRecv    int        // tcp-check: bytes to wait for; -1 = none
	OKStatus   string     // one of OKStatuses; "" = L7OK
	ErrStatus  string     // one of ErrStatuses; "" = L7RSP, or L7STS where the status decides
	ToutStatus string     // one of ToutStatuses; "" = L7TOUT
	OnSuccess  *Format
	OnError    *Format
	StatusCode *Expr
	Comment    string
}

// CheckText is the name or the value in "http-check expect hdr".
type CheckText struct {
	Match string // one of TextMatches; "" = str
	Text  *Format
}

// What the words of a CheckExpect may be.
var (
	HTTPMatches  = []string{"status", "rstatus", "hdr", "fhdr", "string", "rstring"}
	TCPMatches   = []string{"string", "rstring", "binary", "rbinary"}
	TextMatches  = []string{"str", "beg", "end", "sub", "reg"}
	OKStatuses   = []string{"L7OK", "L7OKC", "L6OK", "L4OK"}
	ErrStatuses  = []string{"L7OKC", "L7RSP", "L7STS", "L6RSP", "L4CON"}
	ToutStatuses = []string{"L7TOUT", "L6TOUT", "L4TOUT"}
)

func (*CheckConnect) Keyword() string { return "connect" }
func (*CheckSend) Keyword() string    { return "send" }
func (a *CheckData) Keyword() string {
	if a.Binary {
		return "send-binary"
	}
	return "send"
}
func (*CheckExpect) Keyword() string { return "expect" }

// Constant is the text of a format that has nothing else in it; nil is the empty one.
func (f *Format) Constant() (string, bool) {
	switch {
	case f == nil || len(f.Parts) == 0:
		return "", true
	case len(f.Parts) > 1:
		return "", false
	}
	p := &f.Parts[0]
	return p.Text, p.Expr == nil && p.Alias == "" && !p.Set
}

// Text returns the format of a constant.
func Text(pos Pos, s string) *Format {
	f := &Format{Pos: pos}
	if s != "" {
		f.Parts = []FormatPart{{Text: s}}
	}
	return f
}
