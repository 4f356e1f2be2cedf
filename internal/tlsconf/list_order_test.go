package tlsconf

import "testing"

// TestOrderOptions: the answers are HAProxy 2.6's, but for what it does not have.
func TestOrderOptions(t *testing.T) {
	for options, want := range map[string]string{
		"alpn h2,http/1.1 ssl-min-ver TLSv1.2 verify none": "alpn h2,http/1.1 verify none ssl-min-ver TLSv1.2",
		"ssl-max-ver TLSv1.3 verify optional ca-file ca.pem crl-file crl.pem no-ca-names ciphers X ciphersuites Y curves P-256 npn http/1.1": "npn http/1.1 verify optional no-ca-names ca-file ca.pem crl-file crl.pem ciphers X ciphersuites Y curves P-256 ssl-max-ver TLSv1.3",
		"no-alpn ocsp-update on allow-0rtt verify none ecdhe secp384r1":                                                                      "verify none ecdhe secp384r1 allow-0rtt no-alpn ocsp-update on",
		"": "",
	} {
		if got := orderOptions(options); got != want {
			t.Errorf("%s: got %q; want %q", options, got, want)
		}
	}
}
