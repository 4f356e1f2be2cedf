package acl

import (
	"crypto/tls"

	"weir/internal/tlsconf"
	"weir/internal/tlsio"
)

// tlsFetches look at TLS where Weir ends or begins it: Context.ClientTLS and ServerTLS. They are nil on a connection without it, on which
// ssl_fc is false and the others find nothing.
var tlsFetches = []fetch{
	{"ssl_fc", "", Bool, needSession, runTLSClient, nil, "the client's connection is TLS, which Weir ends"},
	{"ssl_fc_has_sni", "", Bool, needSession, runTLSHasSNI, nil, "the client has named the host that it wants, in its TLS hello"},
	{"ssl_fc_sni", "", Str, needSession, front(tlsSNI), nil, "the host that the client has named in its TLS hello"},
	{"ssl_fc_alpn", "", Str, needSession, front(tlsALPN), nil, "the protocol that was agreed on by ALPN with the client"},
	{"ssl_fc_protocol", "", Str, needSession, front(tlsProtocol), nil, "the version of TLS on the client's connection"},
	{"ssl_fc_cipher", "", Str, needSession, front(tlsCipher), nil, "the cipher suite on the client's connection"},
	{"ssl_fc_curve", "", Str, needSession, front(tlsCurve), nil, "the group of the key exchange with the client"},
	{"ssl_fc_alg_keysize", "", Int, needSession, front(tlsKeySize), nil, "the bits of the cipher's key on the client's connection"},
	{"ssl_fc_use_keysize", "", Int, needSession, front(tlsKeySize), nil, "the bits of that key in use"},
	{"ssl_fc_is_resumed", "", Bool, needSession, frontBool(tlsResumed), nil, "the client has resumed a TLS session"},
	{"ssl_fc_has_crt", "", Bool, needSession, front(tlsHasCrt), nil, "the client has shown a certificate over this connection"},
	{"ssl_fc_session_id", "", Bin, needSession, front(tlsSession), nil, "the session id in the client's hello"},
	{"ssl_fc_unique_id", "", Bin, needSession, front(tlsUnique), nil, "tls-unique of the client's connection (RFC 5929), which TLS 1.3 does not have"},
	{"ssl_fc_npn", "", Str, needSession, front(noText), nil, "the protocol that was agreed on by NPN with the client: none, which nobody speaks any more"},
	{"ssl_fc_crtname", "", Str, needSession, front(tlsCrtName), nil, "the file of the certificate that the client was shown, or its name in its crt-store"},
	{"ssl_fc_client_random", "", Bin, needSession, front(tlsClientRandom), nil, "the random of the client's TLS hello"},
	{"ssl_fc_server_random", "", Bin, needSession, front(tlsServerRandom), nil, "the random of the answer to it"},
	{"ssl_fc_has_early", "", Bool, needSession, frontBool(never), nil, "early data was sent: never, it is not taken"},
	{"ssl_fc_early_rcvd", "", Bool, needSession, frontBool(never), nil, "early data was sent: never, it is not taken"},
	{"ssl_fc_err", "", Int, needSession, front(tlsErr), nil, "OpenSSL's number for why the client's handshake failed, for error-log-format; 0 = it did not"},
	{"ssl_fc_err_str", "", Str, needSession, front(tlsErrText), nil, "its text"},
	{"ssl_bc", "", Bool, needServerConn, runTLSServer, nil, "the connection to the server is TLS"},
	{"ssl_bc_sni", "", Str, needServerConn, back(tlsSNI), nil, "the host that the server was asked for in the TLS hello"},
	{"ssl_bc_alpn", "", Str, needServerConn, back(tlsALPN), nil, "the protocol that was agreed on by ALPN with the server"},
	{"ssl_bc_protocol", "", Str, needServerConn, back(serverProtocol), nil, "the version of TLS on the server's connection"},
	{"ssl_bc_cipher", "", Str, needServerConn, back(serverCipher), nil, "the cipher suite on the server's connection"},
	{"ssl_bc_curve", "", Str, needServerConn, back(tlsCurve), nil, "the group of the key exchange with the server"},
	{"ssl_bc_alg_keysize", "", Int, needServerConn, back(serverKeySize), nil, "the bits of the cipher's key on the server's connection"},
	{"ssl_bc_use_keysize", "", Int, needServerConn, back(serverKeySize), nil, "the bits of that key in use"},
	{"ssl_bc_is_resumed", "", Bool, needServerConn, backBool(tlsResumed), nil, "the server has resumed a TLS session"},
	{"ssl_bc_unique_id", "", Bin, needServerConn, back(tlsUnique), nil, "tls-unique of the server's connection (RFC 5929), which TLS 1.3 does not have"},
	{"ssl_bc_npn", "", Str, needServerConn, back(noText), nil, "the protocol that was agreed on by NPN with the server: none, which nobody speaks any more"},
	{"ssl_bc_session_id", "", Bin, needServerConn, back(tlsSession), nil, "the session id in the server's hello"},
	{"ssl_bc_client_random", "", Bin, needServerConn, back(tlsClientRandom), nil, "the random of the TLS hello to the server"},
	{"ssl_bc_server_random", "", Bin, needServerConn, back(tlsServerRandom), nil, "the random of the server's TLS hello"},
	{"ssl_bc_err", "", Int, needServerConn, back(serverErr), nil, "OpenSSL's number for why the handshake with the server failed; 0 = it did not"},
	{"ssl_bc_err_str", "", Str, needServerConn, back(tlsErrText), nil, "its text"},
}

func runTLSClient(c *Context, _ *args, s *Sample) bool { return s.setBool(c.ClientTLS != nil) }
func runTLSServer(c *Context, _ *args, s *Sample) bool { return s.setBool(c.ServerTLS != nil) }

func runTLSHasSNI(c *Context, _ *args, s *Sample) bool {
	return s.setBool(c.ClientTLS != nil && c.ClientTLS.State().ServerName != "")
}

// tlsRun finds something in a connection's TLS.
type tlsRun func(c *Context, y *tlsio.Conn, s *Sample) bool

// front has f look at the client's connection.
func front(f tlsRun) func(*Context, *args, *Sample) bool {
	return func(c *Context, _ *args, s *Sample) bool { return c.ClientTLS != nil && f(c, c.ClientTLS, s) }
}

func back(f tlsRun) func(*Context, *args, *Sample) bool {
	return func(c *Context, _ *args, s *Sample) bool { return c.ServerTLS != nil && f(c, c.ServerTLS, s) }
}

// frontBool is false without TLS, as in HAProxy.
func frontBool(f func(*tlsio.Conn) bool) func(*Context, *args, *Sample) bool {
	return func(c *Context, _ *args, s *Sample) bool { return s.setBool(c.ClientTLS != nil && f(c.ClientTLS)) }
}

func backBool(f func(*tlsio.Conn) bool) func(*Context, *args, *Sample) bool {
	return func(c *Context, _ *args, s *Sample) bool { return s.setBool(c.ServerTLS != nil && f(c.ServerTLS)) }
}

// setText gives a string that is not changed while the connection lives.
func setText(text string, s *Sample) bool { return text != "" && s.setStr(stringBytes(text)) }

func tlsSNI(_ *Context, y *tlsio.Conn, s *Sample) bool {
	name := y.State().ServerName
	if asked := y.Info().Asked; name == "" && asked != nil { // the handshake has failed
		name = asked.ServerName
	}
	return setText(name, s)
}
func tlsALPN(_ *Context, y *tlsio.Conn, s *Sample) bool {
	return setText(y.State().NegotiatedProtocol, s)
}
func tlsProtocol(_ *Context, y *tlsio.Conn, s *Sample) bool {
	return setText(tlsconf.VersionName(y.State().Version), s)
}
func tlsCipher(_ *Context, y *tlsio.Conn, s *Sample) bool {
	return setText(tlsconf.CipherName(y.State().CipherSuite), s)
}
func tlsCurve(_ *Context, y *tlsio.Conn, s *Sample) bool {
	return setText(tlsconf.CurveName(y.State().CurveID), s)
}
func tlsKeySize(_ *Context, y *tlsio.Conn, s *Sample) bool {
	return s.setInt(int64(tlsconf.CipherBits(y.State().CipherSuite)))
}
func tlsSession(_ *Context, y *tlsio.Conn, s *Sample) bool {
	id := y.Info().Session()
	return len(id) > 0 && s.setBin(id)
}
func tlsUnique(_ *Context, y *tlsio.Conn, s *Sample) bool {
	st := y.State()
	return st.Version < tls.VersionTLS13 && len(st.TLSUnique) > 0 && s.setBin(st.TLSUnique)
}
func tlsCrtName(_ *Context, y *tlsio.Conn, s *Sample) bool { return setText(y.Info().OwnName, s) }
func tlsClientRandom(_ *Context, y *tlsio.Conn, s *Sample) bool {
	r, _ := y.Info().Randoms()
	return s.setBin(r)
}
func tlsServerRandom(_ *Context, y *tlsio.Conn, s *Sample) bool {
	_, r := y.Info().Randoms()
	return s.setBin(r)
}
func noText(_ *Context, _ *tlsio.Conn, _ *Sample) bool { return false }

func tlsErr(_ *Context, y *tlsio.Conn, s *Sample) bool {
	f := tlsconf.Explain(y.Err(), y)
	return s.setInt(int64(f.Code))
}

func tlsErrText(_ *Context, y *tlsio.Conn, s *Sample) bool {
	f := tlsconf.Explain(y.Err(), y)
	return setText(f.OpenSSL(), s)
}

func never(*tlsio.Conn) bool        { return false }
func tlsResumed(y *tlsio.Conn) bool { return y.State().DidResume }

func tlsHasCrt(_ *Context, y *tlsio.Conn, s *Sample) bool {
	st := y.State()
	return s.setBool(len(st.PeerCertificates) > 0 && !st.DidResume)
}
