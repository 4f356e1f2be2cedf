// Package stats counts and tells: counters for the loops, rows for readers, and the ways to read them: "show stat" and
// "show info" as CSV, typed text and JSON, Prometheus metrics under HAProxy's names, the stats socket and a stats page.
//
//	var sessions stats.LiveRate                // on a loop: no lock, no allocation
//	sessions.Add(loop.Wall())
//
//	exporter := stats.NewExporter(source)      // GET /metrics
//	contentType, body, err := exporter.Render(ctx, "scope=server")
//
//	cli := stats.NewServer(stats.ServerConfig{Source: source, Admin: admin, Log: logger})
//	err = cli.Listen(stats.Socket{Address: "unix@/run/weir.sock", Level: stats.LevelAdmin})
//
// It knows no other package of Weir: whoever has numbers implements Source, whoever can change something implements
// Admin. It does not serve HTTP (the frontend carries the bytes that Render and Page return), keeps no history, and
// never touches a loop's counters: a Source returns copies.
package stats
