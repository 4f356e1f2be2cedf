// Package tlsio puts crypto/tls between a loop's connection and whoever uses it.
//
//	c, err := tlsio.Server(t, conn, cfg, received, deadline) // the handshake suspends the task t
//	n, err := conn.TryRecv(buf)                              // plain text from here on, as of any connection
//	c.State().ServerName                                     // what the handshake agreed on
//
// The handshake runs in a task, inside crypto/tls, which then suspends with that connection's locks held: nobody else
// may use the connection meanwhile. Once it is over nothing suspends in crypto/tls any more. Reading is asked for when the
// socket may have something and says "again" where a record is not complete; what is written is encrypted into a queue that
// the socket empties. So tunnels, pools and idle connections, which have no task, work on TLS as they do without.
//
// A caller of TrySend whose bytes were encrypted and not taken by the socket is told that none were taken. It offers the same
// bytes again, as it would have to without TLS, and is told of them once they have left: whoever is done sending may close.
//
// It holds no memory for a connection that is idle but what crypto/tls needs to know: see lean.go.
//
// It chooses no certificate and reads no configuration: package tlsconf does.
package tlsio
