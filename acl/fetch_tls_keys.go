package acl

import (
	"encoding/hex"

	"weir/internal/tlsio"
)

// tlsKeyFetches are the secrets of connections, for who records traffic and wants to read it (tune.ssl.keylog). The early ones are of 0-RTT, which is
// not taken: they are never there. HAProxy lets those of the server's side, but for the first, be asked for before there is one.
var tlsKeyFetches = append(keyTable("ssl_fc", needSession, front, "the client's connection"), keyTable("ssl_bc", needServerConn, back, "the server's connection")...)

func keyTable(prefix string, n need, side func(tlsRun) func(*Context, *args, *Sample) bool, what string) []fetch {
	list := []fetch{
		{prefix + "_session_key", "", Bin, n, side(tlsMaster), nil, "the master secret of " + what + ", up to TLS 1.2 with tune.ssl.keylog"},
		{prefix + "_client_early_traffic_secret", "", Str, needSession, side(noText), nil, "a secret of 0-RTT: none, it is not taken"},
		{prefix + "_early_exporter_secret", "", Str, needSession, side(noText), nil, "a secret of 0-RTT: none, it is not taken"},
		{prefix + "_exporter_secret", "", Str, needSession, side(noText), fixExporter, "EXPORTER_SECRET of " + what + ": none, crypto/tls does not tell it"},
	}
	for _, x := range []struct{ name, label string }{
		{"client_handshake_traffic_secret", "CLIENT_HANDSHAKE_TRAFFIC_SECRET"}, {"server_handshake_traffic_secret", "SERVER_HANDSHAKE_TRAFFIC_SECRET"},
		{"client_traffic_secret_0", "CLIENT_TRAFFIC_SECRET_0"}, {"server_traffic_secret_0", "SERVER_TRAFFIC_SECRET_0"},
	} {
		list = append(list, fetch{prefix + "_" + x.name, "", Str, needSession, side(tlsSecret(x.label)), nil, x.label + " of " + what + ", in hexadecimal, with tune.ssl.keylog"})
	}
	return list
}

// fixExporter warns: what crypto/tls keeps of that secret is a function that makes other keys of it, and none of its logs has it. What was recorded
// is read without.
func fixExporter(a *args) error {
	a.doubt = "is always empty: crypto/tls tells nobody that secret, which reading what was recorded does not take"
	return nil
}

func tlsSecret(label string) tlsRun {
	return func(_ *Context, y *tlsio.Conn, s *Sample) bool { return setText(y.Info().Secret(label), s) }
}

// tlsMaster is the secret of CLIENT_RANDOM, in binary.
func tlsMaster(c *Context, y *tlsio.Conn, s *Sample) bool {
	text := y.Info().Secret("CLIENT_RANDOM")
	b, err := hex.AppendDecode(c.Arena.Open(), []byte(text))
	return text != "" && err == nil && s.setBin(c.Arena.Seal(b))
}
