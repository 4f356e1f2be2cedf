package acl

import (
	"crypto/sha1"
	"crypto/x509"
	"errors"
	"strings"
	"time"

	"weir/internal/tlsconf"
	"weir/internal/tlsio"
)

// whose is which certificate a fetch looks at.
type whose func(*Context) *x509.Certificate

// The three certificates: the client's (ssl_c_), that of the frontend (ssl_f_) and the server's (ssl_s_).
func clientCert(c *Context) *x509.Certificate { return first(clientChain(c)) }
func ownCert(c *Context) *x509.Certificate {
	if c.ClientTLS == nil {
		return nil
	}
	return c.ClientTLS.Info().Own
}
func serverCert(c *Context) *x509.Certificate { return first(serverChain(c)) }

func clientChain(c *Context) []*x509.Certificate {
	if c.ClientTLS == nil {
		return nil
	}
	return c.ClientTLS.State().PeerCertificates
}

func serverChain(c *Context) []*x509.Certificate {
	if c.ServerTLS == nil {
		return nil
	}
	return c.ServerTLS.State().PeerCertificates
}

func first(list []*x509.Certificate) *x509.Certificate {
	if len(list) == 0 {
		return nil
	}
	return list[0]
}

// certFetches are the tables of the three, and what only the client's has.
var certFetches = append(append(append(certTable("ssl_c", needSession, clientCert, "the client's certificate"),
	certTable("ssl_f", needSession, ownCert, "the certificate that the client was shown")...),
	certTable("ssl_s", needSession, serverCert, "the server's certificate")...),
	fetch{"ssl_c_san", "", Str, needSession, runClientSAN, nil, "the alternative names of the client's certificate, as OpenSSL writes them"},
	fetch{"ssl_c_r_dn", "[entry:str,occ:int,format:str]", Str, needSession, runRootDN, fixDN, "the subject of the authority that the client's certificate was found to be of"},
	fetch{"ssl_c_used", "", Bool, needSession, runCertUsed, nil, "the client's TLS session has a certificate"},
	fetch{"ssl_c_verify", "", Int, needSession, verdictOf(func(f *tlsio.Info) int { return f.Result }), nil, "what the check of the client's certificates said last; 0 = nothing wrong"},
	fetch{"ssl_c_err", "", Int, needSession, verdictOf(func(f *tlsio.Info) int { return f.Verify }), nil, "the first error of the client's own certificate; 0 = none"},
	fetch{"ssl_c_ca_err", "", Int, needSession, verdictOf(func(f *tlsio.Info) int { return f.CAErr }), nil, "the first error of its issuers' certificates; 0 = none"},
	fetch{"ssl_c_ca_err_depth", "", Int, needSession, verdictOf(func(f *tlsio.Info) int { return f.Depth }), nil, "which of them"},
	fetch{"ssl_c_chain_der", "", Bin, needSession, chainDER(clientChain), nil, "all certificates that the client has shown, one after the other in DER"},
	fetch{"ssl_s_chain_der", "", Bin, needSession, chainDER(serverChain), nil, "all certificates that the server has shown, one after the other in DER"},
)

func certTable(prefix string, n need, of whose, what string) []fetch {
	row := func(name, sig string, out Type, run func(*Context, *x509.Certificate, *args, *Sample) bool, fix func(*args) error, doc string) fetch {
		return fetch{prefix + "_" + name, sig, out, n, func(c *Context, a *args, s *Sample) bool {
			x := of(c)
			return x != nil && run(c, x, a, s)
		}, fix, doc + " of " + what}
	}
	const dn = "[entry:str,occ:int,format:str]"
	return []fetch{
		row("der", "", Bin, certDER, nil, "the whole, in DER,"),
		row("s_dn", dn, Str, certSubject, fixDN, "the subject"),
		row("i_dn", dn, Str, certIssuer, fixDN, "the issuer"),
		row("serial", "", Bin, certSerial, nil, "the serial number"),
		row("sha1", "", Bin, certSHA1, nil, "the SHA-1 fingerprint"),
		row("notbefore", "", Str, certNotBefore, nil, "the beginning, YYMMDDhhmmssZ,"),
		row("notafter", "", Str, certNotAfter, nil, "the end, YYMMDDhhmmssZ,"),
		row("version", "", Int, certVersion, nil, "the version"),
		row("key_alg", "", Str, certKeyAlg, nil, "the algorithm of the key"),
		row("sig_alg", "", Str, certSigAlg, nil, "the algorithm of the signature"),
	}
}

func runCertUsed(c *Context, _ *args, s *Sample) bool {
	return c.ClientTLS != nil && s.setBool(clientCert(c) != nil)
}

func verdictOf(pick func(*tlsio.Info) int) func(*Context, *args, *Sample) bool {
	return func(c *Context, _ *args, s *Sample) bool {
		if c.ClientTLS == nil {
			return false
		}
		return s.setInt(int64(pick(c.ClientTLS.Info())))
	}
}

func chainDER(of func(*Context) []*x509.Certificate) func(*Context, *args, *Sample) bool {
	return func(c *Context, _ *args, s *Sample) bool {
		out := c.Arena.Open()
		for _, x := range of(c) {
			out = append(out, x.Raw...)
		}
		return len(out) > 0 && s.setBin(c.Arena.Seal(out))
	}
}

func certDER(_ *Context, x *x509.Certificate, _ *args, s *Sample) bool { return s.setBin(x.Raw) }

func certSerial(_ *Context, x *x509.Certificate, _ *args, s *Sample) bool {
	return s.setBin(x.SerialNumber.Bytes())
}

func certSHA1(c *Context, x *x509.Certificate, _ *args, s *Sample) bool {
	sum := sha1.Sum(x.Raw)
	return s.setBin(c.Arena.Copy(sum[:]))
}

func certTime(c *Context, t time.Time, s *Sample) bool {
	return s.setStr(c.Arena.Seal(t.UTC().AppendFormat(c.Arena.Open(), "060102150405Z")))
}

func certNotBefore(c *Context, x *x509.Certificate, _ *args, s *Sample) bool {
	return certTime(c, x.NotBefore, s)
}
func certNotAfter(c *Context, x *x509.Certificate, _ *args, s *Sample) bool {
	return certTime(c, x.NotAfter, s)
}

func certVersion(_ *Context, x *x509.Certificate, _ *args, s *Sample) bool {
	return s.setInt(int64(x.Version))
}
func certKeyAlg(_ *Context, x *x509.Certificate, _ *args, s *Sample) bool {
	return setText(tlsconf.KeyAlgName(x.PublicKeyAlgorithm), s)
}
func certSigAlg(_ *Context, x *x509.Certificate, _ *args, s *Sample) bool {
	return setText(tlsconf.SigAlgName(x.SignatureAlgorithm), s)
}

func runClientSAN(c *Context, _ *args, s *Sample) bool {
	x := clientCert(c)
	if x == nil {
		return false
	}
	out := c.Arena.Open()
	add := func(kind, v string) {
		if len(out) > 0 {
			out = append(out, ", "...)
		}
		out = append(append(out, kind...), v...)
	}
	for _, n := range x.DNSNames {
		add("DNS:", n)
	}
	for _, n := range x.EmailAddresses {
		add("email:", n)
	}
	for _, n := range x.IPAddresses {
		add("IP Address:", strings.ToUpper(n.String()))
	}
	for _, n := range x.URIs {
		add("URI:", n.String())
	}
	return len(out) > 0 && s.setStr(c.Arena.Seal(out))
}

// fixDN prepares the entry, its occurrence and the format.
func fixDN(a *args) error {
	if f := a.str[1]; f != "" && f != "rfc2253" {
		return errors.New("format: want rfc2253 or nothing")
	}
	if a.given < 2 {
		a.num[0] = 1
	} else if a.str[0] != "" && a.num[0] == 0 {
		a.doubt = "occurrence 0 is none; the first one is 1, the last one -1"
	}
	return nil
}

func certSubject(c *Context, x *x509.Certificate, a *args, s *Sample) bool {
	return certDN(c, x.RawSubject, a, s)
}
func certIssuer(c *Context, x *x509.Certificate, a *args, s *Sample) bool {
	return certDN(c, x.RawIssuer, a, s)
}

func runRootDN(c *Context, a *args, s *Sample) bool {
	if c.ClientTLS == nil || c.ClientTLS.Info().Root == nil {
		return false
	}
	return certDN(c, c.ClientTLS.Info().Root.RawSubject, a, s)
}

func certDN(c *Context, der []byte, a *args, s *Sample) bool {
	if entry := a.str[0]; entry != "" {
		v := tlsconf.DNEntry(der, entry, int(a.num[0]))
		return v != nil && s.setStr(v)
	}
	out := c.Arena.Open()
	if a.str[1] == "rfc2253" {
		out = tlsconf.AppendDN2253(out, der)
	} else {
		out = tlsconf.AppendDN(out, der)
	}
	return len(out) > 0 && s.setStr(c.Arena.Seal(out))
}
