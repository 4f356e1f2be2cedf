package stats

import (
	"context"
	"slices"
	"strings"
)

// CertAdmin changes certificates at run time. An Admin may implement it.
type CertAdmin interface {
	// SSLCommand carries out a command of SSLCommands; payload is what followed its line. The answer is for tools as well.
	SSLCommand(ctx context.Context, name string, args []string, payload string) string
}

// sslCommands are the rows about certificates, authorities and revocation lists. What they do, and their answers, is the CertAdmin's.
var sslCommands = []struct {
	name, usage, doc string
}{
	{"abort ssl ca-file", "<cafile>", "give up a change of a CA file"},
	{"abort ssl cert", "<certfile>", "give up a change of a certificate"},
	{"abort ssl crl-file", "<crlfile>", "give up a change of a CRL file"},
	{"add ssl ca-file", "<cafile> <payload>", "add certificates to a CA file"},
	{"add ssl crt-list", "<list> <cert> [opts]*", "add a certificate, or a line as payload, to a crt-list or folder"},
	{"commit ssl ca-file", "<cafile>", "put a changed CA file to use"},
	{"commit ssl cert", "<certfile>", "put a changed certificate to use"},
	{"commit ssl crl-file", "<crlfile>", "put a changed CRL file to use"},
	{"del ssl ca-file", "<cafile>", "delete a CA file that is not used"},
	{"del ssl cert", "<certfile>", "delete a certificate that is not used"},
	{"del ssl crl-file", "<crlfile>", "delete a CRL file that is not used"},
	{"del ssl crt-list", "<list> <cert[:line]>", "take a certificate out of a crt-list"},
	{"dump ssl cert", "<certfile>", "write a certificate with its key"},
	{"new ssl ca-file", "<cafile>", "announce a CA file"},
	{"new ssl cert", "<certfile>", "announce a certificate"},
	{"new ssl crl-file", "<crlfile>", "announce a CRL file"},
	{"set ssl ca-file", "<cafile> <payload>", "change a CA file"},
	{"set ssl cert", "<certfile> <payload>", "change a certificate, or its .key, .ocsp, .issuer or .sctl file"},
	{"set ssl crl-file", "<crlfile> <payload>", "change a CRL file"},
	{"set ssl ocsp-response", "<response|payload>", "staple an OCSP response, in base64"},
	{"set ssl tls-key", "[#<id>|<file>] <key>", "add a key of session tickets, in base64"},
	{"show ssl ca-file", "[<cafile>]", "list the CA files, or describe one"},
	{"show ssl cert", "[<certfile>]", "list the certificates, or describe one"},
	{"show ssl crl-file", "[<crlfile>]", "list the CRL files, or describe one"},
	{"show ssl crt-list", "[-n] [<list>]", "list the crt-lists, or show one"},
	{"show ssl ocsp-response", "[[text|base64] <id|path>]", "list the OCSP responses, or show one"},
	{"show ssl ocsp-updates", "", "when OCSP responses were fetched, and will be"},
	{"show ssl providers", "", "what does the cryptography: crypto/tls"},
	{"show ssl sni", "[-f <frontend>] [-A]", "the names that certificates are shown for; -A: of those that have expired"},
	{"show tls-keys", "[#<id>|<file>|*]", "list the files of ticket keys, or show their keys"},
	{"update ssl ocsp-response", "<certfile>", "fetch a certificate's OCSP response now"},
}

// insertCommand puts a row where it belongs in the order of the table.
func insertCommand(row command) {
	at, _ := slices.BinarySearchFunc(commandTable[:len(commandTable)-alwaysShown], row.name, func(c command, name string) int { return strings.Compare(c.name, name) })
	commandTable = slices.Insert(commandTable, at, row)
}

// addSSLCommands puts them where they belong in the order of the table.
func addSSLCommands() {
	for _, r := range sslCommands {
		level, audit := LevelAdmin, true
		if strings.HasPrefix(r.name, "show ") && r.name != "show tls-keys" { // keys are secrets
			level, audit = LevelOperator, false
		}
		insertCommand(command{r.name, r.usage, r.doc, level, audit, sslCommand(r.name)})
	}
}

func sslCommand(name string) func(*call) error {
	return func(c *call) error {
		a, ok := c.admin.(CertAdmin)
		if !ok {
			return errNoAdmin
		}
		if text := a.SSLCommand(c.ctx, name, c.args, strings.Join(c.payload, "\n")); text != "" { // with its blank lines, if it has any
			c.out = append(append(c.out, text...), '\n')
		}
		return nil
	}
}

// SSLCommands lists the commands that a CertAdmin carries out.
func SSLCommands() []string {
	var names []string
	for _, r := range sslCommands {
		names = append(names, r.name)
	}
	return names
}
