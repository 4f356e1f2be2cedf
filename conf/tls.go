package conf

import (
	"slices"
	"strings"
	"time"
)

// TLS is what the TLS of bind and server lines has in common. What is empty is not set.
type TLS struct {
	MinVer, MaxVer string   // of TLSVersions
	NoVersions     []string // of TLSVersions: "no-tlsv10" and its kin
	Ciphers        string   // up to TLS 1.2, as OpenSSL writes them
	CipherSuites   string   // of TLS 1.3
	Curves         string
	SigAlgs        string
	ClientSigAlgs  string
	ALPN           []string
	NPN            string // "npn", which a warning says is not done
	NoTickets      bool
	Verify         string // "none", "optional" (bind only) or "required"
	CAFile         string
	CRLFile        string
	KTLS           bool // "ktls on", which a warning says is not done
	Early          bool // "allow-0rtt", the same
}

// BindTLS is the TLS of a bind line.
type BindTLS struct {
	TLS
	On           bool     // "ssl"
	Certs        []string // "crt": files and folders, in order
	DefaultCerts []string // "default-crt"
	Lists        []string // "crt-list"
	StrictSNI    bool
	CAVerifyFile string // trusted as CAFile is, without its names being sent
	NoCANames    bool
	CrtIgnore    []string // "crt-ignore-err": errors of the client's certificate that are let pass, by number; or "all"
	CAIgnore     []string // the same of its issuers'
	TicketKeys   string   // "tls-ticket-keys"
	NoALPN       bool
	Generate     bool // "generate-certificates": for names that no certificate is for
	CASignFile   string
	CASignPass   string
	PreferClient bool // "prefer-client-ciphers", which a warning says is not done: crypto/tls chooses by itself
	Issue             // a certificate that Weir has for itself, kept in the storage of its acme section
}

// ServerTLS is the TLS of a server line.
type ServerTLS struct {
	TLS
	On          bool
	Cert        string // "crt": shown to the server
	VerifyHost  string
	SNI         *Expr
	SNIAuto     bool // the Host field, without its port
	NoReuse     bool // "no-ssl-reuse": sessions are not resumed
	Renegotiate bool // "renegotiate", which a warning says is not done

	Check    bool // "check-ssl"
	NoCheck  bool // "no-check-ssl"
	CheckSNI string
	// CheckAuto is "check-sni-auto": without CheckSNI health checks ask for the host of their request.
	CheckAuto bool
	CheckALPN []string
}

// GlobalTLS are the settings of the global section that are about TLS.
type GlobalTLS struct {
	CABase, CrtBase, KeyBase string
	Bind                     BindTLS   // what bind lines begin with: ssl-default-bind-*
	Server                   ServerTLS // what server lines begin with: ssl-default-server-*
	ServerVerify             string    // "ssl-server-verify": required (default) or none
	LoadExtra                []string  // "ssl-load-extra-files": none, or of TLSExtraFiles; nil = all
	DelExt                   bool      // "ssl-load-extra-del-ext"
	MaxRecord                int       // "tune.ssl.maxrecord": bytes of one record; 0 = 16 KiB
	Capture                  int       // "tune.ssl.capture-buffer-size": octets of the lists in a ClientHello that are kept; 0 = none
	OCSP                     OCSPUpdate
	MaxConn                  int           // "maxsslconn": connections with TLS at once, on both sides; 0 = no limit
	MaxRate                  int           // "maxsslrate": connections a second to bind lines with TLS; 0 = no limit
	KeyLog                   bool          // "tune.ssl.keylog": the secrets of connections are there to be fetched
	Lifetime                 time.Duration // "tune.ssl.lifetime": how long a session may be resumed; 0 = a day
	Generated                int           // "tune.ssl.ssl-ctx-cache-size": certificates that are kept of generate-certificates; 0 = 1000
	IssuersChain             string        // "issuers-chain-path": a folder of chains for certificates that come without
	PassphraseCmd            []string      // "ssl-passphrase-cmd": the program that tells the passphrase of a key, and its arguments
	DHParam                  string        // "ssl-dh-param-file", which a warning says is not used
	SecurityLevel            int           // "ssl-security-level": OpenSSL's, 1 to 5, or NoSecurity; 0 = nothing was said
	OpenSSL                  OpenSSL
}

// OpenSSL is what is said to OpenSSL itself, which Weir's TLS is not: a warning names each.
type OpenSSL struct {
	PropQuery     string   // "ssl-propquery"
	Providers     []string // "ssl-provider"
	ProviderPaths []string // "ssl-provider-path"
	Engines       []string // "ssl-engine": a name, perhaps with "algo LIST"
}

// MaxSecurityLevel is OpenSSL's, and NoSecurity stands for its level 0, where nothing is too weak.
const (
	MaxSecurityLevel = 5
	NoSecurity       = -1
)

// SetSecurityLevel takes "ssl-security-level" as it is written.
func (g *GlobalTLS) SetSecurityLevel(n int) {
	if g.SecurityLevel = n; n == 0 {
		g.SecurityLevel = NoSecurity
	}
}

// OCSPUpdate is how OCSP responses are fetched: "ocsp-update." of the global section.
type OCSPUpdate struct {
	Mode     string // of certificates that say nothing of their own: "on" or "off" (default)
	Disable  bool   // none is fetched, whatever is said
	Proxy    string // "httpproxy": HOST[:PORT] of an HTTP proxy
	Min, Max time.Duration
}

// Delays are the shortest and the longest time between two updates of one response.
func (o *OCSPUpdate) Delays() (low, high time.Duration) {
	low, high = o.Min, o.Max
	if low == 0 {
		if low = DefaultOCSPMin; high != 0 {
			low = min(low, high)
		}
	}
	if high == 0 {
		high = max(DefaultOCSPMax, low)
	}
	return low, high
}

// The defaults of ocsp-update.mindelay and ocsp-update.maxdelay.
const (
	DefaultOCSPMin = 5 * time.Minute
	DefaultOCSPMax = time.Hour
)

// CrtStore is a crt-store section: certificates that lines name as @STORE/ALIAS or by their file.
type CrtStore struct {
	Pos              Pos
	Name             string
	CrtBase, KeyBase string
	Loads            []*CrtLoad
}

// CrtLoad is one "load" line of a CrtStore.
type CrtLoad struct {
	Pos                          Pos
	Crt, Alias, Key, OCSP, Chain string
	SCTL                         string
	OCSPUpdate                   string // "on" or "off"; "" = as the global section says
	Issue
}

// CrtUse is an "ssl-f-use" line: a certificate of every bind line of its frontend that has ssl.
type CrtUse struct {
	CrtLoad
	Options []string // as in the brackets of a crt-list, each with its value: "verify required"
}

// TLSVersions are the versions as configurations write them, oldest first.
var TLSVersions = []string{"SSLv3", "TLSv1.0", "TLSv1.1", "TLSv1.2", "TLSv1.3"}

// TLSExtraFiles are the kinds of files beside a certificate that are read with it.
var TLSExtraFiles = []string{"bundle", "sctl", "ocsp", "issuer", "key"}

// TLSVersionOf is the version that the end of a keyword names: tlsv12 is TLSv1.2. "" = none.
func TLSVersionOf(word string) string {
	for _, v := range TLSVersions {
		if strings.EqualFold(strings.ReplaceAll(v, ".", ""), word) {
			return v
		}
	}
	return ""
}

// Forbid is no-tlsvXX.
func (t *TLS) Forbid(version string, on bool) {
	at := slices.Index(t.NoVersions, version)
	switch {
	case on && at < 0:
		t.NoVersions = append(slices.Clone(t.NoVersions), version)
		slices.SortFunc(t.NoVersions, func(a, b string) int { return slices.Index(TLSVersions, a) - slices.Index(TLSVersions, b) })
	case !on && at >= 0:
		t.NoVersions = slices.Delete(slices.Clone(t.NoVersions), at, at+1)
	}
}

// Force is force-tlsvXX.
func (t *TLS) Force(version string) { t.MinVer, t.MaxVer = version, version }

// TLSOptions are the words that ssl-default-bind-options and ssl-default-server-options take; those that end in a space are followed by
// a version.
func TLSOptions(bind bool) []string {
	list := []string{"no-tls-tickets", "ssl-min-ver ", "ssl-max-ver "}
	for _, v := range TLSVersions {
		word := strings.ToLower(strings.ReplaceAll(v, ".", ""))
		list = append(list, "no-"+word, "force-"+word)
	}
	if bind {
		list = append(list, "prefer-client-ciphers", "strict-sni", "no-ca-names")
	}
	return list
}

// Option carries out one word of those; a version follows some. ok is false where there is no such word, or no such version.
func (t *TLS) Option(word, version string) (ok bool) {
	switch word {
	case "no-tls-tickets":
		t.NoTickets = true
		return true
	case "ssl-min-ver", "ssl-max-ver":
		if !slices.Contains(TLSVersions, version) {
			return false
		}
		if word == "ssl-min-ver" {
			t.MinVer = version
		} else {
			t.MaxVer = version
		}
		return true
	}
	kind, v, _ := strings.Cut(word, "-")
	if v = TLSVersionOf(v); v == "" {
		return false
	}
	switch kind {
	case "no":
		t.Forbid(v, true)
	case "force":
		t.Force(v)
	}
	return kind == "no" || kind == "force"
}

// Option is TLS.Option with the words of bind lines.
func (t *BindTLS) Option(word, version string) (ok bool) {
	switch word {
	case "prefer-client-ciphers":
		t.PreferClient = true
	case "strict-sni":
		t.StrictSNI = true
	case "no-ca-names":
		t.NoCANames = true
	default:
		return t.TLS.Option(word, version)
	}
	return true
}

// Options writes the options as words that Option takes.
func (t *TLS) Options() []string {
	var list []string
	if t.MinVer != "" {
		list = append(list, "ssl-min-ver "+t.MinVer)
	}
	if t.MaxVer != "" {
		list = append(list, "ssl-max-ver "+t.MaxVer)
	}
	for _, v := range t.NoVersions {
		list = append(list, "no-"+strings.ToLower(strings.ReplaceAll(v, ".", "")))
	}
	if t.NoTickets {
		list = append(list, "no-tls-tickets")
	}
	return list
}

// Options is TLS.Options with the words of bind lines.
func (t *BindTLS) Options() []string {
	list := t.TLS.Options()
	if t.PreferClient {
		list = append(list, "prefer-client-ciphers")
	}
	if t.StrictSNI {
		list = append(list, "strict-sni")
	}
	if t.NoCANames {
		list = append(list, "no-ca-names")
	}
	return list
}
