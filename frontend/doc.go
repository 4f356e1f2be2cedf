// Package frontend is the client side and the spine of Weir: accept, session, stream, rules, backend, server,
// response, log.
//
//	client ──► listener ──► session ──► stream ──► rules ──► route ──► server ──► response ──► log
//	           (loop.Ear)   one client   one request          backend   lease      relayed
//	                        connection   and response
//
// A Proxy is a whole configuration at work:
//
//	px, err := frontend.New(cfg, frontend.Options{Log: log, Access: sink})
//	if err := px.Start(); err != nil { ... } // every listener is bound, or none
//	px.Shutdown(ctx)                         // finish what runs, take nothing new
//	px.Close()
//
// Begin reading in serve.go. Everything that belongs to one loop hangs off its worker; a session, its stream and
// their buffers are touched on that loop only.
//
// It does not choose servers (backend), evaluate expressions (acl), parse or write HTTP (internal/http1), and reads
// no configuration file.
package frontend
