// Package tlsconf makes crypto/tls configurations of what conf says: certificates from files, folders, lists and stores, chosen by
// server name; versions, ciphers and groups; client and server certificates and their checks; session tickets.
//
//	s := tlsconf.New(cfg)
//	b, err := s.Bind(proxy, bind)       // b.Config() is for tlsio.Server
//	v, err := s.Server(proxy, server)   // v.Config(sni) is for tlsio.Client
//
// Certificates are swapped at run time: a Txn changes one, Commit builds every table of names that has it anew and puts it in the
// place of the old one at once. A handshake sees one or the other.
//
// Errors are conf's, with their places; what crypto/tls cannot do as asked is a warning. Whatever cannot be checked is refused: a
// missing or empty CA file is an error and never means that everybody is trusted.
//
// It moves no bytes: package tlsio does.
package tlsconf
