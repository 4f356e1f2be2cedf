package conf

// CrtListOption is an option that a line of a crt-list may have in its brackets.
type CrtListOption struct {
	Name string
	Args int    // words that follow
	Doc  string // "" = it is not done
	Why  string // why it changes nothing; "" = it acts
}

// CrtListNames are the names of those that a line may have.
func CrtListNames() []string {
	var out []string
	for _, o := range CrtListOptions {
		if o.Doc != "" {
			out = append(out, o.Name)
		}
	}
	return out
}

// CrtListOptions are all of HAProxy's (manual, 5.1, "crt-list"). internal/tlsconf reads the files.
var CrtListOptions = []CrtListOption{
	{Name: "allow-0rtt", Doc: "early data is taken", Why: "no early data is taken, which a warning says: requests wait for the end of the handshake"},
	{Name: "alpn", Args: 1, Doc: "protocols to agree on"},
	{Name: "ca-file", Args: 1, Doc: "authorities of client certificates"},
	{Name: "ca-verify-file", Args: 1, Doc: "more authorities, whose names are not sent"},
	{Name: "ciphers", Args: 1, Doc: "cipher suites up to TLS 1.2"},
	{Name: "ciphersuites", Args: 1, Doc: "cipher suites of TLS 1.3", Why: "crypto/tls always has all suites of TLS 1.3, which a warning says where others are meant"},
	{Name: "client-sigalgs", Args: 1, Doc: "signature algorithms for client certificates", Why: "crypto/tls chooses signature algorithms by itself, which a warning says"},
	{Name: "crl-file", Args: 1, Doc: "revoked client certificates"},
	{Name: "curves", Args: 1, Doc: "groups for the key exchange"},
	{Name: "ecdhe", Args: 1, Doc: "the group for the key exchange"},
	{Name: "ktls", Args: 1, Doc: "TLS by the kernel", Why: "TLS is never the kernel's, which a warning says where it is on"},
	{Name: "no-alpn", Doc: "no protocol is agreed on"},
	{Name: "no-ca-names", Doc: "the names of the authorities are not sent"},
	{Name: "npn", Args: 1, Doc: "the protocol before ALPN", Why: "no client speaks it any more"},
	{Name: "ocsp-update", Args: 1, Doc: "whether its OCSP response is fetched"},
	{Name: "sigalgs", Args: 1, Doc: "signature algorithms", Why: "crypto/tls chooses signature algorithms by itself, which a warning says"},
	{Name: "ssl-max-ver", Args: 1, Doc: "the newest version of TLS"},
	{Name: "ssl-min-ver", Args: 1, Doc: "the oldest version of TLS"},
	{Name: "verify", Args: 1, Doc: "whether client certificates are asked for"},
}
