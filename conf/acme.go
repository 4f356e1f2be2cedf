package conf

import (
	"slices"
	"strings"
	"time"
)

// ACME is an acme section: an authority that certificates are ordered from (RFC 8555), and how.
type ACME struct {
	Pos        Pos
	Name       string
	Directory  string // the URL where it tells of itself
	CAFile     string // whose certificates its own TLS may have; "" = HTTPClient's
	Contact    string // a mail address
	AccountKey string // the file of the account's key; "" = NAME.account.key
	Storage    string // where certificates of bind lines and account keys without a folder are kept
	Challenge  string // of ACMEChallenges; default http-01
	KeyType    string // of ACMEKeyTypes; default ECDSA
	Bits       int    // of an RSA key; 0 = 2048
	Curve      string // of ACMECurves; default P-256
	Map        string // where rules find the account's thumbprint by token; "" = Weir answers http-01 by itself
	ReuseKey   bool   // a certificate's key stays when it is renewed
	Profile    string
	EABKeyID   string // the file with the name of an account elsewhere that this one is bound to (RFC 8555, 7.3.4)
	EABMACKey  string // the file with its key

	Ready      string        // "challenge-ready": what is waited for with dns-01, of ACMEReady, with commas; default cli
	DNSDelay   time.Duration // "dns-delay": before and between looks for a TXT record; default 30s
	DNSTimeout time.Duration // "dns-timeout": how long one is looked for; default 10m
	Provider   string        // "provider-name" and "acme-vars": for the program that makes the records
	Vars       string
}

// What challenge-ready may ask for before the authority is told to look.
const (
	ReadyCLI   = "cli"   // that somebody says so
	ReadyDNS   = "dns"   // that the record is found
	ReadyDelay = "delay" // dns-delay
	ReadyNone  = "none"
)

// ACMEReady are all of them.
var ACMEReady = []string{ReadyCLI, ReadyDNS, ReadyDelay, ReadyNone}

// Waits reports whether something is waited for before the authority is told to look for a TXT record.
func (a *ACME) Waits(what string) bool { return slices.Contains(strings.Split(a.Ready, ","), what) }

// The defaults of dns-delay and dns-timeout.
const (
	DefaultDNSDelay   = 30 * time.Second
	DefaultDNSTimeout = 10 * time.Minute
)

// IPFamilies are those that addresses can be preferred of.
var IPFamilies = []string{"ipv4", "ipv6"}

// The challenges that Weir answers.
const (
	ACMEHTTP = "http-01"     // RFC 8555, 8.3
	ACMEALPN = "tls-alpn-01" // RFC 8737
	ACMEDNS  = "dns-01"      // RFC 8555, 8.4
)

// What an acme section can choose from.
var (
	ACMEChallenges = []string{ACMEHTTP, ACMEALPN, ACMEDNS}
	ACMEKeyTypes   = []string{"ECDSA", "RSA"}
	ACMECurves     = []string{"P-256", "P-384", "P-521"}
)

// Limits of RSA keys: what authorities take.
const (
	MinACMEBits = 2048
	MaxACMEBits = 4096
)

// Issue is what is said of a certificate that an acme section keeps. The zero value is a certificate that somebody else keeps.
type Issue struct {
	ACME    string   // the section's name; "" = none
	Domains []string // the first one is the certificate's common name
}

// HTTPClient is how Weir itself asks others by HTTP: "httpclient.*".
type HTTPClient struct {
	CAFile         string        // "httpclient.ssl.ca-file"; "" = the system's
	VerifyNone     bool          // "httpclient.ssl.verify none"
	ConnectTimeout time.Duration // "httpclient.timeout.connect"; 0 = 5s
	Prefer         string        // "httpclient.resolvers.prefer": ipv4 or ipv6; "" = as the system has it
}

// FindACME returns the acme section of that name, or nil.
func (c *Config) FindACME(name string) *ACME {
	for _, a := range c.ACMEs {
		if a.Name == name {
			return a
		}
	}
	return nil
}
